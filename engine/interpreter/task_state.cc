// Task: a function is scheduled, and its result or error comes back as a message.
#include <string>
#include <string_view>
#include <utility>

#include "engine/base/built_in_function.h"
#include "engine/base/hash.h"
#include "engine/base/uuid.h"
#include "engine/expression/digest.h"
#include "engine/interpreter/advance.h"
#include "engine/interpreter/client_context.h"
#include "engine/interpreter/interpreter.h"
#include "engine/interpreter/task_events.h"
#include "engine/json/parse.h"
#include "engine/json/write.h"

namespace pawl::interpreter {
namespace {

using Integration = asl::TaskState::Integration;

// The API model's bound of TimeoutSeconds and HeartbeatSeconds.
constexpr std::int64_t kTaskSecondsMax = 99'999'999;

// The event that lambda:invoke passes on. As recorded: a string is the event's JSON text, and no
// payload is an empty object. A string that is no JSON, which Lambda refuses, is the event itself.
std::string InvokedEvent(const json::Value* payload) {
  if (payload == nullptr || payload->is_null()) return "{}";
  if (payload->is_string() && json::Check(payload->string()).ok()) {
    return std::string(payload->string());
  }
  return json::Write(*payload);
}

// What lambda:invoke gives beside the function's own result. The request id is the attempt's; the
// log, in Base64, is there if the call asked for it.
std::string InvokeEnvelope(std::string_view result,
                           const std::string& request_id,
                           const std::string& version,
                           const std::optional<std::string>& log) {
  std::string text = R"({"ExecutedVersion":")" + version + R"(",)";
  if (log) text += R"("LogResult":")" + *log + R"(",)";
  text += R"("Payload":)";
  text += result;
  text += R"(,"SdkHttpMetadata":{"AllHttpHeaders":{)";
  if (log) text += R"("X-Amz-Log-Result":[")" + *log + R"("],)";
  text += R"("X-Amz-Executed-Version":[")" + version + R"("],"x-amzn-RequestId":[")" + request_id +
          R"("],"Content-Type":["application/json"]},"HttpHeaders":)"
          R"({"Content-Type":"application/json","X-Amz-Executed-Version":")" +
          version + R"(",)";
  if (log) text += R"("X-Amz-Log-Result":")" + *log + R"(",)";
  text += R"("x-amzn-RequestId":")" + request_id +
          R"("},"HttpStatusCode":200},"SdkResponseMetadata":{"RequestId":")" + request_id +
          R"("},"StatusCode":200})";
  return text;
}

// What lambda:invoke gives where it did not wait for the function: Lambda's answer has no body and
// names no version.
std::string TakenEnvelope(Invocation invocation, const std::string& request_id) {
  const std::string status = invocation == Invocation::kEvent ? "202" : "204";
  return R"({"Payload":"","SdkHttpMetadata":{"AllHttpHeaders":{"x-amzn-RequestId":[")" +
         request_id + R"("]},"HttpHeaders":{"x-amzn-RequestId":")" + request_id +
         R"("},"HttpStatusCode":)" + status + R"(},"SdkResponseMetadata":{"RequestId":")" +
         request_id + R"("},"StatusCode":)" + status + '}';
}

// AWS Lambda API Reference, "Invoke": InvocationType. nullopt: it is none of them.
std::optional<Invocation> InvocationOf(const json::Value& parameters) {
  const json::Value* type = parameters.Find("InvocationType");
  if (type == nullptr || type->is_null()) return Invocation::kRequestResponse;
  if (!type->is_string()) return std::nullopt;
  if (type->string() == "RequestResponse") return Invocation::kRequestResponse;
  if (type->string() == "Event") return Invocation::kEvent;
  if (type->string() == "DryRun") return Invocation::kDryRun;
  return std::nullopt;
}

// "sqs" or "aws-sdk:s3" of "sqs:sendMessage" or "aws-sdk:s3:getObject".
std::string_view ServiceOf(std::string_view service_call) {
  return service_call.substr(0, service_call.rfind(':'));
}

