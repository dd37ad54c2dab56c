// What a waiting task calls: the part of a task that the runtime needs to hand it to a worker.
#pragma once

#include <string>
#include <string_view>

#include "engine/base/status.h"
#include "engine/interpreter/turn.h"

namespace pawl::interpreter {

struct TaskCall {
  std::string function;
  std::string qualifier;
  Bytes payload;
  // The answer is to bring TaskEnded::log_tail.
  bool wants_log = false;
  // JSON text that the function's context object has as client_context; may be empty.
  std::string client_context = {};
  Invocation invocation = Invocation::kRequestResponse;
};

// What a worker gets of the task. The event of a call that a built-in function makes (asl's
// ServiceFunction) is {"Resource": "sqs:sendMessage", "Parameters": {…}}; what the function returns
// is the task's result as it is. The call that starts a job is
// {"Resource": "glue:startJobRun.sync", "Parameters": {…}}; with "Started", what that call
// returned, the same event asks kAwsJobFunction for the job's end.
//
// `frame` waits for a task; `parameters` and `job` are the texts of its TaskWait::parameters and
// TaskWait::job, the latter without a value where there is none.
TaskCall CallOf(const asl::StateMachine& machine,
                const Frame& frame,
                const Bytes& parameters,
                const Bytes& job);
// The same call made at another AWS Lambda API: a call of the built-in kLambdaEndpointFunction.
// What names no function of its own (`frame` calls a service) stays as it is.
TaskCall CallElsewhere(const asl::StateMachine& machine,
                       const Frame& frame,
                       TaskCall call,
                       std::string_view endpoint);

// What a states:startExecution asks for.
struct ChildStart {
  // As the parameters write it: an ARN, possibly with a version or alias behind it.
  std::string state_machine_arn = {};
  // The attempt's own where the parameters name none.
  std::string name = {};
  std::string input = {};
};

// `frame` waits for a states:startExecution. InvalidArgument: what is wrong with `parameters`.
Result<ChildStart> ChildStartOf(const ExecutionHeader& header,
                                const Frame& frame,
                                const Bytes& parameters);

// The answer to states:startExecution. `request_id` as RequestId gives it.
std::string ChildStartedJson(const std::string& execution_arn,
                             Timestamp started_at,
                             const std::string& request_id);
// The same to aws-sdk:sfn:startExecution.
std::string SdkChildStartedJson(const std::string& execution_arn, Timestamp started_at);

// What a call of SendTaskSuccess, SendTaskFailure or SendTaskHeartbeat says.
struct TaskSignal {
  std::string token = {};
  // JSON text; of a success.
  std::string output = {};
  // Of a failure.
  std::optional<std::string> error = {};
  std::optional<std::string> cause = {};
};

// InvalidArgument: what is wrong with `parameters`.
Result<TaskSignal> TaskSignalOf(const Bytes& parameters);

// A UUID that is the same for every delivery of one attempt, and for no other.
std::string RequestId(const ExecutionHeader& header, FrameNumber frame, std::uint32_t wait_number);

// UUIDs of a Map run, and of its executions.
std::string MapRunId(const ExecutionHeader& header, EventId run);
std::string MapChildName(const ExecutionHeader& header, EventId run, std::uint32_t index);

struct FunctionName {
  std::string function;
  std::string qualifier;
};

// NAME, NAME:QUALIFIER, ACCOUNT:function:NAME or a whole ARN, as Lambda's Invoke takes them.
FunctionName ParseFunctionName(std::string_view text);

}  // namespace pawl::interpreter
