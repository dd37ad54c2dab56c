// The functions that make values.
#include <algorithm>
#include <charconv>
#include <cstdint>

#include "engine/json/write.h"
#include "server/templates/evaluation.h"
#include "server/templates/problem_codes.h"
#include "server/templates/substitution.h"

namespace pawl::templates {

using asl::Place;
using asl::Quote;
using asl::SourceMember;
using asl::SourceNode;
using json::Type;
using json::Value;

namespace {

constexpr std::string_view kBase64Digits =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

std::string ToBase64(std::string_view bytes) {
  std::string text;
  for (std::size_t i = 0; i < bytes.size(); i += 3) {
    const std::string_view group = bytes.substr(i, 3);
    std::uint32_t bits = 0;
    for (std::size_t k = 0; k < 3; ++k)
      bits = bits << 8U | (k < group.size() ? static_cast<unsigned char>(group[k]) : 0U);
    for (std::size_t k = 0; k < 4; ++k) {
      text += k <= group.size() ? kBase64Digits[bits >> (18 - 6 * k) & 63U] : '=';
    }
  }
  return text;
}

std::optional<std::size_t> ToIndex(std::string_view text) {
  std::size_t index = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), index);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return index;
}

std::vector<std::string_view> NamesOf(const SourceNode& object) {
  std::vector<std::string_view> names;
  for (const SourceMember& member : object.members)
    names.push_back(member.name);
  return names;
}

}  // namespace

std::optional<Value> Evaluator::Ref(const Argument& argument) {
  const SourceNode& node = *argument.place.node;
  if (!node.is(Type::kString) || (!argument.is_tagged && !node.tag.empty())) {
    return Fail(argument.place,
                code::kFunctionArgument,
                "Ref takes the name of a parameter or resource, not " + asl::Describe(node));
  }
  return references_.Ref(node.text, argument.place);
}

std::optional<Value> Evaluator::GetAtt(const Argument& argument) {
  const SourceNode& node = *argument.place.node;
  if (node.is(Type::kString) && (argument.is_tagged || node.tag.empty())) {
    const std::size_t dot = node.text.find('.');
    if (dot == std::string_view::npos) {
      return Fail(argument.place,
                  code::kFunctionArgument,
                  "Fn::GetAtt takes RESOURCE.ATTRIBUTE, not " + asl::Describe(node));
    }
    return references_.GetAtt(node.text.substr(0, dot), node.text.substr(dot + 1), argument.place);
  }
  if (!IsList(argument, 2, 2, "RESOURCE.ATTRIBUTE or the list of both")) return std::nullopt;
  const SourceNode& resource = *node.items[0];
  if (!resource.is(Type::kString) || !resource.tag.empty()) {
    return Fail(argument.place.Item(0),
                code::kFunctionArgument,
                "Fn::GetAtt takes the name of a resource first, not " + asl::Describe(resource));
  }
  const std::optional<std::string> attribute = Text(argument.place.Item(1));
  if (!attribute) return std::nullopt;
  return references_.GetAtt(resource.text, *attribute, argument.place);
}

std::optional<Evaluator::Names> Evaluator::SubNames(const Place& place) {
  const SourceNode& node = *place.node;
  if (!node.is(Type::kObject) || !node.tag.empty()) {
    Fail(place,
         code::kFunctionArgument,
         "Fn::Sub takes an object of names and values second, not " + asl::Describe(node));
    return std::nullopt;
  }
  Names names;
  bool is_complete = true;
  for (const SourceMember& member : node.members) {
    const std::optional<std::string> text = Text(place.Member(member));
    is_complete = is_complete && text.has_value();
    if (text) names.emplace(member.name, *text);
  }
  if (!is_complete) return std::nullopt;
  return names;
}

