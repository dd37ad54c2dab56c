// State machines of the AWS Step Functions API.
#include <algorithm>
#include <utility>
#include <vector>

#include "engine/asl/compile.h"
#include "server/aws/api_error.h"
#include "server/aws/arn.h"
#include "server/aws/definition_json.h"
#include "server/aws/json_fields.h"
#include "server/aws/operation_functions.h"
#include "server/aws/page.h"
#include "server/aws/resource_name.h"
#include "server/aws/state_machine_json.h"

namespace pawl::aws {
namespace {

asl::MachineType TypeIn(const ApiInput& input) {
  return input.Text("type") == "EXPRESS" ? asl::MachineType::kExpress
                                         : asl::MachineType::kStandard;
}

bool WantsData(const ApiInput& input) {
  return input.Text("includedData") != "METADATA_ONLY";
}

// AWS says it as one text; the engine has said it for people.
Status InDefinition(const ApiCall& call,
                    const Status& status,
                    const std::string& definition,
                    asl::MachineType type) {
  if (status.reason() != "InvalidDefinition") return status;
  const asl::Compilation compilation =
      asl::Compile(definition, call.engine().options().limits.definition_bytes_max, type);
  if (compilation.ok()) return status;
  return Refusal("InvalidDefinition", InvalidDefinitionMessage(compilation.diagnostics));
}

Status NoQualifier(const MachineArn& arn, const std::string& text) {
  if (arn.qualifier.empty()) return {};
  return Refusal("StateMachineDoesNotExist", "State Machine Does Not Exist: '" + text + "'");
}

Result<std::string> NameIn(const ApiCall& call) {
  const std::string text = call.input.Required("stateMachineArn");
  ASSIGN_OR_RETURN(MachineArn arn, ParseMachineArn(call.arns(), text));
  RETURN_IF_ERROR(NoQualifier(arn, text));
  return std::move(arn.state_machine);
}

}  // namespace

Result<std::string> CreateStateMachine(const ApiCall& call) {
  DeployRequest request{.namespace_id = call.caller.namespace_id,
                        .name = call.input.Required("name"),
                        .definition = call.input.Required("definition"),
                        .type = TypeIn(call.input),
                        .must_be_new = true};
  RETURN_IF_ERROR(CheckResourceName(request.name));
  const auto deployed = call.engine().Deploy(request);
  if (!deployed.ok()) {
    return InDefinition(call, deployed.status(), request.definition, *request.type);
  }
  std::string out;
  {
    JsonFields fields(out);
    fields.Text("stateMachineArn", deployed->state_machine.arn);
    fields.Time("creationDate", deployed->state_machine.created_at);
  }
  return out;
}

Result<std::string> UpdateStateMachine(const ApiCall& call) {
  ASSIGN_OR_RETURN(const std::string name, NameIn(call));
  const auto definition = call.input.Text("definition");
  const bool changes = definition || call.input.Has("roleArn") ||
                       call.input.Has("loggingConfiguration") ||
                       call.input.Has("tracingConfiguration");
  if (!changes) {
    return Refusal("MissingRequiredParameter",
                   "Either the definition, the role ARN, the LoggingConfiguration, or the "
                   "TracingConfiguration must be specified");
  }
  ASSIGN_OR_RETURN(StateMachineInfo machine,
                   call.engine().DescribeStateMachine(call.caller.namespace_id, name, 0));
  if (definition) {
    auto deployed = call.engine().Deploy({.namespace_id = call.caller.namespace_id,
                                          .name = name,
                                          .definition = *definition,
                                          .must_exist = true});
    if (!deployed.ok()) return InDefinition(call, deployed.status(), *definition, machine.type);
    machine = std::move(deployed->state_machine);
  }
  std::string out;
  JsonFields(out).Time("updateDate", machine.updated_at);
  return out;
}

Result<std::string> DescribeStateMachine(const ApiCall& call) {
  ASSIGN_OR_RETURN(const std::string name, NameIn(call));
  ASSIGN_OR_RETURN(const StateMachineInfo machine,
                   call.engine().DescribeStateMachine(call.caller.namespace_id, name, 0));
  std::string out;
  WriteStateMachine(out,
                    machine,
                    {.role_arn = interpreter::RoleArn(call.arns()),
                     .has_definition = WantsData(call.input)});
  return out;
}

Result<std::string> DeleteStateMachine(const ApiCall& call) {
  ASSIGN_OR_RETURN(const std::string name, NameIn(call));
  const Status status = call.engine().DeleteStateMachine(call.caller.namespace_id, name);
  // As on AWS, what is not there is as good as deleted.
  if (!status.ok() && status.code() != StatusCode::kNotFound) return status;
  return std::string("{}");
}

Result<std::string> ListStateMachines(const ApiCall& call) {
  ASSIGN_OR_RETURN(const Page page, Page::Of(call, ""));
  ASSIGN_OR_RETURN(
      const StateMachineList list,
      call.engine().ListStateMachines(call.caller.namespace_id, page.size(), page.after()));
  std::string out;
  {
    JsonFields fields(out);
    fields.Begin("stateMachines");
    out += '[';
    for (const StateMachineInfo& machine : list.state_machines) {
      if (&machine != list.state_machines.data()) out += ',';
      WriteStateMachineItem(out, machine);
    }
    out += ']';
    if (!list.next.empty()) fields.Text("nextToken", page.Seal(call, list.next));
  }
  return out;
}

// API reference, ValidateStateMachineDefinition: errors only unless warnings are asked for, and 100
// diagnostics unless fewer are.
Result<std::string> ValidateStateMachineDefinition(const ApiCall& call) {
  constexpr std::size_t kDiagnosticsMax = 100;
  asl::Compilation compilation =
      asl::Compile(call.input.Required("definition"),
                   call.engine().options().limits.definition_bytes_max,
                   TypeIn(call.input));
  std::vector<asl::Diagnostic>& diagnostics = compilation.diagnostics;
  if (call.input.Text("severity") != "WARNING") {
    std::erase_if(diagnostics, [](const asl::Diagnostic& diagnostic) {
      return diagnostic.severity != asl::Severity::kError;
    });
  }
  const auto asked = static_cast<std::size_t>(call.input.Integer("maxResults").value_or(0));
  std::string out;
  WriteValidation(out, diagnostics, asked == 0 ? kDiagnosticsMax : asked);
  return out;
}

}  // namespace pawl::aws
