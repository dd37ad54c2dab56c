#include "server/wire.h"

#include <fmt/format.h>

#include <string>

namespace pawl::server {
namespace {

// EventType's numbers are those of the wire.
static_assert(static_cast<int>(EventType::kExecutionStarted) ==
              v1::HISTORY_EVENT_TYPE_EXECUTION_STARTED);
static_assert(static_cast<int>(EventType::kPassStateEntered) ==
              v1::HISTORY_EVENT_TYPE_PASS_STATE_ENTERED);
static_assert(static_cast<int>(EventType::kSucceedStateExited) ==
              v1::HISTORY_EVENT_TYPE_SUCCEED_STATE_EXITED);
static_assert(static_cast<int>(EventType::kMapStateExited) ==
              v1::HISTORY_EVENT_TYPE_MAP_STATE_EXITED);
static_assert(static_cast<int>(EventType::kLambdaFunctionTimedOut) ==
              v1::HISTORY_EVENT_TYPE_LAMBDA_FUNCTION_TIMED_OUT);
static_assert(static_cast<int>(EventType::kTaskTimedOut) == v1::HISTORY_EVENT_TYPE_TASK_TIMED_OUT);
static_assert(static_cast<int>(EventType::kMapIterationAborted) ==
              v1::HISTORY_EVENT_TYPE_MAP_ITERATION_ABORTED);
static_assert(static_cast<int>(EventType::kTaskSubmitted) == v1::HISTORY_EVENT_TYPE_TASK_SUBMITTED);
static_assert(static_cast<int>(EventType::kMapRunAborted) ==
              v1::HISTORY_EVENT_TYPE_MAP_RUN_ABORTED);
static_assert(interpreter::kEventTypeMax == v1::HistoryEventType_MAX);

constexpr std::int64_t kMicrosPerSecond = 1'000'000;

// The wire's numbers are the engine's, moved by one to leave 0 for "not said".
static_assert(static_cast<int>(ExecutionStatus::kRunning) + 1 == v1::EXECUTION_STATUS_RUNNING);
static_assert(static_cast<int>(ExecutionStatus::kSucceeded) + 1 == v1::EXECUTION_STATUS_SUCCEEDED);
static_assert(static_cast<int>(ExecutionStatus::kFailed) + 1 == v1::EXECUTION_STATUS_FAILED);
static_assert(static_cast<int>(ExecutionStatus::kTimedOut) + 1 == v1::EXECUTION_STATUS_TIMED_OUT);
static_assert(static_cast<int>(ExecutionStatus::kAborted) + 1 == v1::EXECUTION_STATUS_ABORTED);

}  // namespace

google::protobuf::Timestamp ToWire(Timestamp time) {
  const auto seconds = std::chrono::floor<std::chrono::seconds>(time);
  google::protobuf::Timestamp wire;
  wire.set_seconds(seconds.time_since_epoch().count());
  wire.set_nanos(static_cast<std::int32_t>((time - seconds).count() * 1000));
  return wire;
}

google::protobuf::Duration ToWire(Duration duration) {
  google::protobuf::Duration wire;
  wire.set_seconds(duration.count() / kMicrosPerSecond);
  wire.set_nanos(static_cast<std::int32_t>(duration.count() % kMicrosPerSecond * 1000));
  return wire;
}

v1::ExecutionStatus ToWire(ExecutionStatus status) {
  return static_cast<v1::ExecutionStatus>(static_cast<int>(status) + 1);
}

v1::Diagnostic ToWire(const asl::Diagnostic& diagnostic) {
  v1::Diagnostic wire;
  wire.set_code(diagnostic.code);
  wire.set_severity(diagnostic.severity == asl::Severity::kError ? v1::SEVERITY_ERROR
                                                                 : v1::SEVERITY_WARNING);
  wire.set_pointer(diagnostic.pointer);
  wire.set_line(diagnostic.line);
  wire.set_column(diagnostic.column);
  wire.set_message(asl::FullMessage(diagnostic));
  return wire;
}

v1::StateMachine ToWire(const StateMachineInfo& state_machine) {
  v1::StateMachine wire;
  wire.set_name(state_machine.name);
  wire.set_arn(state_machine.arn);
  wire.set_revision(state_machine.revision);
  wire.set_definition(state_machine.definition);
  *wire.mutable_create_time() = ToWire(state_machine.created_at);
  *wire.mutable_update_time() = ToWire(state_machine.updated_at);
  wire.set_deleting(state_machine.is_deleting);
  wire.set_type(state_machine.type == asl::MachineType::kExpress ? v1::STATE_MACHINE_TYPE_EXPRESS
                                                                 : v1::STATE_MACHINE_TYPE_STANDARD);
  wire.set_revision_id(state_machine.revision_id);
  wire.set_role_arn(state_machine.role_arn);
  wire.set_configuration(state_machine.configuration);
  wire.set_version(state_machine.version);
  wire.set_version_description(state_machine.version_description);
  return wire;
}

v1::Version ToWire(const VersionInfo& version) {
  v1::Version wire;
  wire.set_state_machine(version.state_machine);
  wire.set_version(version.version);
  wire.set_arn(version.arn);
  wire.set_revision(version.revision);
  wire.set_description(version.description);
  *wire.mutable_create_time() = ToWire(version.created_at);
  return wire;
}

v1::Alias ToWire(const AliasInfo& alias) {
  v1::Alias wire;
  wire.set_state_machine(alias.state_machine);
  wire.set_name(alias.name);
  wire.set_arn(alias.arn);
  wire.set_description(alias.description);
  for (const AliasRoute& route : alias.routes) {
    v1::AliasRoute& added = *wire.add_routes();
    added.set_version(route.version);
    added.set_weight(route.weight);
  }
  *wire.mutable_create_time() = ToWire(alias.created_at);
  *wire.mutable_update_time() = ToWire(alias.updated_at);
  return wire;
}

v1::Execution ToWire(const ExecutionInfo& execution) {
  v1::Execution wire;
  wire.set_state_machine(execution.name.state_machine);
  wire.set_name(execution.name.name);
  wire.set_arn(execution.arn);
  wire.set_state_machine_arn(execution.state_machine_arn);
  wire.set_revision(execution.revision);
  wire.set_status(ToWire(execution.status));
  *wire.mutable_start_time() = ToWire(execution.started_at);
  if (execution.stopped_at) *wire.mutable_stop_time() = ToWire(*execution.stopped_at);
  wire.set_input(execution.input.str());
  if (execution.output.has_value()) wire.set_output(execution.output.str());
  if (execution.error) wire.set_error(*execution.error);
  if (execution.cause) wire.set_cause(*execution.cause);
  wire.set_quarantine_reason(execution.quarantine_reason);
  wire.set_redrive_count(execution.redrive_count);
  if (execution.redriven_at) *wire.mutable_redrive_time() = ToWire(*execution.redriven_at);
  wire.set_redrive_status(
      static_cast<v1::RedriveStatus>(static_cast<int>(execution.redrive_status) + 1));
  wire.set_redrive_status_reason(execution.redrive_status_reason);
  wire.set_map_run_arn(execution.map_run_arn);
  wire.set_version(execution.version);
  wire.set_state_machine_version_arn(execution.state_machine_version_arn);
  wire.set_alias(execution.alias);
  wire.set_state_machine_alias_arn(execution.state_machine_alias_arn);
  return wire;
}

v1::StartedExecution ToWire(const StartResponse& started) {
  v1::StartedExecution wire;
  wire.set_name(started.name.name);
  wire.set_arn(started.arn);
  *wire.mutable_start_time() = ToWire(started.started_at);
  wire.set_repeated(started.is_repeated);
  return wire;
}

v1::HistoryEvent ToWire(const EventInfo& event) {
  v1::HistoryEvent wire;
  wire.set_id(event.id);
  wire.set_previous_id(event.previous_id);
  wire.set_type(static_cast<v1::HistoryEventType>(event.type));
  *wire.mutable_time() = ToWire(event.at);
  wire.set_state(event.state);
  if (event.index) wire.set_index(*event.index);
  if (event.length) wire.set_length(*event.length);
  if (event.input) wire.set_input(event.input->str());
  if (event.output) wire.set_output(event.output->str());
  if (event.error) wire.set_error(*event.error);
  if (event.cause) wire.set_cause(*event.cause);
  wire.set_resource(event.resource);
  wire.set_resource_type(event.resource_type);
  if (event.timeout_seconds) wire.set_timeout_seconds(*event.timeout_seconds);
  if (event.heartbeat_seconds) wire.set_heartbeat_seconds(*event.heartbeat_seconds);
  if (event.location) wire.set_location(*event.location);
  if (event.worker) wire.set_worker(*event.worker);
  wire.set_map_run_arn(event.map_run_arn);
  if (event.redrive_count) wire.set_redrive_count(*event.redrive_count);
  for (const interpreter::Assignment& assignment : event.assigned_variables) {
    (*wire.mutable_assigned_variables())[assignment.name] = assignment.value.str();
  }
  return wire;
}

v1::DescribeServerResponse ToWire(const EngineStatistics& statistics) {
  v1::DescribeServerResponse wire;
  wire.set_executions_started(statistics.executions_started);
  wire.set_executions_closed(statistics.executions_closed());
  wire.set_turns(statistics.turns);
  wire.set_events(statistics.events);
  wire.set_tasks_dispatched(statistics.tasks_dispatched);
  wire.set_tasks_completed(statistics.tasks_completed);
  wire.set_commits(statistics.commits);
  wire.set_rows_written(statistics.rows_written);
  wire.set_log_bytes(statistics.log_bytes);
  wire.set_resident_executions(statistics.resident_executions);
  wire.set_queued_tasks(statistics.queued_tasks);
  wire.set_leased_tasks(statistics.leased_tasks);
  wire.set_armed_timers(statistics.armed_timers);
  wire.set_workers(statistics.workers);
  wire.set_quarantined(statistics.quarantined);
  wire.set_scrubbed(statistics.scrubbed);
  return wire;
}

Result<Timestamp> FromWire(const google::protobuf::Timestamp& time, const char* field) {
  // google/protobuf/timestamp.proto: 0001-01-01T00:00:00Z to 9999-12-31T23:59:59.999999999Z.
  constexpr std::int64_t kSecondsMin = -62'135'596'800;
  constexpr std::int64_t kSecondsMax = 253'402'300'799;
  if (time.seconds() < kSecondsMin || time.seconds() > kSecondsMax || time.nanos() < 0 ||
      time.nanos() > 999'999'999) {
    return InvalidArgument(fmt::format("{}: {} s and {} ns is no time between the years 1 and 9999",
                                       field,
                                       time.seconds(),
                                       time.nanos()),
                           field);
  }
  return FromMicros(time.seconds() * kMicrosPerSecond + time.nanos() / 1000);
}

Result<std::optional<ExecutionStatus>> FromWire(v1::ExecutionStatus status, const char* field) {
  if (status == v1::EXECUTION_STATUS_UNSPECIFIED) return std::optional<ExecutionStatus>();
  if (!v1::ExecutionStatus_IsValid(status)) {
    return InvalidArgument(
        fmt::format("{}: {} is no ExecutionStatus", field, static_cast<int>(status)), field);
  }
  return std::optional(static_cast<ExecutionStatus>(static_cast<int>(status) - 1));
}

}  // namespace pawl::server
