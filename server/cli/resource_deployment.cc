#include "server/cli/resource_deployment.h"

#include <charconv>
#include <map>
#include <optional>
#include <utility>
#include <variant>

#include "engine/base/overloaded.h"
#include "server/cli/function_upload.h"
#include "server/sigv4/digest.h"

namespace pawl::cli {
namespace {

using templates::Resource;

using Tags = std::map<std::string, std::string>;

std::uint64_t ToNumber(std::string_view text) {
  std::uint64_t number = 0;
  std::from_chars(text.data(), text.data() + text.size(), number);
  return number;
}

v1::DeployedConfiguration RequestFor(const templates::Function& function) {
  v1::DeployedConfiguration request;
  request.set_name(function.name);
  v1::FunctionConfiguration& configuration = *request.mutable_configuration();
  configuration.set_handler(function.configuration.handler);
  configuration.set_timeout_seconds(function.configuration.timeout_seconds);
  configuration.set_memory_mb(function.configuration.memory_mb);
  for (const auto& [name, value] : function.configuration.environment)
    (*configuration.mutable_environment())[name] = value;
  configuration.set_description(function.configuration.description);
  configuration.set_runtime(function.configuration.runtime);
  configuration.set_role(function.configuration.role);
  configuration.set_other(function.configuration.other);
  for (const auto& [key, value] : function.tags)
    (*request.mutable_tags())[key] = value;
  return request;
}

v1::DeployStateMachineRequest RequestFor(const templates::StateMachine& machine,
                                         std::string definition) {
  v1::DeployStateMachineRequest request;
  request.set_name(machine.name);
  request.set_definition(std::move(definition));
  request.set_type(machine.type == "EXPRESS" ? v1::STATE_MACHINE_TYPE_EXPRESS
                                             : v1::STATE_MACHINE_TYPE_STANDARD);
  request.set_role_arn(machine.role_arn);
  if (!machine.configuration.empty()) request.set_configuration(machine.configuration);
  for (const auto& [key, value] : machine.tags)
    (*request.mutable_tags())[key] = value;
  return request;
}

// Of what exists already: a deployment gives tags to new ones alone.
Status SetTags(v1::TaggedResource resource, const Tags& tags, Client& client) {
  if (tags.empty()) return {};
  v1::TagResourceRequest request;
  *request.mutable_resource() = std::move(resource);
  for (const auto& [key, value] : tags)
    (*request.mutable_tags())[key] = value;
  return client.Call(&Client::Stub::TagResource, request).status();
}

Result<DeployedResource> Deploy(const templates::Function& function,
                                TemplateFiles& files,
                                Client& client) {
  ASSIGN_OR_RETURN(const std::string archive, files.Archive(function));
  ASSIGN_OR_RETURN(const v1::DeployFunctionResponse response,
                   UploadFunction(client, RequestFor(function), archive));
  const v1::DeployedFunction& deployed = response.function();
  const std::optional<std::uint32_t> concurrency =
      deployed.has_reserved_concurrency() ? std::optional(deployed.reserved_concurrency())
                                          : std::nullopt;
  if (concurrency != function.reserved_concurrency) {
    v1::SetFunctionConcurrencyRequest request;
    request.set_name(function.name);
    if (function.reserved_concurrency) request.set_concurrency(*function.reserved_concurrency);
    RETURN_IF_ERROR(client.Call(&Client::FunctionStub::SetFunctionConcurrency, request).status());
  }
  const bool has_changed = response.changed() || concurrency != function.reserved_concurrency;
  return DeployedResource{.what = response.created() ? "created"
                                                     : (has_changed ? "updated" : "unchanged")};
}

Result<DeployedResource> Deploy(const templates::FunctionVersion& version, Client& client) {
  v1::PublishFunctionVersionRequest request;
  request.set_name(version.function);
  request.set_description(version.description);
  ASSIGN_OR_RETURN(const v1::PublishFunctionVersionResponse response,
                   client.Call(&Client::FunctionStub::PublishFunctionVersion, request));
  return DeployedResource{.what = "published", .version = ToNumber(response.function().version())};
}

Result<DeployedResource> Deploy(const templates::FunctionAlias& alias, Client& client) {
  v1::SetFunctionAliasRequest request;
  request.mutable_alias()->set_function(alias.function);
  request.mutable_alias()->set_name(alias.name);
  request.mutable_alias()->set_version(alias.version);
  request.mutable_alias()->set_other_version(alias.other_version);
  request.mutable_alias()->set_other_weight(alias.other_weight);
  request.mutable_alias()->set_description(alias.description);
  ASSIGN_OR_RETURN(const v1::SetFunctionAliasResponse response,
                   client.Call(&Client::FunctionStub::SetFunctionAlias, request));
  return DeployedResource{.what = response.created() ? "created" : "set"};
}

Result<bool> ActivityExists(const std::string& name, Client& client) {
  v1::DescribeActivityRequest request;
  request.set_name(name);
  const Status status = client.Call(&Client::Stub::DescribeActivity, request).status();
  if (!status.ok() && status.code() != StatusCode::kNotFound) return status;
  return status.ok();
}

Result<DeployedResource> Deploy(const templates::Activity& activity, Client& client) {
  ASSIGN_OR_RETURN(const bool exists, ActivityExists(activity.name, client));
  v1::CreateActivityRequest request;
  request.set_name(activity.name);
  RETURN_IF_ERROR(client.Call(&Client::Stub::CreateActivity, request).status());
  v1::TaggedResource resource;
  resource.set_activity(activity.name);
  RETURN_IF_ERROR(SetTags(resource, activity.tags, client));
  return DeployedResource{.what = exists ? "unchanged" : "created"};
}

Result<DeployedResource> Deploy(const std::string& logical_id,
                                const templates::StateMachine& machine,
                                TemplateFiles& files,
                                Client& client) {
  ASSIGN_OR_RETURN(DefinitionText definition, files.Definition(logical_id, machine));
  ASSIGN_OR_RETURN(const v1::DeployStateMachineResponse response,
                   client.Call(&Client::Stub::DeployStateMachine,
                               RequestFor(machine, std::move(definition.text))));
  v1::TaggedResource resource;
  resource.set_state_machine(machine.name);
  RETURN_IF_ERROR(SetTags(resource, machine.tags, client));
  if (!response.changed()) return DeployedResource{.what = "unchanged"};
  return DeployedResource{.what = response.state_machine().revision() == 1 ? "created" : "updated"};
}

Result<DeployedResource> Deploy(const templates::StateMachineVersion& version, Client& client) {
  v1::PublishVersionRequest request;
  request.set_state_machine(version.state_machine);
  if (!version.description.empty()) request.set_description(version.description);
  ASSIGN_OR_RETURN(const v1::PublishVersionResponse response,
                   client.Call(&Client::Stub::PublishVersion, request));
  return DeployedResource{.what = "published", .version = response.version().version()};
}

void AddRoutes(const templates::StateMachineAlias& alias, auto& request) {
  request.set_state_machine(alias.state_machine);
  request.set_name(alias.name);
  request.set_description(alias.description);
  for (const templates::AliasRoute& route : alias.routes) {
    v1::AliasRoute& wire = *request.add_routes();
    wire.set_version(ToNumber(route.version));
    wire.set_weight(static_cast<std::int32_t>(route.weight));
  }
}

Result<DeployedResource> Deploy(const templates::StateMachineAlias& alias, Client& client) {
  v1::CreateAliasRequest create;
  AddRoutes(alias, create);
  const Status created = client.Call(&Client::Stub::CreateAlias, create).status();
  if (created.ok()) return DeployedResource{.what = "set"};
  if (created.reason() != "Conflict") return created;
  v1::UpdateAliasRequest update;
  AddRoutes(alias, update);
  RETURN_IF_ERROR(client.Call(&Client::Stub::UpdateAlias, update).status());
  return DeployedResource{.what = "set"};
}

bool IsSame(const v1::FunctionConfiguration& a, const v1::FunctionConfiguration& b) {
  // A map's order in bytes is none, so it is compared on its own.
  const auto& left = a.environment();
  const auto& right = b.environment();
  bool is_same = left.size() == right.size();
  for (const auto& [name, value] : left) {
    const auto found = right.find(name);
    is_same = is_same && found != right.end() && found->second == value;
  }
  return is_same && a.handler() == b.handler() && a.timeout_seconds() == b.timeout_seconds() &&
         a.memory_mb() == b.memory_mb() && a.description() == b.description() &&
         a.runtime() == b.runtime() && a.role() == b.role() && a.other() == b.other();
}

Result<std::string> Plan(const templates::Function& function,
                         TemplateFiles& files,
                         Client& client) {
  v1::DescribeFunctionRequest request;
  request.set_name(function.name);
  const auto response = client.Call(&Client::FunctionStub::DescribeFunction, request);
  if (response.status().code() == StatusCode::kNotFound) return std::string("create");
  if (!response.ok()) return response.status();
  const v1::DeployedFunction& current = response->function();
  ASSIGN_OR_RETURN(const std::string archive, files.Archive(function));
  const bool is_same = sigv4::Sha256Hex(archive) == HexOf(current.code_sha256()) &&
                       IsSame(RequestFor(function).configuration(), current.configuration());
  return std::string(is_same ? "leave as it is" : "update");
}

Result<std::string> Plan(const std::string& logical_id,
                         const templates::StateMachine& machine,
                         TemplateFiles& files,
                         Client& client) {
  v1::DescribeStateMachineRequest request;
  request.set_name(machine.name);
  const auto response = client.Call(&Client::Stub::DescribeStateMachine, request);
  if (response.status().code() == StatusCode::kNotFound) return std::string("create");
  if (!response.ok()) return response.status();
  const v1::StateMachine& current = response->state_machine();
  ASSIGN_OR_RETURN(const DefinitionText definition, files.Definition(logical_id, machine));
  const bool is_same =
      definition.text == current.definition() && machine.role_arn == current.role_arn() &&
      (machine.configuration.empty() || machine.configuration == current.configuration());
  return std::string(is_same ? "leave as it is" : "update");
}

}  // namespace

std::string KindOf(const Resource& resource) {
  return std::visit(
      Overloaded{
          [](const templates::Function&) { return "function"; },
          [](const templates::FunctionVersion&) { return "function version"; },
          [](const templates::FunctionAlias&) { return "function alias"; },
          [](const templates::Activity&) { return "activity"; },
          [](const templates::StateMachine&) { return "state machine"; },
          [](const templates::StateMachineVersion&) { return "state machine version"; },
          [](const templates::StateMachineAlias&) { return "state machine alias"; },
      },
      resource.details);
}

std::string NameOf(const Resource& resource) {
  return std::visit(
      Overloaded{
          [](const templates::FunctionVersion& version) { return version.function; },
          [](const templates::FunctionAlias& alias) { return alias.function + ":" + alias.name; },
          [](const templates::StateMachineVersion& version) { return version.state_machine; },
          [](const templates::StateMachineAlias& alias) {
            return alias.state_machine + ":" + alias.name;
          },
          [](const auto& named) { return named.name; },
      },
      resource.details);
}

Result<DeployedResource> DeployResource(const Resource& resource,
                                        TemplateFiles& files,
                                        Client& client) {
  Result<DeployedResource> deployed = std::visit(
      Overloaded{
          [&](const templates::Function& function) { return Deploy(function, files, client); },
          [&](const templates::StateMachine& machine) {
            return Deploy(resource.logical_id, machine, files, client);
          },
          [&](const auto& other) { return Deploy(other, client); },
      },
      resource.details);
  if (!deployed.ok()) return deployed;
  deployed->kind = KindOf(resource);
  deployed->name = NameOf(resource);
  return deployed;
}

Result<std::string> PlanResource(const Resource& resource, TemplateFiles& files, Client& client) {
  return std::visit(
      Overloaded{
          [&](const templates::Function& function) { return Plan(function, files, client); },
          [&](const templates::StateMachine& machine) {
            return Plan(resource.logical_id, machine, files, client);
          },
          [&](const templates::Activity& activity) -> Result<std::string> {
            ASSIGN_OR_RETURN(const bool exists, ActivityExists(activity.name, client));
            return std::string(exists ? "leave as it is" : "create");
          },
          [](const templates::FunctionVersion&) { return Result<std::string>("publish"); },
          [](const templates::StateMachineVersion&) { return Result<std::string>("publish"); },
          [](const auto&) { return Result<std::string>("set"); },
      },
      resource.details);
}

}  // namespace pawl::cli
