// How the engine starts an execution for a states:startExecution, and the errors it answers with.
#include <string>
#include <string_view>
#include <utility>

#include "engine/interpreter/task_call.h"
#include "engine/rows/keys.h"
#include "engine/runtime/engine_impl.h"
#include "engine/runtime/function_events.h"

namespace pawl::runtime {
namespace {

// The state machine that `text` means, and the version or alias behind it: an ARN, or bare names.
Result<QualifiedName> StateMachineNameOf(const std::string& text) {
  constexpr std::string_view kResource = ":stateMachine:";
  if (!text.starts_with("arn:")) return SplitQualified(text);
  const std::size_t place = text.find(kResource);
  if (place == std::string::npos) {
    return InvalidArgument("Invalid Arn: '" + text + "'").WithReason("InvalidArn");
  }
  return SplitQualified(std::string_view(text).substr(place + kResource.size()));
}

// The disk is full, or the store does not answer: the call is made again in a while.
bool Passes(const Status& status) {
  return status.code() == StatusCode::kResourceExhausted ||
         status.code() == StatusCode::kUnavailable;
}

}  // namespace

void EngineImpl::Post(ShardId shard, ShardRequest request) {
  ExecutorOf(shard).Post(shard, std::move(request));
}

void EngineImpl::RefuseCall(const TaskRef& ref,
                            const Status& status,
                            bool is_aws_sdk,
                            const std::string& request_id) {
  if (Passes(status)) {
    Post(ref.execution.shard, ChildRefusedCommand{ref.execution, ref.frame});
    // Of a call that was taken back its message asks again.
    if (status.code() != StatusCode::kUnavailable) return;
    const rows::OutboxKeyParts message{
        .id = ref.execution, .frame = ref.frame, .wait_number = ref.wait_number};
    return Post(ref.execution.shard, DeliveredCommand{.message = message, .status = status});
  }
  const std::string code = status.reason().empty() ? "Validation" : status.reason();
  // As recorded for an AWS SDK integration.
  const std::string details =
      is_aws_sdk ? " (Service: Sfn, Status Code: 400, Request ID: " + request_id +
                       ") (SDK Attempt Count: 1)"
                 : " (Service: AWSStepFunctions; Status Code: 400; Error Code: " + code +
                       "; Request ID: " + request_id + "; Proxy: null)";
  Post(ref.execution.shard,
       ChildAnsweredCommand{.ref = ref,
                            .error = (is_aws_sdk ? "Sfn." : "StepFunctions.") + code + "Exception",
                            .cause = status.message() + details});
}

void EngineImpl::SignalTask(SignalRequest request) {
  const TaskRef ref = request.from;
  auto done = [this, ref, request_id = request.request_id](const Result<bool>& result) {
    if (!result.ok()) return RefuseCall(ref, result.status(), true, request_id);
    Post(ref.execution.shard, ChildAnsweredCommand{.ref = ref, .output = Bytes("{}")});
  };
  interpreter::TaskSignal& signal = request.signal;
  if (request.call == asl::EngineCall::kSendTaskHeartbeat) {
    return HeartbeatTask(signal.token, std::move(done));
  }
  TaskEnd end;
  if (request.call == asl::EngineCall::kSendTaskSuccess) {
    end.output = Bytes(std::move(signal.output));
  } else {
    end.error = std::move(signal.error);
    end.cause = std::move(signal.cause);
  }
  EndTask(signal.token, std::move(end), std::move(done));
}

void EngineImpl::StartChild(ChildRequest request) {
  const TaskRef ref{.execution = request.parent.execution,
                    .frame = request.parent.frame,
                    .wait_number = request.parent.wait_number};
  const auto refuse = [this, ref, is_aws_sdk = request.is_aws_sdk, request_id = request.request_id](
                          const Status& status) {
    RefuseCall(ref, status, is_aws_sdk, request_id);
  };
  auto machine = StateMachineNameOf(request.start.state_machine_arn);
  if (!machine.ok()) return refuse(machine.status());
  auto command = Prepare({.namespace_id = request.namespace_id,
                          .state_machine = std::move(machine->state_machine),
                          .qualifier = std::move(machine->qualifier),
                          .name = std::move(request.start.name),
                          .input = std::move(request.start.input),
                          .priority = request.priority,
                          .fairness_key = std::move(request.fairness_key)});
  if (!command.ok()) return refuse(command.status());
  if (request.parent.is_waiting && !command->express_id.empty()) {
    return refuse(InvalidArgument("an execution of the EXPRESS state machine '" +
                                  command->request.state_machine +
                                  "' cannot be waited for: leave '.sync' out")
                      .WithReason("StateMachineTypeNotSupported"));
  }
  command->parent = request.parent;
  command->done = [this,
                   ref,
                   refuse,
                   request_id = request.request_id,
                   is_aws_sdk = request.is_aws_sdk,
                   is_waiting = request.parent.is_waiting,
                   hold = std::move(command->done)](const Result<StartResponse>& response) {
    if (!response.ok()) return refuse(response.status());
    // Who does not wait for it leaves it alone.
    std::optional<interpreter::ChildName> child;
    if (is_waiting) {
      child = {.state_machine = response->name.state_machine, .execution = response->name.name};
    }
    Post(ref.execution.shard,
         ChildAnsweredCommand{
             .ref = ref,
             .child = std::move(child),
             .output = Bytes(
                 is_aws_sdk ? interpreter::SdkChildStartedJson(response->arn, response->started_at)
                            : interpreter::ChildStartedJson(
                                  response->arn, response->started_at, request_id))});
  };
  const ShardId shard = rows::ShardOf(
      command->request.namespace_id, command->request.state_machine, command->request.name);
  Post(shard, std::move(*command));
}

void EngineImpl::CallUnawaited(UnawaitedCall call) {
  const TaskRef ref = call.task.ref;
  // Another Lambda's functions are not known here: its answer to the event says so.
  auto refusal = options_.lambda_endpoint.empty()
                     ? matcher_->FindRefusal(call.namespace_id, call.task)
                     : std::nullopt;
  if (refusal && clock_->Now() < call.unknown_until) {
    return Post(ref.execution.shard, ChildRefusedCommand{ref.execution, ref.frame});
  }
  if (refusal) {
    return Post(
        ref.execution.shard,
        ChildAnsweredCommand{
            .ref = ref, .error = std::move(refusal->error), .cause = std::move(refusal->cause)});
  }
  const auto taken = [this, ref] {
    Post(ref.execution.shard, ChildAnsweredCommand{.ref = ref, .output = Bytes("{}")});
  };
  if (call.invocation == interpreter::Invocation::kDryRun) return taken();
  const std::string name = call.task.request_id;
  StartEvent(
      *this,
      {.namespace_id = call.namespace_id,
       .function = std::move(call.task.function),
       .qualifier = std::move(call.task.qualifier),
       .payload = std::move(call.task.payload)},
      name,
      [this, ref, taken, name](const Status& started) {
        // The name is the attempt's own: its event is there already.
        if (started.ok() || started.code() == StatusCode::kAlreadyExists) return taken();
        if (Passes(started)) {
          return Post(ref.execution.shard, ChildRefusedCommand{ref.execution, ref.frame});
        }
        Post(ref.execution.shard,
             ChildAnsweredCommand{.ref = ref,
                                  .error = "Lambda.ServiceException",
                                  .cause = started.message() +
                                           " (Service: AWSLambda; Status Code: 500; Error Code: "
                                           "ServiceException; Request ID: " +
                                           name + "; Proxy: null)"});
      });
}

}  // namespace pawl::runtime
