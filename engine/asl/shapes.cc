#include "engine/asl/shapes.h"

#include <algorithm>
#include <cmath>
#include <string>
#include <unordered_set>

#include "engine/asl/intrinsic_syntax.h"
#include "engine/asl/jsonata_syntax.h"
#include "engine/asl/path_check.h"
#include "engine/base/time.h"
#include "engine/expression/path.h"
#include "engine/expression/payload_template.h"
#include "engine/json/number.h"

namespace pawl::asl {

namespace {

constexpr std::size_t kVariableNameMax = 80;
constexpr std::string_view kDynamic = ".$";

bool Wrong(const Place& place, std::string_view expected, Problems& problems) {
  problems.Error(code::kSchema,
                 place,
                 "expected " + std::string(expected) + ", found " + Describe(*place.node));
  return false;
}

bool CheckString(const Place& place, Problems& problems) {
  return place.node->is(json::Type::kString) || Wrong(place, "a string", problems);
}

bool CheckNotEmpty(const Place& place, bool is_empty, Problems& problems) {
  if (is_empty) {
    problems.Error(code::kSchema, place, "Value cannot be empty");
  }
  return !is_empty;
}

// --- JSONata ---

bool CheckExpression(const Place& place, Problems& problems) {
  const Status status = CheckJsonata(place.node->text);
  if (!status.ok()) {
    problems.Error(
        code::kInvalidJsonata, place, "this is no JSONata expression: " + status.message());
  }
  return status.ok();
}

bool IsExpression(const Place& place) {
  return place.node->is(json::Type::kString) && LooksLikeJsonata(place.node->text);
}

// Recursion: as deep as the tree.
bool CheckJsonataValue(const Place& place, Problems& problems) {
  bool is_good = true;
  if (IsExpression(place)) {
    is_good = CheckExpression(place, problems);
  }
  for (std::size_t i = 0; i < place.node->items.size(); ++i) {
    is_good = CheckJsonataValue(place.Item(i), problems) && is_good;
  }
  for (const SourceMember& member : place.node->members) {
    is_good = CheckJsonataValue(place.Member(member), problems) && is_good;
  }
  return is_good;
}

// --- Paths ---

std::string PathHint(const Place& place) {
  if (LooksLikeIntrinsic(place.node->text)) {
    return "an intrinsic function cannot be called here; write a path such as '$.name'";
  }
  if (!place.node->text.starts_with('$')) {
    return "a path begins with '$', such as '$.name'; found " + Describe(*place.node);
  }
  return "";
}

bool CheckPath(const Place& place, Problems& problems) {
  if (!CheckString(place, problems)) {
    return false;
  }
  if (const std::string hint = PathHint(place); !hint.empty()) {
    problems.Error(code::kSchema, place, hint);
    return false;
  }
  const PathCheck check = CheckPathText(place.node->text);
  if (!check.status.ok()) {
    problems.Error(code::kSchema,
                   place,
                   Quote(place.node->text) + " is no valid path: " + check.status.message());
    return false;
  }
  if (!check.unsupported.empty()) {
    problems.NotSupported(place, check.unsupported);
  }
  return true;
}

bool CheckReferencePath(const Place& place, bool is_result_path, Problems& problems) {
  if (!CheckString(place, problems)) {
    return false;
  }
  if (const std::string hint = PathHint(place); !hint.empty()) {
    problems.Error(code::kSchema, place, hint);
    return false;
  }
  const auto path = expression::ReferencePath::Parse(place.node->text);
  if (!path.ok()) {
    problems.Error(code::kSchema,
                   place,
                   Quote(place.node->text) +
                       " is no valid reference path, which names one place "
                       "with .name, ['name'] and [index]: " +
                       path.status().message());
    return false;
  }
  if (is_result_path && path->root() != expression::PathRoot::kInput) {
    problems.Error(code::kSchema,
                   place,
                   "a result is placed in the state's input, so the path begins with '$.'; found " +
                       Quote(place.node->text));
    return false;
  }
  if (path->root() == expression::PathRoot::kVariable) {
    problems.NotSupported(place, "the variable '$" + path->variable() + "'");
  }
  return true;
}

// --- Payload templates ---

bool ReportDynamic(const Place& place, std::string_view why, Problems& problems) {
  problems.Error(
      code::kSchema,
      place,
      "The value for the field " + Quote(place.name) +
          " must be a valid JSONPath or a valid intrinsic function call: " + std::string(why));
  return false;
}

// What is well formed but unknown to engine/expression so far, or needs variables.
void RefuseUnsupportedCall(const Place& place, Problems& problems) {
  json::Arena arena;
  json::ObjectBuilder object;
  object.Set("call.$", json::Value::String(place.node->text));
  const auto compiled = expression::PayloadTemplate::Compile(object.Build(arena));
  if (!compiled.ok()) {
    const std::string_view text = place.node->text;
    problems.NotSupported(place,
                          "the intrinsic function " + std::string(text.substr(0, text.find('('))));
  } else if (compiled->Uses(expression::PathRoot::kVariable)) {
    problems.NotSupported(place, "a variable in " + Quote(place.node->text));
  }
}

// A member whose name ends in ".$".
bool CheckDynamic(const Place& place, Problems& problems) {
  if (!place.node->is(json::Type::kString)) {
    return ReportDynamic(place, "found " + Describe(*place.node), problems);
  }
  const std::string_view text = place.node->text;
  if (text.starts_with('$')) {
    const PathCheck check = CheckPathText(text);
    if (!check.status.ok()) {
      return ReportDynamic(place, check.status.message(), problems);
    }
    if (!check.unsupported.empty()) {
      problems.NotSupported(place, check.unsupported);
    }
    return true;
  }
  if (!LooksLikeIntrinsic(text)) {
    return ReportDynamic(
        place,
        "found " + Describe(*place.node) + "; remove '.$' from the name to make it a plain string",
        problems);
  }
  if (const Status status = CheckIntrinsic(text); !status.ok()) {
    return ReportDynamic(place, status.message(), problems);
  }
  RefuseUnsupportedCall(place, problems);
  return true;
}

// "name": "$.path" is a string; most likely "name.$" was meant.
void WarnOfStaticPath(const Place& place, Problems& problems) {
  if (!place.node->is(json::Type::kString)) {
    return;
  }
  const std::string_view text = place.node->text;
  const bool is_call = LooksLikeIntrinsic(text) && text.ends_with(')');
  if (text.starts_with("$.") || text.starts_with("$$.") || text.starts_with("$[") || is_call) {
    problems.Warning(code::kNoDollar,
                     place,
                     Describe(*place.node) +
                         " is passed on as it is; to evaluate it, name the "
                         "field '" +
                         std::string(place.name.substr(0, kVariableNameMax)) + ".$'");
  }
}

bool CheckConflicts(const Place& place, Problems& problems) {
  const auto& members = place.node->members;
  const bool has_dynamic = std::any_of(members.begin(), members.end(), [](const auto& member) {
    return member.name.ends_with(kDynamic);
  });
  if (!has_dynamic) {
    return true;
  }
  std::unordered_set<std::string_view> names;
  for (const SourceMember& member : members) {
    names.insert(member.name);
  }
  bool is_good = true;
  for (const SourceMember& member : members) {
    const std::string_view plain =
        member.name.substr(0, member.name.size() - std::min(member.name.size(), kDynamic.size()));
    if (member.name.ends_with(kDynamic) && names.contains(plain)) {
      problems.ErrorAtName(code::kDuplicateField,
                           place.Member(member),
                           "both " + Quote(plain) + " and " + Quote(member.name) +
                               " give the field " + Quote(plain) + "; keep one of them");
      is_good = false;
    }
  }
  return is_good;
}

// Recursion: as deep as the tree.
bool CheckTemplate(const Place& place, Problems& problems) {
  bool is_good = CheckConflicts(place, problems);
  for (std::size_t i = 0; i < place.node->items.size(); ++i) {
    is_good = CheckTemplate(place.Item(i), problems) && is_good;
  }
  for (const SourceMember& member : place.node->members) {
    const Place value = place.Member(member);
    if (member.name.ends_with(kDynamic)) {
      is_good = CheckDynamic(value, problems) && is_good;
    } else {
      WarnOfStaticPath(value, problems);
      is_good = CheckTemplate(value, problems) && is_good;
    }
  }
  return is_good;
}

bool CheckValue(const Place& place, Language language, Problems& problems) {
  return language == Language::kJsonata ? CheckJsonataValue(place, problems)
                                        : CheckTemplate(place, problems);
}

// --- Assign ---

bool IsVariableName(std::string_view name) {
  const auto is_part = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
           c == '-' || static_cast<unsigned char>(c) >= 0x80;
  };
  const auto characters = std::count_if(name.begin(), name.end(), [](char c) {
    return (static_cast<unsigned char>(c) & 0xC0U) != 0x80U;
  });
  return !name.empty() && characters <= static_cast<std::ptrdiff_t>(kVariableNameMax) &&
         (name.front() < '0' || name.front() > '9') &&
         std::all_of(name.begin(), name.end(), is_part) && name != "states";
}

bool CheckAssignments(const Place& place, Language language, Problems& problems) {
  if (!place.node->is(json::Type::kObject)) {
    return Wrong(place, "an object of variables and their values", problems);
  }
  bool is_good = true;
  for (const SourceMember& member : place.node->members) {
    std::string_view name = member.name;
    if (language == Language::kJsonPath && name.ends_with(kDynamic)) {
      name.remove_suffix(kDynamic.size());
    }
    if (!IsVariableName(name)) {
      problems.ErrorAtName(
          code::kSchema,
          place.Member(member),
          Quote(name) +
              " is no variable's name: that has 1 to 80 letters, digits, '_' and '-', "
              "does not begin with a digit, and is not 'states'");
      is_good = false;
    }
  }
  return CheckValue(place, language, problems) && is_good;
}

// --- Plain values ---

std::string RangeText(const ShapeBounds& bounds) {
  const auto text = [](double value) { return std::to_string(std::llround(value)); };
  return bounds.max >= 1e15 ? "at least " + text(bounds.min)
                            : "from " + text(bounds.min) + " to " + text(bounds.max);
}

bool CheckNumber(const Place& place,
                 const ShapeBounds& bounds,
                 bool is_integer,
                 Problems& problems) {
  const SourceNode& node = *place.node;
  const std::string expected =
      std::string(is_integer ? "an integer " : "a number ") + RangeText(bounds);
  if (!node.is(json::Type::kNumber)) {
    return Wrong(place, expected, problems);
  }
  const double value = json::NumberToDouble(node.text);
  if ((is_integer && !json::NumberToInt64(node.text)) || value < bounds.min || value > bounds.max) {
    return Wrong(place, expected, problems);
  }
  return true;
}

bool CheckWord(const Place& place, const ShapeBounds& bounds, Problems& problems) {
  const SourceNode& node = *place.node;
  if (node.is(json::Type::kString) &&
      std::find(bounds.words.begin(), bounds.words.end(), node.text) != bounds.words.end()) {
    return true;
  }
  std::string words;
  for (const std::string_view word : bounds.words) {
    words += (words.empty() ? "" : ", ") + std::string(word);
  }
  problems.Error(code::kSchema,
                 place,
                 "The field " + Quote(place.name) + " should have one of these values: [" + words +
                     "], found " + Describe(node));
  return false;
}

bool CheckTexts(const Place& place, Problems& problems) {
  if (!place.node->is(json::Type::kArray)) {
    return Wrong(place, "an array of strings", problems);
  }
  bool is_good = CheckNotEmpty(place, place.node->items.empty(), problems);
  for (std::size_t i = 0; i < place.node->items.size(); ++i) {
    is_good = CheckString(place.Item(i), problems) && is_good;
  }
  return is_good;
}

bool CheckTimestamp(const Place& place, Problems& problems) {
  if (place.node->is(json::Type::kString) && ParseTimestamp(place.node->text)) {
    return true;
  }
  problems.Error(code::kSchema,
                 place,
                 "String does not match RFC3339 timestamp, such as 2026-11-20T10:00:00Z; found " +
                     Describe(*place.node));
  return false;
}

bool CheckType(const Place& place, json::Type type, std::string_view expected, Problems& problems) {
  return place.node->is(type) || Wrong(place, expected, problems);
}

// A string, or what a CloudFormation template has in its place before it is deployed.
bool CheckResource(const Place& place, Problems& problems) {
  const auto& members = place.node->members;
  if (members.size() == 1 && (members[0].name == "Ref" || members[0].name.starts_with("Fn::"))) {
    problems.NotSupported(place,
                          "the template function " + Quote(members[0].name) +
                              " stands for a resource that is not filled in; deploying it");
    return false;
  }
  return CheckString(place, problems) && CheckNotEmpty(place, place.node->text.empty(), problems);
}

bool AllowsExpression(Shape shape) {
  switch (shape) {
    case Shape::kTextOrExpression:
    case Shape::kCondition:
    case Shape::kIntegerOrExpression:
    case Shape::kNumberOrExpression:
    case Shape::kTimestamp:
    case Shape::kItems:
      return true;
    default:
      return false;
  }
}

bool CheckPlain(const Place& place, Shape shape, const ShapeBounds& bounds, Problems& problems) {
  const SourceNode& node = *place.node;
  switch (shape) {
    case Shape::kText:
    case Shape::kTextOrExpression:
      return CheckString(place, problems);
    case Shape::kName:
      return CheckString(place, problems) && CheckNotEmpty(place, node.text.empty(), problems);
    case Shape::kResource:
      return CheckResource(place, problems);
    case Shape::kBoolean:
      return CheckType(place, json::Type::kBoolean, "true", problems);
    case Shape::kCondition:
      return CheckType(
          place, json::Type::kBoolean, "a JSONata expression '{% … %}', true or false", problems);
    case Shape::kObject:
      return CheckType(place, json::Type::kObject, "an object", problems);
    case Shape::kStates:
      return CheckType(place, json::Type::kObject, "an object of states by name", problems) &&
             CheckNotEmpty(place, node.members.empty(), problems);
    case Shape::kList:
      return CheckType(place, json::Type::kArray, "an array", problems) &&
             CheckNotEmpty(place, node.items.empty(), problems);
    case Shape::kTexts:
      return CheckTexts(place, problems);
    case Shape::kInteger:
    case Shape::kIntegerOrExpression:
      return CheckNumber(place, bounds, true, problems);
    case Shape::kNumber:
    case Shape::kNumberOrExpression:
      return CheckNumber(place, bounds, false, problems);
    case Shape::kWord:
      return CheckWord(place, bounds, problems);
    case Shape::kTimestamp:
      return CheckTimestamp(place, problems);
    default:
      return true;
  }
}

bool CheckPathShape(const Place& place, Shape shape, Problems& problems) {
  const bool is_null = place.node->is(json::Type::kNull);
  switch (shape) {
    case Shape::kPathOrNull:
      return is_null || CheckPath(place, problems);
    case Shape::kReferencePathOrNull:
      return is_null || CheckReferencePath(place, true, problems);
    case Shape::kReferencePath:
      return CheckReferencePath(place, false, problems);
    case Shape::kPathOrIntrinsic:
      return place.node->is(json::Type::kString) && LooksLikeIntrinsic(place.node->text)
                 ? CheckDynamic(place, problems)
                 : CheckPath(place, problems);
    default:
      return CheckPath(place, problems);
  }
}

}  // namespace

bool CheckShape(const Place& place,
                Shape shape,
                const ShapeBounds& bounds,
                Language language,
                Problems& problems) {
  if (language == Language::kJsonata && AllowsExpression(shape) && IsExpression(place)) {
    return CheckExpression(place, problems);
  }
  switch (shape) {
    case Shape::kPath:
    case Shape::kPathOrNull:
    case Shape::kReferencePath:
    case Shape::kReferencePathOrNull:
    case Shape::kPathOrIntrinsic:
      return CheckPathShape(place, shape, problems);
    case Shape::kTemplate:
      return CheckValue(place, language, problems);
    case Shape::kAssignments:
      return CheckAssignments(place, language, problems);
    case Shape::kItems:
      if (!place.node->is(json::Type::kArray) && !place.node->is(json::Type::kObject)) {
        return Wrong(place, "an array, an object or a JSONata expression '{% … %}'", problems);
      }
      return CheckValue(place, language, problems);
    default:
      return CheckPlain(place, shape, bounds, problems);
  }
}

}  // namespace pawl::asl
