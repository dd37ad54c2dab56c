// A test is at most two turns of the interpreter on a frame that stands in the state as if it had
// been entered. The first takes the state to where it would wait: for a function, for branches, for
// a point in time. The second brings what it waits for: the mock, the function's end, the time. No
// turn may make a transition, so whatever the state leads to is never entered.
#include "engine/interpreter/state_test.h"

#include <algorithm>
#include <array>
#include <utility>

#include "engine/base/check.h"
#include "engine/base/hash.h"
#include "engine/interpreter/advance.h"
#include "engine/interpreter/interpreter.h"
#include "engine/interpreter/state_test_recorder.h"
#include "engine/json/parse.h"
#include "engine/json/write.h"

namespace pawl::interpreter {
namespace {

// The input stands in the execution's first event; the state was entered by the second.
constexpr EventId kInputEvent = 1;
constexpr EventId kEnteredEvent = 2;

constexpr std::string_view kThresholdExceeded = "States.ExceedToleratedFailureThreshold";
constexpr double kPercent = 100;

// Takes out the steps that are the interpreter's own and no part of AWS's answer for the state; as
// recorded.
void KeepShownSteps(const asl::State& state, Inspection& inspection) {
  switch (state.type) {
    case asl::StateType::kTask:
      return;
    case asl::StateType::kPass:
      if (std::get<asl::PassState>(state.details).result) {
        inspection.after_input_path.reset();
        inspection.after_parameters.reset();
      } else {
        inspection.result.reset();
      }
      return;
    case asl::StateType::kMap:
      inspection.after_parameters.reset();
      inspection.result.reset();
      return;
    case asl::StateType::kParallel:
      inspection.after_input_path.reset();
      inspection.after_parameters.reset();
      inspection.result.reset();
      return;
    case asl::StateType::kFail:
      // It has no InputPath, and yet this is told.
      if (!state.is_jsonata) inspection.after_input_path = inspection.input;
      return;
    default:
      inspection.after_parameters.reset();
      inspection.after_result_path.reset();
      return;
  }
}

class TestRun {
 public:
  TestRun(const asl::StateMachine& machine,
          StateIndex state,
          const StateTest& test,
          const Environment& environment,
          Timestamp now,
          std::uint64_t seed)
      : machine_(machine),
        state_(state),
        environment_(environment),
        now_(now),
        recorder_{.test = test} {
    environment_.limits.turn_transitions_max = 0;
    environment_.limits.history_events_max = Limits().history_events_max;
    environment_.task_tokens = nullptr;
    rows_.header = {.started_at = now, .seed = seed};
    rows_.header.state_machine = RequestId(rows_.header, kRootFrame, 1);
    rows_.header.name = RequestId(rows_.header, kRootFrame, 2);
    rows_.next_event = kEnteredEvent + 1;
    rows_.last_event_at = now;
    rows_.has_all_frames = true;
    rows_.payloads[kInputEvent] = test.input;
    if (test.variables) SetVariables(*test.variables);
    PlaceFrame();
  }

  std::variant<StateTestResult, TaskCall> Run(const std::optional<CalledFunction>& called) {
    Turn turn = Take(TimerFired{});
    if (!recorder_.output && !turn.close) {
      const Frame& frame = rows_.frames.at(kRootFrame);
      if (const auto* timer = std::get_if<TimerWait>(&frame.wait)) {
        if (timer->purpose == TimerWait::Purpose::kRetry) return Retriable(timer->due);
        now_ = std::max(now_, timer->due);
        turn = Take(TimerFired{});
      } else if (recorder_.test.mock) {
        recorder_.is_mock_due = true;
        turn = Take(Continue{});
      } else {
        const auto& wait = std::get<TaskWait>(frame.wait);
        if (!called) return CallOf(machine_, frame, wait.parameters.bytes, {});
        turn = Take(TaskEnded{.wait_number = frame.wait_number,
                              .output = called->output,
                              .error = called->error,
                              .cause = called->cause,
                              .log_tail = called->log_tail});
      }
    }
    return Outcome(turn);
  }

 private:
  void SetVariables(const Bytes& text) {
    json::Arena arena;
    const auto parsed = json::Parse(text.view(), arena);
    PAWL_CHECK(parsed.ok() && parsed->is_object());
    auto& variables = rows_.variables[kRootFrame];
    for (const json::Member& member : parsed->members()) {
      variables.insert_or_assign(std::string(member.name), Bytes(json::Write(member.value)));
    }
    recorder_.inspection.variables = variables;
  }

