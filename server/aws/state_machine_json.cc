#include "server/aws/state_machine_json.h"

#include "server/aws/json_fields.h"

namespace pawl::aws {
namespace {

// What AWS says of a state machine that was made without these.
void WriteDefaults(std::string& out, JsonFields& fields) {
  fields.Begin("loggingConfiguration");
  {
    JsonFields logging(out);
    logging.Text("level", "OFF");
    logging.Boolean("includeExecutionData", false);
  }
  fields.Begin("tracingConfiguration");
  JsonFields(out).Boolean("enabled", false);
}

}  // namespace

void WriteStateMachine(std::string& out,
                       const StateMachineInfo& machine,
                       const StateMachineParts& parts) {
  JsonFields fields(out);
  fields.Text("stateMachineArn", machine.arn);
  fields.Text("name", machine.name);
  fields.Text("status", machine.is_deleting ? "DELETING" : "ACTIVE");
  if (parts.has_definition) fields.Text("definition", machine.definition);
  fields.Text("roleArn", parts.role_arn);
  fields.Text("type", asl::MachineTypeName(machine.type));
  fields.Time("creationDate", machine.created_at);
  WriteDefaults(out, fields);
}

void WriteStateMachineItem(std::string& out, const StateMachineInfo& machine) {
  JsonFields fields(out);
  fields.Text("stateMachineArn", machine.arn);
  fields.Text("name", machine.name);
  fields.Text("type", asl::MachineTypeName(machine.type));
  fields.Time("creationDate", machine.created_at);
}

}  // namespace pawl::aws
