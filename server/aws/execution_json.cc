#include "server/aws/execution_json.h"

#include <string_view>

#include "server/aws/json_fields.h"

namespace pawl::aws {
namespace {

constexpr std::string_view kIncluded = "included";

// Redriving is offered for executions that ended badly.
void WriteRedrive(JsonFields& fields, ExecutionStatus status) {
  fields.Number("redriveCount", 0);
  const std::string name(interpreter::ExecutionStatusName(status));
  const bool has_ended_well = status == ExecutionStatus::kSucceeded;
  if (has_ended_well || status == ExecutionStatus::kRunning) {
    fields.Text("redriveStatus", "NOT_REDRIVABLE");
    fields.Text("redriveStatusReason", "Execution is " + name + " and cannot be redriven");
  } else {
    fields.Text("redriveStatus", "REDRIVABLE");
  }
}

}  // namespace

void WriteExecution(std::string& out, const ExecutionInfo& execution) {
  JsonFields fields(out);
  fields.Text("executionArn", execution.arn);
  fields.Text("stateMachineArn", execution.state_machine_arn);
  fields.Text("name", execution.name.name);
  fields.Text("status", interpreter::ExecutionStatusName(execution.status));
  fields.Time("startDate", execution.started_at);
  if (execution.stopped_at) fields.Time("stopDate", *execution.stopped_at);
  fields.Payload("input", execution.input, kIncluded, true);
  if (execution.output.has_value()) fields.Payload("output", execution.output, kIncluded, true);
  // As recorded: an execution that timed out has no error, its status says it all.
  if (execution.status != ExecutionStatus::kTimedOut) {
    fields.Text("error", execution.error);
    fields.Text("cause", execution.cause);
  }
  WriteRedrive(fields, execution.status);
}

}  // namespace pawl::aws
