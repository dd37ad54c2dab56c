// pawl.v1.WorkflowService on the façade: checks what the wire can get wrong, translates, and leaves
// the rest to the engine.
#pragma once

#include "engine/runtime/engine.h"
#include "engine/runtime/sealed_token.h"
#include "pawl/v1/workflow_service.grpc.pb.h"
#include "server/open_streams.h"

namespace pawl::server {

inline constexpr int kStartsMax = 10'000;

// Threads: called by gRPC from its threads. Reads and deployments wait for the disk there; starts
// and stops do not.
class WorkflowService final : public v1::WorkflowService::CallbackService {
 public:
  // All outlive the service.
  WorkflowService(Engine& engine, const runtime::TokenSealer& tokens, OpenStreams& streams)
      : engine_(engine), tokens_(tokens), streams_(streams) {}

  grpc::ServerUnaryReactor* DeployStateMachine(grpc::CallbackServerContext* context,
                                               const v1::DeployStateMachineRequest* request,
                                               v1::DeployStateMachineResponse* response) override;
  grpc::ServerUnaryReactor* DescribeStateMachine(
      grpc::CallbackServerContext* context,
      const v1::DescribeStateMachineRequest* request,
      v1::DescribeStateMachineResponse* response) override;
  grpc::ServerUnaryReactor* ListStateMachines(grpc::CallbackServerContext* context,
                                              const v1::ListStateMachinesRequest* request,
                                              v1::ListStateMachinesResponse* response) override;
  grpc::ServerUnaryReactor* DeleteStateMachine(grpc::CallbackServerContext* context,
                                               const v1::DeleteStateMachineRequest* request,
                                               v1::DeleteStateMachineResponse* response) override;
  grpc::ServerUnaryReactor* ValidateDefinition(grpc::CallbackServerContext* context,
                                               const v1::ValidateDefinitionRequest* request,
                                               v1::ValidateDefinitionResponse* response) override;
  // workflow_test_state.cc
  grpc::ServerUnaryReactor* TestState(grpc::CallbackServerContext* context,
                                      const v1::TestStateRequest* request,
                                      v1::TestStateResponse* response) override;
  grpc::ServerUnaryReactor* StartExecution(grpc::CallbackServerContext* context,
                                           const v1::StartExecutionRequest* request,
                                           v1::StartExecutionResponse* response) override;
  grpc::ServerUnaryReactor* StartSyncExecution(grpc::CallbackServerContext* context,
                                               const v1::StartSyncExecutionRequest* request,
                                               v1::StartSyncExecutionResponse* response) override;
  grpc::ServerUnaryReactor* StartExecutions(grpc::CallbackServerContext* context,
                                            const v1::StartExecutionsRequest* request,
                                            v1::StartExecutionsResponse* response) override;
  grpc::ServerUnaryReactor* StopExecution(grpc::CallbackServerContext* context,
                                          const v1::StopExecutionRequest* request,
                                          v1::StopExecutionResponse* response) override;
  grpc::ServerUnaryReactor* RedriveExecution(grpc::CallbackServerContext* context,
                                             const v1::RedriveExecutionRequest* request,
                                             v1::RedriveExecutionResponse* response) override;
  grpc::ServerUnaryReactor* DescribeExecution(grpc::CallbackServerContext* context,
                                              const v1::DescribeExecutionRequest* request,
                                              v1::DescribeExecutionResponse* response) override;
  grpc::ServerUnaryReactor* ListExecutions(grpc::CallbackServerContext* context,
                                           const v1::ListExecutionsRequest* request,
                                           v1::ListExecutionsResponse* response) override;
  grpc::ServerUnaryReactor* GetExecutionHistory(grpc::CallbackServerContext* context,
                                                const v1::GetExecutionHistoryRequest* request,
                                                v1::GetExecutionHistoryResponse* response) override;
  grpc::ServerBidiReactor<v1::WatchExecutionsRequest, v1::WatchExecutionsResponse>* WatchExecutions(
      grpc::CallbackServerContext* context) override;
  // --- Activities and task tokens (workflow_tasks.cc) ---
  grpc::ServerUnaryReactor* CreateActivity(grpc::CallbackServerContext* context,
                                           const v1::CreateActivityRequest* request,
                                           v1::CreateActivityResponse* response) override;
  grpc::ServerUnaryReactor* DescribeActivity(grpc::CallbackServerContext* context,
                                             const v1::DescribeActivityRequest* request,
                                             v1::DescribeActivityResponse* response) override;
  grpc::ServerUnaryReactor* ListActivities(grpc::CallbackServerContext* context,
                                           const v1::ListActivitiesRequest* request,
                                           v1::ListActivitiesResponse* response) override;
  grpc::ServerUnaryReactor* DeleteActivity(grpc::CallbackServerContext* context,
                                           const v1::DeleteActivityRequest* request,
                                           v1::DeleteActivityResponse* response) override;
  grpc::ServerUnaryReactor* GetActivityTask(grpc::CallbackServerContext* context,
                                            const v1::GetActivityTaskRequest* request,
                                            v1::GetActivityTaskResponse* response) override;
  grpc::ServerUnaryReactor* SendTaskSuccess(grpc::CallbackServerContext* context,
                                            const v1::SendTaskSuccessRequest* request,
                                            v1::SendTaskSuccessResponse* response) override;
  grpc::ServerUnaryReactor* SendTaskFailure(grpc::CallbackServerContext* context,
                                            const v1::SendTaskFailureRequest* request,
                                            v1::SendTaskFailureResponse* response) override;
  grpc::ServerUnaryReactor* SendTaskHeartbeat(grpc::CallbackServerContext* context,
                                              const v1::SendTaskHeartbeatRequest* request,
                                              v1::SendTaskHeartbeatResponse* response) override;

