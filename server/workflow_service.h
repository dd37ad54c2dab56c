// pawl.v1.WorkflowService on the façade: checks what the wire can get wrong, translates, and leaves
// the rest to the engine.
#pragma once

#include "engine/runtime/engine.h"
#include "engine/runtime/sealed_token.h"
#include "pawl/v1/workflow_service.pb.h"
#include "server/rpc/answer.h"
#include "server/rpc/method_table.h"
#include "server/rpc/open_streams.h"

namespace pawl::server {

inline constexpr int kStartsMax = 10'000;

// Threads: what gives a Status back reads or deploys, waits for the disk and has a thread for that;
// what takes an Answer does not wait (TestState computes, and has such a thread too).
class WorkflowService final {
 public:
  // All outlive the service.
  WorkflowService(Engine& engine, const runtime::TokenSealer& tokens, rpc::OpenStreams& streams)
      : engine_(engine), tokens_(tokens), streams_(streams) {}

  WorkflowService(const WorkflowService&) = delete;
  WorkflowService& operator=(const WorkflowService&) = delete;

  void AddTo(rpc::MethodTable& methods);

 private:
  Status DeployStateMachine(const grpc::ServerContextBase& context,
                            const v1::DeployStateMachineRequest& request,
                            v1::DeployStateMachineResponse& response);
  Status DescribeStateMachine(const grpc::ServerContextBase& context,
                              const v1::DescribeStateMachineRequest& request,
                              v1::DescribeStateMachineResponse& response);
  Status ListStateMachines(const grpc::ServerContextBase& context,
                           const v1::ListStateMachinesRequest& request,
                           v1::ListStateMachinesResponse& response);
  Status DeleteStateMachine(const grpc::ServerContextBase& context,
                            const v1::DeleteStateMachineRequest& request,
                            v1::DeleteStateMachineResponse& response);
  Status ValidateDefinition(const grpc::ServerContextBase& context,
                            const v1::ValidateDefinitionRequest& request,
                            v1::ValidateDefinitionResponse& response);
  // workflow_test_state.cc
  void TestState(const grpc::ServerContextBase& context,
                 const v1::TestStateRequest& request,
                 rpc::Answer<v1::TestStateResponse> answer);
  void StartExecution(const grpc::ServerContextBase& context,
                      const v1::StartExecutionRequest& request,
                      rpc::Answer<v1::StartExecutionResponse> answer);
  void StartSyncExecution(const grpc::ServerContextBase& context,
                          const v1::StartSyncExecutionRequest& request,
                          rpc::Answer<v1::StartSyncExecutionResponse> answer);
  void StartExecutions(const grpc::ServerContextBase& context,
                       const v1::StartExecutionsRequest& request,
                       rpc::Answer<v1::StartExecutionsResponse> answer);
  void StopExecution(const grpc::ServerContextBase& context,
                     const v1::StopExecutionRequest& request,
                     rpc::Answer<v1::StopExecutionResponse> answer);
  void RedriveExecution(const grpc::ServerContextBase& context,
                        const v1::RedriveExecutionRequest& request,
                        rpc::Answer<v1::RedriveExecutionResponse> answer);
  Status DescribeExecution(const grpc::ServerContextBase& context,
                           const v1::DescribeExecutionRequest& request,
                           v1::DescribeExecutionResponse& response);
  Status ListExecutions(const grpc::ServerContextBase& context,
                        const v1::ListExecutionsRequest& request,
                        v1::ListExecutionsResponse& response);
  Status GetExecutionHistory(const grpc::ServerContextBase& context,
                             const v1::GetExecutionHistoryRequest& request,
                             v1::GetExecutionHistoryResponse& response);
  // --- Activities and task tokens (workflow_tasks.cc) ---
  Status CreateActivity(const grpc::ServerContextBase& context,
                        const v1::CreateActivityRequest& request,
                        v1::CreateActivityResponse& response);
  Status DescribeActivity(const grpc::ServerContextBase& context,
                          const v1::DescribeActivityRequest& request,
                          v1::DescribeActivityResponse& response);
  Status ListActivities(const grpc::ServerContextBase& context,
                        const v1::ListActivitiesRequest& request,
                        v1::ListActivitiesResponse& response);
  Status DeleteActivity(const grpc::ServerContextBase& context,
                        const v1::DeleteActivityRequest& request,
                        v1::DeleteActivityResponse& response);
  void GetActivityTask(const grpc::ServerContextBase& context,
                       const v1::GetActivityTaskRequest& request,
                       rpc::Answer<v1::GetActivityTaskResponse> answer);
  void SendTaskSuccess(const grpc::ServerContextBase& context,
                       const v1::SendTaskSuccessRequest& request,
                       rpc::Answer<v1::SendTaskSuccessResponse> answer);
  void SendTaskFailure(const grpc::ServerContextBase& context,
                       const v1::SendTaskFailureRequest& request,
                       rpc::Answer<v1::SendTaskFailureResponse> answer);
  void SendTaskHeartbeat(const grpc::ServerContextBase& context,
                         const v1::SendTaskHeartbeatRequest& request,
                         rpc::Answer<v1::SendTaskHeartbeatResponse> answer);