// What a worker's built-in function gets; `job` has no value before a job is started.
std::string ServiceEvent(const asl::TaskState& task, const Bytes& parameters, const Bytes& job) {
  std::string event = R"({"Resource":")";
  event += task.service_call;
  if (task.waits_for_job()) event += ".sync";
  event += R"(","Parameters":)";
  event += parameters.view();
  if (job.has_value()) {
    event += R"(,"Started":)";
    event += job.view();
  }
  event += '}';
  return event;
}

}  // namespace

std::string RequestId(const ExecutionHeader& header, FrameNumber frame, std::uint32_t wait_number) {
  const std::uint64_t high = HashCombine(header.seed, frame.value);
  return UuidOf(high, HashCombine(high, wait_number));
}

std::string MapRunId(const ExecutionHeader& header, EventId run) {
  const std::uint64_t high = HashCombine(HashCombine(header.seed, 0x6d617072756eU), run);
  return UuidOf(high, HashCombine(high, 0));
}

std::string MapChildName(const ExecutionHeader& header, EventId run, std::uint32_t index) {
  const std::uint64_t high = HashCombine(HashCombine(header.seed, 0x6368696c64U), run);
  return UuidOf(HashCombine(high, index), HashCombine(high, ~std::uint64_t{index}));
}

TaskCall CallOf(const asl::StateMachine& machine,
                const Frame& frame,
                const Bytes& parameters,
                const Bytes& job) {
  const auto& task = std::get<asl::TaskState>(machine.states[frame.state].details);
  const auto& wait = std::get<TaskWait>(frame.wait);
  if (task.integration == Integration::kService) {
    return {.function = wait.job ? std::string(kAwsJobFunction) : task.function_name,
            .qualifier = {},
            .payload = Bytes(ServiceEvent(task, parameters, job))};
  }
  if (task.integration != Integration::kLambdaInvoke) {
    return {.function = task.function_name, .qualifier = task.qualifier, .payload = parameters};
  }
  json::Arena arena;
  const auto parsed = json::Parse(parameters.view(), arena);
  PAWL_CHECK(parsed.ok());
  const json::Value* payload = parsed->Find("Payload");
  // One that is none fails the task before it comes here.
  const auto client_context = ClientContextOf(*parsed);
  return {.function = wait.function_name,
          .qualifier = wait.qualifier,
          .payload = Bytes(InvokedEvent(payload)),
          .wants_log = wait.wants_log,
          .client_context = client_context.ok() ? *client_context : std::string(),
          .invocation = wait.invocation};
}

TaskCall CallElsewhere(const asl::StateMachine& machine,
                       const Frame& frame,
                       TaskCall call,
                       std::string_view endpoint) {
  const auto& task = std::get<asl::TaskState>(machine.states[frame.state].details);
  if (task.integration != Integration::kLambdaFunction &&
      task.integration != Integration::kLambdaInvoke) {
    return call;
  }
  std::string event = R"({"Endpoint":)";
  json::WriteStringTo(event, endpoint);
  event += R"(,"FunctionName":)";
  json::WriteStringTo(event, call.function);
  if (!call.qualifier.empty()) {
    event += R"(,"Qualifier":)";
    json::WriteStringTo(event, call.qualifier);
  }
  if (!call.client_context.empty()) {
    event += R"(,"ClientContext":")" + expression::EncodeBase64(call.client_context) + '"';
  }
  event += R"(,"Payload":)";
  event += call.payload.view();
  event += '}';
  return {.function = std::string(kLambdaEndpointFunction),
          .qualifier = {},
          .payload = Bytes(std::move(event))};
}

