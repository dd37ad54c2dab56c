// States in JSONata.
#include "engine/base/check.h"
#include "tests/simulator/plain_expression.h"
#include "tests/simulator/walker.h"

namespace pawl::simulator {

bool Walker::IsQuery(const Visit& visit) {
  const PlainJson* language = visit.state.Find("QueryLanguage");
  return language != nullptr && language->text == "JSONata";
}

PlainJson Walker::Query(const Visit& visit, const PlainJson& shape, const QuerySources& sources) {
  PlainJson filled = shape;
  for (PlainJson& item : filled.items)
    item = Query(visit, item, sources);
  for (auto& [name, value] : filled.members)
    value = Query(visit, value, sources);
  std::string_view text = shape.text;
  if (!shape.is_string() || !text.starts_with("{%")) return filled;
  text.remove_prefix(2);
  text.remove_suffix(2);
  PlainJson states = PlainJson::Object({{"input", visit.raw_input}, {"context", Context(visit)}});
  if (sources.result != nullptr) states.Set("result", *sources.result);
  if (sources.error_output != nullptr) states.Set("errorOutput", *sources.error_output);
  const auto value = EvaluateExpression(text, [&](std::string_view name) {
    return name == "states" ? &states : visit.variables->Find(name);
  });
  PAWL_CHECK_MESSAGE(value.has_value(), shape.text.c_str());
  return *value;
}

Walker::Step Walker::LeaveQuery(const Visit& visit,
                                const PlainJson& holder,
                                PlainJson output,
                                std::optional<std::string> next,
                                const QuerySources& sources) {
  Step step{.output = {}, .next = std::move(next)};
  if (const PlainJson* assign = holder.Find("Assign")) {
    step.assigned = Query(visit, *assign, sources);
  }
  const PlainJson* given = holder.Find("Output");
  step.output = given == nullptr ? std::move(output) : Query(visit, *given, sources);
  return step;
}

Walker::StepOrFailure Walker::AttemptQuery(const Visit& visit) {
  const std::string& type = visit.state.Find("Type")->text;
  const PlainJson& input = visit.raw_input;
  if (type == "Fail") {
    return Failure{.error = Query(visit, *visit.state.Find("Error"), {}),
                   .cause = Query(visit, *visit.state.Find("Cause"), {})};
  }
  if (type == "Choice") {
    for (const PlainJson& rule : visit.state.Find("Choices")->items) {
      if (!Query(visit, *rule.Find("Condition"), {}).boolean) continue;
      return LeaveQuery(visit, rule, input, rule.Find("Next")->text, {});
    }
    return LeaveQuery(visit, visit.state, input, visit.state.Find("Default")->text, {});
  }
  if (type == "Pass" || type == "Wait") {
    return LeaveQuery(visit, visit.state, input, NextOf(visit), {});
  }
  const PlainJson* given = visit.state.Find("Arguments");
  const PlainJson arguments = given == nullptr ? input : Query(visit, *given, {});
  Evaluated result = type == "Task"       ? Call(visit, arguments)
                     : type == "Parallel" ? Branch(visit, arguments)
                                          : Iterate(visit, input);
  if (std::holds_alternative<Failure>(result)) return std::get<Failure>(result);
  const auto& value = std::get<PlainJson>(result);
  return LeaveQuery(visit, visit.state, value, NextOf(visit), {.result = &value});
}

}  // namespace pawl::simulator
