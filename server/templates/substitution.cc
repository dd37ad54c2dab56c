#include "server/templates/substitution.h"

#include <algorithm>

#include "engine/base/ascii.h"
#include "engine/json/write.h"

namespace pawl::templates {
namespace {

bool IsNameCharacter(char c) {
  return IsLetter(c) || IsDigit(c) || c == '_';
}

// The name of the placeholder at the start of `text`; empty if none begins there.
std::string_view PlaceholderAt(std::string_view text) {
  if (!text.starts_with("${")) return {};
  std::size_t end = 2;
  while (end < text.size() && IsNameCharacter(text[end]))
    ++end;
  if (end == text.size() || text[end] != '}') return {};
  return text.substr(2, end - 2);
}

// Without the quotes around it.
std::string EscapedForJson(const std::string& value) {
  std::string quoted;
  json::WriteStringTo(quoted, value);
  return quoted.substr(1, quoted.size() - 2);
}

// Follows a JSON text to know what stands inside its strings.
class StringTracker {
 public:
  explicit StringTracker(std::string_view text) {
    const std::size_t first = text.find_first_not_of(" \t\r\n");
    is_json_ = first != std::string_view::npos && text[first] == '{';
  }

  void Pass(char c) {
    if (!is_json_) return;
    if (is_escape_) {
      is_escape_ = false;
    } else if (is_inside_ && c == '\\') {
      is_escape_ = true;
    } else if (c == '"') {
      is_inside_ = !is_inside_;
    }
  }

  bool is_inside() const { return is_inside_; }

 private:
  bool is_json_ = false;
  bool is_inside_ = false;
  bool is_escape_ = false;
};

}  // namespace

SplitText SplitSubText(std::string_view text) {
  SplitText split;
  const auto add = [&split](bool is_name, std::string_view part) {
    if (is_name || !part.empty()) split.parts.push_back({.is_name = is_name, .text = part});
  };
  while (!text.empty()) {
    const std::size_t start = text.find("${");
    add(false, text.substr(0, start));
    if (start == std::string_view::npos) break;
    text.remove_prefix(start);
    const std::size_t end = text.find('}');
    if (end == std::string_view::npos) {
      split.error = "a '${' is not closed; write '${!' for a '${' that is text";
      break;
    }
    const std::string_view name = text.substr(2, end - 2);
    if (name.starts_with('!')) {
      add(false, text.substr(0, 2));
      add(false, text.substr(3, end - 2));
    } else if (name.empty()) {
      split.error = "'${}' names nothing";
      break;
    } else {
      add(true, name);
    }
    text.remove_prefix(end + 1);
  }
  return split;
}

SubstitutedText Substitute(std::string_view definition,
                           const std::map<std::string, std::string>& substitutions) {
  SubstitutedText result;
  StringTracker tracker(definition);
  std::size_t at = 0;
  while (at < definition.size()) {
    const std::string_view name = PlaceholderAt(definition.substr(at));
    const auto found = substitutions.find(std::string(name));
    if (name.empty() || found == substitutions.end()) {
      if (!name.empty() &&
          std::find(result.unknown.begin(), result.unknown.end(), name) == result.unknown.end()) {
        result.unknown.emplace_back(name);
      }
      tracker.Pass(definition[at]);
      result.text += definition[at++];
      continue;
    }
    result.text += tracker.is_inside() ? EscapedForJson(found->second) : found->second;
    at += name.size() + 3;
  }
  return result;
}

}  // namespace pawl::templates
