#include "engine/asl/shapes.h"

#include <algorithm>
#include <cmath>
#include <string>

#include "engine/asl/path_check.h"
#include "engine/asl/template_check.h"
#include "engine/base/time.h"
#include "engine/expression/intrinsic.h"
#include "engine/expression/path.h"
#include "engine/json/number.h"

namespace pawl::asl {

namespace {

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

std::string PathHint(const Place& place) {
  if (expression::Intrinsic::LooksLikeCall(place.node->text)) {
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
  return true;
}

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
  const bool lacks_quotes =
      node.is(json::Type::kNumber) &&
      std::find(bounds.words.begin(), bounds.words.end(), node.text) != bounds.words.end();
  problems.Error(code::kSchema,
                 place,
                 "The field " + Quote(place.name) + " should have one of these values: [" + words +
                     "], found " + Describe(node) + (lacks_quotes ? "; put it in quotes" : ""));
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
                 "String does not match RFC3339 timestamp",
                 "expected one such as 2026-11-20T10:00:00Z, found " + Describe(*place.node));
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

// An intrinsic function call where a path may stand, too.
bool CheckCall(const Place& place, Problems& problems) {
  const PathCheck check = CheckCallText(place.node->text);
  if (!check.status.ok()) {
    problems.Error(code::kSchema,
                   place,
                   "this is no valid intrinsic function call: " + check.status.message());
    return false;
  }
  if (!check.unsupported.empty()) problems.NotSupported(place, check.unsupported);
  return true;
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
      return place.node->is(json::Type::kString) &&
                     expression::Intrinsic::LooksLikeCall(place.node->text)
                 ? CheckCall(place, problems)
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