  // --- Map runs (workflow_map_runs.cc) ---
  grpc::ServerUnaryReactor* DescribeStateMachineForExecution(
      grpc::CallbackServerContext* context,
      const v1::DescribeStateMachineForExecutionRequest* request,
      v1::DescribeStateMachineForExecutionResponse* response) override;
  grpc::ServerUnaryReactor* PublishVersion(grpc::CallbackServerContext* context,
                                           const v1::PublishVersionRequest* request,
                                           v1::PublishVersionResponse* response) override;
  grpc::ServerUnaryReactor* ListVersions(grpc::CallbackServerContext* context,
                                         const v1::ListVersionsRequest* request,
                                         v1::ListVersionsResponse* response) override;
  grpc::ServerUnaryReactor* DeleteVersion(grpc::CallbackServerContext* context,
                                          const v1::DeleteVersionRequest* request,
                                          v1::DeleteVersionResponse* response) override;
  grpc::ServerUnaryReactor* CreateAlias(grpc::CallbackServerContext* context,
                                        const v1::CreateAliasRequest* request,
                                        v1::CreateAliasResponse* response) override;
  grpc::ServerUnaryReactor* UpdateAlias(grpc::CallbackServerContext* context,
                                        const v1::UpdateAliasRequest* request,
                                        v1::UpdateAliasResponse* response) override;
  grpc::ServerUnaryReactor* DescribeAlias(grpc::CallbackServerContext* context,
                                          const v1::DescribeAliasRequest* request,
                                          v1::DescribeAliasResponse* response) override;
  grpc::ServerUnaryReactor* ListAliases(grpc::CallbackServerContext* context,
                                        const v1::ListAliasesRequest* request,
                                        v1::ListAliasesResponse* response) override;
  grpc::ServerUnaryReactor* DeleteAlias(grpc::CallbackServerContext* context,
                                        const v1::DeleteAliasRequest* request,
                                        v1::DeleteAliasResponse* response) override;
  grpc::ServerUnaryReactor* TagResource(grpc::CallbackServerContext* context,
                                        const v1::TagResourceRequest* request,
                                        v1::TagResourceResponse* response) override;
  grpc::ServerUnaryReactor* UntagResource(grpc::CallbackServerContext* context,
                                          const v1::UntagResourceRequest* request,
                                          v1::UntagResourceResponse* response) override;
  grpc::ServerUnaryReactor* ListTags(grpc::CallbackServerContext* context,
                                     const v1::ListTagsRequest* request,
                                     v1::ListTagsResponse* response) override;
  grpc::ServerUnaryReactor* DescribeMapRun(grpc::CallbackServerContext* context,
                                           const v1::DescribeMapRunRequest* request,
                                           v1::DescribeMapRunResponse* response) override;
  grpc::ServerUnaryReactor* UpdateMapRun(grpc::CallbackServerContext* context,
                                         const v1::UpdateMapRunRequest* request,
                                         v1::UpdateMapRunResponse* response) override;
  grpc::ServerUnaryReactor* ListMapRuns(grpc::CallbackServerContext* context,
                                        const v1::ListMapRunsRequest* request,
                                        v1::ListMapRunsResponse* response) override;

  grpc::ServerUnaryReactor* DescribeServer(grpc::CallbackServerContext* context,
                                           const v1::DescribeServerRequest* request,
                                           v1::DescribeServerResponse* response) override;

 private:
  Engine& engine_;
  const runtime::TokenSealer& tokens_;
  OpenStreams& streams_;
};

}  // namespace pawl::server
