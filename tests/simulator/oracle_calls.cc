// Tasks.
#include "tests/simulator/script.h"
#include "tests/simulator/walker.h"

namespace pawl::simulator {
namespace {

constexpr std::string_view kStartExecution = "arn:aws:states:::states:startExecution";
constexpr std::string_view kInvoke = "arn:aws:states:::lambda:invoke";
constexpr std::string_view kInvokeWithToken = "arn:aws:states:::lambda:invoke.waitForTaskToken";

Evaluated ResultOf(FunctionOutcome outcome) {
  if (outcome.output) return std::move(*outcome.output);
  return Failure{
      .error = PlainJson::String(outcome.error),
      .cause = outcome.cause.empty() ? PlainJson::SomeText() : PlainJson::String(outcome.cause)};
}

// NAME, NAME:QUALIFIER, or an ARN.
std::string FunctionOf(std::string name) {
  if (const std::size_t prefix = name.find(":function:"); prefix != std::string::npos) {
    name.erase(0, prefix + 10);
  }
  return name.substr(0, name.find(':'));
}

}  // namespace

std::optional<Failure> Walker::FaultOf(const Visit& visit) const {
  const auto fault = observed_.faults.find(KeyOf(visit));
  if (fault == observed_.faults.end()) return std::nullopt;
  Failure failure = FailureOf(fault->second);
  if (fault->second == "States.HeartbeatTimeout") {
    failure.error.text = "States.Timeout";
    failure.alias = fault->second;
  }
  return failure;
}

Evaluated Walker::Call(const Visit& visit, const PlainJson& input) {
  for (const char* field : {"TimeoutSecondsPath", "HeartbeatSecondsPath"}) {
    const PlainJson* path = visit.state.Find(field);
    if (path == nullptr) continue;
    const auto seconds = Read(visit, path->text, visit.raw_input);
    if (!seconds || seconds->AsInteger().value_or(0) < 1) return FailureOf(kRuntimeError);
  }
  const std::string& resource = visit.state.Find("Resource")->text;
  if (const std::size_t at = resource.find(":activity:"); at != std::string::npos) {
    return CallActivity(visit, resource.substr(at + 10), input);
  }
  if (resource == kInvoke || resource == kInvokeWithToken) {
    return Invoke(visit, resource == kInvokeWithToken, input);
  }
  if (resource.starts_with(kStartExecution)) return CallChild(visit, input);
  Begin(visit);
  if (auto fault = FaultOf(visit)) return std::move(*fault);
  return ResultOf(CallFunction(FunctionOf(resource), input));
}

Evaluated Walker::CallActivity(const Visit& visit,
                               const std::string& activity,
                               const PlainJson& input) {
  Begin(visit);
  if (auto fault = FaultOf(visit)) return std::move(*fault);
  if (activity == kUnknownActivity) return FailureOf("ActivityDoesNotExist");
  return ResultOf(CallFunction(activity, input));
}

// What became of the execution is its own matter. One that was given a token is let be: who has the
// token answers.
Evaluated Walker::CallChild(const Visit& visit, const PlainJson& input) {
  Begin(visit);
  if (auto fault = FaultOf(visit)) return std::move(*fault);
  if (visit.state.Find("Resource")->text.ends_with(".waitForTaskToken")) {
    return ResultOf(CallFunction(kTokenChildFunction, *input.Find("Input")));
  }
  const auto call = observed_.calls.find(KeyOf(visit));
  if (call == observed_.calls.end()) return FailureOf("never ended");
  if (call->second.output) return *call->second.output;
  return Failure{.error = call->second.error, .cause = call->second.cause};
}

Evaluated Walker::Invoke(const Visit& visit, bool has_token, const PlainJson& input) {
  const PlainJson* name = input.Find("FunctionName");
  if (name == nullptr || !name->is_string()) return FailureOf(kRuntimeError);
  Begin(visit);
  if (auto fault = FaultOf(visit)) return std::move(*fault);
  const PlainJson* payload = input.Find("Payload");
  const std::string function = FunctionOf(name->text);
  const PlainJson* type = input.Find("InvocationType");
  // Nobody waits for what becomes of it; but a function has to be there.
  if (type != nullptr && function != kUnknownFunction) {
    return PlainJson::Object(
        {{"StatusCode", PlainJson::Number(type->text == "Event" ? 202 : 204)}});
  }
  Evaluated result =
      ResultOf(CallFunction(function, payload == nullptr ? PlainJson::Object() : *payload));
  // With a token the answer comes from whoever has it, as it is.
  if (has_token || std::holds_alternative<Failure>(result)) return result;
  // The envelope's metadata are Lambda's; the generator selects what stands here.
  return PlainJson::Object({{"ExecutedVersion", PlainJson::String("$LATEST")},
                            {"Payload", std::get<PlainJson>(std::move(result))},
                            {"StatusCode", PlainJson::Number(200)}});
}

}  // namespace pawl::simulator
