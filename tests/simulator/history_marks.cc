#include "tests/simulator/history_marks.h"

#include <algorithm>
#include <chrono>

#include "engine/runtime/function_events.h"

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
    case EventType::kActivityFailed:
    case EventType::kActivityTimedOut:
    case EventType::kParallelStateFailed:
    case EventType::kMapStateFailed:
      return true;
    default:
      return false;
  }
}

// `event` is behind the failure of a distributed Map.
bool IsOfRun(const StoredExecution& execution, const interpreter::HistoryEvent& event) {
  const interpreter::HistoryEvent& failed = execution.events[event.previous - 1];
  return failed.previous != 0 &&
         execution.events[failed.previous - 1].type == EventType::kMapRunFailed;
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
        coverage.HitIf(IsFailure(before) && IsOfRun(execution, event), Mark::kMapRunCaught);
        coverage.HitIf(IsFailure(before) && !event.assigned.empty(),
                       Mark::kVariableAssignedByCatch);
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

void NoteCall(const StoredExecution& execution, const FoldedAttempt& attempt, Coverage& coverage) {
  coverage.HitIf(attempt.waits_for_child && attempt.end == EventType::kTaskSucceeded,
                 Mark::kChildSucceeded);
  coverage.HitIf(attempt.waits_for_child && attempt.error == "States.TaskFailed",
                 Mark::kChildFailed);
  coverage.HitIf(IsTimedOut(attempt) && attempt.returned && attempt.waits_for_child,
                 Mark::kChildOfTimedOutTask);
  coverage.HitIf(IsRefusedCall(attempt), Mark::kChildNameTaken);
  coverage.HitIf(attempt.has_token && attempt.returned, Mark::kChildWithToken);
  coverage.HitIf(execution.folded.redrive_counts.contains(attempt.key), Mark::kChildOfRedrivenTask);
}

void NoteUnawaited(const FoldedAttempt& attempt, Coverage& coverage) {
  if (attempt.end == EventType::kTaskSucceeded) {
    const bool is_dry =
        attempt.output->view().find(R"("StatusCode":204)") != std::string_view::npos;
    coverage.Hit(is_dry ? Mark::kDryRunTaken : Mark::kEventTaken);
  }
  coverage.HitIf(attempt.error == "Lambda.ResourceNotFoundException", Mark::kUnawaitedCallRefused);
}

void NoteAttempts(const StoredExecution& execution, Coverage& coverage) {
  for (const FoldedAttempt& attempt : execution.folded.attempts) {
    if (attempt.ended == 0) continue;
    const Duration lasted = attempt.ended_at - attempt.scheduled_at;
    const bool has_timed_out = IsTimedOut(attempt);
    const bool is_late =
        attempt.timeout_seconds && lasted >= std::chrono::seconds(*attempt.timeout_seconds);
    const bool is_token_out = attempt.token_since.has_value();
    coverage.HitIf(has_timed_out && is_late,
                   is_token_out ? Mark::kTokenTimedOut : Mark::kTaskTimedOut);
    coverage.HitIf(has_timed_out && !is_late,
                   is_token_out ? Mark::kTokenHeartbeatMissed : Mark::kHeartbeatMissed);
    coverage.HitIf(attempt.end == EventType::kActivityTimedOut && !is_token_out,
                   Mark::kActivityTimedOut);
    const bool has_token_waited =
        is_token_out && attempt.heartbeat_seconds && !has_timed_out &&
        attempt.ended_at - *attempt.token_since > std::chrono::seconds(*attempt.heartbeat_seconds);
    coverage.HitIf(has_token_waited, Mark::kTokenHeartbeatKeptTaskAlive);
    if (attempt.is_call) NoteCall(execution, attempt, coverage);
    if (attempt.is_unawaited) NoteUnawaited(attempt, coverage);
    coverage.HitIf(attempt.error == "ActivityDoesNotExist", Mark::kUnknownActivityFailed);
    coverage.HitIf(attempt.has_token && execution.folded.redrive_counts.contains(attempt.key),
                   Mark::kRedriveOfTokenTask);
    const bool has_run_long =
        attempt.heartbeat_seconds &&
        attempt.ended_at - attempt.started_at > std::chrono::seconds(*attempt.heartbeat_seconds);
    coverage.HitIf(!has_timed_out && has_run_long, Mark::kHeartbeatKeptTaskAlive);
    coverage.HitIf(attempt.error == "Pawl.WorkerLost", Mark::kAttemptLostWithThreeWorkers);
    coverage.HitIf(attempt.error == "Lambda.ResourceNotFoundException",
                   Mark::kUnknownFunctionFailed);
  }
}

void NoteRun(const StoredExecution& execution,
             const FoldedRun& folded,
             const StoredRun& stored,
             Coverage& coverage) {
  using End = FoldedRun::End;
  const bool is_success = folded.end == End::kSucceeded;
  const interpreter::MapRunWait& wait = stored.row.wait;
  const std::uint64_t failed = wait.items.failed + wait.items.timed_out + wait.items.aborted;
  const auto is_of_attempt = [&wait](const auto& open) {
    return open.second.attempt == wait.redrive.count;
  };
  const bool has_open = std::any_of(stored.open.begin(), stored.open.end(), is_of_attempt);
  const bool is_exceeded =
      folded.end == End::kFailed && folded.error == "States.ExceedToleratedFailureThreshold";
  coverage.HitIf(is_success, Mark::kMapRunSucceeded);
  coverage.HitIf(is_success && failed > 0, Mark::kMapRunTolerated);
  coverage.HitIf(is_exceeded, Mark::kMapRunExceeded);
  coverage.HitIf(is_exceeded && has_open, Mark::kMapRunExceededWithOthersOpen);
  coverage.HitIf(folded.key.attempt > 0, Mark::kMapRunRetried);
  coverage.HitIf(wait.batcher.has_value() && wait.children < wait.next, Mark::kMapRunBatched);
  coverage.HitIf(!folded.key.branch.empty(), Mark::kMapRunInBranch);
  coverage.HitIf(execution.row.parent && execution.row.parent->map_run, Mark::kMapRunInMapRun);
  coverage.HitIf(folded.end == End::kAborted && has_open, Mark::kMapRunAborted);
  coverage.HitIf(folded.redrives > 0, Mark::kMapRunRedriven);
  coverage.HitIf(folded.redrives > 1, Mark::kMapRunRedrivenTwice);
  coverage.HitIf(folded.redrives > 0 && is_success, Mark::kRedrivenMapRunSucceeded);
}

void NoteObjects(const asl::DistributedMap& map,
                 const FoldedRun& folded,
                 const interpreter::MapRunWait& wait,
                 Coverage& coverage) {
  const bool is_success = folded.end == FoldedRun::End::kSucceeded;
  coverage.HitIf(folded.error == "States.ItemReaderFailed", Mark::kReaderFailed);
  coverage.HitIf(folded.error == "States.ItemReaderFailed" && wait.executions.started > 0,
                 Mark::kReaderFailedLate);
  coverage.HitIf(folded.error == "States.ResultWriterFailed", Mark::kWriterFailed);
  coverage.HitIf(is_success && map.writer && !map.writer->has_bucket, Mark::kWriterWithoutBucket);
  if (!map.reader || !is_success || wait.total == 0) return;
  const asl::ItemReader& reader = *map.reader;
  const bool has_files = !reader.transformation.empty() || !reader.manifest_type.empty() ||
                         reader.input_type == "MANIFEST";
  coverage.HitIf(map.batcher && wait.children < wait.total, Mark::kReaderBatched);
  coverage.HitIf(reader.input_type == "CSV", Mark::kReaderUnshaped);
  coverage.HitIf(wait.reader->parameters.find("members.json") != std::string::npos,
                 Mark::kReaderOfMembers);
  coverage.HitIf(reader.is_listing && !has_files, Mark::kReaderOfListing);
  coverage.HitIf(has_files, Mark::kReaderOfFiles);
}

void NoteMapRuns(const StoredExecution& execution,
                 const asl::StateMachine& machine,
                 Coverage& coverage) {
  for (const auto& [event, folded] : execution.folded.runs) {
    const StoredRun& stored = execution.runs.at(event);
    NoteRun(execution, folded, stored, coverage);
    const auto& map = std::get<asl::MapState>(machine.states[folded.state].details);
    NoteObjects(*map.distributed, folded, stored.row.wait, coverage);
  }
  const rows::ExecutionRow& row = execution.row;
  if (!row.parent || !row.parent->map_run) return;
  coverage.HitIf(row.header.redrive_count > 0, Mark::kMapChildRedriven);
  coverage.HitIf(row.status == ExecutionStatus::kAborted && !row.error && !row.cause,
                 Mark::kMapChildStopped);
}

void NoteRedrives(const StoredExecution& execution, Coverage& coverage) {
  for (const interpreter::HistoryEvent& event : execution.events) {
    if (event.type != EventType::kExecutionRedriven) continue;
    const interpreter::HistoryEvent& end = execution.events[event.previous - 1];
    coverage.HitIf(end.type == EventType::kExecutionFailed, Mark::kRedriveOfFailed);
    coverage.HitIf(end.type == EventType::kExecutionAborted, Mark::kRedriveOfAborted);
    coverage.HitIf(end.type == EventType::kExecutionTimedOut, Mark::kRedriveOfTimedOut);
    coverage.HitIf(event.index > 1, Mark::kRedriveOfRedriven);
    const EventType last = end.previous == 0 ? end.type : execution.events[end.previous - 1].type;
    const bool is_join =
        last == EventType::kParallelStateFailed || last == EventType::kMapStateFailed;
    const bool is_too_large = end.error == "States.DataLimitExceeded";
    coverage.HitIf(is_join && is_too_large, Mark::kRedriveOfTooLargeResult);
    coverage.HitIf(is_join && !is_too_large, Mark::kRedriveOfFailedJoin);
    coverage.HitIf(end.type != EventType::kExecutionFailed && IsFailure(last),
                   Mark::kRedriveOfRetryDelay);
  }
  coverage.HitIf(execution.folded.continued.size() > 1, Mark::kRedriveOfNestedJoins);
  coverage.HitIf(
      execution.folded.redrives > 0 && execution.row.status == ExecutionStatus::kSucceeded,
      Mark::kRedrivenSucceeded);
}

}  // namespace

