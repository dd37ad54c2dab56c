// Aliases of pawl.v1.WorkflowService.
#include <utility>

#include "engine/base/coding.h"
#include "server/caller.h"
#include "server/request_fields.h"
#include "server/wire.h"
#include "server/workflow_service.h"

namespace pawl::server {
namespace {

// What the requests for one alias have.
template <typename Request>
Status CheckNames(const Request& request) {
  RETURN_IF_ERROR(Required(request.state_machine(), "state_machine"));
  return Required(request.name(), "name");
}

template <typename Request>
Result<AliasRequest> ToAliasRequest(NamespaceId namespace_id, const Request& request) {
  RETURN_IF_ERROR(CheckNames(request));
  AliasRequest alias{.namespace_id = namespace_id,
                     .state_machine = request.state_machine(),
                     .name = request.name()};
  for (const v1::AliasRoute& route : request.routes())
    alias.routes.push_back({.version = route.version(), .weight = route.weight()});
  return alias;
}

// The fields of a listing that its page tokens are bound to.
std::string AliasListScope(const ListAliasesRequest& request) {
  std::string scope;
  Encoder encoder(scope);
  encoder.String(request.state_machine);
  encoder.Varint(request.version);
  return scope;
}

}  // namespace

Status WorkflowService::CreateAlias(const grpc::ServerContextBase& context,
                                    const v1::CreateAliasRequest& request,
                                    v1::CreateAliasResponse& response) {
  ASSIGN_OR_RETURN(const Caller caller, IdentifyCaller(context, request.namespace_()));
  ASSIGN_OR_RETURN(AliasRequest alias, ToAliasRequest(caller.namespace_id, request));
  alias.description = request.description();
  ASSIGN_OR_RETURN(const AliasInfo created, engine_.CreateAlias(alias));
  *response.mutable_alias() = ToWire(created);
  return {};
}

Status WorkflowService::UpdateAlias(const grpc::ServerContextBase& context,
                                    const v1::UpdateAliasRequest& request,
                                    v1::UpdateAliasResponse& response) {
  ASSIGN_OR_RETURN(const Caller caller, IdentifyCaller(context, request.namespace_()));
  ASSIGN_OR_RETURN(AliasRequest alias, ToAliasRequest(caller.namespace_id, request));
  if (request.has_description()) alias.description = request.description();
  ASSIGN_OR_RETURN(const AliasInfo updated, engine_.UpdateAlias(alias));
  *response.mutable_alias() = ToWire(updated);
  return {};
}

Status WorkflowService::DescribeAlias(const grpc::ServerContextBase& context,
                                      const v1::DescribeAliasRequest& request,
                                      v1::DescribeAliasResponse& response) {
  ASSIGN_OR_RETURN(const Caller caller, IdentifyCaller(context, request.namespace_()));
  RETURN_IF_ERROR(CheckNames(request));
  ASSIGN_OR_RETURN(
      const AliasInfo alias,
      engine_.DescribeAlias(caller.namespace_id, request.state_machine(), request.name()));
  *response.mutable_alias() = ToWire(alias);
  return {};
}

Status WorkflowService::ListAliases(const grpc::ServerContextBase& context,
                                    const v1::ListAliasesRequest& request,
                                    v1::ListAliasesResponse& response) {
  ASSIGN_OR_RETURN(const Caller caller, IdentifyCaller(context, request.namespace_()));
  RETURN_IF_ERROR(Required(request.state_machine(), "state_machine"));
  ListAliasesRequest query{.namespace_id = caller.namespace_id,
                           .state_machine = request.state_machine(),
                           .version = request.version()};
  ASSIGN_OR_RETURN(query.page_size, PageSize(request.page_size()));
  const std::string bound_to = AliasListScope(query);
  const runtime::TokenScope scope{
      .namespace_id = caller.namespace_id, .kind = "ListAliases", .request = bound_to};
  ASSIGN_OR_RETURN(query.after, OpenPageToken(tokens_, scope, request.page_token()));
  ASSIGN_OR_RETURN(const AliasList page, engine_.ListAliases(query));
  for (const AliasInfo& alias : page.aliases)
    *response.add_aliases() = ToWire(alias);
  if (!page.next.empty()) response.set_next_page_token(tokens_.Seal(scope, page.next));
  return {};
}

Status WorkflowService::DeleteAlias(const grpc::ServerContextBase& context,
                                    const v1::DeleteAliasRequest& request,
                                    v1::DeleteAliasResponse& /*response*/) {
  ASSIGN_OR_RETURN(const Caller caller, IdentifyCaller(context, request.namespace_()));
  RETURN_IF_ERROR(CheckNames(request));
  return engine_.DeleteAlias(caller.namespace_id, request.state_machine(), request.name());
}

}  // namespace pawl::server
