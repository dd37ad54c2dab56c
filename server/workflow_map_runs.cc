// Map runs of pawl.v1.WorkflowService.
#include <string>
#include <string_view>

#include "engine/base/coding.h"
#include "server/caller.h"
#include "server/request_fields.h"
#include "server/wire.h"
#include "server/workflow_service.h"

namespace pawl::server {
namespace {

constexpr std::string_view kStatusPrefix = "MAP_RUN_STATUS_";

v1::MapRunStatus StatusToWire(const std::string& status) {
  v1::MapRunStatus wire = v1::MAP_RUN_STATUS_UNSPECIFIED;
  v1::MapRunStatus_Parse(std::string(kStatusPrefix) + status, &wire);
  return wire;
}

v1::MapRunTally TallyToWire(const MapRunTally& tally) {
  v1::MapRunTally wire;
  wire.set_pending(tally.pending);
  wire.set_running(tally.running);
  wire.set_succeeded(tally.succeeded);
  wire.set_failed(tally.failed);
  wire.set_timed_out(tally.timed_out);
  wire.set_aborted(tally.aborted);
  wire.set_total(tally.total);
  wire.set_pending_redrive(tally.pending_redrive);
  return wire;
}

v1::MapRun MapRunToWire(const MapRunInfo& run) {
  v1::MapRun wire;
  wire.set_arn(run.arn);
  wire.set_state_machine(run.execution.state_machine);
  wire.set_execution(run.execution.name);
  wire.set_execution_arn(run.execution_arn);
  wire.set_state_machine_arn(run.state_machine_arn);
  wire.set_status(StatusToWire(run.status));
  *wire.mutable_start_time() = ToWire(run.started_at);
  if (run.stopped_at) *wire.mutable_stop_time() = ToWire(*run.stopped_at);
  wire.set_max_concurrency(run.max_concurrency);
  wire.set_tolerated_failure_count(run.tolerated_failure_count);
  wire.set_tolerated_failure_percentage(run.tolerated_failure_percentage);
  *wire.mutable_items() = TallyToWire(run.items);
  *wire.mutable_executions() = TallyToWire(run.executions);
  wire.set_redrive_count(run.redrive_count);
  if (run.redriven_at) *wire.mutable_redrive_time() = ToWire(*run.redriven_at);
  return wire;
}

std::string MapRunListScope(const ExecutionName& execution) {
  std::string scope;
  Encoder encoder(scope);
  encoder.String(execution.state_machine);
  encoder.String(execution.name);
  return scope;
}

}  // namespace

Status WorkflowService::DescribeMapRun(const grpc::ServerContextBase& context,
                                       const v1::DescribeMapRunRequest& request,
                                       v1::DescribeMapRunResponse& response) {
  ASSIGN_OR_RETURN(const Caller caller, IdentifyCaller(context, request.namespace_()));
  RETURN_IF_ERROR(Required(request.map_run(), "map_run"));
  ASSIGN_OR_RETURN(const MapRunInfo run,
                   engine_.DescribeMapRun(caller.namespace_id, request.map_run()));
  *response.mutable_map_run() = MapRunToWire(run);
  return {};
}

void WorkflowService::UpdateMapRun(const grpc::ServerContextBase& context,
                                   const v1::UpdateMapRunRequest& request,
                                   rpc::Answer<v1::UpdateMapRunResponse> answer) {
  const auto translate = [&]() -> Result<MapRunUpdate> {
    ASSIGN_OR_RETURN(const Caller caller, IdentifyCaller(context, request.namespace_()));
    RETURN_IF_ERROR(Required(request.map_run(), "map_run"));
    MapRunUpdate update{.namespace_id = caller.namespace_id, .arn = request.map_run()};
    if (request.has_max_concurrency()) update.max_concurrency = request.max_concurrency();
    if (request.has_tolerated_failure_count()) {
      update.tolerated_failure_count = request.tolerated_failure_count();
    }
    if (request.has_tolerated_failure_percentage()) {
      update.tolerated_failure_percentage = request.tolerated_failure_percentage();
    }
    return update;
  };
  Result<MapRunUpdate> update = translate();
  if (!update.ok()) return answer.Fail(update.status());
  engine_.UpdateMapRun(*std::move(update),
                       answer.From([](bool is_running, v1::UpdateMapRunResponse& response) {
                         response.set_running(is_running);
                       }));
}

Status WorkflowService::ListMapRuns(const grpc::ServerContextBase& context,
                                    const v1::ListMapRunsRequest& request,
                                    v1::ListMapRunsResponse& response) {
  ASSIGN_OR_RETURN(const Caller caller, IdentifyCaller(context, request.namespace_()));
  ASSIGN_OR_RETURN(
      const ExecutionName execution,
      NameOfExecution(caller.namespace_id, request.state_machine(), request.execution()));
  ASSIGN_OR_RETURN(const std::size_t page_size, PageSize(request.page_size()));
  const std::string bound_to = MapRunListScope(execution);
  const runtime::TokenScope scope{
      .namespace_id = caller.namespace_id, .kind = "ListMapRuns", .request = bound_to};
  ASSIGN_OR_RETURN(const std::string after, OpenPageToken(tokens_, scope, request.page_token()));
  ASSIGN_OR_RETURN(const MapRunList page, engine_.ListMapRuns(execution, page_size, after));
  for (const MapRunInfo& run : page.map_runs)
    *response.add_map_runs() = MapRunToWire(run);
  if (!page.next.empty()) response.set_next_page_token(tokens_.Seal(scope, page.next));
  return {};
}

}  // namespace pawl::server
