// Activities and task tokens of pawl.v1.WorkflowService.
#include <fmt/format.h>

#include <memory>
#include <utility>

#include "server/activity_task_call.h"
#include "server/caller.h"
#include "server/request_fields.h"
#include "server/rpc_status.h"
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

Status WorkflowService::CreateActivity(const grpc::ServerContextBase& context,
                                       const v1::CreateActivityRequest& request,
                                       v1::CreateActivityResponse& response) {
  ASSIGN_OR_RETURN(const Caller caller, IdentifyCaller(context, request.namespace_()));
  ASSIGN_OR_RETURN(const ActivityInfo activity,
                   engine_.CreateActivity(caller.namespace_id, request.name()));
  *response.mutable_activity() = ActivityToWire(activity);
  return {};
}

Status WorkflowService::DescribeActivity(const grpc::ServerContextBase& context,
                                         const v1::DescribeActivityRequest& request,
                                         v1::DescribeActivityResponse& response) {
  ASSIGN_OR_RETURN(const Caller caller, IdentifyCaller(context, request.namespace_()));
  ASSIGN_OR_RETURN(const ActivityInfo activity,
                   engine_.DescribeActivity(caller.namespace_id, request.name()));
  *response.mutable_activity() = ActivityToWire(activity);
  return {};
}

Status WorkflowService::ListActivities(const grpc::ServerContextBase& context,
                                       const v1::ListActivitiesRequest& request,
                                       v1::ListActivitiesResponse& response) {
  ASSIGN_OR_RETURN(const Caller caller, IdentifyCaller(context, request.namespace_()));
  ASSIGN_OR_RETURN(const std::size_t page_size, PageSize(request.page_size()));
  const runtime::TokenScope scope{
      .namespace_id = caller.namespace_id, .kind = "ListActivities", .request = {}};
  ASSIGN_OR_RETURN(const std::string after, OpenPageToken(tokens_, scope, request.page_token()));
  ASSIGN_OR_RETURN(const ActivityList page,
                   engine_.ListActivities(caller.namespace_id, page_size, after));
  for (const ActivityInfo& activity : page.activities)
    *response.add_activities() = ActivityToWire(activity);
  if (!page.next.empty()) response.set_next_page_token(tokens_.Seal(scope, page.next));
  return {};
}

Status WorkflowService::DeleteActivity(const grpc::ServerContextBase& context,
                                       const v1::DeleteActivityRequest& request,
                                       v1::DeleteActivityResponse& /*response*/) {
  ASSIGN_OR_RETURN(const Caller caller, IdentifyCaller(context, request.namespace_()));
  return engine_.DeleteActivity(caller.namespace_id, request.name());
}

void WorkflowService::GetActivityTask(const grpc::ServerContextBase& context,
                                      const v1::GetActivityTaskRequest& request,
                                      rpc::Answer<v1::GetActivityTaskResponse> answer) {
  const auto caller = IdentifyCaller(context, request.namespace_());
  if (!caller.ok()) return answer.Fail(caller.status());
  const auto wait = WaitOf(request);
  if (!wait.ok()) return answer.Fail(wait.status());
  if (request.worker().size() > kWorkerBytesMax) {
    return answer.Fail(
        InvalidArgument(fmt::format("worker: has {} bytes; at most {} would be right",
                                    request.worker().size(),
                                    kWorkerBytesMax),
                        "worker"));
  }
  std::make_shared<ActivityTaskCall>(std::move(answer))
      ->Begin(engine_,
              {.namespace_id = caller->namespace_id,
               .activity = request.activity(),
               .worker = request.worker()},
              *wait);
}

void WorkflowService::SendTaskSuccess(const grpc::ServerContextBase& /*context*/,
                                      const v1::SendTaskSuccessRequest& request,
                                      rpc::Answer<v1::SendTaskSuccessResponse> answer) {
  engine_.EndTask(request.task_token(),
                  {.output = Bytes(request.output())},
                  answer.From([](bool, v1::SendTaskSuccessResponse&) {}));
}

void WorkflowService::SendTaskFailure(const grpc::ServerContextBase& /*context*/,
                                      const v1::SendTaskFailureRequest& request,
                                      rpc::Answer<v1::SendTaskFailureResponse> answer) {
  TaskEnd end;
  if (request.has_error()) end.error = request.error();
  if (request.has_cause()) end.cause = request.cause();
  engine_.EndTask(
      request.task_token(), std::move(end), answer.From([](bool, v1::SendTaskFailureResponse&) {}));
}

void WorkflowService::SendTaskHeartbeat(const grpc::ServerContextBase& /*context*/,
                                        const v1::SendTaskHeartbeatRequest& request,
                                        rpc::Answer<v1::SendTaskHeartbeatResponse> answer) {
  engine_.HeartbeatTask(request.task_token(),
                        answer.From([](bool, v1::SendTaskHeartbeatResponse&) {}));
}

}  // namespace pawl::server
