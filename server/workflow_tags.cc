// Tags of pawl.v1.WorkflowService.
#include "server/caller.h"
#include "server/wire_tags.h"
#include "server/workflow_service.h"

namespace pawl::server {
namespace {

Result<ResourceName> ResourceFromWire(NamespaceId namespace_id,
                                      const v1::TaggedResource& resource) {
  switch (resource.resource_case()) {
    case v1::TaggedResource::kStateMachine:
      return ResourceName{.namespace_id = namespace_id,
                          .kind = ResourceKind::kStateMachine,
                          .name = resource.state_machine()};
    case v1::TaggedResource::kActivity:
      return ResourceName{.namespace_id = namespace_id,
                          .kind = ResourceKind::kActivity,
                          .name = resource.activity()};
    case v1::TaggedResource::RESOURCE_NOT_SET:
      break;
  }
  return InvalidArgument("resource: is required: a state machine or an activity", "resource");
}

}  // namespace

Status WorkflowService::TagResource(const grpc::ServerContextBase& context,
                                    const v1::TagResourceRequest& request,
                                    v1::TagResourceResponse& /*response*/) {
  ASSIGN_OR_RETURN(const Caller caller, IdentifyCaller(context, request.namespace_()));
  ASSIGN_OR_RETURN(const ResourceName resource,
                   ResourceFromWire(caller.namespace_id, request.resource()));
  return engine_.TagResource(resource, FromWire(request.tags()));
}

Status WorkflowService::UntagResource(const grpc::ServerContextBase& context,
                                      const v1::UntagResourceRequest& request,
                                      v1::UntagResourceResponse& /*response*/) {
  ASSIGN_OR_RETURN(const Caller caller, IdentifyCaller(context, request.namespace_()));
  ASSIGN_OR_RETURN(const ResourceName resource,
                   ResourceFromWire(caller.namespace_id, request.resource()));
  return engine_.UntagResource(resource, {request.keys().begin(), request.keys().end()});
}

Status WorkflowService::ListTags(const grpc::ServerContextBase& context,
                                 const v1::ListTagsRequest& request,
                                 v1::ListTagsResponse& response) {
  ASSIGN_OR_RETURN(const Caller caller, IdentifyCaller(context, request.namespace_()));
  ASSIGN_OR_RETURN(const ResourceName resource,
                   ResourceFromWire(caller.namespace_id, request.resource()));
  ASSIGN_OR_RETURN(const std::vector<Tag> tags, engine_.ListTags(resource));
  for (const Tag& tag : tags)
    (*response.mutable_tags())[tag.key] = tag.value;
  return {};
}

}  // namespace pawl::server
