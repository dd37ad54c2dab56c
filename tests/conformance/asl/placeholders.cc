#include "tests/conformance/asl/placeholders.h"

#include <algorithm>
#include <charconv>
#include <utility>

#include "engine/base/hash.h"
#include "engine/interpreter/task_call.h"
#include "tests/conformance/asl/tree_path.h"

namespace pawl::test {
namespace {

std::vector<std::string> Split(std::string_view text, char separator) {
  std::vector<std::string> parts;
  for (;;) {
    const std::size_t end = text.find(separator);
    parts.emplace_back(text.substr(0, end));
    if (end == std::string_view::npos) return parts;
    text.remove_prefix(end + 1);
  }
}

// A list index, from the end if negative.
std::optional<std::size_t> PlaceOf(std::string_view text, std::size_t size) {
  std::int64_t index = 0;
  const auto read = std::from_chars(text.data(), text.data() + text.size(), index);
  if (read.ec != std::errc() || read.ptr != text.data() + text.size()) return std::nullopt;
  if (index < 0) index += static_cast<std::int64_t>(size);
  if (index < 0 || index >= static_cast<std::int64_t>(size)) return std::nullopt;
  return static_cast<std::size_t>(index);
}

// What stands in the parentheses of "#name(...)"; nullopt if `segment` is not of that name.
std::optional<std::string_view> Argument(std::string_view segment, std::string_view name) {
  if (!segment.starts_with(name) || !segment.ends_with(')')) return std::nullopt;
  return segment.substr(name.size(), segment.size() - name.size() - 1);
}

Result<Tree> SplitAndTake(const Tree& value, char separator, std::string_view index) {
  const auto parts = Split(TextOf(value), separator);
  const auto place = PlaceOf(index, parts.size());
  if (!place) return NotFound("no part " + std::string(index));
  return Tree(parts[*place]);
}

Result<Tree> Take(Tree value, std::string_view segment) {
  const Status missing = NotFound("nothing at " + std::string(segment));
  if (const auto index = Argument(segment, "#colon(")) return SplitAndTake(value, ':', *index);
  if (const auto index = Argument(segment, "#slash(")) return SplitAndTake(value, '/', *index);
  if (const auto path = Argument(segment, "#jsonpath(")) {
    ASSIGN_OR_RETURN(const std::vector<Tree*> found, FindAll(*path, value));
    if (found.size() == 1) return Tree(*found[0]);
    boost::json::array all;
    for (const Tree* match : found)
      all.push_back(*match);
    return Tree(std::move(all));
  }
  if (segment == "#json") {
    auto parsed = ParseTree(TextOf(value));
    if (!parsed) return InvalidArgument("no JSON to parse");
    return *std::move(parsed);
  }
  if (const auto* items = value.if_array()) {
    const auto place = PlaceOf(segment, items->size());
    if (!place) return missing;
    return Tree((*items)[*place]);
  }
  const Tree* member = Member(value, segment);
  if (member == nullptr) return missing;
  return Tree(*member);
}

// Paths are separated by '/', but not inside "#jsonpath(...)".
std::vector<std::string> Segments(std::string_view path) {
  std::vector<std::string> segments;
  for (std::string& part : Split(path, '/')) {
    const bool is_open = !segments.empty() && segments.back().starts_with('#') &&
                         segments.back().find('(') != std::string::npos &&
                         !segments.back().ends_with(')');
    if (is_open) {
      segments.back() += "/" + part;
    } else {
      segments.push_back(std::move(part));
    }
  }
  return segments;
}

// What stands alone as a string of a payload: there the recorded value was a whole UUID.
std::string PlaceholderUuid(std::string_view uid) {
  return interpreter::RequestId({.seed = HashBytes(uid)}, kRootFrame, 0);
}

// A name part of eight digits, the same in every run.
std::string NameOf(std::string_view uid) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  std::uint64_t hash = HashBytes(uid);
  // A letter first: digits alone could stand in the case as well.
  std::string name = "u";
  while (name.size() < 8) {
    name += kDigits[hash & 0xFU];
    hash >>= 4U;
  }
  return name;
}

}  // namespace

