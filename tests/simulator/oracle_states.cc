// What states in JSONPath do that call nothing.
#include "engine/base/check.h"
#include "tests/simulator/plain_comparison.h"
#include "tests/simulator/walker.h"

namespace pawl::simulator {

Walker::StepOrFailure Walker::Attempt(const Visit& visit) {
  if (IsQuery(visit)) return AttemptQuery(visit);
  const std::string& type = visit.state.Find("Type")->text;
  if (type == "Fail") return Fail(visit);
  Evaluated filtered = Filter(visit, "InputPath", visit.raw_input);
  if (std::holds_alternative<Failure>(filtered)) return std::get<Failure>(filtered);
  PlainJson input = std::get<PlainJson>(std::move(filtered));
  if (type == "Choice") return Choose(visit, input);
  if (type == "Map") return Finish(visit, Iterate(visit, input));
  if (const PlainJson* parameters = visit.state.Find("Parameters")) {
    Evaluated filled = Fill(visit, *parameters, input);
    if (std::holds_alternative<Failure>(filled)) return std::get<Failure>(filled);
    input = std::get<PlainJson>(std::move(filled));
  }
  if (type == "Succeed") return Leave(visit, std::move(input), std::nullopt, {});
  if (type == "Wait") {
    if (auto failure = CheckWait(visit, input)) return std::move(*failure);
    return LeaveThrough(visit, visit.state, std::move(input), NextOf(visit));
  }
  if (type == "Pass") {
    const PlainJson* result = visit.state.Find("Result");
    return Finish(visit, result == nullptr ? std::move(input) : *result);
  }
  if (type == "Task") return Finish(visit, Call(visit, input));
  PAWL_CHECK(type == "Parallel");
  return Finish(visit, Branch(visit, input));
}

Walker::StepOrFailure Walker::Fail(const Visit& visit) {
  Failure failure;
  for (const bool is_error : {true, false}) {
    PlainJson& text = is_error ? failure.error : failure.cause;
    const std::string field = is_error ? "Error" : "Cause";
    if (const PlainJson* literal = visit.state.Find(field)) text = *literal;
    if (const PlainJson* path = visit.state.Find(field + "Path")) {
      const auto value = Read(visit, path->text, visit.raw_input);
      if (!value || !value->is_string()) return FailureOf(kRuntimeError);
      text = *value;
    }
  }
  return failure;
}

std::optional<Failure> Walker::CheckWait(const Visit& visit, const PlainJson& input) {
  if (const PlainJson* path = visit.state.Find("SecondsPath")) {
    const auto value = Read(visit, path->text, input);
    if (!value || !value->AsInteger() || *value->AsInteger() < 0) return FailureOf(kRuntimeError);
  }
  if (const PlainJson* path = visit.state.Find("TimestampPath")) {
    const auto value = Read(visit, path->text, input);
    if (!value || !IsTimestamp(*value)) return FailureOf(kRuntimeError);
  }
  return std::nullopt;
}

Walker::StepOrFailure Walker::Choose(const Visit& visit, const PlainJson& input) {
  for (const PlainJson& rule : visit.state.Find("Choices")->items) {
    const std::optional<bool> holds = Holds(visit, rule, input);
    if (!holds) return FailureOf(kRuntimeError);
    if (*holds) return LeaveThrough(visit, rule, input, rule.Find("Next")->text);
  }
  if (const PlainJson* otherwise = visit.state.Find("Default")) {
    return LeaveThrough(visit, visit.state, input, otherwise->text);
  }
  return FailureOf("States.NoChoiceMatched");
}

std::optional<bool> Walker::Holds(const Visit& visit,
                                  const PlainJson& rule,
                                  const PlainJson& input) {
  for (const auto& [field, operand] : rule.members) {
    if (field == "And" || field == "Or") {
      const bool decides = field == "Or";
      for (const PlainJson& part : operand.items) {
        const auto holds = Holds(visit, part, input);
        if (!holds || *holds == decides) return holds;
      }
      return !decides;
    }
    if (field == "Not") {
      const auto holds = Holds(visit, operand, input);
      if (!holds) return holds;
      return !*holds;
    }
  }
  const auto variable = Read(visit, rule.Find("Variable")->text, input);
  for (const auto& [field, given] : rule.members) {
    if (field == "Variable" || field == "Next" || field == "Assign") continue;
    std::string comparison = field;
    PlainJson operand = given;
    if (comparison.ends_with("Path")) {
      comparison.resize(comparison.size() - 4);
      const auto value = Read(visit, given.text, input);
      if (!value) return std::nullopt;
      operand = *value;
    }
    if (comparison == "IsPresent") return variable.has_value() == operand.boolean;
    if (!variable) return std::nullopt;
    if (comparison.starts_with("Is")) return HasType(comparison, *variable) == operand.boolean;
    return Compare(comparison, *variable, operand);
  }
  PAWL_CHECK(false);
  return std::nullopt;
}

}  // namespace pawl::simulator
