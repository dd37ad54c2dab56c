#include "server/aws/operations.h"

#include <algorithm>
#include <array>

#include "server/aws/operation_functions.h"
#include "server/aws/request_shapes.h"

namespace pawl::aws {
namespace {

constexpr std::array kOperations = {
    Operation{"CreateActivity", shapes::kCreateActivity, CreateActivity},
    Operation{"CreateStateMachine", shapes::kCreateStateMachine, CreateStateMachine},
    Operation{"CreateStateMachineAlias", shapes::kCreateStateMachineAlias, CreateStateMachineAlias},
    Operation{"DeleteActivity", shapes::kActivity, DeleteActivity},
    Operation{"DeleteStateMachine", shapes::kDeleteStateMachine, DeleteStateMachine},
    Operation{"DeleteStateMachineAlias", shapes::kStateMachineAlias, DeleteStateMachineAlias},
    Operation{
        "DeleteStateMachineVersion", shapes::kDeleteStateMachineVersion, DeleteStateMachineVersion},
    Operation{"DescribeActivity", shapes::kActivity, DescribeActivity},
    Operation{"DescribeExecution", shapes::kDescribeExecution, DescribeExecution},
    Operation{"DescribeMapRun", shapes::kDescribeMapRun, DescribeMapRun},
    Operation{"DescribeStateMachine", shapes::kDescribeStateMachine, DescribeStateMachine},
    Operation{"DescribeStateMachineAlias", shapes::kStateMachineAlias, DescribeStateMachineAlias},
    Operation{"DescribeStateMachineForExecution",
              shapes::kDescribeExecution,
              DescribeStateMachineForExecution},
    Operation{"GetActivityTask", shapes::kGetActivityTask, nullptr, GetActivityTask},
    Operation{"GetExecutionHistory", shapes::kGetExecutionHistory, GetExecutionHistory},
    Operation{"ListActivities", shapes::kPage, ListActivities},
    Operation{"ListExecutions", shapes::kListExecutions, ListExecutions},
    Operation{"ListMapRuns", shapes::kListMapRuns, ListMapRuns},
    Operation{"ListStateMachineAliases", shapes::kListOfStateMachine, ListStateMachineAliases},
    Operation{"ListStateMachineVersions", shapes::kListOfStateMachine, ListStateMachineVersions},
    Operation{"ListStateMachines", shapes::kPage, ListStateMachines},
    Operation{"ListTagsForResource", shapes::kListTagsForResource, ListTagsForResource},
    Operation{"PublishStateMachineVersion",
              shapes::kPublishStateMachineVersion,
              PublishStateMachineVersion},
    Operation{"RedriveExecution", shapes::kRedriveExecution, nullptr, RedriveExecution},
    Operation{"SendTaskFailure", shapes::kSendTaskFailure, nullptr, SendTaskFailure},
    Operation{"SendTaskHeartbeat", shapes::kSendTaskHeartbeat, nullptr, SendTaskHeartbeat},
    Operation{"SendTaskSuccess", shapes::kSendTaskSuccess, nullptr, SendTaskSuccess},
    Operation{"StartExecution", shapes::kStartExecution, nullptr, StartExecution},
    Operation{"StartSyncExecution", shapes::kStartSyncExecution, nullptr, StartSyncExecution},
    Operation{"StopExecution", shapes::kStopExecution, nullptr, StopExecution},
    Operation{"TagResource", shapes::kTagResource, TagResource},
    Operation{"TestState", shapes::kTestState, nullptr, TestState},
    Operation{"UntagResource", shapes::kUntagResource, UntagResource},
    Operation{"UpdateMapRun", shapes::kUpdateMapRun, nullptr, UpdateMapRun},
    Operation{"UpdateStateMachine", shapes::kUpdateStateMachine, UpdateStateMachine},
    Operation{"UpdateStateMachineAlias", shapes::kUpdateStateMachineAlias, UpdateStateMachineAlias},
    Operation{"ValidateStateMachineDefinition",
              shapes::kValidateStateMachineDefinition,
              ValidateStateMachineDefinition}};

}  // namespace

std::span<const Operation> AllOperations() {
  return kOperations;
}

const Operation* FindOperation(std::string_view name) {
  const auto found =
      std::find_if(kOperations.begin(), kOperations.end(), [&](const Operation& operation) {
        return operation.name == name;
      });
  return found == kOperations.end() ? nullptr : &*found;
}

}  // namespace pawl::aws
