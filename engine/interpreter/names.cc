#include <array>
#include <string>
#include <string_view>

#include "engine/base/check.h"
#include "engine/interpreter/turn.h"

namespace pawl::interpreter {
namespace {

constexpr std::array<std::string_view, kEventTypeMax + 1> kEventNames = {
    "",
    "ExecutionStarted",
    "ExecutionSucceeded",
    "ExecutionFailed",
    "ExecutionTimedOut",
    "ExecutionAborted",
    "PassStateEntered",
    "PassStateExited",
    "TaskStateEntered",
    "TaskStateExited",
    "ChoiceStateEntered",
    "ChoiceStateExited",
    "WaitStateEntered",
    "WaitStateExited",
    "SucceedStateEntered",
    "SucceedStateExited",
    "FailStateEntered",
    "ParallelStateEntered",
    "ParallelStateExited",
    "MapStateEntered",
    "MapStateExited",
    "LambdaFunctionScheduled",
    "LambdaFunctionStarted",
    "LambdaFunctionSucceeded",
    "LambdaFunctionFailed",
    "LambdaFunctionTimedOut",
    "TaskScheduled",
    "TaskStarted",
    "TaskSucceeded",
    "TaskFailed",
    "TaskTimedOut",
    "ParallelStateStarted",
    "ParallelStateSucceeded",
    "ParallelStateFailed",
    "MapStateStarted",
    "MapStateSucceeded",
    "MapStateFailed",
    "MapIterationStarted",
    "MapIterationSucceeded",
    "MapIterationFailed",
    "MapIterationAborted",
    "TaskStateAborted",
    "WaitStateAborted",
    "ParallelStateAborted",
    "MapStateAborted",
    "EvaluationFailed",
    "ActivityScheduled",
    "ActivityStarted",
    "ActivitySucceeded",
    "ActivityFailed",
    "ActivityTimedOut",
    "TaskSubmitted",
    "MapRunStarted",
    "MapRunSucceeded",
    "MapRunFailed",
    "MapRunAborted",
    "ExecutionRedriven",
    "MapRunRedriven",
};

std::string Arn(const ArnScheme& scheme, std::string_view service, std::string_view resource) {
  std::string arn = "arn:" + scheme.partition + ":";
  arn += service;
  arn += ":" + scheme.region + ":" + scheme.account + ":";
  arn += resource;
  return arn;
}

}  // namespace

std::string_view EventTypeName(EventType type) {
  return kEventNames.at(static_cast<std::size_t>(type));
}

EventType EnteredEvent(asl::StateType type) {
  switch (type) {
    case asl::StateType::kPass:
      return EventType::kPassStateEntered;
    case asl::StateType::kTask:
      return EventType::kTaskStateEntered;
    case asl::StateType::kChoice:
      return EventType::kChoiceStateEntered;
    case asl::StateType::kWait:
      return EventType::kWaitStateEntered;
    case asl::StateType::kSucceed:
      return EventType::kSucceedStateEntered;
    case asl::StateType::kFail:
      return EventType::kFailStateEntered;
    case asl::StateType::kParallel:
      return EventType::kParallelStateEntered;
    case asl::StateType::kMap:
      return EventType::kMapStateEntered;
  }
  CheckFailed("a state type", __FILE__, __LINE__, "");
}

EventType ExitedEvent(asl::StateType type) {
  switch (type) {
    case asl::StateType::kPass:
      return EventType::kPassStateExited;
    case asl::StateType::kTask:
      return EventType::kTaskStateExited;
    case asl::StateType::kChoice:
      return EventType::kChoiceStateExited;
    case asl::StateType::kWait:
      return EventType::kWaitStateExited;
    case asl::StateType::kSucceed:
      return EventType::kSucceedStateExited;
    case asl::StateType::kParallel:
      return EventType::kParallelStateExited;
    case asl::StateType::kMap:
      return EventType::kMapStateExited;
    case asl::StateType::kFail:
      break;
  }
  CheckFailed("a state type that is left", __FILE__, __LINE__, "");
}

std::optional<EventType> AbortedEvent(asl::StateType type) {
  switch (type) {
    case asl::StateType::kTask:
      return EventType::kTaskStateAborted;
    case asl::StateType::kWait:
      return EventType::kWaitStateAborted;
    case asl::StateType::kParallel:
      return EventType::kParallelStateAborted;
    case asl::StateType::kMap:
      return EventType::kMapStateAborted;
    default:
      return std::nullopt;
  }
}

std::string_view ExecutionStatusName(ExecutionStatus status) {
  constexpr std::array<std::string_view, 5> kNames = {
      "RUNNING", "SUCCEEDED", "FAILED", "TIMED_OUT", "ABORTED"};
  return kNames.at(static_cast<std::size_t>(status));
}

std::string StateMachineArn(const ArnScheme& scheme, std::string_view state_machine) {
  return Arn(scheme, "states", "stateMachine:" + std::string(state_machine));
}

std::string ExecutionArn(const ArnScheme& scheme,
                         std::string_view state_machine,
                         std::string_view execution) {
  return Arn(
      scheme, "states", "execution:" + std::string(state_machine) + ":" + std::string(execution));
}

std::string ExpressExecutionArn(const ArnScheme& scheme,
                                std::string_view state_machine,
                                std::string_view execution) {
  return Arn(
      scheme, "states", "express:" + std::string(state_machine) + ":" + std::string(execution));
}

std::string ExecutionArn(const ArnScheme& scheme, const ExecutionHeader& header) {
  if (!header.is_express()) return ExecutionArn(scheme, header.state_machine, header.name);
  return ExpressExecutionArn(scheme, header.state_machine, header.name + ":" + header.express_id);
}

std::string MapChildMachine(std::string_view state_machine, std::string_view label) {
  return std::string(state_machine) + "/" + std::string(label);
}

std::string MapRunArn(const ArnScheme& scheme,
                      std::string_view state_machine,
                      std::string_view label,
                      std::string_view run) {
  return Arn(
      scheme, "states", "mapRun:" + MapChildMachine(state_machine, label) + ":" + std::string(run));
}

std::string FunctionArn(const ArnScheme& scheme,
                        std::string_view function,
                        std::string_view qualifier) {
  std::string resource = "function:" + std::string(function);
  if (!qualifier.empty()) resource += ":" + std::string(qualifier);
  return Arn(scheme, "lambda", resource);
}

std::string ActivityArn(const ArnScheme& scheme, std::string_view activity) {
  return Arn(scheme, "states", "activity:" + std::string(activity));
}

std::string RoleArn(const ArnScheme& scheme) {
  return "arn:" + scheme.partition + ":iam::" + scheme.account + ":role/pawl";
}

}  // namespace pawl::interpreter