  // The frame is about to make an attempt, as after a retrier's delay.
  void PlaceFrame() {
    const std::uint32_t retries = recorder_.test.retrier_retry_count.value_or(0);
    Frame frame;
    frame.state = state_;
    frame.input = Payload{.bytes = recorder_.test.input, .home = kInputEvent};
    frame.entered_event = kEnteredEvent;
    frame.entered_at = now_;
    frame.last_event = kEnteredEvent;
    frame.retry_count = retries;
    frame.retrier_counts.assign(StateOf().retriers.size(), retries);
    frame.wait = TimerWait{.purpose = TimerWait::Purpose::kRetry, .due = now_};
    frame.has_variables = rows_.variables.contains(kRootFrame);
    rows_.frames.emplace(kRootFrame, std::move(frame));
    recorder_.inspection.input = recorder_.test.input;
  }

  template <typename Body>
  Turn Take(Body body) {
    const Message message{.at = now_, .body = std::move(body)};
    auto taken = Interpreter(machine_, environment_, rows_, message).RunTest(recorder_);
    PAWL_CHECK(std::holds_alternative<Turn>(taken));
    auto turn = std::get<Turn>(std::move(taken));
    Apply(turn, rows_);
    return turn;
  }

  StateTestResult Retriable(Timestamp due) {
    recorder_.inspection.retry_backoff = due - now_;
    StateTestResult result{.status = StateTestStatus::kRetriable};
    result.error = recorder_.failure->error;
    result.cause = recorder_.failure->cause;
    return WithInspection(std::move(result));
  }

  StateTestResult Outcome(const Turn& turn) {
    if (!turn.close && !recorder_.output) {
      return Retriable(std::get<TimerWait>(rows_.frames.at(kRootFrame).wait).due);
    }
    StateTestResult result;
    if (!recorder_.output) {
      result.status = StateTestStatus::kFailed;
      result.error = turn.close->error;
      result.cause = turn.close->cause;
      return WithInspection(std::move(result));
    }
    result.output = recorder_.output;
    if (recorder_.next != asl::kNoState) result.next_state = machine_.states[recorder_.next].name;
    if (recorder_.is_caught) {
      result.status = StateTestStatus::kCaughtError;
      result.error = recorder_.failure->error;
      result.cause = recorder_.failure->cause;
    }
    return WithInspection(std::move(result));
  }

  StateTestResult WithInspection(StateTestResult result) {
    KeepShownSteps(StateOf(), recorder_.inspection);
    result.inspection = std::move(recorder_.inspection);
    return result;
  }

  const asl::State& StateOf() const { return machine_.states[state_]; }

  const asl::StateMachine& machine_;
  const StateIndex state_;
  Environment environment_;
  Timestamp now_;
  StateTestRecorder recorder_;
  WorkingSet rows_;
};

}  // namespace

std::string_view StateTestStatusName(StateTestStatus status) {
  constexpr std::array<std::string_view, 4> kNames = {
      "SUCCEEDED", "FAILED", "RETRIABLE", "CAUGHT_ERROR"};
  return kNames.at(static_cast<std::size_t>(status));
}

std::variant<StateTestResult, TaskCall> RunStateTest(const asl::StateMachine& machine,
                                                     StateIndex state,
                                                     const StateTest& test,
                                                     const Environment& environment,
                                                     Timestamp now,
                                                     std::uint64_t seed,
                                                     const std::optional<CalledFunction>& called) {
  return TestRun(machine, state, test, environment, now, seed).Run(called);
}

std::variant<Turn, Missing> Interpreter::RunTest(StateTestRecorder& recorder) {
  recorder_ = &recorder;
  if (!recorder.is_mock_due) return Run();
  EndByMock(Get(message_.frame));
  if (!is_missing_) Finish();
  if (is_missing_) return std::move(missing_);
  return std::move(turn_);
}

void Interpreter::EndByMock(Frame& frame) {
  const StateMock& mock = *recorder_->test.mock;
  frame.wait = RunnableWait{.is_entered = true};
  if (mock.error_output) {
    return Fail(frame, {.error = mock.error_output->error, .cause = mock.error_output->cause});
  }
  if (ExceedsTolerance()) {
    return Fail(frame,
                {.error = std::string(kThresholdExceeded),
                 .cause = "The specified tolerated failure threshold was exceeded"});
  }
  LeaveWithResult(frame, Datum(Payload{.bytes = *mock.result}));
}

// As recorded: a Map that says nothing of tolerance takes any number of failures.
bool Interpreter::ExceedsTolerance() const {
  const auto failures = recorder_->test.map_iteration_failure_count.value_or(0);
  const Inspection& inspection = recorder_->inspection;
  if (inspection.tolerated_failure_count && failures > *inspection.tolerated_failure_count) {
    return true;
  }
  return inspection.tolerated_failure_percentage && recorder_->items > 0 &&
         kPercent * failures / static_cast<double>(recorder_->items) >
             *inspection.tolerated_failure_percentage;
}

}  // namespace pawl::interpreter
