// Activities and task tokens of pawl.v1.WorkflowService.
#include <fmt/format.h>

#include <utility>

#include "server/activity_task_call.h"
#include "server/caller.h"
#include "server/request_fields.h"
#include "server/rpc_status.h"
#include "server/unary_reply.h"
#include "server/wire.h"
#include "server/workflow_service.h"

namespace pawl::server {
namespace {

constexpr std::chrono::seconds kWaitMax(60);
// 80 characters.
constexpr std::size_t kWorkerBytesMax = 320;

v1::Activity ActivityToWire(const ActivityInfo& activity) {
  v1::Activity wire;
  wire.set_name(activity.name);
  wire.set_arn(activity.arn);
  *wire.mutable_create_time() = ToWire(activity.created_at);
  return wire;
}

Result<std::chrono::milliseconds> WaitOf(const v1::GetActivityTaskRequest& request) {
  if (!request.has_wait()) return std::chrono::milliseconds(kWaitMax);
  const auto wait = std::chrono::seconds(request.wait().seconds()) +
                    std::chrono::nanoseconds(request.wait().nanos());
  if (wait < std::chrono::nanoseconds(0) || wait > kWaitMax) {
    return InvalidArgument(
        fmt::format("wait: {} s is not between 0 and 60", request.wait().seconds()), "wait");
  }
  return std::chrono::duration_cast<std::chrono::milliseconds>(wait);
}

}  // namespace

grpc::ServerUnaryReactor* WorkflowService::CreateActivity(grpc::CallbackServerContext* context,
                                                          const v1::CreateActivityRequest* request,
                                                          v1::CreateActivityResponse* response) {
  const auto create = [&]() -> Status {
    ASSIGN_OR_RETURN(const Caller caller, IdentifyCaller(*context, request->namespace_()));
    ASSIGN_OR_RETURN(const ActivityInfo activity,
                     engine_.CreateActivity(caller.namespace_id, request->name()));
    *response->mutable_activity() = ActivityToWire(activity);
    return {};
  };
  return Reply(*context, create());
}

grpc::ServerUnaryReactor* WorkflowService::DescribeActivity(
    grpc::CallbackServerContext* context,
    const v1::DescribeActivityRequest* request,
    v1::DescribeActivityResponse* response) {
  const auto describe = [&]() -> Status {
    ASSIGN_OR_RETURN(const Caller caller, IdentifyCaller(*context, request->namespace_()));
    ASSIGN_OR_RETURN(const ActivityInfo activity,
                     engine_.DescribeActivity(caller.namespace_id, request->name()));
    *response->mutable_activity() = ActivityToWire(activity);
    return {};
  };
  return Reply(*context, describe());
}

grpc::ServerUnaryReactor* WorkflowService::ListActivities(grpc::CallbackServerContext* context,
                                                          const v1::ListActivitiesRequest* request,
                                                          v1::ListActivitiesResponse* response) {
  const auto list = [&]() -> Status {
    ASSIGN_OR_RETURN(const Caller caller, IdentifyCaller(*context, request->namespace_()));
    ASSIGN_OR_RETURN(const std::size_t page_size, PageSize(request->page_size()));
    const runtime::TokenScope scope{
        .namespace_id = caller.namespace_id, .kind = "ListActivities", .request = {}};
    ASSIGN_OR_RETURN(const std::string after, OpenPageToken(tokens_, scope, request->page_token()));
    ASSIGN_OR_RETURN(const ActivityList page,
                     engine_.ListActivities(caller.namespace_id, page_size, after));
    for (const ActivityInfo& activity : page.activities)
      *response->add_activities() = ActivityToWire(activity);
    if (!page.next.empty()) response->set_next_page_token(tokens_.Seal(scope, page.next));
    return {};
  };
  return Reply(*context, list());
}

grpc::ServerUnaryReactor* WorkflowService::DeleteActivity(grpc::CallbackServerContext* context,
                                                          const v1::DeleteActivityRequest* request,
                                                          v1::DeleteActivityResponse*) {
  const auto remove = [&]() -> Status {
    ASSIGN_OR_RETURN(const Caller caller, IdentifyCaller(*context, request->namespace_()));
    return engine_.DeleteActivity(caller.namespace_id, request->name());
  };
  return Reply(*context, remove());
}

grpc::ServerUnaryReactor* WorkflowService::GetActivityTask(
    grpc::CallbackServerContext* context,
    const v1::GetActivityTaskRequest* request,
    v1::GetActivityTaskResponse* response) {
  const auto caller = IdentifyCaller(*context, request->namespace_());
  if (!caller.ok()) return Reply(*context, caller.status());
  const auto wait = WaitOf(*request);
  if (!wait.ok()) return Reply(*context, wait.status());
  if (request->worker().size() > kWorkerBytesMax) {
    return Reply(*context,
                 InvalidArgument(fmt::format("worker: has {} bytes; at most {} would be right",
                                             request->worker().size(),
                                             kWorkerBytesMax),
                                 "worker"));
  }
  auto* call = new ActivityTaskCall(*response);  // deletes itself
  call->Begin(engine_,
              {.namespace_id = caller->namespace_id,
               .activity = request->activity(),
               .worker = request->worker()},
              *wait);
  return call;
}

grpc::ServerUnaryReactor* WorkflowService::SendTaskSuccess(
    grpc::CallbackServerContext* context,
    const v1::SendTaskSuccessRequest* request,
    v1::SendTaskSuccessResponse*) {
  grpc::ServerUnaryReactor* reactor = context->DefaultReactor();
  engine_.EndTask(
      request->task_token(),
      {.output = Bytes(request->output())},
      [reactor](const Result<bool>& ended) { reactor->Finish(ToGrpcStatus(ended.status())); });
  return reactor;
}

grpc::ServerUnaryReactor* WorkflowService::SendTaskFailure(
    grpc::CallbackServerContext* context,
    const v1::SendTaskFailureRequest* request,
    v1::SendTaskFailureResponse*) {
  grpc::ServerUnaryReactor* reactor = context->DefaultReactor();
  TaskEnd end;
  if (request->has_error()) end.error = request->error();
  if (request->has_cause()) end.cause = request->cause();
  engine_.EndTask(request->task_token(), std::move(end), [reactor](const Result<bool>& ended) {
    reactor->Finish(ToGrpcStatus(ended.status()));
  });
  return reactor;
}

grpc::ServerUnaryReactor* WorkflowService::SendTaskHeartbeat(
    grpc::CallbackServerContext* context,
    const v1::SendTaskHeartbeatRequest* request,
    v1::SendTaskHeartbeatResponse*) {
  grpc::ServerUnaryReactor* reactor = context->DefaultReactor();
  engine_.HeartbeatTask(request->task_token(), [reactor](const Result<bool>& known) {
    reactor->Finish(ToGrpcStatus(known.status()));
  });
  return reactor;
}

}  // namespace pawl::server
