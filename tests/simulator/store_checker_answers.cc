// What workers said, and others with task tokens: each end of an attempt in a history was said, and
// what was accepted is there.
#include <algorithm>
#include <chrono>
#include <utility>

#include "tests/simulator/script.h"
#include "tests/simulator/store_checker.h"

namespace pawl::simulator {
namespace {

using interpreter::EventType;

bool HasSucceeded(EventType type) {
  return type == EventType::kLambdaFunctionSucceeded || type == EventType::kTaskSucceeded ||
         type == EventType::kActivitySucceeded;
}

// How an answer that was sent appears in a history.
Answer RecordedForm(const Answer& sent) {
  if (sent.output && sent.output->starts_with(kGarbage)) return {.error = "Runtime.MarshalError"};
  if (sent.output) return {.output = sent.output};
  return sent;
}

// What a function returned, of the envelope that lambda:invoke puts around it.
std::string Unwrapped(std::string text) {
  constexpr std::string_view kBefore = "\"Payload\":";
  const std::size_t begin = text.find(kBefore);
  const std::size_t end = text.rfind(",\"SdkHttpMetadata\"");
  if (begin == std::string::npos || end == std::string::npos) return text;
  return text.substr(begin + kBefore.size(), end - begin - kBefore.size());
}

// The answer that an attempt recorded at its end.
Answer RecordedAnswer(const FoldedAttempt& attempt) {
  if (!HasSucceeded(attempt.end)) {
    if (attempt.error == "Runtime.MarshalError") return {.error = attempt.error};
    return {.error = attempt.error, .cause = attempt.cause};
  }
  std::string text = attempt.output.value_or(Bytes()).str();
  const bool is_wrapped = attempt.end == EventType::kTaskSucceeded && !attempt.has_token;
  return {.output = is_wrapped ? Unwrapped(std::move(text)) : std::move(text)};
}

bool IsMadeByEngine(const FoldedAttempt& attempt) {
  return IsTimedOut(attempt) || (attempt.is_call && !attempt.has_token) || IsRefusedCall(attempt) ||
         attempt.is_unawaited || attempt.error == "Pawl.WorkerLost" ||
         attempt.error == "Lambda.ResourceNotFoundException" ||
         attempt.error == "ActivityDoesNotExist";
}

// Whether the attempt's end was said with its token, and not by the worker that ran its function.
bool IsEndedWithToken(const FoldedAttempt& attempt) {
  return attempt.has_token && attempt.error != kPassedOn && attempt.error != "Runtime.MarshalError";
}

// What was said for tasks of an execution, by those who ran them or with their tokens.
SaidAnswers AnswersOf(ExecutionId id, const std::map<TaskRef, std::set<Answer>>& sent) {
  SaidAnswers answers;
  for (auto entry = sent.lower_bound({.execution = id});
       entry != sent.end() && entry->first.execution == id;
       ++entry) {
    for (const Answer& answer : entry->second)
      ++answers[{entry->first.frame, RecordedForm(answer)}];
  }
  return answers;
}

}  // namespace

// Each end of an attempt was said by a worker, or with its token, or is one that the engine may
// give.
bool StoreChecker::CheckAttempts(const StoredExecution& execution) {
  SaidAnswers by_workers;
  SaidAnswers with_tokens;
  for (const FoldedAttempt& attempt : execution.folded.attempts) {
    if (attempt.ended == 0) continue;
    const std::string who = "attempt of event " + std::to_string(attempt.scheduled) + ": ";
    if (IsTimedOut(attempt)) {
      const Duration lasted = attempt.ended_at - attempt.scheduled_at;
      const bool is_late =
          attempt.timeout_seconds && lasted >= std::chrono::seconds(*attempt.timeout_seconds);
      // Leases know engine time, which may begin a second earlier after a restart.
      const Duration slack =
          may_clock_go_back_ ? Duration(std::chrono::seconds(1)) : Duration::zero();
      const bool is_silent = attempt.heartbeat_seconds &&
                             lasted + slack >= std::chrono::seconds(*attempt.heartbeat_seconds);
      if (!is_late && !is_silent) return Fail(execution, who + "timed out too early");
      continue;
    }
    if (attempt.error == "Pawl.WorkerLost" && ledger_.lost_workers < 3) {
      return Fail(execution, who + "lost workers that were never lost");
    }
    if (IsMadeByEngine(attempt)) continue;
    SaidAnswers& recorded = IsEndedWithToken(attempt) ? with_tokens : by_workers;
    ++recorded[{attempt.frame, RecordedAnswer(attempt)}];
  }
  return CheckSaid(execution, by_workers, AnswersOf(execution.id, ledger_.sent)) &&
         CheckSaid(execution, with_tokens, AnswersOf(execution.id, ledger_.sent_with_token));
}

bool StoreChecker::CheckSaid(const StoredExecution& execution,
                             const SaidAnswers& recorded,
                             const SaidAnswers& sent) {
  for (const auto& [key, count] : recorded) {
    const auto found = sent.find(key);
    if (found == sent.end()) {
      return Fail(execution,
                  "frame " + std::to_string(key.first.value) +
                      " recorded an answer that nobody gave for it: " +
                      key.second.output.value_or(key.second.error));
    }
    if (found->second < count) {
      return Fail(execution,
                  "frame " + std::to_string(key.first.value) + " recorded an answer twice");
    }
  }
  return true;
}

bool StoreChecker::CheckAccepted() {
  return CheckAccepted(ledger_.accepted, false) && CheckAccepted(ledger_.accepted_with_token, true);
}

// `with_token`: what was accepted was said with tasks' tokens.
bool StoreChecker::CheckAccepted(const std::map<TaskRef, Answer>& said, bool with_token) {
  std::map<ExecutionId, SaidAnswers> accepted;
  for (const auto& [ref, answer] : said)
    ++accepted[ref.execution][{ref.frame, RecordedForm(answer)}];
  for (const auto& [id, answers] : accepted) {
    const auto execution = executions_.find(id);
    if (execution == executions_.end())
      return Fail("a completion was accepted, its execution is gone");
    SaidAnswers recorded;
    for (const FoldedAttempt& attempt : execution->second.folded.attempts) {
      if (!with_token && attempt.returned && !attempt.is_call) {
        ++recorded[{attempt.frame, {.output = Unwrapped(attempt.returned->str())}}];
      }
      if (attempt.ended == 0 || IsMadeByEngine(attempt)) continue;
      if (IsEndedWithToken(attempt) == with_token) {
        ++recorded[{attempt.frame, RecordedAnswer(attempt)}];
      }
    }
    // The event found no place in a history that was full.
    const std::size_t unrecorded =
        execution->second.events.size() >= limits_.history_events_max ? 1 : 0;
    for (const auto& [key, count] : answers) {
      if (recorded[key] + unrecorded >= count) continue;
      return Fail(execution->second,
                  "a completion of frame " + std::to_string(key.first.value) +
                      " was accepted and is not in the history");
    }
  }
  return true;
}

// What a poll was told it has, it has.
bool StoreChecker::CheckTaken() {
  for (const auto& [ref, name] : ledger_.taken) {
    const auto execution = executions_.find(ref.execution);
    if (execution == executions_.end()) return Fail("a task was taken, its execution is gone");
    const auto& attempts = execution->second.folded.attempts;
    const auto taken = std::count_if(attempts.begin(), attempts.end(), [&](const auto& attempt) {
      return attempt.frame == ref.frame && attempt.taken_by == name;
    });
    if (taken != 1)
      return Fail(execution->second, "a task was given to " + name + " and not taken");
  }
  return true;
}

}  // namespace pawl::simulator
