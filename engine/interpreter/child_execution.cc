// states:startExecution: a task that starts another execution, and with .sync waits for its end
// (Step Functions Developer Guide, "Start a new AWS Step Functions state machine from a running
// execution").
#include <array>
#include <ctime>
#include <string>
#include <string_view>
#include <utility>

#include "engine/interpreter/interpreter.h"
#include "engine/json/parse.h"
#include "engine/json/write.h"

namespace pawl::interpreter {
namespace {

json::Value TextValue(std::string_view text, json::Arena& arena) {
  return json::Value::String(arena.Copy(text));
}

json::Value Milliseconds(Timestamp time, json::Arena& arena) {
  return json::Value::Number(ToMicros(time) / 1000, arena);
}

// RFC 9110, 5.6.7.
std::string HttpDate(Timestamp time) {
  const std::time_t seconds = ToMicros(time) / 1'000'000;
  std::tm parts = {};
  gmtime_r(&seconds, &parts);
  std::array<char, 40> text = {};
  const std::size_t size =
      std::strftime(text.data(), text.size(), "%a, %d %b %Y %H:%M:%S GMT", &parts);
  return {text.data(), size};
}

json::Value Included(json::Arena& arena) {
  json::ObjectBuilder details;
  details.Set("Included", json::Value::Boolean(true));
  return details.Build(arena);
}

// The answer of DescribeExecution; `as_json` shows input and output as values instead of texts.
std::string DescriptionOf(const ChildEnded& ended, bool as_json) {
  json::Arena arena;
  const auto payload = [&](const Bytes& bytes) {
    if (!as_json) return TextValue(bytes.view(), arena);
    const auto parsed = json::Parse(bytes.view(), arena);
    return parsed.ok() ? *parsed : TextValue(bytes.view(), arena);
  };
  json::ObjectBuilder description;
  if (ended.cause) description.Set("Cause", TextValue(*ended.cause, arena));
  if (ended.error) description.Set("Error", TextValue(*ended.error, arena));
  description.Set("ExecutionArn", TextValue(ended.arn, arena));
  description.Set("Input", payload(ended.input));
  description.Set("InputDetails", Included(arena));
  description.Set("Name", TextValue(ended.name, arena));
  if (ended.output) {
    description.Set("Output", payload(*ended.output));
    description.Set("OutputDetails", Included(arena));
  }
  description.Set("RedriveCount", json::Value::Number("0"));
  const bool is_success = ended.output.has_value();
  description.Set("RedriveStatus", TextValue(is_success ? "NOT_REDRIVABLE" : "REDRIVABLE", arena));
  if (is_success) {
    description.Set("RedriveStatusReason",
                    TextValue("Execution is SUCCEEDED and cannot be redriven", arena));
  }
  description.Set("StartDate", Milliseconds(ended.started_at, arena));
  description.Set("StateMachineArn", TextValue(ended.state_machine_arn, arena));
  description.Set("Status", TextValue(ended.status, arena));
  description.Set("StopDate", Milliseconds(ended.stopped_at, arena));
  return json::Write(description.Build(arena));
}

}  // namespace

Result<ChildStart> ChildStartOf(const ExecutionHeader& header,
                                const Frame& frame,
                                const Bytes& parameters) {
  json::Arena arena;
  const auto parsed = json::Parse(parameters.view(), arena);
  PAWL_CHECK(parsed.ok());
  ChildStart start{.name = RequestId(header, frame.number, frame.wait_number), .input = "{}"};
  if (const json::Value* arn = parsed->Find("StateMachineArn")) {
    start.state_machine_arn = arn->string();
  }
  const json::Value* name = parsed->Find("Name");
  if (name != nullptr && !name->is_null()) {
    if (!name->is_string()) return InvalidArgument("'Name' must be a string", "Name");
    start.name = name->string();
  }
  // As recorded: a string is the input's JSON text, and no input is an empty object.
  const json::Value* input = parsed->Find("Input");
  if (input != nullptr && !input->is_null()) {
    start.input = input->is_string() ? std::string(input->string()) : json::Write(*input);
  }
  return start;
}

std::string ChildStartedJson(const std::string& execution_arn,
                             Timestamp started_at,
                             const std::string& request_id) {
  json::Arena arena;
  // Of the answer as the API writes it: {"executionArn":"…","startDate":1.234567890123E9}.
  const std::string length = std::to_string(execution_arn.size() + 51);
  const std::string date = HttpDate(started_at);
  const auto list = [&](std::string_view text) {
    json::ArrayBuilder items;
    items.Add(TextValue(text, arena));
    return items.Build(arena);
  };
  json::ObjectBuilder all;
  all.Set("Content-Length", list(length));
  all.Set("Content-Type", list("application/x-amz-json-1.0"));
  all.Set("Date", list(date));
  all.Set("connection", list("keep-alive"));
  all.Set("x-amzn-RequestId", list(request_id));
  json::ObjectBuilder headers;
  headers.Set("Content-Length", TextValue(length, arena));
  headers.Set("Content-Type", TextValue("application/x-amz-json-1.0", arena));
  headers.Set("Date", TextValue(date, arena));
  headers.Set("connection", TextValue("keep-alive", arena));
  headers.Set("x-amzn-RequestId", TextValue(request_id, arena));
  json::ObjectBuilder http;
  http.Set("AllHttpHeaders", all.Build(arena));
  http.Set("HttpHeaders", headers.Build(arena));
  http.Set("HttpStatusCode", json::Value::Number("200"));
  json::ObjectBuilder response;
  response.Set("RequestId", TextValue(request_id, arena));
  json::ObjectBuilder answer;
  answer.Set("ExecutionArn", TextValue(execution_arn, arena));
  answer.Set("SdkHttpMetadata", http.Build(arena));
  answer.Set("SdkResponseMetadata", response.Build(arena));
  answer.Set("StartDate", Milliseconds(started_at, arena));
  return json::Write(answer.Build(arena));
}

std::string SdkChildStartedJson(const std::string& execution_arn, Timestamp started_at) {
  json::Arena arena;
  json::ObjectBuilder answer;
  answer.Set("ExecutionArn", TextValue(execution_arn, arena));
  answer.Set("StartDate", TextValue(FormatTimestamp(started_at), arena));
  return json::Write(answer.Build(arena));
}

Result<TaskSignal> TaskSignalOf(const Bytes& parameters) {
  json::Arena arena;
  const auto parsed = json::Parse(parameters.view(), arena);
  PAWL_CHECK(parsed.ok());
  TaskSignal signal;
  const auto text = [&](std::string_view name, std::optional<std::string>& field) {
    const json::Value* value = parsed->Find(name);
    if (value == nullptr || value->is_null()) return OkStatus();
    if (!value->is_string()) {
      return InvalidArgument("'" + std::string(name) + "' must be a string, found " +
                             std::string(json::TypeName(value->type())));
    }
    field = std::string(value->string());
    return OkStatus();
  };
  std::optional<std::string> token;
  RETURN_IF_ERROR(text("TaskToken", token));
  RETURN_IF_ERROR(text("Error", signal.error));
  RETURN_IF_ERROR(text("Cause", signal.cause));
  signal.token = token.value_or("");
  // As with an execution's input: a string is the output's JSON text.
  if (const json::Value* output = parsed->Find("Output")) {
    signal.output = output->is_string() ? std::string(output->string()) : json::Write(*output);
  }
  return signal;
}

void Interpreter::AwaitChild(Frame& frame, const TaskEnded& ended) {
  PAWL_CHECK(ended.child && ended.output);
  const TaskWait& wait = std::get<TaskWait>(frame.wait);
  ChildWait child{
      .scheduled_event = wait.scheduled_event, .child = *ended.child, .deadline = wait.deadline};
  Payload answer{.bytes = *ended.output};
  HistoryEvent& submitted = RecordOn(frame, EventType::kTaskSubmitted);
  Attach(submitted, answer);
  // The wait number stays: the child was started with it.
  frame.wait = std::move(child);
}

bool Interpreter::On(const ChildEnded& ended) {
  Frame* frame = Find(message_.frame);
  if (frame == nullptr || frame->wait_number != ended.wait_number) return false;
  if (ended.map_index) {
    return std::holds_alternative<MapRunWait>(frame->wait) && MapChildOver(*frame, ended);
  }
  const auto* state = std::get_if<asl::TaskState>(&StateOf(*frame).details);
  if (state == nullptr || !state->waits_for_execution()) return false;
  const asl::TaskState& task = *state;
  if (std::holds_alternative<TaskWait>(frame->wait)) {
    // After a restart the end may be told before the start is told again.
    RecordTaskStarted(*frame, std::nullopt);
    Payload answer{.bytes = Bytes(ChildStartedJson(
                       ended.arn,
                       ended.started_at,
                       RequestId(rows_.header, frame->number, frame->wait_number)))};
    HistoryEvent& submitted = RecordOn(*frame, EventType::kTaskSubmitted);
    Attach(submitted, answer);
  } else if (!std::holds_alternative<ChildWait>(frame->wait)) {
    return false;
  }
  frame->wait = RunnableWait{.is_entered = true};
  std::string description =
      DescriptionOf(ended, task.pattern == asl::IntegrationPattern::kRunJobJson);
  if (!ended.output) {
    TaskFailed(*frame,
               EventType::kTaskFailed,
               {.error = "States.TaskFailed", .cause = std::move(description)});
    return true;
  }
  Payload result{.bytes = Bytes(std::move(description))};
  if (result.bytes.size() > environment_.limits.payload_bytes_max) {
    TaskFailed(*frame, EventType::kTaskFailed, ResultTooLarge("startExecution"));
    return true;
  }
  HistoryEvent& succeeded = RecordOn(*frame, EventType::kTaskSucceeded);
  Attach(succeeded, result);
  LeaveWithResult(*frame, Datum(std::move(result)));
  return true;
}

void Interpreter::CancelWait(Frame& frame) {
  if (std::holds_alternative<TaskWait>(frame.wait)) {
    turn_.effects.emplace_back(CancelTask{frame.number, frame.wait_number});
  } else if (const auto* child = std::get_if<ChildWait>(&frame.wait)) {
    turn_.effects.emplace_back(StopChild{frame.number, frame.wait_number, child->child});
  } else if (std::holds_alternative<MapRunWait>(frame.wait)) {
    AbortMapRun(frame);
  }
}

}  // namespace pawl::interpreter
