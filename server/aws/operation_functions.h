// What each operation does with a request that was checked against its shape: it translates, calls
// the engine once, and translates back. A group a file; the table stands in operations.cc.
#pragma once

#include <string>

#include "engine/base/status.h"
#include "server/aws/api_call.h"

namespace pawl::aws {

// --- state_machine_operations.cc ---
Result<std::string> CreateStateMachine(const ApiCall& call);
Result<std::string> UpdateStateMachine(const ApiCall& call);
Result<std::string> DescribeStateMachine(const ApiCall& call);
Result<std::string> DescribeStateMachineForExecution(const ApiCall& call);
Result<std::string> DeleteStateMachine(const ApiCall& call);
Result<std::string> ListStateMachines(const ApiCall& call);
Result<std::string> ValidateStateMachineDefinition(const ApiCall& call);

// --- version_operations.cc ---
Result<std::string> PublishStateMachineVersion(const ApiCall& call);
Result<std::string> ListStateMachineVersions(const ApiCall& call);
Result<std::string> DeleteStateMachineVersion(const ApiCall& call);
Result<std::string> CreateStateMachineAlias(const ApiCall& call);
Result<std::string> UpdateStateMachineAlias(const ApiCall& call);
Result<std::string> DescribeStateMachineAlias(const ApiCall& call);
Result<std::string> ListStateMachineAliases(const ApiCall& call);
Result<std::string> DeleteStateMachineAlias(const ApiCall& call);

// --- tag_operations.cc ---
Result<std::string> TagResource(const ApiCall& call);
Result<std::string> UntagResource(const ApiCall& call);
Result<std::string> ListTagsForResource(const ApiCall& call);

// --- execution_operations.cc ---
void StartExecution(const ApiCall& call, const ApiReply& reply);
void StartSyncExecution(const ApiCall& call, const ApiReply& reply);
void StopExecution(const ApiCall& call, const ApiReply& reply);
void RedriveExecution(const ApiCall& call, const ApiReply& reply);
Result<std::string> DescribeExecution(const ApiCall& call);
Result<std::string> ListExecutions(const ApiCall& call);
Result<std::string> GetExecutionHistory(const ApiCall& call);

// --- map_run_operations.cc ---
Result<std::string> DescribeMapRun(const ApiCall& call);
Result<std::string> ListMapRuns(const ApiCall& call);
void UpdateMapRun(const ApiCall& call, const ApiReply& reply);

// --- activity_operations.cc ---
Result<std::string> CreateActivity(const ApiCall& call);
Result<std::string> DescribeActivity(const ApiCall& call);
Result<std::string> DeleteActivity(const ApiCall& call);
Result<std::string> ListActivities(const ApiCall& call);
void GetActivityTask(const ApiCall& call, const ApiReply& reply);

// --- task_token_operations.cc ---
void SendTaskSuccess(const ApiCall& call, const ApiReply& reply);
void SendTaskFailure(const ApiCall& call, const ApiReply& reply);
void SendTaskHeartbeat(const ApiCall& call, const ApiReply& reply);

// --- test_state_operation.cc ---
void TestState(const ApiCall& call, const ApiReply& reply);

}  // namespace pawl::aws
