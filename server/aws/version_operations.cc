// Versions and aliases of the AWS Step Functions API.
#include <algorithm>
#include <optional>
#include <utility>
#include <vector>

#include "server/aws/api_error.h"
#include "server/aws/arn.h"
#include "server/aws/json_fields.h"
#include "server/aws/json_list.h"
#include "server/aws/operation_functions.h"
#include "server/aws/page.h"
#include "server/aws/state_machine_json.h"

namespace pawl::aws {
namespace {

// A routing configuration leads to versions of one state machine.
struct Routing {
  std::string state_machine = {};
  std::vector<AliasRoute> routes = {};
};

Result<Routing> RoutingIn(const ApiCall& call) {
  Routing routing;
  const json::Value list = call.input.Value("routingConfiguration");
  if (!list.is_array()) return routing;
  std::string received;
  bool are_versions = true;
  for (const json::Value& item : list.items()) {
    const ApiInput route(item);
    const std::string arn = route.Required("stateMachineVersionArn");
    received += (received.empty() ? "" : ", ") + arn;
    ASSIGN_OR_RETURN(QualifiedName name, ParseMachineArn(call.arns(), arn));
    const auto version = VersionOf(name.qualifier);
    const bool is_other = !routing.routes.empty() && name.state_machine != routing.state_machine;
    are_versions = are_versions && version && !is_other;
    routing.state_machine = std::move(name.state_machine);
    routing.routes.push_back(
        {.version = version.value_or(0),
         .weight = static_cast<std::int32_t>(route.Integer("weight").value_or(0))});
  }
  if (are_versions) return routing;
  return Invalid("Routing configuration must contain state machine version ARNs. Received: [" +
                 received + "]");
}

// The state machine and the alias of an alias's ARN.
Result<QualifiedName> AliasIn(const ApiCall& call) {
  const std::string text = call.input.Required("stateMachineAliasArn");
  ASSIGN_OR_RETURN(QualifiedName name, ParseMachineArn(call.arns(), text));
  if (!name.qualifier.empty() && !VersionOf(name.qualifier)) return name;
  return Refusal("InvalidArn", "Invalid Arn: 'Not the ARN of an alias: " + text + "'");
}

// That the state machine is there and stays, and the version of it, if one is asked for.
Status CheckAliased(const ApiCall& call, const QualifiedName& name) {
  const NamespaceId namespace_id = call.caller.namespace_id;
  ASSIGN_OR_RETURN(const StateMachineInfo machine,
                   call.engine().DescribeStateMachine(namespace_id, name.state_machine, 0));
  if (machine.is_deleting) {
    return Refusal("StateMachineDeleting", "State Machine is being deleted: '" + machine.arn + "'");
  }
  if (name.qualifier.empty()) return {};
  const Status version =
      call.engine().DescribeQualified(namespace_id, name.state_machine, name.qualifier).status();
  if (version.code() != StatusCode::kNotFound) return version;
  return Refusal("ResourceNotFound", "Request references a resource that does not exist.");
}

void WriteVersionItem(std::string& out, const VersionInfo& version) {
  JsonFields fields(out);
  fields.Text("stateMachineVersionArn", version.arn);
  fields.Time("creationDate", version.created_at);
}

void WriteAliasItem(std::string& out, const AliasInfo& alias) {
  JsonFields fields(out);
  fields.Text("stateMachineAliasArn", alias.arn);
  fields.Time("creationDate", alias.created_at);
}

}  // namespace

Result<std::string> PublishStateMachineVersion(const ApiCall& call) {
  ASSIGN_OR_RETURN(std::string name,
                   ParsePlainMachineArn(call.arns(), call.input.Required("stateMachineArn")));
  ASSIGN_OR_RETURN(const VersionInfo version,
                   call.engine().PublishVersion({.namespace_id = call.caller.namespace_id,
                                                 .state_machine = std::move(name),
                                                 .revision_id = call.input.Text("revisionId"),
                                                 .description = call.input.Text("description")}));
  std::string out;
  WriteVersionItem(out, version);
  return out;
}

Result<std::string> ListStateMachineVersions(const ApiCall& call) {
  const std::string arn = call.input.Required("stateMachineArn");
  ASSIGN_OR_RETURN(const std::string name, ParsePlainMachineArn(call.arns(), arn));
  ASSIGN_OR_RETURN(const Page page, Page::Of(call, arn));
  ASSIGN_OR_RETURN(
      const VersionList list,
      call.engine().ListVersions(call.caller.namespace_id, name, page.size(), page.after()));
  return ListJson(page, "stateMachineVersions", list.versions, list.next, WriteVersionItem);
}

Result<std::string> DeleteStateMachineVersion(const ApiCall& call) {
  const std::string text = call.input.Required("stateMachineVersionArn");
  ASSIGN_OR_RETURN(const QualifiedName name, ParseMachineArn(call.arns(), text));
  const auto version = VersionOf(name.qualifier);
  if (!version) {
    return Refusal("InvalidArn", "Invalid Arn: 'Not the ARN of a version: " + text + "'");
  }
  RETURN_IF_ERROR(
      call.engine().DeleteVersion(call.caller.namespace_id, name.state_machine, *version));
  return std::string("{}");
}

Result<std::string> CreateStateMachineAlias(const ApiCall& call) {
  ASSIGN_OR_RETURN(Routing routing, RoutingIn(call));
  ASSIGN_OR_RETURN(const AliasInfo alias,
                   call.engine().CreateAlias({.namespace_id = call.caller.namespace_id,
                                              .state_machine = std::move(routing.state_machine),
                                              .name = call.input.Required("name"),
                                              .description = call.input.Text("description"),
                                              .routes = std::move(routing.routes)}));
  std::string out;
  WriteAliasItem(out, alias);
  return out;
}

Result<std::string> UpdateStateMachineAlias(const ApiCall& call) {
  ASSIGN_OR_RETURN(QualifiedName name, AliasIn(call));
  ASSIGN_OR_RETURN(Routing routing, RoutingIn(call));
  if (!routing.routes.empty() && routing.state_machine != name.state_machine) {
    return Invalid("Routing configuration must contain versions of the state machine '" +
                   name.state_machine + "', not of '" + routing.state_machine + "'");
  }
  ASSIGN_OR_RETURN(const AliasInfo alias,
                   call.engine().UpdateAlias({.namespace_id = call.caller.namespace_id,
                                              .state_machine = std::move(name.state_machine),
                                              .name = std::move(name.qualifier),
                                              .description = call.input.Text("description"),
                                              .routes = std::move(routing.routes)}));
  std::string out;
  JsonFields(out).Time("updateDate", alias.updated_at);
  return out;
}

Result<std::string> DescribeStateMachineAlias(const ApiCall& call) {
  ASSIGN_OR_RETURN(const QualifiedName name, AliasIn(call));
  ASSIGN_OR_RETURN(
      const AliasInfo alias,
      call.engine().DescribeAlias(call.caller.namespace_id, name.state_machine, name.qualifier));
  std::string out;
  WriteAlias(out, call.arns(), alias);
  return out;
}

// The ARN may be a version's: its aliases only.
Result<std::string> ListStateMachineAliases(const ApiCall& call) {
  const std::string arn = call.input.Required("stateMachineArn");
  ASSIGN_OR_RETURN(QualifiedName name, ParseMachineArn(call.arns(), arn));
  const auto version = VersionOf(name.qualifier);
  if (!name.qualifier.empty() && !version) {
    return Refusal("InvalidArn", "Invalid Arn: 'Not the ARN of a version: " + arn + "'");
  }
  RETURN_IF_ERROR(CheckAliased(call, name));
  ASSIGN_OR_RETURN(const Page page, Page::Of(call, arn));
  ASSIGN_OR_RETURN(const AliasList list,
                   call.engine().ListAliases({.namespace_id = call.caller.namespace_id,
                                              .state_machine = std::move(name.state_machine),
                                              .version = version.value_or(0),
                                              .page_size = page.size(),
                                              .after = page.after()}));
  return ListJson(page, "stateMachineAliases", list.aliases, list.next, WriteAliasItem);
}

Result<std::string> DeleteStateMachineAlias(const ApiCall& call) {
  ASSIGN_OR_RETURN(const QualifiedName name, AliasIn(call));
  RETURN_IF_ERROR(
      call.engine().DeleteAlias(call.caller.namespace_id, name.state_machine, name.qualifier));
  return std::string("{}");
}

}  // namespace pawl::aws