std::optional<std::int64_t> Interpreter::TaskSeconds(Frame& frame,
                                                     const asl::ComputedNumber& field,
                                                     const char* name,
                                                     Datum& input,
                                                     bool& has_failed) {
  if (const auto* seconds = std::get_if<std::int64_t>(&field)) return *seconds;
  has_failed = true;
  if (const auto* query = std::get_if<expression::JsonataTemplate>(&field)) {
    const std::string_view place =
        std::string_view(name).substr(0, std::string_view(name).find("Path"));
    const auto computed = QueryNumber(frame, *query, place);
    if (!computed) return std::nullopt;
    const auto seconds = computed->is_number() ? computed->AsInt64() : std::nullopt;
    if (!seconds || *seconds < 1 || *seconds > kTaskSecondsMax) {
      FailQueryAfter(
          frame,
          frame.last_event,
          {StatusCode::kFailedPrecondition,
           "The " + std::string(place) +
               " field must be an integer between 1 and 99999999: " + json::Write(*computed),
           std::string(place)});
      return std::nullopt;
    }
    has_failed = false;
    return seconds;
  }
  const auto& path = std::get<expression::Path>(field);
  const auto value = ReadPath(frame, path, input);
  if (!value) return std::nullopt;
  const auto number = value->is_number() ? value->AsInt64() : std::nullopt;
  if (!number || *number < 1 || *number > kTaskSecondsMax) {
    FailRuntime(frame,
                "The " + std::string(name) + " field refers to value \"" +
                    (value->is_string() ? std::string(value->string()) : json::Write(*value)) +
                    "\" which is not a valid integer between 1 and 99999999: " + path.text());
    return std::nullopt;
  }
  has_failed = false;
  return number;
}

void Interpreter::ExecuteTask(Frame& frame) {
  const auto& task = std::get<asl::TaskState>(StateOf(frame).details);
  auto input = EffectiveInput(frame);
  if (!input) return;

  TaskWait wait;
  std::optional<InvocationRefusal> refusal;
  Datum raw_input(frame.input);
  bool has_failed = false;
  std::optional<std::int64_t> timeout;
  std::optional<std::int64_t> heartbeat;
  if (task.timeout_seconds) {
    timeout =
        TaskSeconds(frame, *task.timeout_seconds, "TimeoutSecondsPath", raw_input, has_failed);
  }
  if (!has_failed && task.heartbeat_seconds) {
    heartbeat =
        TaskSeconds(frame, *task.heartbeat_seconds, "HeartbeatSecondsPath", raw_input, has_failed);
  }
  if (has_failed) return;
  if (task.integration == Integration::kLambdaInvoke) {
    const json::Value parameters = ValueOf(*input);
    const json::Value* function = parameters.Find("FunctionName");
    const json::Value* qualifier = parameters.Find("Qualifier");
    const json::Value* log_type = parameters.Find("LogType");
    if (function == nullptr || !function->is_string() || function->string().empty()) {
      return FailRuntime(frame,
                         "The parameter 'FunctionName' of the lambda:invoke integration must be a "
                         "non-empty string.");
    }
    if (qualifier != nullptr && !qualifier->is_string() && !qualifier->is_null()) {
      return FailRuntime(
          frame, "The parameter 'Qualifier' of the lambda:invoke integration must be a string.");
    }
    FunctionName name = ParseFunctionName(function->string());
    wait.function_name = std::move(name.function);
    wait.qualifier = std::move(name.qualifier);
    if (qualifier != nullptr && qualifier->is_string()) wait.qualifier = qualifier->string();
    wait.wants_log = log_type != nullptr && log_type->is_string() && log_type->string() == "Tail";
    const auto client_context = ClientContextOf(parameters);
    if (!client_context.ok()) {
      refusal = {.error = "InvalidRequestContentException",
                 .name = "InvalidRequestContentException",
                 .message = client_context.status().message()};
    }
    if (const auto invocation = InvocationOf(parameters)) {
      wait.invocation = *invocation;
    } else {
      const json::Value& found = *parameters.Find("InvocationType");
      refusal = {.error = "AWSLambdaException",
                 .name = "ValidationException",
                 .message = "1 validation error detected: Value '" +
                            (found.is_string() ? std::string(found.string()) : json::Write(found)) +
                            "' at 'invocationType' failed to satisfy constraint: Member must "
                            "satisfy enum value set: [Event, RequestResponse, DryRun]"};
    }
  }

  if (task.integration == Integration::kEngineCall) {
    const std::string required =
        task.call == asl::EngineCall::kStartExecution ? "StateMachineArn" : "TaskToken";
    const json::Value parameters = ValueOf(*input);
    const json::Value* value = parameters.Find(required);
    if (value == nullptr || !value->is_string() || value->string().empty()) {
      return FailRuntime(
          frame, "The parameter '" + required + "' of the call must be a non-empty string.");
    }
  }

  wait.parameters = PayloadOf(*input);
  if (wait.parameters.bytes.size() > environment_.limits.payload_bytes_max) {
    return Fail(frame,
                {.error = "States.DataLimitExceeded",
                 .cause = "The state/task '" + StateOf(frame).name +
                          "' has parameters with a size exceeding the maximum number of "
                          "bytes service limit."});
  }
  HistoryEvent& scheduled = RecordOn(frame, EventsOf(task).scheduled);
  Attach(scheduled, wait.parameters);
  scheduled.timeout_seconds = timeout;
  scheduled.heartbeat_seconds = heartbeat;
  if (!rows_.header.test_case.empty() && EndByTestCase(frame)) return;
  if (refusal) return RefuseInvocation(frame, *refusal);
  wait.scheduled_event = scheduled.id;
  if (timeout) {
    wait.deadline = now_ + std::chrono::seconds(*timeout);
    turn_.effects.emplace_back(ArmTimer{frame.number, *wait.deadline});
  }
  if (heartbeat) wait.heartbeat = std::chrono::seconds(*heartbeat);
  SetWait(frame, std::move(wait));
  turn_.effects.emplace_back(DispatchTask{frame.number, frame.wait_number});
}

