// Tags of pawl.v1.WorkflowService.
#include "server/caller.h"
#include "server/unary_reply.h"
#include "server/wire_tags.h"
#include "server/workflow_service.h"

namespace pawl::server {
namespace {

Result<ResourceName> FromWire(NamespaceId namespace_id, const v1::TaggedResource& resource) {
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

grpc::ServerUnaryReactor* WorkflowService::TagResource(grpc::CallbackServerContext* context,
                                                       const v1::TagResourceRequest* request,
                                                       v1::TagResourceResponse* /*response*/) {
  const auto tag = [&]() -> Status {
    ASSIGN_OR_RETURN(const Caller caller, IdentifyCaller(*context, request->namespace_()));
    ASSIGN_OR_RETURN(const ResourceName resource,
                     FromWire(caller.namespace_id, request->resource()));
    return engine_.TagResource(resource, server::FromWire(request->tags()));
  };
  return Reply(*context, tag());
}

grpc::ServerUnaryReactor* WorkflowService::UntagResource(grpc::CallbackServerContext* context,
                                                         const v1::UntagResourceRequest* request,
                                                         v1::UntagResourceResponse* /*response*/) {
  const auto untag = [&]() -> Status {
    ASSIGN_OR_RETURN(const Caller caller, IdentifyCaller(*context, request->namespace_()));
    ASSIGN_OR_RETURN(const ResourceName resource,
                     FromWire(caller.namespace_id, request->resource()));
    return engine_.UntagResource(resource, {request->keys().begin(), request->keys().end()});
  };
  return Reply(*context, untag());
}

grpc::ServerUnaryReactor* WorkflowService::ListTags(grpc::CallbackServerContext* context,
                                                    const v1::ListTagsRequest* request,
                                                    v1::ListTagsResponse* response) {
  const auto list = [&]() -> Status {
    ASSIGN_OR_RETURN(const Caller caller, IdentifyCaller(*context, request->namespace_()));
    ASSIGN_OR_RETURN(const ResourceName resource,
                     FromWire(caller.namespace_id, request->resource()));
    ASSIGN_OR_RETURN(const std::vector<Tag> tags, engine_.ListTags(resource));
    for (const Tag& tag : tags)
      (*response->mutable_tags())[tag.key] = tag.value;
    return {};
  };
  return Reply(*context, list());
}

}  // namespace pawl::server
