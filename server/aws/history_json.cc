#include "server/aws/history_json.h"

#include <string_view>

#include "server/aws/json_fields.h"

namespace pawl::aws {
namespace {

constexpr std::string_view kTruncated = "truncated";

bool IsTask(EventType type) {
  return (type >= EventType::kTaskScheduled && type <= EventType::kTaskTimedOut) ||
         type == EventType::kTaskSubmitted;
}

// API model, HistoryEvent: these types have no member with details.
bool HasDetails(EventType type) {
  switch (type) {
    case EventType::kLambdaFunctionStarted:
    case EventType::kParallelStateStarted:
    case EventType::kParallelStateSucceeded:
    case EventType::kParallelStateFailed:
    case EventType::kMapStateSucceeded:
    case EventType::kMapStateFailed:
    case EventType::kTaskStateAborted:
    case EventType::kWaitStateAborted:
    case EventType::kParallelStateAborted:
    case EventType::kMapStateAborted:
    case EventType::kMapRunSucceeded:
    case EventType::kMapRunAborted:
      return false;
    default:
      return true;
  }
}

// "taskScheduledEventDetails"; one name for all types of states.
std::string DetailsName(EventType type) {
  std::string name(interpreter::EventTypeName(type));
  if (name.ends_with("StateEntered")) return "stateEnteredEventDetails";
  if (name.ends_with("StateExited")) return "stateExitedEventDetails";
  name[0] = static_cast<char>(name[0] - 'A' + 'a');
  return name + "EventDetails";
}

void WriteTask(JsonFields& details, const EventInfo& event, const HistoryNames& names) {
  details.Text("resourceType", event.resource_type);
  details.Text("resource", event.resource);
  if (event.type != EventType::kTaskScheduled) return;
  details.Text("region", names.region);
  // Alone among payloads, parameters have no details beside them.
  if (event.input) details.Text("parameters", event.input->view());
}

// Each variable's value is JSON text of its own.
void WriteAssignments(std::string& out, JsonFields& details, const EventInfo& event) {
  if (event.assigned_variables.empty()) return;
  details.Begin("assignedVariables");
  {
    JsonFields variables(out);
    for (const interpreter::Assignment& assignment : event.assigned_variables)
      variables.Text(assignment.name, assignment.value.view());
  }
  details.Begin("assignedVariablesDetails");
  JsonFields(out).Boolean(kTruncated, false);
}

void WriteDetails(std::string& out, const EventInfo& event, const HistoryNames& names) {
  JsonFields details(out);
  const std::string_view type = interpreter::EventTypeName(event.type);
  if (type.ends_with("StateEntered") || type.ends_with("StateExited") ||
      type.starts_with("MapIteration")) {
    details.Text("name", event.state);
  }
  if (event.type == EventType::kLambdaFunctionScheduled ||
      event.type == EventType::kActivityScheduled) {
    details.Text("resource", event.resource);
  }
  details.Text("workerName", event.worker);
  if (!event.map_run_arn.empty()) details.Text("mapRunArn", event.map_run_arn);
  details.Number("redriveCount", event.redrive_count);
  if (IsTask(event.type)) WriteTask(details, event, names);
  details.Number("index", event.index);
  details.Number("length", event.length);
  if (event.input && event.type != EventType::kTaskScheduled) {
    details.Payload("input", *event.input, kTruncated, false);
  }
  if (event.output) details.Payload("output", *event.output, kTruncated, false);
  WriteAssignments(out, details, event);
  details.Text("error", event.error);
  details.Text("cause", event.cause);
  if (event.type == EventType::kEvaluationFailed) {
    details.Text("location", event.location);
    details.Text("state", event.state);
  }
  details.Number("timeoutInSeconds", event.timeout_seconds);
  details.Number("heartbeatInSeconds", event.heartbeat_seconds);
  if (event.type == EventType::kExecutionStarted) details.Text("roleArn", names.role_arn);
}

}  // namespace

void WriteHistoryEvent(std::string& out, const EventInfo& event, const HistoryNames& names) {
  JsonFields fields(out);
  fields.Time("timestamp", event.at);
  fields.Text("type", interpreter::EventTypeName(event.type));
  fields.Number("id", event.id);
  fields.Number("previousEventId", event.previous_id);
  if (!HasDetails(event.type)) return;
  fields.Begin(DetailsName(event.type));
  WriteDetails(out, event, names);
}

}  // namespace pawl::aws