// Lambda refuses the call before it comes to the function.
void Interpreter::RefuseInvocation(Frame& frame, const InvocationRefusal& why) {
  RecordTaskStarted(frame, std::nullopt);
  const std::string request_id = RequestId(rows_.header, frame.number, frame.wait_number + 1);
  TaskFailed(frame,
             EventType::kTaskFailed,
             {.error = "Lambda." + why.error,
              .cause = why.message + " (Service: AWSLambda; Status Code: 400; Error Code: " +
                       why.name + "; Request ID: " + request_id + "; Proxy: null)"});
}

// Started is no turn of its own: it is written with the end of the attempt.
void Interpreter::RecordTaskStarted(Frame& frame, const std::optional<Lease>& lease) {
  HistoryEvent& started =
      RecordOn(frame, EventsOf(std::get<asl::TaskState>(StateOf(frame).details)).started);
  if (!lease || turn_.history.empty()) return;
  // The time it went out, as far as the history's order of times allows it.
  const std::size_t place = turn_.history.size() - 1;
  const Timestamp before = place == 0 ? rows_.last_event_at : turn_.history[place - 1].at;
  if (started.id == turn_.history.back().id) {
    started.at = std::max(before, std::min(lease->started_at, started.at));
  }
}

std::string Interpreter::TokenOf(const Frame& frame, std::uint32_t wait_number) const {
  if (environment_.task_tokens == nullptr) {
    return RequestId(rows_.header, frame.number, wait_number);
  }
  return environment_.task_tokens->TokenOf(rows_.id, frame.number, wait_number);
}

// The wait number stays: the token that is out there has it.
void Interpreter::AwaitToken(Frame& frame, const TaskWait& wait) {
  TokenWait token{.scheduled_event = wait.scheduled_event,
                  .deadline = wait.deadline,
                  .heartbeat = wait.heartbeat};
  frame.wait = token;
  if (token.heartbeat) {
    turn_.effects.emplace_back(ArmTimer{frame.number, now_ + *token.heartbeat});
  }
}

