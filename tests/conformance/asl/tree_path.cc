#include "tests/conformance/asl/tree_path.h"

#include <algorithm>
#include <charconv>
#include <optional>
#include <string>

namespace pawl::test {
namespace {

struct Step {
  bool is_deep = false;
  bool is_wildcard = false;
  std::optional<std::int64_t> index = {};
  std::string name = {};
};

bool IsNameCharacter(char c) {
  return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || c == '_' ||
         c == '-' || c == '@' || c == '$' || c == '#';
}

// What stands between brackets.
std::optional<Step> BracketStep(std::string_view text) {
  if (text == "*") return Step{.is_wildcard = true};
  if (text.size() >= 2 && (text[0] == '\'' || text[0] == '"') && text.back() == text[0]) {
    return Step{.name = std::string(text.substr(1, text.size() - 2))};
  }
  std::int64_t index = 0;
  const auto read = std::from_chars(text.data(), text.data() + text.size(), index);
  if (read.ec != std::errc() || read.ptr != text.data() + text.size()) return std::nullopt;
  return Step{.index = index};
}

Result<std::vector<Step>> ParsePath(std::string_view path) {
  const Status beyond = InvalidArgument("a path beyond the recorder's: " + std::string(path));
  if (!path.starts_with('$')) return beyond;
  std::vector<Step> steps;
  bool is_deep = false;
  for (std::size_t at = 1; at < path.size();) {
    if (path[at] == '.') {
      is_deep = path.substr(at).starts_with("..");
      at += is_deep ? 2 : 1;
      continue;
    }
    std::optional<Step> step;
    if (path[at] == '[') {
      const std::size_t end = path.find(']', at);
      if (end == std::string_view::npos) return beyond;
      step = BracketStep(path.substr(at + 1, end - at - 1));
      at = end + 1;
    } else if (path[at] == '*') {
      step = Step{.is_wildcard = true};
      ++at;
    } else {
      const std::size_t begin = at;
      while (at < path.size() && IsNameCharacter(path[at]))
        ++at;
      if (at > begin) step = Step{.name = std::string(path.substr(begin, at - begin))};
    }
    if (!step) return beyond;
    step->is_deep = std::exchange(is_deep, false);
    steps.push_back(std::move(*step));
  }
  return steps;
}

void AddChildren(Tree& tree, const Step& step, std::vector<Tree*>& found) {
  const auto add = [&found](Tree& value) {
    if (std::find(found.begin(), found.end(), &value) == found.end()) found.push_back(&value);
  };
  if (auto* object = tree.if_object()) {
    if (step.is_wildcard) {
      for (auto& entry : *object)
        add(entry.value());
    } else if (Tree* value = step.index ? nullptr : object->if_contains(step.name)) {
      add(*value);
    }
  } else if (auto* array = tree.if_array()) {
    if (step.is_wildcard) {
      for (Tree& item : *array)
        add(item);
    } else if (step.index) {
      const auto size = static_cast<std::int64_t>(array->size());
      const std::int64_t place = *step.index < 0 ? size + *step.index : *step.index;
      if (place >= 0 && place < size) add((*array)[static_cast<std::size_t>(place)]);
    }
  }
}

void AddDescendants(Tree& tree, const Step& step, std::vector<Tree*>& found) {
  AddChildren(tree, step, found);
  if (auto* object = tree.if_object()) {
    for (auto& entry : *object)
      AddDescendants(entry.value(), step, found);
  } else if (auto* array = tree.if_array()) {
    for (Tree& item : *array)
      AddDescendants(item, step, found);
  }
}

}  // namespace

Result<std::vector<Tree*>> FindAll(std::string_view path, Tree& root) {
  ASSIGN_OR_RETURN(const std::vector<Step> steps, ParsePath(path));
  std::vector<Tree*> found = {&root};
  for (const Step& step : steps) {
    std::vector<Tree*> next;
    for (Tree* value : found) {
      if (step.is_deep) {
        AddDescendants(*value, step, next);
      } else {
        AddChildren(*value, step, next);
      }
    }
    found = std::move(next);
  }
  return found;
}

}  // namespace pawl::test
