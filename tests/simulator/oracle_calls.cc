// Tasks.
#include "tests/simulator/script.h"
#include "tests/simulator/walker.h"

namespace pawl::simulator {

Evaluated Walker::Call(const Visit& visit, const PlainJson& input) {
  for (const char* field : {"TimeoutSecondsPath", "HeartbeatSecondsPath"}) {
    const PlainJson* path = visit.state.Find(field);
    if (path == nullptr) continue;
    const auto seconds = Read(visit, path->text, visit.raw_input);
    if (!seconds || seconds->AsInteger().value_or(0) < 1) return FailureOf(kRuntimeError);
  }
  std::string function = visit.state.Find("Resource")->text;
  const bool is_invoke = function == "arn:aws:states:::lambda:invoke";
  if (is_invoke) {
    const PlainJson* name = input.Find("FunctionName");
    if (name == nullptr || !name->is_string()) return FailureOf(kRuntimeError);
    function = name->text;
  }
  Begin(visit);
  const auto fault = observed_.faults.find(KeyOf(visit));
  if (fault != observed_.faults.end()) {
    Failure failure = FailureOf(fault->second);
    if (fault->second == "States.HeartbeatTimeout") {
      failure.error.text = "States.Timeout";
      failure.alias = fault->second;
    }
    return failure;
  }
  PlainJson payload = input;
  if (is_invoke) {
    const PlainJson* inner = input.Find("Payload");
    payload = inner == nullptr ? PlainJson::Object() : *inner;
  }
  if (const std::size_t prefix = function.find(":function:"); prefix != std::string::npos) {
    function.erase(0, prefix + 10);
  }
  function = function.substr(0, function.find(':'));
  FunctionOutcome outcome = CallFunction(function, payload);
  if (!outcome.output) {
    return Failure{
        .error = PlainJson::String(outcome.error),
        .cause = outcome.cause.empty() ? PlainJson::SomeText() : PlainJson::String(outcome.cause)};
  }
  if (!is_invoke) return std::move(*outcome.output);
  // The envelope's metadata are Lambda's; the generator selects what stands here.
  return PlainJson::Object({{"ExecutedVersion", PlainJson::String("$LATEST")},
                            {"Payload", std::move(*outcome.output)},
                            {"StatusCode", PlainJson::Number(200)}});
}

}  // namespace pawl::simulator
