// Versions of pawl.v1.WorkflowService, and what an execution runs.
#include "server/caller.h"
#include "server/request_fields.h"
#include "server/wire.h"
#include "server/workflow_service.h"

namespace pawl::server {

Status WorkflowService::DescribeStateMachineForExecution(
    const grpc::ServerContextBase& context,
    const v1::DescribeStateMachineForExecutionRequest& request,
    v1::DescribeStateMachineForExecutionResponse& response) {
  ASSIGN_OR_RETURN(const Caller caller, IdentifyCaller(context, request.namespace_()));
  ASSIGN_OR_RETURN(
      const ExecutionName name,
      NameOfExecution(caller.namespace_id, request.state_machine(), request.execution()));
  ASSIGN_OR_RETURN(const ExecutionMachineInfo info, engine_.DescribeStateMachineForExecution(name));
  *response.mutable_state_machine() = ToWire(info.state_machine);
  response.set_label(info.label);
  response.set_map_run_arn(info.map_run_arn);
  return {};
}

Status WorkflowService::PublishVersion(const grpc::ServerContextBase& context,
                                       const v1::PublishVersionRequest& request,
                                       v1::PublishVersionResponse& response) {
  ASSIGN_OR_RETURN(const Caller caller, IdentifyCaller(context, request.namespace_()));
  RETURN_IF_ERROR(Required(request.state_machine(), "state_machine"));
  PublishRequest publication{.namespace_id = caller.namespace_id,
                             .state_machine = request.state_machine()};
  if (!request.revision_id().empty()) publication.revision_id = request.revision_id();
  if (request.has_description()) publication.description = request.description();
  ASSIGN_OR_RETURN(const VersionInfo version, engine_.PublishVersion(publication));
  *response.mutable_version() = ToWire(version);
  return {};
}

Status WorkflowService::ListVersions(const grpc::ServerContextBase& context,
                                     const v1::ListVersionsRequest& request,
                                     v1::ListVersionsResponse& response) {
  ASSIGN_OR_RETURN(const Caller caller, IdentifyCaller(context, request.namespace_()));
  RETURN_IF_ERROR(Required(request.state_machine(), "state_machine"));
  ASSIGN_OR_RETURN(const std::size_t page_size, PageSize(request.page_size()));
  const runtime::TokenScope scope{.namespace_id = caller.namespace_id,
                                  .kind = "ListVersions",
                                  .request = request.state_machine()};
  ASSIGN_OR_RETURN(const std::string after, OpenPageToken(tokens_, scope, request.page_token()));
  ASSIGN_OR_RETURN(
      const VersionList page,
      engine_.ListVersions(caller.namespace_id, request.state_machine(), page_size, after));
  for (const VersionInfo& version : page.versions)
    *response.add_versions() = ToWire(version);
  if (!page.next.empty()) response.set_next_page_token(tokens_.Seal(scope, page.next));
  return {};
}

Status WorkflowService::DeleteVersion(const grpc::ServerContextBase& context,
                                      const v1::DeleteVersionRequest& request,
                                      v1::DeleteVersionResponse& /*response*/) {
  ASSIGN_OR_RETURN(const Caller caller, IdentifyCaller(context, request.namespace_()));
  RETURN_IF_ERROR(Required(request.state_machine(), "state_machine"));
  if (request.version() == 0) {
    return InvalidArgument("version: is required; versions count from 1", "version");
  }
  return engine_.DeleteVersion(caller.namespace_id, request.state_machine(), request.version());
}

}  // namespace pawl::server