bool Interpreter::On(const TaskTaken& taken) {
  Frame* frame = Find(message_.frame);
  if (frame == nullptr || frame->wait_number != taken.wait_number) return false;
  const auto* wait = std::get_if<TaskWait>(&frame->wait);
  const auto* task = std::get_if<asl::TaskState>(&StateOf(*frame).details);
  if (wait == nullptr || task->integration != Integration::kActivity) return false;
  HistoryEvent& started = RecordOn(*frame, EventType::kActivityStarted);
  if (!taken.worker.empty()) started.worker = taken.worker;
  AwaitToken(*frame, TaskWait(*wait));
  return true;
}

bool Interpreter::On(const TokenEnded& ended) {
  Frame* frame = Find(message_.frame);
  if (frame == nullptr || frame->wait_number != ended.wait_number) return false;
  const auto* task = std::get_if<asl::TaskState>(&StateOf(*frame).details);
  if (std::holds_alternative<TaskWait>(frame->wait)) {
    // The function answers with its token before it returns.
    if (!task->waits_for_token()) return false;
    RecordTaskStarted(*frame, std::nullopt);
  } else if (!std::holds_alternative<TokenWait>(frame->wait)) {
    return false;
  }
  frame->wait = RunnableWait{.is_entered = true};
  if (!ended.output) {
    TaskFailed(*frame, EventsOf(*task).failed, {.error = ended.error, .cause = ended.cause});
    return true;
  }
  Payload result{.bytes = *ended.output};
  if (result.bytes.size() > environment_.limits.payload_bytes_max) {
    TaskFailed(*frame, EventsOf(*task).failed, ResultTooLarge(StateOf(*frame).name));
    return true;
  }
  HistoryEvent& succeeded = RecordOn(*frame, EventsOf(*task).succeeded);
  Attach(succeeded, result);
  LeaveWithResult(*frame, Datum(std::move(result)));
  return true;
}

bool Interpreter::On(const TaskEnded& ended) {
  Frame* frame = Find(message_.frame);
  if (frame == nullptr || !std::holds_alternative<TaskWait>(frame->wait) ||
      frame->wait_number != ended.wait_number) {
    return false;
  }
  const auto& task_state = std::get<asl::TaskState>(StateOf(*frame).details);
  const bool has_job = std::get<TaskWait>(frame->wait).job.has_value();
  // An activity's task is never a worker's: the engine itself ends it where nobody can take it.
  if (task_state.integration != Integration::kActivity && !has_job) {
    RecordTaskStarted(*frame, ended.lease);
  }
  if (ended.output && task_state.waits_for_token()) {
    FunctionReturned(*frame, AnswerOf(*frame, ended));
    return true;
  }
  if (ended.output && task_state.waits_for_execution()) {
    AwaitChild(*frame, ended);
    return true;
  }
  if (ended.output && task_state.waits_for_job() && !has_job) {
    AwaitJob(*frame, AnswerOf(*frame, ended));
    return true;
  }
  if (ended.output) {
    Bytes answer = AnswerOf(*frame, ended);
    frame->wait = RunnableWait{.is_entered = true};
    TaskSucceeded(*frame, std::move(answer));
  } else {
    frame->wait = RunnableWait{.is_entered = true};
    const auto& task = std::get<asl::TaskState>(StateOf(*frame).details);
    std::string cause = ended.cause;
    if (task.integration == Integration::kLambdaInvoke) {
      // As recorded: lambda:invoke compacts the function's error object, a direct ARN leaves it.
      const auto parsed = json::Parse(ended.cause, arena_);
      if (parsed.ok() && parsed->is_object()) cause = json::Write(*parsed);
    }
    // A call that can never be made fails like any state that cannot be executed.
    if (task.integration == Integration::kService && ended.error == kRuntimeError) {
      cause = Preamble(*frame) + cause;
    }
    Failure failure{.error = ended.error, .cause = std::move(cause)};
    // Workers leave the words to the engine.
    if (ended.error == kDataLimitExceeded && ended.cause.empty()) {
      failure = ResultTooLarge(CalledAs(task));
    }
    TaskFailed(*frame, EventsOf(task).failed, std::move(failure));
  }
  return true;
}

