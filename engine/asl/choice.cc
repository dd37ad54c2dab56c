#include "engine/asl/choice.h"

#include <algorithm>
#include <array>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "engine/asl/compiled_values.h"
#include "engine/asl/shapes.h"
#include "engine/base/time.h"
#include "engine/json/write.h"

namespace pawl::asl {

namespace {

enum class Operand : std::uint8_t { kString, kNumber, kBoolean, kTimestamp };

struct Operator {
  std::string_view name;
  Comparison comparison;
  Operand operand;
  // There is a twin whose name ends in Path.
  bool has_path = true;
};

// ASL specification, "Data-test expression".
constexpr std::array kOperators = {
    Operator{"StringEquals", Comparison::kStringEquals, Operand::kString},
    Operator{"StringLessThan", Comparison::kStringLessThan, Operand::kString},
    Operator{"StringGreaterThan", Comparison::kStringGreaterThan, Operand::kString},
    Operator{"StringLessThanEquals", Comparison::kStringLessThanEquals, Operand::kString},
    Operator{"StringGreaterThanEquals", Comparison::kStringGreaterThanEquals, Operand::kString},
    Operator{"StringMatches", Comparison::kStringMatches, Operand::kString, false},
    Operator{"NumericEquals", Comparison::kNumericEquals, Operand::kNumber},
    Operator{"NumericLessThan", Comparison::kNumericLessThan, Operand::kNumber},
    Operator{"NumericGreaterThan", Comparison::kNumericGreaterThan, Operand::kNumber},
    Operator{"NumericLessThanEquals", Comparison::kNumericLessThanEquals, Operand::kNumber},
    Operator{"NumericGreaterThanEquals", Comparison::kNumericGreaterThanEquals, Operand::kNumber},
    Operator{"BooleanEquals", Comparison::kBooleanEquals, Operand::kBoolean},
    Operator{"TimestampEquals", Comparison::kTimestampEquals, Operand::kTimestamp},
    Operator{"TimestampLessThan", Comparison::kTimestampLessThan, Operand::kTimestamp},
    Operator{"TimestampGreaterThan", Comparison::kTimestampGreaterThan, Operand::kTimestamp},
    Operator{"TimestampLessThanEquals", Comparison::kTimestampLessThanEquals, Operand::kTimestamp},
    Operator{
        "TimestampGreaterThanEquals", Comparison::kTimestampGreaterThanEquals, Operand::kTimestamp},
    Operator{"IsNull", Comparison::kIsNull, Operand::kBoolean, false},
    Operator{"IsPresent", Comparison::kIsPresent, Operand::kBoolean, false},
    Operator{"IsNumeric", Comparison::kIsNumeric, Operand::kBoolean, false},
    Operator{"IsString", Comparison::kIsString, Operand::kBoolean, false},
    Operator{"IsBoolean", Comparison::kIsBoolean, Operand::kBoolean, false},
    Operator{"IsTimestamp", Comparison::kIsTimestamp, Operand::kBoolean, false},
};

constexpr std::string_view kPathSuffix = "Path";

const Operator* FindOperator(std::string_view name, bool& is_path) {
  for (const Operator& candidate : kOperators) {
    if (!name.starts_with(candidate.name)) {
      continue;
    }
    const std::string_view rest = name.substr(candidate.name.size());
    is_path = rest == kPathSuffix && candidate.has_path;
    if (rest.empty() || is_path) {
      return &candidate;
    }
  }
  return nullptr;
}

bool IsOperator(std::string_view name) {
  bool is_path = false;
  return FindOperator(name, is_path) != nullptr;
}

bool CheckOperand(const Place& place, const Operator& op, bool is_path, Problems& problems) {
  if (is_path) {
    return CheckShape(place, Shape::kPath, {}, Language::kJsonPath, problems);
  }
  switch (op.operand) {
    case Operand::kString:
      return CheckShape(place, Shape::kText, {}, Language::kJsonPath, problems);
    case Operand::kTimestamp:
      return CheckShape(place, Shape::kTimestamp, {}, Language::kJsonPath, problems);
    case Operand::kNumber:
      if (!place.node->is(json::Type::kNumber)) {
        problems.Error(code::kSchema,
                       place,
                       "expected a number, found " + Describe(*place.node) +
                           "; to compare with a value of the input, use " + std::string(op.name) +
                           "Path");
        return false;
      }
      return true;
    case Operand::kBoolean:
      if (!place.node->is(json::Type::kBoolean)) {
        problems.Error(
            code::kSchema, place, "expected true or false, found " + Describe(*place.node));
        return false;
      }
      return true;
  }
  return false;
}

// A literal that looks like a path: most likely the …Path operator was meant.
void WarnOfComparedPath(const Place& place, const Operator& op, bool is_path, Problems& problems) {
  const std::string_view text = place.node->text;
  if (op.operand == Operand::kString && op.has_path && !is_path &&
      (text.starts_with("$.") || text.starts_with("$$."))) {
    problems.Warning(code::kNoPath,
                     place,
                     Describe(*place.node) +
                         " is compared as it is; to compare with the value at "
                         "that path, use " +
                         std::string(op.name) + "Path");
  }
}

Condition CompileCondition(const Fields& fields, Problems& problems);

std::vector<Condition> CompileConditions(const Place& list, Problems& problems) {
  std::vector<Condition> conditions;
  for (std::size_t i = 0; i < list.node->items.size(); ++i) {
    const Place item = list.Item(i);
    conditions.push_back(CompileCondition(
        CheckFields(item, kConditionObject, Language::kJsonPath, problems, IsOperator), problems));
  }
  return conditions;
}

Condition CompileTest(const Fields& fields, const SourceMember& member, Problems& problems) {
  const Place place = fields.object().Member(member);
  bool is_path = false;
  const Operator& op = *FindOperator(member.name, is_path);
  Test test;
  test.comparison = op.comparison;
  test.variable = CompilePath(fields.Get("Variable"));
  if (!fields.Has("Variable")) {
    problems.Error(code::kSchema, fields.object(), "These fields are required: [Variable]");
  }
  if (!CheckOperand(place, op, is_path, problems)) {
    return {.rule = std::move(test)};
  }
  WarnOfComparedPath(place, op, is_path, problems);
  if (is_path) {
    test.operand = CompilePath(&place);
  } else {
    json::Arena arena;
    test.operand = json::Write(ToValue(*place.node, arena));
  }
  return {.rule = std::move(test)};
}

// The members that make the condition: And, Or, Not or an operator.
std::vector<const SourceMember*> FindTests(const SourceNode& node) {
  std::vector<const SourceMember*> tests;
  for (const SourceMember& member : node.members) {
    if (member.name == "And" || member.name == "Or" || member.name == "Not" ||
        IsOperator(member.name)) {
      tests.push_back(&member);
    }
  }
  return tests;
}

// Recursion: as deep as the tree.
Condition CompileCondition(const Fields& fields, Problems& problems) {
  const Place& place = fields.object();
  const std::vector<const SourceMember*> tests = FindTests(*place.node);
  if (!place.node->is(json::Type::kObject)) {
    return {};
  }
  if (tests.empty()) {
    problems.Error(code::kSchema,
                   place,
                   "the condition compares nothing; give it And, Or, Not, or Variable and an "
                   "operator such as StringEquals");
    return {};
  }
  for (std::size_t i = 1; i < tests.size(); ++i) {
    problems.ErrorAtName(code::kSchema,
                         place.Member(*tests[i]),
                         "'" + std::string(tests[0]->name) + "' and '" +
                             std::string(tests[i]->name) +
                             "' exclude each other; join two conditions with And");
  }
  const bool is_test = IsOperator(tests[0]->name);
  if (!is_test && fields.Has("Variable")) {
    problems.ErrorAtName(code::kSchema,
                         place.Member(*place.node->Find("Variable")),
                         "'Variable' belongs into the conditions of '" +
                             std::string(tests[0]->name) + "', not beside it");
  }
  if (is_test) {
    return CompileTest(fields, *tests[0], problems);
  }
  if (const Place* list = fields.Get("And")) {
    return {.rule = And{.conditions = CompileConditions(*list, problems)}};
  }
  if (const Place* list = fields.Get("Or")) {
    return {.rule = Or{.conditions = CompileConditions(*list, problems)}};
  }
  if (const Place* negated = fields.Get("Not")) {
    Not rule;
    rule.condition.push_back(CompileCondition(
        CheckFields(*negated, kConditionObject, Language::kJsonPath, problems, IsOperator),
        problems));
    return {.rule = std::move(rule)};
  }
  return {};
}

}  // namespace

ChoiceState CompileChoice(const Fields& fields,
                          Language language,
                          Transitions& transitions,
                          Problems& problems) {
  ChoiceState choice;
  if (const Place* next = fields.Get("Default")) {
    choice.default_next = transitions.To(*next);
  }
  const Place* rules = fields.Get("Choices");
  if (rules == nullptr) {
    return choice;
  }
  const bool is_path_language = language == Language::kJsonPath;
  for (std::size_t i = 0; i < rules->node->items.size(); ++i) {
    const Place place = rules->Item(i);
    const Fields rule_fields = CheckFields(
        place, kChoiceRuleObject, language, problems, is_path_language ? IsOperator : nullptr);
    ChoiceRule rule;
    if (is_path_language) {
      rule.condition = CompileCondition(rule_fields, problems);
    } else if (auto condition = CompileJsonata(rule_fields.Get("Condition"))) {
      rule.condition = *std::move(condition);
    }
    rule.assign = CompileValue(rule_fields.Get("Assign"), language);
    rule.output = CompileJsonata(rule_fields.Get("Output"));
    if (const Place* next = rule_fields.Get("Next")) {
      rule.next = transitions.To(*next);
    }
    choice.rules.push_back(std::move(rule));
  }
  return choice;
}

}  // namespace pawl::asl