  // --- Map runs (workflow_map_runs.cc) ---
  Status DescribeStateMachineForExecution(
      const grpc::ServerContextBase& context,
      const v1::DescribeStateMachineForExecutionRequest& request,
      v1::DescribeStateMachineForExecutionResponse& response);
  Status PublishVersion(const grpc::ServerContextBase& context,
                        const v1::PublishVersionRequest& request,
                        v1::PublishVersionResponse& response);
  Status ListVersions(const grpc::ServerContextBase& context,
                      const v1::ListVersionsRequest& request,
                      v1::ListVersionsResponse& response);
  Status DeleteVersion(const grpc::ServerContextBase& context,
                       const v1::DeleteVersionRequest& request,
                       v1::DeleteVersionResponse& response);
  Status CreateAlias(const grpc::ServerContextBase& context,
                     const v1::CreateAliasRequest& request,
                     v1::CreateAliasResponse& response);
  Status UpdateAlias(const grpc::ServerContextBase& context,
                     const v1::UpdateAliasRequest& request,
                     v1::UpdateAliasResponse& response);
  Status DescribeAlias(const grpc::ServerContextBase& context,
                       const v1::DescribeAliasRequest& request,
                       v1::DescribeAliasResponse& response);
  Status ListAliases(const grpc::ServerContextBase& context,
                     const v1::ListAliasesRequest& request,
                     v1::ListAliasesResponse& response);
  Status DeleteAlias(const grpc::ServerContextBase& context,
                     const v1::DeleteAliasRequest& request,
                     v1::DeleteAliasResponse& response);
  Status TagResource(const grpc::ServerContextBase& context,
                     const v1::TagResourceRequest& request,
                     v1::TagResourceResponse& response);
  Status UntagResource(const grpc::ServerContextBase& context,
                       const v1::UntagResourceRequest& request,
                       v1::UntagResourceResponse& response);
  Status ListTags(const grpc::ServerContextBase& context,
                  const v1::ListTagsRequest& request,
                  v1::ListTagsResponse& response);
  Status DescribeMapRun(const grpc::ServerContextBase& context,
                        const v1::DescribeMapRunRequest& request,
                        v1::DescribeMapRunResponse& response);
  void UpdateMapRun(const grpc::ServerContextBase& context,
                    const v1::UpdateMapRunRequest& request,
                    rpc::Answer<v1::UpdateMapRunResponse> answer);
  Status ListMapRuns(const grpc::ServerContextBase& context,
                     const v1::ListMapRunsRequest& request,
                     v1::ListMapRunsResponse& response);

  Status DescribeServer(const grpc::ServerContextBase& context,
                        const v1::DescribeServerRequest& request,
                        v1::DescribeServerResponse& response);

  Engine& engine_;
  const runtime::TokenSealer& tokens_;
  rpc::OpenStreams& streams_;
};

}  // namespace pawl::server
