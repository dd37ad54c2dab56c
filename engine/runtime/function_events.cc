#include "engine/runtime/function_events.h"

#include <utility>

#include "engine/json/parse.h"
#include "engine/json/write.h"

namespace pawl::runtime {
namespace {

// AWS Lambda Developer Guide, "Asynchronous invocation": an error of the function is tried again
// after one and after two minutes; throttles and errors of the service for up to six hours, first
// after a second, then up to five minutes apart.
constexpr char kDefinition[] = R"json({
  "Comment": "Functions that were invoked as events: by Lambda's Invoke, or by a lambda:invoke",
  "StartAt": "Invoke",
  "States": {
    "Invoke": {
      "Type": "Task",
      "Resource": "arn:aws:states:::lambda:invoke",
      "Parameters": {"FunctionName.$": "$.FunctionName", "Payload.$": "$.Payload"},
      "Retry": [
        {
          "ErrorEquals": ["Lambda.TooManyRequestsException", "Lambda.ServiceException",
                          "Pawl.WorkerLost"],
          "IntervalSeconds": 1,
          "BackoffRate": 2,
          "MaxDelaySeconds": 300,
          "MaxAttempts": 79
        },
        {
          "ErrorEquals": ["States.ALL"],
          "IntervalSeconds": 60,
          "BackoffRate": 2,
          "MaxAttempts": 2
        }
      ],
      "End": true
    }
  }
})json";

// lambda:invoke takes a string that is JSON for the event's text, and null for an empty object:
// those are given as their text.
bool IsGivenAsText(std::string_view payload) {
  json::Arena arena;
  const auto parsed = json::Parse(payload, arena);
  if (!parsed.ok()) return false;
  return parsed->is_null() || (parsed->is_string() && json::Check(parsed->string()).ok());
}

std::string InputAround(const InvocationRequest& request, std::string_view payload) {
  std::string name = request.function;
  if (!request.qualifier.empty()) name += ":" + request.qualifier;
  std::string input = R"({"FunctionName":)";
  json::WriteStringTo(input, name);
  input += R"(,"Payload":)";
  IsGivenAsText(payload) ? json::WriteStringTo(input, payload) : void(input += payload);
  input += '}';
  return input;
}

Status MakeStateMachine(Engine& engine, NamespaceId namespace_id) {
  const auto known = engine.DescribeStateMachine(namespace_id, kEventStateMachine, 0);
  if (known.ok() && known->type != asl::MachineType::kStandard) {
    return Unavailable(std::string("the state machine '") + kEventStateMachine +
                       "' is EXPRESS: events would not be durable; delete it, and the next event "
                       "makes the right one");
  }
  if (known.status().code() != StatusCode::kNotFound) return known.status();
  const auto deployed = engine.Deploy({.namespace_id = namespace_id,
                                       .name = kEventStateMachine,
                                       .definition = kDefinition,
                                       .must_be_new = true});
  // Another event was the first one.
  if (deployed.ok() || deployed.status().code() == StatusCode::kAlreadyExists) return {};
  return deployed.status();
}

}  // namespace

std::string_view EventDefinition() {
  return kDefinition;
}

std::size_t EventInputBytes(const InvocationRequest& request) {
  return InputAround(request, "").size();
}

std::string TaskRequestId(const interpreter::ExecutionHeader& header,
                          FrameNumber frame,
                          std::uint32_t wait_number) {
  if (header.state_machine == kEventStateMachine) return header.name;
  return interpreter::RequestId(header, frame, wait_number);
}

void StartEvent(Engine& engine,
                const InvocationRequest& request,
                std::string name,
                std::function<void(const Status&)> done) {
  const Status made = MakeStateMachine(engine, request.namespace_id);
  if (!made.ok()) return done(made);
  engine.StartExecution(
      {.namespace_id = request.namespace_id,
       .state_machine = kEventStateMachine,
       .name = std::move(name),
       .input = InputAround(request, request.payload.view())},
      [done = std::move(done)](const Result<StartResponse>& started) {
        // AWS has no name for it; clients try again what is a failure here.
        const bool is_deleting = started.status().reason() == "StateMachineDeleting";
        done(is_deleting ? Unavailable(started.status().message()) : started.status());
      });
}

}  // namespace pawl::runtime
