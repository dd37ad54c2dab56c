// HistoryEvent: what a turn records. Types and fields are those of Step Functions'
// GetExecutionHistory (API model, HistoryEventType); names and ARNs are rendered when a history is
// read.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "engine/asl/state_machine.h"
#include "engine/base/bytes.h"
#include "engine/base/ids.h"
#include "engine/base/time.h"

namespace pawl::interpreter {

// Stored in history rows: a number is never changed or used again.
enum class EventType : std::uint8_t {
  kExecutionStarted = 1,
  kExecutionSucceeded = 2,
  kExecutionFailed = 3,
  kExecutionTimedOut = 4,
  kExecutionAborted = 5,
  kPassStateEntered = 6,
  kPassStateExited = 7,
  kTaskStateEntered = 8,
  kTaskStateExited = 9,
  kChoiceStateEntered = 10,
  kChoiceStateExited = 11,
  kWaitStateEntered = 12,
  kWaitStateExited = 13,
  kSucceedStateEntered = 14,
  kSucceedStateExited = 15,
  kFailStateEntered = 16,
  kParallelStateEntered = 17,
  kParallelStateExited = 18,
  kMapStateEntered = 19,
  kMapStateExited = 20,
  kLambdaFunctionScheduled = 21,
  kLambdaFunctionStarted = 22,
  kLambdaFunctionSucceeded = 23,
  kLambdaFunctionFailed = 24,
  kLambdaFunctionTimedOut = 25,
  kTaskScheduled = 26,
  kTaskStarted = 27,
  kTaskSucceeded = 28,
  kTaskFailed = 29,
  kTaskTimedOut = 30,
  kParallelStateStarted = 31,
  kParallelStateSucceeded = 32,
  kParallelStateFailed = 33,
  kMapStateStarted = 34,
  kMapStateSucceeded = 35,
  kMapStateFailed = 36,
  kMapIterationStarted = 37,
  kMapIterationSucceeded = 38,
  kMapIterationFailed = 39,
  kMapIterationAborted = 40,
  kTaskStateAborted = 41,
  kWaitStateAborted = 42,
  kParallelStateAborted = 43,
  kMapStateAborted = 44,
  kEvaluationFailed = 45,
  kActivityScheduled = 46,
  kActivityStarted = 47,
  kActivitySucceeded = 48,
  kActivityFailed = 49,
  kActivityTimedOut = 50,
  kTaskSubmitted = 51,
  kMapRunStarted = 52,
  kMapRunSucceeded = 53,
  kMapRunFailed = 54,
  kMapRunAborted = 55,
  kExecutionRedriven = 56,
  kMapRunRedriven = 57,
};
inline constexpr std::uint8_t kEventTypeMax = 57;

// "TaskStateEntered" and so on, as AWS spells them.
std::string_view EventTypeName(EventType type);

// The event that records entering, leaving or aborting a state of this type.
EventType EnteredEvent(asl::StateType type);
// Not for kFail, which is never left.
EventType ExitedEvent(asl::StateType type);
// nullopt where AWS has no such event: Pass, Choice, Succeed and Fail never wait.
std::optional<EventType> AbortedEvent(asl::StateType type);

// A JSON payload of an execution: the bytes, if they are at hand, and the history event that holds
// them. An event that would repeat a payload refers to the event that holds it.
struct Payload {
  Bytes bytes = {};
  // 0: in no event yet.
  EventId home = 0;

  bool operator==(const Payload&) const = default;
};

// A variable and the JSON text assigned to it.
struct Assignment {
  std::string name;
  Bytes value;

  bool operator==(const Assignment&) const = default;
};

struct HistoryEvent {
  // Both count from 1 inside the execution; `previous` is the event that caused this one on its
  // frame, 0 where AWS says 0.
  EventId id = 0;
  EventId previous = 0;
  EventType type = EventType::kExecutionStarted;
  Timestamp at = {};
  // The state the event is about; kNoState for those of the whole execution.
  StateIndex state = asl::kNoState;
  // Map iterations: the item's index. kMapStateStarted: the number of items. kExecutionRedriven,
  // kMapRunRedriven: how often.
  std::uint32_t index = 0;
  // kMapRunRedriven: the event kMapRunStarted of the run.
  EventId run = 0;
  // Input, output or parameters, whichever the type has.
  std::optional<Payload> payload = {};
  std::optional<std::string> error = {};
  std::optional<std::string> cause = {};
  // kLambdaFunctionScheduled, kTaskScheduled.
  std::optional<std::int64_t> timeout_seconds = {};
  std::optional<std::int64_t> heartbeat_seconds = {};
  // kEvaluationFailed: the field, as "Output/total".
  std::optional<std::string> location = {};
  // kActivityStarted: the name that the worker gave itself.
  std::optional<std::string> worker = {};
  // The …StateExited events: what the state's Assign set.
  std::vector<Assignment> assigned = {};

  bool operator==(const HistoryEvent&) const = default;
};

}  // namespace pawl::interpreter
