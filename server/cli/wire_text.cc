#include "server/cli/wire_text.h"

#include <fmt/format.h>

#include <map>
#include <string>
#include <string_view>

#include "server/cli/json_object.h"

namespace pawl::cli {
namespace {

using std::chrono::hours;
using std::chrono::milliseconds;
using std::chrono::minutes;
using std::chrono::seconds;

constexpr std::string_view kStatusPrefix = "EXECUTION_STATUS_";
constexpr std::string_view kEventTypePrefix = "HISTORY_EVENT_TYPE_";
constexpr std::int64_t kMicrosPerSecond = 1'000'000;
constexpr std::int32_t kNanosPerMicro = 1'000;
constexpr hours kDay(24);

template <typename Unit>
std::int64_t CountOf(Duration duration) {
  return std::chrono::duration_cast<Unit>(duration).count();
}

std::string WithoutPrefix(const std::string& name, std::string_view prefix) {
  return name.rfind(prefix, 0) == 0 ? name.substr(prefix.size()) : "UNKNOWN";
}

}  // namespace

Timestamp FromWire(const google::protobuf::Timestamp& time) {
  return FromMicros(time.seconds() * kMicrosPerSecond + time.nanos() / kNanosPerMicro);
}

std::string TimeText(const google::protobuf::Timestamp& time) {
  return FormatTimestamp(FromWire(time));
}

std::string DurationText(Duration duration) {
  if (duration < seconds(1)) return fmt::format("{} ms", CountOf<milliseconds>(duration));
  if (duration < minutes(1)) {
    return fmt::format(
        "{}.{} s", CountOf<seconds>(duration), CountOf<milliseconds>(duration % seconds(1)) / 100);
  }
  if (duration < hours(1)) {
    return fmt::format(
        "{} min {} s", CountOf<minutes>(duration), CountOf<seconds>(duration % minutes(1)));
  }
  if (duration < kDay) {
    return fmt::format(
        "{} h {} min", CountOf<hours>(duration), CountOf<minutes>(duration % hours(1)));
  }
  return fmt::format("{} d {} h",
                     CountOf<hours>(duration) / kDay.count(),
                     CountOf<hours>(duration) % kDay.count());
}

std::string StatusText(v1::ExecutionStatus status) {
  return WithoutPrefix(v1::ExecutionStatus_Name(status), kStatusPrefix);
}

std::string EventTypeText(v1::HistoryEventType type) {
  const std::string name = WithoutPrefix(v1::HistoryEventType_Name(type), kEventTypePrefix);
  std::string text;
  bool is_word_start = true;
  for (const char letter : name) {
    if (letter == '_') {
      is_word_start = true;
    } else {
      text += is_word_start ? letter : static_cast<char>(letter - 'A' + 'a');
      is_word_start = false;
    }
  }
  return text;
}

std::string ToJson(const v1::Execution& execution) {
  JsonObject object;
  object.Text("state_machine", execution.state_machine())
      .Text("name", execution.name())
      .Text("arn", execution.arn())
      .Text("state_machine_arn", execution.state_machine_arn())
      .Number("revision", static_cast<std::int64_t>(execution.revision()))
      .Text("status", StatusText(execution.status()))
      .Text("start_time", TimeText(execution.start_time()));
  if (execution.has_stop_time()) object.Text("stop_time", TimeText(execution.stop_time()));
  if (!execution.input().empty()) object.Json("input", execution.input());
  if (execution.has_output()) object.Json("output", execution.output());
  if (execution.has_error()) object.Text("error", execution.error());
  if (execution.has_cause()) object.Text("cause", execution.cause());
  if (!execution.quarantine_reason().empty())
    object.Text("quarantine_reason", execution.quarantine_reason());
  return object.ToString();
}

std::string TypeText(v1::StateMachineType type) {
  return type == v1::STATE_MACHINE_TYPE_EXPRESS ? "EXPRESS" : "STANDARD";
}

std::string ToJson(const v1::StateMachine& state_machine) {
  JsonObject object;
  object.Text("name", state_machine.name())
      .Text("arn", state_machine.arn())
      .Text("type", TypeText(state_machine.type()))
      .Number("revision", static_cast<std::int64_t>(state_machine.revision()))
      .Text("create_time", TimeText(state_machine.create_time()))
      .Text("update_time", TimeText(state_machine.update_time()))
      .Boolean("deleting", state_machine.deleting());
  if (!state_machine.definition().empty()) object.Text("definition", state_machine.definition());
  return object.ToString();
}

std::string ToJson(const v1::HistoryEvent& event) {
  JsonObject object;
  object.Number("id", event.id())
      .Number("previous_id", event.previous_id())
      .Text("type", EventTypeText(event.type()))
      .Text("time", TimeText(event.time()));
  if (!event.state().empty()) object.Text("state", event.state());
  if (event.has_index()) object.Number("index", event.index());
  if (event.has_length()) object.Number("length", event.length());
  if (event.has_input()) object.Json("input", event.input());
  if (event.has_output()) object.Json("output", event.output());
  if (event.has_error()) object.Text("error", event.error());
  if (event.has_cause()) object.Text("cause", event.cause());
  if (!event.resource().empty()) object.Text("resource", event.resource());
  if (!event.resource_type().empty()) object.Text("resource_type", event.resource_type());
  if (event.has_timeout_seconds()) object.Number("timeout_seconds", event.timeout_seconds());
  if (event.has_heartbeat_seconds()) object.Number("heartbeat_seconds", event.heartbeat_seconds());
  if (event.has_location()) object.Text("location", event.location());
  if (event.has_worker()) object.Text("worker", event.worker());
  if (event.assigned_variables_size() > 0) {
    // In the order of their names: protobuf's maps have none.
    JsonObject variables;
    const std::map<std::string, std::string> sorted(event.assigned_variables().begin(),
                                                    event.assigned_variables().end());
    for (const auto& [name, value] : sorted)
      variables.Json(name, value);
    object.Json("assigned_variables", variables.ToString());
  }
  return object.ToString();
}

std::string ToJson(const asl::Diagnostic& diagnostic) {
  return JsonObject()
      .Text("code", diagnostic.code)
      .Text("severity", diagnostic.severity == asl::Severity::kError ? "error" : "warning")
      .Text("pointer", diagnostic.pointer)
      .Number("line", diagnostic.line)
      .Number("column", diagnostic.column)
      .Text("message", diagnostic.message)
      .ToString();
}

}  // namespace pawl::cli