void NoteHistory(const StoredExecution& execution,
                 const asl::StateMachine& machine,
                 const Limits& limits,
                 Coverage& coverage) {
  NoteEvents(execution, coverage);
  NoteAttempts(execution, coverage);
  NoteRedrives(execution, coverage);
  NoteMapRuns(execution, machine, coverage);
  const rows::ExecutionRow& row = execution.row;
  for (const auto& [number, frame] : execution.folded.frames) {
    const bool has_variables = !frame.variables.empty();
    coverage.HitIf(has_variables && number != kRootFrame, Mark::kVariableOfBranch);
    coverage.HitIf(has_variables && execution.folded.redrives > 0, Mark::kVariableAfterRedrive);
  }
  coverage.HitIf(row.status == ExecutionStatus::kTimedOut, Mark::kExecutionTimedOut);
  coverage.HitIf(row.status == ExecutionStatus::kAborted && row.parent && !row.error && !row.cause,
                 Mark::kChildStoppedWithParent);
  coverage.HitIf(row.header.state_machine == runtime::kEventStateMachine &&
                     row.status == ExecutionStatus::kFailed,
                 Mark::kEventFailed);
  const bool is_at_limit = execution.events.size() >= limits.history_events_max;
  coverage.HitIf(is_at_limit && row.status == ExecutionStatus::kFailed, Mark::kHistoryLimitReached);
  const auto& attempts = execution.folded.attempts;
  const bool has_given_up = row.status == ExecutionStatus::kFailed && !attempts.empty() &&
                            attempts.back().key.attempt > 0 && attempts.back().error == row.error;
  coverage.HitIf(has_given_up, Mark::kRetriesExhausted);
}

void NoteQueries(const StoredExecution& execution,
                 const asl::StateMachine& machine,
                 Coverage& coverage) {
  for (const interpreter::HistoryEvent& event : execution.events) {
    if (event.state >= machine.states.size() || !machine.states[event.state].is_jsonata) continue;
    coverage.HitIf(event.type == EventType::kTaskStateExited, Mark::kQueriedTask);
    coverage.HitIf(event.type == EventType::kChoiceStateExited, Mark::kQueriedChoice);
    coverage.HitIf(
        event.type == EventType::kParallelStateExited || event.type == EventType::kMapStateExited,
        Mark::kQueriedJoin);
    coverage.HitIf(event.type == EventType::kMapRunSucceeded, Mark::kMapRunQueried);
  }
}

}  // namespace pawl::simulator
