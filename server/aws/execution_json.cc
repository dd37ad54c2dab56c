#include "server/aws/execution_json.h"

#include <algorithm>
#include <chrono>
#include <string_view>

#include "server/aws/json_fields.h"

namespace pawl::aws {
namespace {

constexpr std::string_view kIncluded = "included";

void WriteRedrive(JsonFields& fields, const ExecutionInfo& execution) {
  fields.Number("redriveCount", execution.redrive_count);
  if (execution.redriven_at) fields.Time("redriveDate", *execution.redriven_at);
  fields.Text("redriveStatus", RedriveStatusName(execution.redrive_status));
  if (execution.redrive_status == RedriveStatus::kNotRedrivable) {
    fields.Text("redriveStatusReason", execution.redrive_status_reason);
  }
}

// A payload, or only that it is left out.
void WritePayloadAndDetails(std::string& out,
                            JsonFields& fields,
                            std::string_view name,
                            const Bytes& payload,
                            bool has_data) {
  if (has_data && payload.has_value()) return fields.Payload(name, payload, kIncluded, true);
  fields.Begin(std::string(name) + "Details");
  JsonFields(out).Boolean(kIncluded, has_data);
}

void WriteIdentity(JsonFields& fields, const ExecutionInfo& execution) {
  fields.Text("executionArn", execution.arn);
  fields.Text("stateMachineArn", execution.state_machine_arn);
  fields.Text("name", execution.name.name);
  fields.Text("status", interpreter::ExecutionStatusName(execution.status));
  fields.Time("startDate", execution.started_at);
  if (execution.stopped_at) fields.Time("stopDate", *execution.stopped_at);
}

// What the execution was started with, beside the state machine.
void WriteQualifiers(JsonFields& fields, const ExecutionInfo& execution) {
  if (execution.version != 0) {
    fields.Text("stateMachineVersionArn", execution.state_machine_version_arn);
  }
  if (!execution.alias.empty()) {
    fields.Text("stateMachineAliasArn", execution.state_machine_alias_arn);
  }
}

// Step Functions' prices count steps of 100 ms and of 64 MB.
std::int64_t BilledMilliseconds(const ExecutionInfo& execution) {
  constexpr std::int64_t kStep = 100;
  const Duration taken = execution.stopped_at.value_or(execution.started_at) - execution.started_at;
  const std::int64_t milliseconds = std::chrono::ceil<std::chrono::milliseconds>(taken).count();
  return std::max<std::int64_t>(1, (milliseconds + kStep - 1) / kStep) * kStep;
}

}  // namespace

void WriteSyncExecution(std::string& out, const ExecutionInfo& execution, bool has_data) {
  JsonFields fields(out);
  WriteIdentity(fields, execution);
  WritePayloadAndDetails(out, fields, "input", execution.input, has_data);
  WritePayloadAndDetails(out, fields, "output", execution.output, has_data);
  fields.Text("error", execution.error);
  fields.Text("cause", execution.cause);
  fields.Begin("billingDetails");
  JsonFields billing(out);
  billing.Number("billedMemoryUsedInMB", 64);
  billing.Number("billedDurationInMilliseconds", BilledMilliseconds(execution));
}

void WriteExecution(std::string& out, const ExecutionInfo& execution, bool has_data) {
  JsonFields fields(out);
  WriteIdentity(fields, execution);
  WriteQualifiers(fields, execution);
  if (!execution.map_run_arn.empty()) fields.Text("mapRunArn", execution.map_run_arn);
  WritePayloadAndDetails(out, fields, "input", execution.input, has_data);
  if (execution.output.has_value()) {
    WritePayloadAndDetails(out, fields, "output", execution.output, has_data);
  }
  // As recorded: an execution that timed out has no error, its status says it all.
  if (execution.status != ExecutionStatus::kTimedOut) {
    fields.Text("error", execution.error);
    fields.Text("cause", execution.cause);
  }
  WriteRedrive(fields, execution);
}

void WriteExecutionItem(std::string& out,
                        const ExecutionInfo& execution,
                        std::string_view map_run_arn) {
  JsonFields fields(out);
  WriteIdentity(fields, execution);
  WriteQualifiers(fields, execution);
  if (!map_run_arn.empty()) fields.Text("mapRunArn", map_run_arn);
  fields.Number("redriveCount", execution.redrive_count);
  if (execution.redriven_at) fields.Time("redriveDate", *execution.redriven_at);
}

}  // namespace pawl::aws
