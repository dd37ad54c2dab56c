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

void WriteIdentity(JsonFields& fields, const ExecutionInfo& execution) {
  fields.Text("executionArn", execution.arn);
  fields.Text("stateMachineArn", execution.state_machine_arn);
  fields.Text("name", execution.name.name);
  fields.Text("status", interpreter::ExecutionStatusName(execution.status));
  fields.Time("startDate", execution.started_at);
  if (execution.stopped_at) fields.Time("stopDate", *execution.stopped_at);
  fields.Payload("input", execution.input, kIncluded, true);
}

// Step Functions' prices count steps of 100 ms and of 64 MB.
std::int64_t BilledMilliseconds(const ExecutionInfo& execution) {
  constexpr std::int64_t kStep = 100;
  const Duration taken = execution.stopped_at.value_or(execution.started_at) - execution.started_at;
  const std::int64_t milliseconds = std::chrono::ceil<std::chrono::milliseconds>(taken).count();
  return std::max<std::int64_t>(1, (milliseconds + kStep - 1) / kStep) * kStep;
}

}  // namespace

void WriteSyncExecution(std::string& out, const ExecutionInfo& execution) {
  JsonFields fields(out);
  WriteIdentity(fields, execution);
  if (execution.output.has_value()) {
    fields.Payload("output", execution.output, kIncluded, true);
  } else {
    fields.Begin("outputDetails");
    JsonFields(out).Boolean(kIncluded, true);
  }
  fields.Text("error", execution.error);
  fields.Text("cause", execution.cause);
  fields.Begin("billingDetails");
  JsonFields billing(out);
  billing.Number("billedMemoryUsedInMB", 64);
  billing.Number("billedDurationInMilliseconds", BilledMilliseconds(execution));
}

void WriteExecution(std::string& out, const ExecutionInfo& execution) {
  JsonFields fields(out);
  WriteIdentity(fields, execution);
  if (execution.output.has_value()) fields.Payload("output", execution.output, kIncluded, true);
  // As recorded: an execution that timed out has no error, its status says it all.
  if (execution.status != ExecutionStatus::kTimedOut) {
    fields.Text("error", execution.error);
    fields.Text("cause", execution.cause);
  }
  WriteRedrive(fields, execution);
}

}  // namespace pawl::aws
