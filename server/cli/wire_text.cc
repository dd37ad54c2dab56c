#include "server/cli/wire_text.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
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
constexpr std::string_view kMapRunStatusPrefix = "MAP_RUN_STATUS_";
constexpr std::string_view kRedriveStatusPrefix = "REDRIVE_STATUS_";
constexpr std::string_view kEventTypePrefix = "HISTORY_EVENT_TYPE_";
constexpr std::int64_t kMicrosPerSecond = 1'000'000;
constexpr std::int32_t kNanosPerMicro = 1'000;
constexpr hours kDay(24);

template <typename Unit>
std::int64_t CountOf(Duration duration) {
  return std::chrono::duration_cast<Unit>(duration).count();
}

struct Count {
  std::string_view name;
  std::uint64_t number = 0;
};

// In the order of an item's life.
std::array<Count, 7> StatusCountsOf(const v1::MapRunTally& tally) {
  return {Count{"pending", tally.pending()},
          Count{"running", tally.running()},
          Count{"succeeded", tally.succeeded()},
          Count{"failed", tally.failed()},
          Count{"timed_out", tally.timed_out()},
          Count{"aborted", tally.aborted()},
          Count{"pending_redrive", tally.pending_redrive()}};
}

std::string TallyJson(const v1::MapRunTally& tally) {
  JsonObject object;
  for (const Count& count : StatusCountsOf(tally))
    object.Number(count.name, static_cast<std::int64_t>(count.number));
  return object.Number("total", static_cast<std::int64_t>(tally.total())).ToString();
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

std::string StatusText(v1::MapRunStatus status) {
  return WithoutPrefix(v1::MapRunStatus_Name(status), kMapRunStatusPrefix);
}

std::string StatusText(v1::RedriveStatus status) {
  return WithoutPrefix(v1::RedriveStatus_Name(status), kRedriveStatusPrefix);
}

std::string TallyText(const v1::MapRunTally& tally) {
  std::string text;
  for (const Count& count : StatusCountsOf(tally)) {
    if (count.number == 0) continue;
    std::string name(count.name);
    std::replace(name.begin(), name.end(), '_', ' ');
    text += fmt::format("{}{} {}", text.empty() ? "" : ", ", count.number, name);
  }
  return text.empty() ? "none" : fmt::format("{} of {}", text, tally.total());
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
  if (execution.version() != 0)
    object.Number("version", static_cast<std::int64_t>(execution.version()));
  if (!execution.alias().empty()) object.Text("alias", execution.alias());
  if (execution.has_stop_time()) object.Text("stop_time", TimeText(execution.stop_time()));
  if (!execution.input().empty()) object.Json("input", execution.input());
  if (execution.has_output()) object.Json("output", execution.output());
  if (execution.has_error()) object.Text("error", execution.error());
  if (execution.has_cause()) object.Text("cause", execution.cause());
  if (!execution.quarantine_reason().empty())
    object.Text("quarantine_reason", execution.quarantine_reason());
  if (execution.redrive_count() > 0) {
    object.Number("redrive_count", execution.redrive_count())
        .Text("redrive_time", TimeText(execution.redrive_time()));
  }
  if (execution.redrive_status() != v1::REDRIVE_STATUS_UNSPECIFIED) {
    object.Text("redrive_status", StatusText(execution.redrive_status()));
  }
  if (!execution.map_run_arn().empty()) object.Text("map_run_arn", execution.map_run_arn());
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
  if (!state_machine.revision_id().empty()) object.Text("revision_id", state_machine.revision_id());
  if (state_machine.version() != 0)
    object.Number("version", static_cast<std::int64_t>(state_machine.version()));
  if (!state_machine.version_description().empty())
    object.Text("version_description", state_machine.version_description());
  if (!state_machine.role_arn().empty()) object.Text("role_arn", state_machine.role_arn());
  if (!state_machine.configuration().empty())
    object.Json("configuration", state_machine.configuration());
  if (!state_machine.definition().empty()) object.Text("definition", state_machine.definition());
  return object.ToString();
}

std::string ToJson(const v1::Version& version) {
  JsonObject object;
  object.Text("state_machine", version.state_machine())
      .Number("version", static_cast<std::int64_t>(version.version()))
      .Text("arn", version.arn())
      .Number("revision", static_cast<std::int64_t>(version.revision()))
      .Text("create_time", TimeText(version.create_time()));
  if (!version.description().empty()) object.Text("description", version.description());
  return object.ToString();
}

std::string ToJson(const v1::Alias& alias) {
  std::string routes;
  for (const v1::AliasRoute& route : alias.routes()) {
    routes += (routes.empty() ? "" : ",") +
              JsonObject()
                  .Number("version", static_cast<std::int64_t>(route.version()))
                  .Number("weight", route.weight())
                  .ToString();
  }
  JsonObject object;
  object.Text("state_machine", alias.state_machine())
      .Text("name", alias.name())
      .Text("arn", alias.arn())
      .Json("routes", "[" + routes + "]")
      .Text("create_time", TimeText(alias.create_time()))
      .Text("update_time", TimeText(alias.update_time()));
  if (!alias.description().empty()) object.Text("description", alias.description());
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
  if (!event.map_run_arn().empty()) object.Text("map_run_arn", event.map_run_arn());
  if (event.has_redrive_count()) object.Number("redrive_count", event.redrive_count());
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

std::string ToJson(const v1::MapRun& run) {
  JsonObject object;
  object.Text("arn", run.arn())
      .Text("state_machine", run.state_machine())
      .Text("execution", run.execution())
      .Text("execution_arn", run.execution_arn())
      .Text("state_machine_arn", run.state_machine_arn())
      .Text("status", StatusText(run.status()))
      .Text("start_time", TimeText(run.start_time()));
  if (run.has_stop_time()) object.Text("stop_time", TimeText(run.stop_time()));
  if (run.redrive_count() > 0) {
    object.Number("redrive_count", run.redrive_count())
        .Text("redrive_time", TimeText(run.redrive_time()));
  }
  return object.Number("max_concurrency", run.max_concurrency())
      .Number("tolerated_failure_count", static_cast<std::int64_t>(run.tolerated_failure_count()))
      .Json("tolerated_failure_percentage", fmt::format("{}", run.tolerated_failure_percentage()))
      .Json("items", TallyJson(run.items()))
      .Json("executions", TallyJson(run.executions()))
      .ToString();
}

std::string ToJson(const v1::Activity& activity) {
  return JsonObject()
      .Text("name", activity.name())
      .Text("arn", activity.arn())
      .Text("create_time", TimeText(activity.create_time()))
      .ToString();
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
