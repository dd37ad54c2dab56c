// Choice: the first rule that holds (ASL specification, "Choice State").
#include <cmath>
#include <string>
#include <string_view>

#include "engine/base/overloaded.h"
#include "engine/interpreter/interpreter.h"
#include "engine/json/parse.h"

namespace pawl::interpreter {
namespace {

using asl::Comparison;

enum class Order : std::uint8_t { kEquals, kLess, kGreater, kLessEquals, kGreaterEquals };

// The five comparisons of each type stand in the same order.
Order OrderOf(Comparison comparison, Comparison first) {
  return static_cast<Order>(static_cast<int>(comparison) - static_cast<int>(first));
}

template <typename T>
bool Holds(Order order, const T& a, const T& b) {
  switch (order) {
    case Order::kEquals:
      return a == b;
    case Order::kLess:
      return a < b;
    case Order::kGreater:
      return a > b;
    case Order::kLessEquals:
      return a <= b;
    case Order::kGreaterEquals:
      return a >= b;
  }
  return false;
}

// StringMatches: '*' stands for any characters, "\\*" for a star and "\\\\" for a backslash. Linear
// in the text for each star; no recursion.
bool MatchesPattern(std::string_view text, std::string_view pattern) {
  std::size_t t = 0;
  std::size_t p = 0;
  std::size_t star = std::string_view::npos;
  std::size_t star_text = 0;
  while (t < text.size()) {
    if (p < pattern.size() && pattern[p] == '*') {
      star = p++;
      star_text = t;
      continue;
    }
    const bool is_escape = p + 1 < pattern.size() && pattern[p] == '\\' &&
                           (pattern[p + 1] == '*' || pattern[p + 1] == '\\');
    const std::size_t width = is_escape ? 2 : 1;
    if (p < pattern.size() && text[t] == pattern[p + width - 1]) {
      p += width;
      ++t;
      continue;
    }
    if (star == std::string_view::npos) return false;
    p = star + 1;
    t = ++star_text;
  }
  while (p < pattern.size() && pattern[p] == '*')
    ++p;
  return p == pattern.size();
}

bool IsTimestamp(json::Value value) {
  return value.is_string() && ParseTimestamp(value.string()).has_value();
}

// Is... comparisons: `operand` says what is expected.
bool HasType(Comparison comparison, json::Value value) {
  switch (comparison) {
    case Comparison::kIsNull:
      return value.is_null();
    case Comparison::kIsNumeric:
      return value.is_number();
    case Comparison::kIsString:
      return value.is_string();
    case Comparison::kIsBoolean:
      return value.is_boolean();
    case Comparison::kIsTimestamp:
      return IsTimestamp(value);
    default:
      return true;  // IsPresent: there is a value
  }
}

bool Compare(Comparison comparison, json::Value value, json::Value operand) {
  if (comparison <= Comparison::kStringGreaterThanEquals) {
    return value.is_string() && operand.is_string() &&
           Holds(OrderOf(comparison, Comparison::kStringEquals), value.string(), operand.string());
  }
  if (comparison == Comparison::kStringMatches) {
    return value.is_string() && operand.is_string() &&
           MatchesPattern(value.string(), operand.string());
  }
  if (comparison <= Comparison::kNumericGreaterThanEquals) {
    if (!value.is_number() || !operand.is_number()) return false;
    const Order order = OrderOf(comparison, Comparison::kNumericEquals);
    const auto a = value.AsInt64();
    const auto b = operand.AsInt64();
    if (a && b) return Holds(order, *a, *b);
    return Holds(order, value.AsDouble(), operand.AsDouble());
  }
  if (comparison == Comparison::kBooleanEquals) {
    return value.is_boolean() && operand.is_boolean() && value.boolean() == operand.boolean();
  }
  if (!IsTimestamp(value) || !IsTimestamp(operand)) return false;
  return Holds(OrderOf(comparison, Comparison::kTimestampEquals),
               *ParseTimestamp(value.string()),
               *ParseTimestamp(operand.string()));
}

}  // namespace

Result<bool> Interpreter::Holds(Frame& frame, const asl::Condition& condition, Datum& input) {
  return std::visit(Overloaded{[&](const asl::And& all) -> Result<bool> {
                                 for (const asl::Condition& part : all.conditions) {
                                   ASSIGN_OR_RETURN(const bool holds, Holds(frame, part, input));
                                   if (!holds) return false;
                                 }
                                 return true;
                               },
                               [&](const asl::Or& any) -> Result<bool> {
                                 for (const asl::Condition& part : any.conditions) {
                                   ASSIGN_OR_RETURN(const bool holds, Holds(frame, part, input));
                                   if (holds) return true;
                                 }
                                 return false;
                               },
                               [&](const asl::Not& negation) -> Result<bool> {
                                 ASSIGN_OR_RETURN(const bool holds,
                                                  Holds(frame, negation.condition.front(), input));
                                 return !holds;
                               },
                               [&](const asl::Test& test) { return Holds(frame, test, input); }},
                    condition.rule);
}

Result<bool> Interpreter::Holds(Frame& frame, const asl::Test& test, Datum& input) {
  const bool is_type_test = test.comparison >= Comparison::kIsNull;
  const auto value = EvaluatePath(frame, test.variable, input);
  json::Value operand;
  if (const auto* literal = std::get_if<std::string>(&test.operand)) {
    ASSIGN_OR_RETURN(operand, json::Parse(*literal, arena_));
  } else {
    const auto& path = std::get<expression::Path>(test.operand);
    const auto found = EvaluatePath(frame, path, input);
    if (!found.ok()) {
      return InvalidArgument("Invalid path '" + path.text() +
                             "': The choice state's condition path references an invalid value.");
    }
    operand = *found;
  }
  if (is_type_test) {
    const bool expected = operand.is_boolean() && operand.boolean();
    if (test.comparison == Comparison::kIsPresent) return value.ok() == expected;
    if (value.ok()) return HasType(test.comparison, *value) == expected;
  }
  if (!value.ok()) {
    return InvalidArgument("Invalid path '" + test.variable.text() +
                           "': The choice state's condition path references an invalid value.");
  }
  return Compare(test.comparison, *value, operand);
}

void Interpreter::ExecuteChoice(Frame& frame) {
  auto input = EffectiveInput(frame);
  if (!input) return;
  const auto& choice = std::get<asl::ChoiceState>(StateOf(frame).details);
  for (const asl::ChoiceRule& rule : choice.rules) {
    bool is_match = false;
    if (const auto* query = std::get_if<expression::JsonataTemplate>(&rule.condition)) {
      const auto value = QueryAs(json::Type::kBoolean, frame, *query, "Condition");
      if (!value.ok()) return FailQuery(frame, value.status());
      is_match = value->boolean();
    } else {
      const auto holds = Holds(frame, std::get<asl::Condition>(rule.condition), *input);
      if (!holds.ok()) return FailRuntime(frame, holds.status().message());
      is_match = *holds;
    }
    if (!is_match) continue;
    // A rule's Output and Assign stand in place of the state's.
    return LeaveThrough(frame,
                        std::move(*input),
                        {.next = rule.next, .assign = &rule.assign, .output = &rule.output});
  }
  if (choice.default_next != asl::kNoState) {
    const asl::State& state = StateOf(frame);
    return LeaveThrough(
        frame,
        std::move(*input),
        {.next = choice.default_next, .assign = &state.assign, .output = &state.output});
  }
  Fail(frame,
       {.error = "States.NoChoiceMatched",
        .cause = Preamble(frame) +
                 "Failed to transition out of the state. The state does not point to a "
                 "next state."});
}

}  // namespace pawl::interpreter
