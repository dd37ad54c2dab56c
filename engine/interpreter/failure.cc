// A state failed: Retry, then Catch, then the join around or the execution (ASL specification,
// "Errors").
#include <algorithm>
#include <cmath>
#include <string>
#include <utility>

#include "engine/interpreter/interpreter.h"
#include "engine/json/write.h"

namespace pawl::interpreter {
namespace {

// The longest delay of a retrier: MaxDelaySeconds' own bound, a year and a day.
constexpr double kRetryDelaySecondsMax = 31'622'400;

// As recorded, States.ALL takes States.DataLimitExceeded, whatever the Developer Guide says.
// States.TaskFailed leaves out time-outs, and exceeded limits: of those there is no record.
bool Matches(const std::vector<std::string>& error_equals, const Failure& failure) {
  const std::string error = failure.error.value_or("");
  return std::any_of(error_equals.begin(), error_equals.end(), [&](const std::string& name) {
    if (name == "States.ALL") return true;
    if (name == "States.TaskFailed") {
      return error != "States.Timeout" && error != "States.DataLimitExceeded";
    }
    return name == error || (!failure.alias.empty() && name == failure.alias);
  });
}

// ASL specification, "Retrying after error".
Duration RetryDelay(const asl::Retrier& retrier,
                    std::uint32_t retries_before,
                    SeededRandom& random) {
  double seconds = std::chrono::duration<double>(retrier.interval).count() *
                   std::pow(retrier.backoff_rate, retries_before);
  seconds = std::min(seconds, kRetryDelaySecondsMax);
  if (retrier.max_delay) {
    seconds = std::min(seconds, std::chrono::duration<double>(*retrier.max_delay).count());
  }
  if (retrier.has_full_jitter) seconds *= random.NextUnit();
  return std::chrono::duration_cast<Duration>(std::chrono::duration<double>(seconds));
}

}  // namespace

Failure Interpreter::ResultTooLarge(const std::string& what) {
  return {.error = std::string(kDataLimitExceeded),
          .cause = "The state/task '" + what +
                   "' returned a result with a size exceeding the maximum number of bytes service "
                   "limit."};
}

void Interpreter::FailRuntime(Frame& frame, const std::string& what) {
  Fail(frame, {.error = std::string(kRuntimeError), .cause = Preamble(frame) + what});
}

std::string Interpreter::Preamble(const Frame& frame) const {
  if (recorder_ != nullptr) return "";
  return "An error occurred while executing the state '" + StateOf(frame).name +
         "' (entered at the event id #" + std::to_string(frame.entered_event) + "). ";
}

void Interpreter::FailEvaluation(Frame& frame, const Status& status) {
  Fail(frame, EvaluationFailure(frame, status));
}

Failure Interpreter::EvaluationFailure(const Frame& frame, const Status& status) const {
  // A failed function or expression is the workflow's own failure, which Retry and Catch see.
  const bool is_own = status.reason() == "States.IntrinsicFailure" ||
                      status.reason() == expression::kQueryEvaluationError;
  return {.error = is_own ? status.reason() : std::string(kRuntimeError),
          .cause = Preamble(frame) + status.message()};
}

void Interpreter::Fail(Frame& frame, Failure failure) {
  if (is_missing_ || turn_.close) return;
  if (recorder_ != nullptr) NoteFailure(failure);
  // What a catcher's fields lead to is not caught again, or a catcher could catch its own for ever.
  if (std::exchange(is_catching_, false)) return FailForGood(frame, std::move(failure));
  if (Retry(frame, failure) || Catch(frame, failure)) {
    failed_.clear();
  } else {
    FailForGood(frame, std::move(failure));
  }
}

void Interpreter::FailForGood(Frame& frame, Failure failure) {
  if (!frame.is_root()) return ChildFailed(Get(frame.parent), frame, std::move(failure));
  CloseExecution(
      Unsuccessful(ExecutionStatus::kFailed, std::move(failure.error), std::move(failure.cause)),
      EventType::kExecutionFailed,
      frame.last_event);
}

bool Interpreter::Retry(Frame& frame, const Failure& failure) {
  if (failure.error == kRuntimeError) return false;
  const std::vector<asl::Retrier>& retriers = StateOf(frame).retriers;
  const auto retrier = std::find_if(retriers.begin(), retriers.end(), [&](const auto& candidate) {
    return Matches(candidate.error_equals, failure);
  });
  if (retrier == retriers.end()) return false;
  frame.retrier_counts.resize(retriers.size());
  const auto place = static_cast<std::size_t>(retrier - retriers.begin());
  std::uint32_t& count = frame.retrier_counts[place];
  if (recorder_ != nullptr) NoteRetrier(place);
  if (count >= retrier->max_attempts) return false;
  const Timestamp due = now_ + RetryDelay(*retrier, count, Random());
  ++count;
  ++frame.retry_count;
  SetWait(frame, TimerWait{.purpose = TimerWait::Purpose::kRetry, .due = due});
  turn_.effects.emplace_back(ArmTimer{frame.number, due});
  return true;
}

bool Interpreter::Catch(Frame& frame, const Failure& failure) {
  if (failure.error == kRuntimeError) return false;
  const std::vector<asl::Catcher>& catchers = StateOf(frame).catchers;
  const auto catcher = std::find_if(catchers.begin(), catchers.end(), [&](const auto& candidate) {
    return Matches(candidate.error_equals, failure);
  });
  if (catcher == catchers.end()) return false;
  if (recorder_ != nullptr) NoteCatcher(static_cast<std::size_t>(catcher - catchers.begin()));

  is_catching_ = true;
  LeaveBy(frame, *catcher, failure);
  is_catching_ = false;
  return true;
}

void Interpreter::LeaveBy(Frame& frame, const asl::Catcher& catcher, const Failure& failure) {
  json::ObjectBuilder builder;
  builder.Set("Error", json::Value::String(arena_.Copy(failure.error.value_or(""))));
  builder.Set("Cause", json::Value::String(arena_.Copy(failure.cause.value_or(""))));
  const json::Value error_output = builder.Build(arena_);
  const Exit exit{.next = catcher.next, .assign = &catcher.assign, .output = &catcher.output};
  if (StateOf(frame).is_jsonata) {
    return LeaveQuery(frame, Datum(error_output), exit, {.error_output = error_output});
  }
  Datum output(error_output);
  auto assigned = Assign(frame, exit.assign, output, {});
  if (!assigned) return;
  if (catcher.result_path.is_null) {
    output = Datum(frame.input);
  } else if (!catcher.result_path.path.is_identity()) {
    Datum raw_input(frame.input);
    const auto merged = catcher.result_path.path.Set(ValueOf(raw_input), error_output, arena_);
    if (!merged.ok()) {
      return FailRuntime(frame,
                         "Unable to apply the ResultPath '" + catcher.result_path.path.text() +
                             "' of a Catch to the state's input: " + merged.status().message());
    }
    output = Datum(*merged);
  }
  Leave(frame, std::move(output), exit.next, std::move(*assigned));
}

}  // namespace pawl::interpreter