std::optional<std::string> Evaluator::SubValue(std::string_view name,
                                               const Names& names,
                                               const Place& place) {
  if (const auto found = names.find(std::string(name)); found != names.end()) return found->second;
  const std::size_t dot = name.find('.');
  const std::optional<Value> value =
      dot == std::string_view::npos
          ? references_.Ref(name, place)
          : references_.GetAtt(name.substr(0, dot), name.substr(dot + 1), place);
  if (!value) return std::nullopt;
  std::optional<std::string> text = ScalarText(*value);
  if (!text) {
    Fail(place,
         code::kFunctionArgument,
         "${" + std::string(name) + "} is no string: its type is " +
             std::string(json::TypeName(value->type())));
  }
  return text;
}

std::optional<Value> Evaluator::Sub(const Argument& argument) {
  const SourceNode& node = *argument.place.node;
  Names names;
  const SourceNode* text = &node;
  if (!node.is(Type::kString)) {
    if (!IsList(argument, 2, 2, "a string, or a list of a string and an object")) {
      return std::nullopt;
    }
    text = node.items[0];
    std::optional<Names> given = SubNames(argument.place.Item(1));
    if (!given) return std::nullopt;
    names = *std::move(given);
  }
  const bool is_plain = text->tag.empty() || (text == &node && argument.is_tagged);
  if (!text->is(Type::kString) || !is_plain) {
    return Fail(argument.place,
                code::kFunctionArgument,
                "Fn::Sub takes a string as it stands, not " + asl::Describe(*text));
  }
  const SplitText split = SplitSubText(text->text);
  if (!split.error.empty()) {
    return Fail(argument.place, code::kFunctionArgument, "Fn::Sub: " + split.error);
  }
  std::string result;
  bool is_complete = true;
  for (const TextPart& part : split.parts) {
    if (!part.is_name) {
      result += part.text;
    } else if (!Spend(argument.place)) {
      return std::nullopt;
    } else if (const auto value = SubValue(part.text, names, argument.place)) {
      result += *value;
    } else {
      is_complete = false;
    }
    if (result.size() > kEvaluatedTextMax) break;
  }
  if (!is_complete) return std::nullopt;
  return ToText(argument.place, result);
}

std::optional<Value> Evaluator::Join(const Argument& argument) {
  if (!IsList(argument, 2, 2, "a delimiter and a list")) return std::nullopt;
  const std::optional<std::string> delimiter = Text(argument.place.Item(0));
  const std::optional<Value> list = List(argument.place.Item(1), argument.function);
  if (!delimiter || !list) return std::nullopt;
  std::string result;
  bool is_first = true;
  for (const Value item : list->items()) {
    const std::optional<std::string> text = ScalarText(item);
    if (!text) {
      return Fail(argument.place,
                  code::kFunctionArgument,
                  "Fn::Join joins strings; one of its items is of the type " +
                      std::string(json::TypeName(item.type())));
    }
    if (!is_first) result += *delimiter;
    is_first = false;
    result += *text;
    if (result.size() > kEvaluatedTextMax) break;
  }
  return ToText(argument.place, result);
}

std::optional<Value> Evaluator::Select(const Argument& argument) {
  if (!IsList(argument, 2, 2, "an index and a list")) return std::nullopt;
  const std::optional<std::string> index_text = Text(argument.place.Item(0));
  const std::optional<Value> list = List(argument.place.Item(1), argument.function);
  if (!index_text || !list) return std::nullopt;
  const std::optional<std::size_t> index = ToIndex(*index_text);
  if (index && *index < list->items().size()) return list->items()[*index];
  return Fail(argument.place,
              code::kFunctionArgument,
              "Fn::Select takes an index from 0 and below the list's length, " +
                  std::to_string(list->items().size()) + ", not " + Quote(*index_text));
}

std::optional<Value> Evaluator::Split(const Argument& argument) {
  if (!IsList(argument, 2, 2, "a delimiter and a string")) return std::nullopt;
  const std::optional<std::string> delimiter = Text(argument.place.Item(0));
  const std::optional<std::string> text = Text(argument.place.Item(1));
  if (!delimiter || !text) return std::nullopt;
  if (delimiter->empty()) {
    return Fail(argument.place, code::kFunctionArgument, "Fn::Split takes a delimiter, not ''");
  }
  const std::optional<Value> kept = ToText(argument.place, *text);
  if (!kept) return std::nullopt;
  std::string_view rest = kept->string();
  json::ArrayBuilder parts;
  while (true) {
    if (!Spend(argument.place)) return std::nullopt;
    const std::size_t end = rest.find(*delimiter);
    parts.Add(Value::String(rest.substr(0, end)));
    if (end == std::string_view::npos) return parts.Build(arena_);
    rest.remove_prefix(end + delimiter->size());
  }
}

