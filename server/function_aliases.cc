// Aliases of pawl.v1.FunctionService.
#include "server/caller.h"
#include "server/function_service.h"
#include "server/request_fields.h"

namespace pawl::server {
namespace {

v1::FunctionAlias AliasToWire(const FunctionAlias& alias) {
  v1::FunctionAlias wire;
  wire.set_function(alias.name.name);
  wire.set_name(alias.name.qualifier);
  wire.set_arn(alias.arn);
  wire.set_version(alias.version);
  wire.set_other_version(alias.other_version);
  wire.set_other_weight(alias.other_weight);
  wire.set_description(alias.description);
  wire.set_revision_id(alias.revision_id);
  return wire;
}

}  // namespace

Status FunctionService::SetFunctionAlias(const grpc::ServerContextBase& context,
                                         const v1::SetFunctionAliasRequest& request,
                                         v1::SetFunctionAliasResponse& response) {
  const v1::FunctionAlias& wire = request.alias();
  ASSIGN_OR_RETURN(const Caller caller, IdentifyCaller(context, request.namespace_()));
  RETURN_IF_ERROR(Required(wire.function(), "alias.function"));
  RETURN_IF_ERROR(Required(wire.name(), "alias.name"));
  RETURN_IF_ERROR(Required(wire.version(), "alias.version"));
  const FunctionName name{
      .namespace_id = caller.namespace_id, .name = wire.function(), .qualifier = wire.name()};
  DeployedFunctions& functions = engine_.Functions();
  Result<FunctionAlias> alias = functions.CreateAlias({.name = name,
                                                       .version = wire.version(),
                                                       .other_version = wire.other_version(),
                                                       .other_weight = wire.other_weight(),
                                                       .description = wire.description()});
  response.set_created(alias.ok());
  if (alias.status().code() == StatusCode::kAlreadyExists) {
    alias = functions.UpdateAlias({.name = name,
                                   .version = wire.version(),
                                   .other_version = wire.other_version(),
                                   .other_weight = wire.other_weight(),
                                   .description = wire.description()});
  }
  if (!alias.ok()) return alias.status();
  *response.mutable_alias() = AliasToWire(*alias);
  return {};
}

Status FunctionService::ListFunctionAliases(const grpc::ServerContextBase& context,
                                            const v1::ListFunctionAliasesRequest& request,
                                            v1::ListFunctionAliasesResponse& response) {
  ASSIGN_OR_RETURN(const FunctionName name,
                   NameOfFunction(context, request.namespace_(), request.name()));
  ASSIGN_OR_RETURN(const std::size_t page_size, PageSize(request.page_size()));
  const std::string bound_to = request.name() + ":" + request.version();
  const runtime::TokenScope scope{
      .namespace_id = name.namespace_id, .kind = "ListFunctionAliases", .request = bound_to};
  ASSIGN_OR_RETURN(const std::string after, OpenPageToken(tokens_, scope, request.page_token()));
  ASSIGN_OR_RETURN(const FunctionAliasList page,
                   engine_.Functions().ListAliases(name, request.version(), page_size, after));
  for (const FunctionAlias& alias : page.aliases)
    *response.add_aliases() = AliasToWire(alias);
  if (!page.next.empty()) response.set_next_page_token(tokens_.Seal(scope, page.next));
  return {};
}

Status FunctionService::DeleteFunctionAlias(const grpc::ServerContextBase& context,
                                            const v1::DeleteFunctionAliasRequest& request,
                                            v1::DeleteFunctionAliasResponse& /*response*/) {
  RETURN_IF_ERROR(Required(request.alias(), "alias"));
  ASSIGN_OR_RETURN(const FunctionName name,
                   NameOfFunction(context, request.namespace_(), request.name(), request.alias()));
  return engine_.Functions().DeleteAlias(name);
}

}  // namespace pawl::server
