// State machines of the AWS Step Functions API.
#include <utility>
#include <vector>

#include "engine/asl/compile.h"
#include "server/aws/api_error.h"
#include "server/aws/arn.h"
#include "server/aws/definition_json.h"
#include "server/aws/json_fields.h"
#include "server/aws/json_list.h"
#include "server/aws/machine_configuration.h"
#include "server/aws/operation_functions.h"
#include "server/aws/page.h"
#include "server/aws/resource_name.h"
#include "server/aws/state_machine_json.h"
#include "server/aws/tags_in.h"

namespace pawl::aws {
namespace {

asl::MachineType TypeIn(const ApiInput& input) {
  return input.Text("type") == "EXPRESS" ? asl::MachineType::kExpress : asl::MachineType::kStandard;
}

Result<std::string> MachineNameIn(const ApiCall& call) {
  return ParsePlainMachineArn(call.arns(), call.input.Required("stateMachineArn"));
}

// AWS says what is wrong with a definition in one line; the engine has said it for people.
Status InDefinition(const ApiCall& call,
                    const Status& status,
                    const std::string& definition,
                    asl::MachineType type) {
  if (status.reason() != "InvalidDefinition") return status;
  const asl::Compilation compilation =
      asl::Compile(definition, call.engine().options().limits.definition_bytes_max, type);
  if (compilation.ok()) return status;
  return Refusal("InvalidDefinition",
                 InvalidDefinitionMessage(compilation.diagnostics, definition));
}

// What creation and update have in common.
Status ReadDeployment(const ApiInput& input, std::string_view kept, DeployRequest& request) {
  request.definition = input.Text("definition");
  request.role_arn = input.Text("roleArn");
  if (request.role_arn) RETURN_IF_ERROR(CheckRoleArn(*request.role_arn));
  request.publish = input.Boolean("publish", false);
  request.version_description = input.Text("versionDescription");
  if (request.version_description && !request.publish) {
    return Invalid("Version description can only be set when publish is true");
  }
  ASSIGN_OR_RETURN(request.configuration, ConfigurationOf(input, kept));
  return {};
}

void WriteVersionArn(JsonFields& fields, const DeployResponse& deployed) {
  if (!deployed.version_arn.empty()) fields.Text("stateMachineVersionArn", deployed.version_arn);
}

}  // namespace

Result<std::string> CreateStateMachine(const ApiCall& call) {
  DeployRequest request{.namespace_id = call.caller.namespace_id,
                        .name = call.input.Required("name"),
                        .type = TypeIn(call.input),
                        .must_be_new = true};
  RETURN_IF_ERROR(CheckResourceName(request.name));
  RETURN_IF_ERROR(ReadDeployment(call.input, "", request));
  request.tags = TagsIn(call.input);
  const auto deployed = call.engine().Deploy(request);
  if (!deployed.ok()) {
    return InDefinition(call, deployed.status(), *request.definition, *request.type);
  }
  std::string out;
  {
    JsonFields fields(out);
    fields.Text("stateMachineArn", deployed->state_machine.arn);
    fields.Time("creationDate", deployed->state_machine.created_at);
    WriteVersionArn(fields, *deployed);
  }
  return out;
}

Result<std::string> UpdateStateMachine(const ApiCall& call) {
  ASSIGN_OR_RETURN(std::string name, MachineNameIn(call));
  const bool changes =
      call.input.Has("definition") || call.input.Has("roleArn") || NamesConfiguration(call.input);
  if (!changes) {
    return Refusal("MissingRequiredParameter",
                   "Either the definition, the role ARN, the LoggingConfiguration, or the "
                   "TracingConfiguration must be specified");
  }
  ASSIGN_OR_RETURN(const StateMachineInfo before,
                   call.engine().DescribeStateMachine(call.caller.namespace_id, name, 0));
  DeployRequest request{
      .namespace_id = call.caller.namespace_id, .name = std::move(name), .must_exist = true};
  RETURN_IF_ERROR(ReadDeployment(call.input, before.configuration, request));
  const auto deployed = call.engine().Deploy(request);
  if (!deployed.ok()) {
    return InDefinition(
        call, deployed.status(), request.definition.value_or(before.definition), before.type);
  }
  std::string out;
  {
    JsonFields fields(out);
    fields.Time("updateDate", deployed->state_machine.updated_at);
    const std::string& revision_id = deployed->state_machine.revision_id;
    if (!revision_id.empty()) fields.Text("revisionId", revision_id);
    WriteVersionArn(fields, *deployed);
  }
  return out;
}

Result<std::string> DescribeStateMachine(const ApiCall& call) {
  ASSIGN_OR_RETURN(const QualifiedName name,
                   ParseMachineArn(call.arns(), call.input.Required("stateMachineArn")));
  const NamespaceId namespace_id = call.caller.namespace_id;
  auto machine =
      name.qualifier.empty()
          ? call.engine().DescribeStateMachine(namespace_id, name.state_machine, 0)
          : call.engine().DescribeQualified(namespace_id, name.state_machine, name.qualifier);
  if (!machine.ok()) return machine.status();
  if (machine->role_arn.empty()) machine->role_arn = interpreter::RoleArn(call.arns());
  std::string out;
  WriteStateMachine(out, *machine, WantsData(call.input));
  return out;
}

Result<std::string> DescribeStateMachineForExecution(const ApiCall& call) {
  ASSIGN_OR_RETURN(const ExecutionName name,
                   ParseExecutionArn(
                       call.arns(), call.caller.namespace_id, call.input.Required("executionArn")));
  ASSIGN_OR_RETURN(ExecutionMachineInfo machine,
                   call.engine().DescribeStateMachineForExecution(name));
  if (machine.state_machine.role_arn.empty()) {
    machine.state_machine.role_arn = interpreter::RoleArn(call.arns());
  }
  std::string out;
  WriteExecutionMachine(out, machine, WantsData(call.input));
  return out;
}

Result<std::string> DeleteStateMachine(const ApiCall& call) {
  ASSIGN_OR_RETURN(const std::string name, MachineNameIn(call));
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
  return ListJson(page, "stateMachines", list.state_machines, list.next, WriteStateMachineItem);
}

// API reference, ValidateStateMachineDefinition: errors only unless warnings are asked for, and 100
// diagnostics unless fewer are.
Result<std::string> ValidateStateMachineDefinition(const ApiCall& call) {
  constexpr std::size_t kDiagnosticsMax = 100;
  asl::Compilation compilation = asl::Compile(call.input.Required("definition"),
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
