#include "server/aws/state_machine_json.h"

#include <optional>
#include <set>
#include <string_view>

#include "engine/json/write.h"
#include "server/aws/json_fields.h"
#include "server/aws/machine_configuration.h"
#include "server/aws/variable_references.h"

namespace pawl::aws {
namespace {

void WriteTexts(std::string& out, const std::set<std::string>& texts) {
  char separator = '[';
  for (const std::string& text : texts) {
    out += separator;
    separator = ',';
    json::WriteStringTo(out, text);
  }
  out += ']';
}

std::optional<std::string_view> IfAny(const std::string& text) {
  return text.empty() ? std::nullopt : std::optional<std::string_view>(text);
}

// Left out where no state refers to a variable.
void WriteReferences(std::string& out, JsonFields& fields, std::string_view definition) {
  const auto references = VariableReferences(definition);
  if (references.empty()) return;
  fields.Begin("variableReferences");
  char separator = '{';
  for (const auto& [state, names] : references) {
    out += separator;
    separator = ',';
    json::WriteStringTo(out, state);
    out += ':';
    WriteTexts(out, names);
  }
  out += '}';
}

// What a state machine says of itself and of each execution.
void WriteRevision(std::string& out,
                   JsonFields& fields,
                   const StateMachineInfo& machine,
                   bool has_definition) {
  fields.Text("stateMachineArn", machine.arn);
  fields.Text("name", machine.name);
  if (has_definition) fields.Text("definition", machine.definition);
  fields.Text("roleArn", machine.role_arn);
  WriteConfiguration(out, fields, machine.configuration);
  fields.Text("revisionId", IfAny(machine.revision_id));
  if (has_definition) WriteReferences(out, fields, machine.definition);
}

}  // namespace

void WriteStateMachine(std::string& out, const StateMachineInfo& machine, bool has_definition) {
  JsonFields fields(out);
  WriteRevision(out, fields, machine, has_definition);
  fields.Text("status", machine.is_deleting ? "DELETING" : "ACTIVE");
  fields.Text("type", asl::MachineTypeName(machine.type));
  fields.Time("creationDate", machine.created_at);
  fields.Text("description", IfAny(machine.version_description));
}

void WriteStateMachineItem(std::string& out, const StateMachineInfo& machine) {
  JsonFields fields(out);
  fields.Text("stateMachineArn", machine.arn);
  fields.Text("name", machine.name);
  fields.Text("type", asl::MachineTypeName(machine.type));
  fields.Time("creationDate", machine.created_at);
}

void WriteExecutionMachine(std::string& out,
                           const ExecutionMachineInfo& machine,
                           bool has_definition) {
  JsonFields fields(out);
  WriteRevision(out, fields, machine.state_machine, has_definition);
  fields.Time("updateDate", machine.state_machine.updated_at);
  fields.Text("mapRunArn", IfAny(machine.map_run_arn));
  fields.Text("label", IfAny(machine.label));
}

void WriteAlias(std::string& out, const ArnScheme& arns, const AliasInfo& alias) {
  JsonFields fields(out);
  fields.Text("stateMachineAliasArn", alias.arn);
  fields.Text("name", alias.name);
  fields.Text("description", IfAny(alias.description));
  fields.Begin("routingConfiguration");
  out += '[';
  for (const AliasRoute& route : alias.routes) {
    if (&route != alias.routes.data()) out += ',';
    JsonFields item(out);
    item.Text("stateMachineVersionArn",
              interpreter::StateMachineArn(
                  arns, alias.state_machine + ":" + std::to_string(route.version)));
    item.Number("weight", route.weight);
  }
  out += ']';
  fields.Time("creationDate", alias.created_at);
  fields.Time("updateDate", alias.updated_at);
}

}  // namespace pawl::aws
