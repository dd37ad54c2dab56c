#include "tests/simulator/history_marks.h"

#include <chrono>

namespace pawl::simulator {
namespace {

using interpreter::EventType;
using interpreter::ExecutionStatus;

bool IsFailure(EventType type) {
  switch (type) {
    case EventType::kLambdaFunctionFailed:
    case EventType::kLambdaFunctionTimedOut:
    case EventType::kTaskFailed:
    case EventType::kTaskTimedOut:
    case EventType::kParallelStateFailed:
    case EventType::kMapStateFailed:
      return true;
    default:
      return false;
  }
}

void NoteEvents(const StoredExecution& execution, Coverage& coverage) {
  for (const interpreter::HistoryEvent& event : execution.events) {
    if (event.previous == 0) continue;
    const EventType before = execution.events[event.previous - 1].type;
    switch (event.type) {
      case EventType::kTaskStateExited:
      case EventType::kParallelStateExited:
      case EventType::kMapStateExited:
        coverage.HitIf(IsFailure(before), Mark::kErrorCaught);
        break;
      case EventType::kParallelStateStarted:
      case EventType::kMapStateStarted:
        // The first attempt follows the state's entry.
        coverage.HitIf(
            before != EventType::kParallelStateEntered && before != EventType::kMapStateEntered,
            Mark::kJoinRetried);
        break;
      case EventType::kMapIterationAborted:
      case EventType::kTaskStateAborted:
      case EventType::kWaitStateAborted:
        coverage.Hit(Mark::kBranchesAborted);
        break;
      case EventType::kParallelStateAborted:
      case EventType::kMapStateAborted:
        coverage.Hit(Mark::kNestedJoinsAborted);
        break;
      default:
        break;
    }
  }
}

void NoteAttempts(const StoredExecution& execution, Coverage& coverage) {
  for (const FoldedAttempt& attempt : execution.folded.attempts) {
    if (attempt.ended == 0) continue;
    const Duration lasted = attempt.ended_at - attempt.scheduled_at;
    const bool has_timed_out = attempt.end == EventType::kLambdaFunctionTimedOut ||
                               attempt.end == EventType::kTaskTimedOut;
    const bool is_late =
        attempt.timeout_seconds && lasted >= std::chrono::seconds(*attempt.timeout_seconds);
    coverage.HitIf(has_timed_out && is_late, Mark::kTaskTimedOut);
    coverage.HitIf(has_timed_out && !is_late, Mark::kHeartbeatMissed);
    const bool has_run_long =
        attempt.heartbeat_seconds &&
        attempt.ended_at - attempt.started_at > std::chrono::seconds(*attempt.heartbeat_seconds);
    coverage.HitIf(!has_timed_out && has_run_long, Mark::kHeartbeatKeptTaskAlive);
    coverage.HitIf(attempt.error == "Pawl.WorkerLost", Mark::kAttemptLostWithThreeWorkers);
    coverage.HitIf(attempt.error == "Lambda.ResourceNotFoundException",
                   Mark::kUnknownFunctionFailed);
  }
}

}  // namespace

void NoteHistory(const StoredExecution& execution, const Limits& limits, Coverage& coverage) {
  NoteEvents(execution, coverage);
  NoteAttempts(execution, coverage);
  const rows::ExecutionRow& row = execution.row;
  coverage.HitIf(row.status == ExecutionStatus::kTimedOut, Mark::kExecutionTimedOut);
  const bool is_at_limit = execution.events.size() >= limits.history_events_max;
  coverage.HitIf(is_at_limit && row.status == ExecutionStatus::kFailed, Mark::kHistoryLimitReached);
  const auto& attempts = execution.folded.attempts;
  const bool has_given_up = row.status == ExecutionStatus::kFailed && !attempts.empty() &&
                            attempts.back().key.attempt > 0 && attempts.back().error == row.error;
  coverage.HitIf(has_given_up, Mark::kRetriesExhausted);
}

}  // namespace pawl::simulator