std::optional<Value> Evaluator::Base64(const Argument& argument) {
  const std::optional<std::string> text = TextContent(argument);
  if (!text) return std::nullopt;
  return ToText(argument.place, ToBase64(*text));
}

std::optional<Value> Evaluator::GetAZs(const Argument& argument) {
  std::optional<std::string> region = TextContent(argument);
  if (!region) return std::nullopt;
  if (region->empty()) region = tables_.region;
  json::ArrayBuilder zones;
  for (const char letter : {'a', 'b', 'c'})
    zones.Add(Value::String(arena_.Copy(*region + letter)));
  return zones.Build(arena_);
}

std::optional<Value> Evaluator::Length(const Argument& argument) {
  const std::optional<Value> list = Content(argument);
  if (!list) return std::nullopt;
  if (list->is_array()) {
    return Value::Number(static_cast<std::int64_t>(list->items().size()), arena_);
  }
  return Fail(argument.place,
              code::kFunctionArgument,
              "Fn::Length takes a list, not the type " + std::string(json::TypeName(list->type())));
}

std::optional<Value> Evaluator::ToJsonString(const Argument& argument) {
  const std::optional<Value> value = Content(argument);
  if (!value) return std::nullopt;
  if (value->is_array() || value->is_object()) return ToText(argument.place, json::Write(*value));
  return Fail(argument.place,
              code::kFunctionArgument,
              "Fn::ToJsonString takes an object or a list, not the type " +
                  std::string(json::TypeName(value->type())));
}

std::optional<Value> Evaluator::FindInMap(const Argument& argument) {
  if (!IsList(argument, 3, 4, "a map, a name in it, and a name below")) return std::nullopt;
  const std::optional<std::string> map = Text(argument.place.Item(0));
  const std::optional<std::string> top = Text(argument.place.Item(1));
  const std::optional<std::string> second = Text(argument.place.Item(2));
  if (!map || !top || !second) return std::nullopt;
  const bool has_default = argument.place.node->items.size() == 4;
  const std::optional<Value> value = Mapped(argument.place, *map, *top, *second, has_default);
  if (value || !has_default) return value;
  const Place options = argument.place.Item(3);
  for (const SourceMember& member : options.node->members) {
    if (member.name == "DefaultValue") return Evaluate(options.Member(member));
  }
  return Fail(options, code::kFunctionArgument, "expected an object with DefaultValue");
}

std::optional<Value> Evaluator::Mapped(const Place& place,
                                       const std::string& map,
                                       const std::string& top,
                                       const std::string& second,
                                       bool has_default) {
  const auto fail = [&](const std::string& name, const char* where, const SourceNode* object) {
    if (has_default) return std::optional<Value>();
    return Fail(place,
                code::kUnknownReference,
                Quote(name) + " is not in " + where +
                    (object == nullptr ? "" : asl::DidYouMean(name, NamesOf(*object))));
  };
  if (tables_.mappings == nullptr) return fail(map, "Mappings: the template has none", nullptr);
  const SourceMember* map_member = tables_.mappings->node->Find(map);
  if (map_member == nullptr) return fail(map, "Mappings", tables_.mappings->node);
  const SourceMember* top_member = map_member->value->Find(top);
  if (top_member == nullptr) return fail(top, "the map", map_member->value);
  const SourceMember* second_member = top_member->value->Find(second);
  if (second_member == nullptr) return fail(second, "the map's entry", top_member->value);
  const Place map_place = tables_.mappings->Member(*map_member);
  const Place top_place = map_place.Member(*top_member);
  return Literal(top_place.Member(*second_member));
}

}  // namespace pawl::templates