// The task's result: `ended` has an output, and `frame` still waits for it.
Bytes Interpreter::AnswerOf(const Frame& frame, const TaskEnded& ended) const {
  const auto& task = std::get<asl::TaskState>(StateOf(frame).details);
  // The engine and the built-in functions give the envelope of the service with the answer.
  if (task.integration != Integration::kLambdaInvoke) return *ended.output;
  const auto& wait = std::get<TaskWait>(frame.wait);
  const std::string request_id = RequestId(rows_.header, frame.number, frame.wait_number);
  if (wait.invocation != Invocation::kRequestResponse) {
    return Bytes(TakenEnvelope(wait.invocation, request_id));
  }
  std::optional<std::string> log;
  if (wait.wants_log) log = expression::EncodeBase64(ended.log_tail);
  const std::string version =
      ended.function_version == 0 ? "$LATEST" : std::to_string(ended.function_version);
  return Bytes(InvokeEnvelope(ended.output->view(), request_id, version, log));
}

// A call that was given a token has returned: what it returned is recorded and goes nowhere.
void Interpreter::FunctionReturned(Frame& frame, Bytes answer) {
  Payload returned{.bytes = std::move(answer)};
  HistoryEvent& submitted = RecordOn(frame, EventType::kTaskSubmitted);
  Attach(submitted, returned);
  AwaitToken(frame, TaskWait(std::get<TaskWait>(frame.wait)));
}

// The job runs. What names it is durable from here on: whichever worker asks for its end, and
// however often it is asked, no second job is started.
void Interpreter::AwaitJob(Frame& frame, Bytes answer) {
  TaskWait wait = std::get<TaskWait>(frame.wait);
  Payload started{.bytes = std::move(answer)};
  HistoryEvent& submitted = RecordOn(frame, EventType::kTaskSubmitted);
  Attach(submitted, started);
  wait.job = std::move(started);
  SetWait(frame, std::move(wait));
  turn_.effects.emplace_back(DispatchTask{frame.number, frame.wait_number});
}

std::string Interpreter::CalledAs(const asl::TaskState& task) const {
  if (task.integration == Integration::kLambdaFunction) {
    return FunctionArn(environment_.arns, task.function_name, task.qualifier);
  }
  if (task.integration == Integration::kService) return std::string(ServiceOf(task.service_call));
  return "lambda";
}

void Interpreter::TaskSucceeded(Frame& frame, Bytes answer) {
  const auto& task = std::get<asl::TaskState>(StateOf(frame).details);
  Payload result{.bytes = std::move(answer)};
  if (result.bytes.size() > environment_.limits.payload_bytes_max) {
    return TaskFailed(frame, EventsOf(task).failed, ResultTooLarge(CalledAs(task)));
  }
  HistoryEvent& succeeded = RecordOn(frame, EventsOf(task).succeeded);
  Attach(succeeded, result);
  LeaveWithResult(frame, Datum(std::move(result)));
}

void Interpreter::TaskTimedOut(Frame& frame, bool is_late) {
  const auto& task = std::get<asl::TaskState>(StateOf(frame).details);
  TaskFailed(frame,
             EventsOf(task).timed_out,
             {.error = "States.Timeout",
              .cause = std::nullopt,
              .alias = is_late ? "" : "States.HeartbeatTimeout"});
}

void Interpreter::TaskFailed(Frame& frame, EventType type, Failure failure) {
  HistoryEvent& failed = RecordOn(frame, type);
  failed.error = failure.error;
  failed.cause = failure.cause;
  Fail(frame, std::move(failure));
}

}  // namespace pawl::interpreter