Result<Tree> Placeholders::LookUp(std::string_view path) {
  const std::vector<std::string> segments = Segments(path);
  if (!values_.contains(segments[0]) && segments[0].starts_with("uid")) {
    values_[segments[0]] = NameOf(segments[0]);
  }
  const auto found = values_.find(segments[0]);
  if (found == values_.end()) return NotFound("no value for @{" + std::string(path) + "}");
  Tree value = found->second;
  for (std::size_t i = 1; i < segments.size(); ++i) {
    ASSIGN_OR_RETURN(value, Take(std::move(value), segments[i]));
  }
  return value;
}

Result<Tree> Placeholders::Fill(const Tree& value) {
  if (value.is_string()) return FillText(TextOf(value));
  if (const auto* items = value.if_array()) {
    boost::json::array filled;
    for (const Tree& item : *items) {
      ASSIGN_OR_RETURN(Tree tree, Fill(item));
      filled.push_back(std::move(tree));
    }
    return Tree(std::move(filled));
  }
  const auto* object = value.if_object();
  if (object == nullptr) return value;
  if (object->contains("$ref")) return FillReference(value);
  if (const Tree* bytes = object->if_contains("$bytes")) return *bytes;
  if (const Tree* index = object->if_contains("$state_machine")) {
    return DefinitionText(index->to_number<std::size_t>());
  }
  boost::json::object filled;
  for (const auto& entry : *object) {
    ASSIGN_OR_RETURN(Tree tree, Fill(entry.value()));
    filled.emplace(entry.key(), std::move(tree));
  }
  return Tree(std::move(filled));
}

// In text that is JSON itself a value is escaped as JSON.
Result<Tree> Placeholders::FillText(std::string_view text) {
  const std::size_t first = text.find_first_not_of(" \t\r\n");
  const bool is_json =
      first != std::string_view::npos && (text[first] == '{' || text[first] == '[');
  std::string filled;
  for (std::size_t at = text.find("@{"); at != std::string_view::npos; at = text.find("@{")) {
    const std::size_t end = text.find('}', at);
    if (end == std::string_view::npos) break;
    const std::string_view path = text.substr(at + 2, end - at - 2);
    const bool is_alone = at > 0 && text[at - 1] == '"' && text.substr(end + 1).starts_with('"');
    if (is_alone && path.starts_with("uid"))
      values_.try_emplace(std::string(path), PlaceholderUuid(path));
    ASSIGN_OR_RETURN(Tree value, LookUp(path));
    if (at == 0 && end + 1 == text.size() && filled.empty()) {
      const auto* items = value.if_array();
      return items != nullptr && items->size() == 1 ? Tree((*items)[0]) : value;
    }
    std::string written = value.is_string() ? std::string(TextOf(value)) : PythonText(value);
    if (is_json) {
      written = PythonText(Tree(written));
      written = written.substr(1, written.size() - 2);
    }
    filled += text.substr(0, at);
    filled += written;
    text.remove_prefix(end + 1);
  }
  return Tree(filled.append(text));
}

Result<Tree> Placeholders::FillReference(const Tree& reference) {
  ASSIGN_OR_RETURN(Tree value, LookUp(StringMember(reference, "$ref")));
  if (const Tree* without = Member(reference, "$without")) {
    for (const Tree& name : without->get_array())
      value.as_object().erase(name.get_string());
  }
  if (const Tree* set = Member(reference, "$set")) {
    for (const auto& entry : set->get_object()) {
      ASSIGN_OR_RETURN(Tree filled, Fill(entry.value()));
      value.as_object()[entry.key()] = std::move(filled);
    }
  }
  return value;
}

Result<Tree> Placeholders::DefinitionText(std::size_t index) {
  const Tree& machine = state_machines_.as_array().at(index);
  if (const Tree* text = Member(machine, "definition_text"); text != nullptr && text->is_string()) {
    return FillText(TextOf(*text));
  }
  const Tree* definition = Member(machine, "definition");
  if (definition == nullptr) return InvalidArgument("a state machine without a definition");
  ASSIGN_OR_RETURN(const Tree filled, Fill(*definition));
  return Tree(PythonText(filled));
}

}  // namespace pawl::test
