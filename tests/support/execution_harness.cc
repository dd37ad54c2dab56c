#include "tests/support/execution_harness.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <ostream>

#include "engine/asl/compile.h"
#include "engine/base/check.h"
#include "engine/base/overloaded.h"
#include "engine/interpreter/task_call.h"
#include "tests/support/manual_clock.h"

namespace pawl::test {
namespace {

using interpreter::EventTypeName;
using interpreter::Frame;
using interpreter::HistoryEvent;
using interpreter::JoinWait;
using interpreter::Message;
using interpreter::Payload;
using interpreter::TaskWait;
using interpreter::Turn;
using interpreter::WorkingSet;

// A turn asks for rows and then for those they lead to; nested joins make a few rounds.
constexpr int kLoadRoundsMax = 64;

// A payload as a row holds it: an event before `first_new` has the bytes.
void Strip(Payload& payload, EventId first_new) {
  if (payload.home != 0 && payload.home < first_new) payload.bytes = {};
}

void Strip(Frame& frame, EventId first_new) {
  Strip(frame.input, first_new);
  if (auto* task = std::get_if<TaskWait>(&frame.wait)) {
    Strip(task->parameters, first_new);
    if (task->job) Strip(*task->job, first_new);
  }
  if (auto* join = std::get_if<JoinWait>(&frame.wait)) join->items = nullptr;
}

// What of a turn becomes rows: bytes that are stored already may be at hand or not.
Turn Stripped(Turn turn, EventId first_new) {
  for (auto& change : turn.frames) {
    std::visit(Overloaded{[&](interpreter::FramePut& put) { Strip(put.frame, first_new); },
                          [](interpreter::FrameErased&) {},
                          [&](interpreter::FrameArchived& old) { Strip(old.frame, first_new); }},
               change);
  }
  for (auto& change : turn.results) {
    if (auto* result = std::get_if<interpreter::BranchResult>(&change)) {
      Strip(result->output, first_new);
    }
  }
  for (HistoryEvent& event : turn.history) {
    if (event.payload) Strip(*event.payload, first_new);
  }
  if (turn.close) Strip(turn.close->output, first_new);
  return turn;
}

std::string Name(const HistoryEvent& event) {
  return std::string(EventTypeName(event.type));
}

MATCHER_P(ArmsTimerInMatcher, in, "") {
  const auto* timer = std::get_if<interpreter::ArmTimer>(&arg.effect);
  return timer != nullptr && timer->due - arg.at == in;
}

}  // namespace

void PrintTo(const ObservedEffect& observed, std::ostream* out) {
  std::visit(Overloaded{[&](const interpreter::DispatchTask& effect) {
                          *out << "dispatches the task of frame " << effect.frame.value;
                        },
                        [&](const interpreter::CancelTask& effect) {
                          *out << "cancels the task of frame " << effect.frame.value;
                        },
                        [&](const interpreter::StopChild& effect) {
                          *out << "stops the execution that frame " << effect.frame.value
                               << " started";
                        },
                        [&](const interpreter::RestartChildren& effect) {
                          *out << "starts the open executions of frame " << effect.frame.value;
                        },
                        [&](const interpreter::StopChildren& effect) {
                          *out << "stops the executions of frame " << effect.frame.value;
                        },
                        [&](const interpreter::ReadItems& effect) {
                          *out << "reads items of frame " << effect.frame.value;
                        },
                        [&](const interpreter::WriteResults& effect) {
                          *out << "writes the results of frame " << effect.frame.value;
                        },
                        [&](const interpreter::ArmTimer& effect) {
                          *out << "arms a timer of frame " << effect.frame.value << " in "
                               << (effect.due - observed.at).count() << " us";
                        },
                        [&](const interpreter::ContinueFrame& effect) {
                          *out << "continues frame " << effect.frame.value;
                        }},
             observed.effect);
}

testing::Matcher<const ObservedEffect&> ArmsTimer(Duration in) {
  return ArmsTimerInMatcher(in);
}

testing::Matcher<const ObservedEffect&> DispatchesTask() {
  return testing::Field(&ObservedEffect::effect,
                        testing::VariantWith<interpreter::DispatchTask>(testing::_));
}

testing::Matcher<const ObservedEffect&> CancelsTask() {
  return testing::Field(&ObservedEffect::effect,
                        testing::VariantWith<interpreter::CancelTask>(testing::_));
}

ExecutionHarness::ExecutionHarness(std::string_view definition,
                                   std::string input,
                                   Limits limits,
                                   std::uint64_t seed)
    : environment_{.limits = limits, .arns = {}}, now_(ManualClock::kStart) {
  auto compiled = asl::Compile(definition);
  for (const asl::Diagnostic& problem : compiled.diagnostics) {
    if (!compiled.ok()) ADD_FAILURE() << problem.pointer << ": " << problem.message;
  }
  PAWL_CHECK_MESSAGE(compiled.ok(), "a test's definition cannot be compiled");
  machine_ = std::move(compiled.machine);
  rows_.header = {.state_machine = "machine", .name = "run", .started_at = now_, .seed = seed};
  Send(kRootFrame, interpreter::Start{.input = Bytes(std::move(input))});
}

void ExecutionHarness::CompleteTask(std::string output, std::optional<FrameNumber> frame) {
  const FrameNumber number = TaskFrame(frame);
  EXPECT_TRUE(Send(number,
                   interpreter::TaskEnded{.wait_number = this->frame(number).wait_number,
                                          .output = Bytes(std::move(output)),
                                          .lease = LeaseOf(number)}));
}

void ExecutionHarness::FailTask(std::string error,
                                std::string cause,
                                std::optional<FrameNumber> frame) {
  const FrameNumber number = TaskFrame(frame);
  EXPECT_TRUE(Send(number,
                   interpreter::TaskEnded{.wait_number = this->frame(number).wait_number,
                                          .error = std::move(error),
                                          .cause = std::move(cause),
                                          .lease = LeaseOf(number)}));
}

void ExecutionHarness::LeaseTask(std::optional<FrameNumber> frame) {
  const FrameNumber number = TaskFrame(frame);
  leases_[{number, this->frame(number).wait_number}] = {.started_at = now_,
                                                        .last_heartbeat_at = now_};
  Heartbeat(number);
}

void ExecutionHarness::Heartbeat(std::optional<FrameNumber> frame) {
  const FrameNumber number = TaskFrame(frame);
  leases_.at({number, this->frame(number).wait_number}).last_heartbeat_at = now_;
  const auto due = interpreter::NextDeadline(this->frame(number), LeaseOf(number));
  if (due) timers_.emplace(*due, number);
}

void ExecutionHarness::AdvanceTime(Duration by) {
  Begin();
  const Timestamp end = now_ + by;
  while (!timers_.empty() && timers_.begin()->first <= end) {
    const auto [due, number] = *timers_.begin();
    timers_.erase(timers_.begin());
    now_ = std::max(now_, due);
    Deliver(
        {.frame = number, .at = now_, .body = interpreter::TimerFired{.lease = LeaseOf(number)}});
    Settle();
  }
  now_ = end;
}

void ExecutionHarness::Stop(std::string error, std::string cause) {
  EXPECT_TRUE(
      Send(kRootFrame, interpreter::Stop{.error = std::move(error), .cause = std::move(cause)}));
}

bool ExecutionHarness::Send(FrameNumber frame, decltype(Message::body) body) {
  Begin();
  const bool was_for_somebody = Deliver({.frame = frame, .at = now_, .body = std::move(body)});
  Settle();
  return was_for_somebody;
}

void ExecutionHarness::Begin() {
  effects_.clear();
  turns_.clear();
  first_new_event_ = history_.size();
}

void ExecutionHarness::Settle() {
  while (!continues_.empty()) {
    const FrameNumber frame = continues_.front();
    continues_.pop_front();
    Deliver({.frame = frame, .at = now_, .body = interpreter::Continue{}});
  }
}

bool ExecutionHarness::Deliver(const Message& message) {
  Turn turn = AdvanceOnAll(message);
  const EventId first_new = rows_.next_event;
  const Turn stripped = Stripped(turn, first_new);
  EXPECT_TRUE(AdvanceOnAll(message) == turn) << "equal arguments give different turns";
  EXPECT_TRUE(Stripped(AdvanceOnFewest(message), first_new) == stripped)
      << "a turn from the fewest rows differs from one with everything at hand";
  if (turn.is_ignored) {
    Turn nothing;
    nothing.is_ignored = true;
    EXPECT_TRUE(turn == nothing) << "an ignored message changes something";
    return false;
  }
  interpreter::Apply(turn, rows_);
  for (const HistoryEvent& event : turn.history) {
    EXPECT_EQ(event.id, history_.size() + 1);
    if (event.payload && event.payload->home == event.id) {
      rows_.payloads.emplace(event.id, event.payload->bytes);
    }
    history_.push_back(event);
  }
  for (const interpreter::Effect& effect : turn.effects) {
    if (const auto* go_on = std::get_if<interpreter::ContinueFrame>(&effect)) {
      continues_.push_back(go_on->frame);
      continue;
    }
    if (const auto* timer = std::get_if<interpreter::ArmTimer>(&effect)) {
      timers_.emplace(timer->due, timer->frame);
    }
    effects_.push_back({.effect = effect, .at = now_});
  }
  if (turn.close) close_ = turn.close;
  turns_.push_back(std::move(turn));
  return true;
}

Turn ExecutionHarness::AdvanceOnAll(const Message& message) const {
  auto outcome = interpreter::Advance(*machine_, environment_, rows_, message);
  PAWL_CHECK_MESSAGE(std::holds_alternative<Turn>(outcome), "a row is missing and none is");
  return std::get<Turn>(std::move(outcome));
}

Turn ExecutionHarness::AdvanceOnFewest(const Message& message) {
  WorkingSet rows = FewestRows(message.frame);
  for (int round = 0; round < kLoadRoundsMax; ++round) {
    auto outcome = interpreter::Advance(*machine_, environment_, rows, message);
    if (auto* turn = std::get_if<Turn>(&outcome)) return std::move(*turn);
    Load(std::get<interpreter::Missing>(outcome), rows);
  }
  ADD_FAILURE() << "a turn asks for rows without end";
  return {};
}

WorkingSet ExecutionHarness::FewestRows(FrameNumber frame) const {
  WorkingSet few;
  few.header = rows_.header;
  few.mocked_calls = rows_.mocked_calls;
  few.next_event = rows_.next_event;
  few.last_event_at = rows_.last_event_at;
  for (;;) {
    const auto row = rows_.frames.find(frame);
    if (row == rows_.frames.end()) return few;
    Strip(few.frames.emplace(frame, row->second).first->second, rows_.next_event);
    if (row->second.is_root()) return few;
    frame = row->second.parent;
  }
}

void ExecutionHarness::Load(const interpreter::Missing& missing, WorkingSet& rows) {
  EXPECT_TRUE(missing.needs_all_frames || !missing.payloads.empty() || !missing.results.empty() ||
              !missing.variables.empty());
  for (const EventId event : missing.payloads) {
    rows.payloads.emplace(event, rows_.payloads.at(event));
  }
  for (const FrameNumber join : missing.results) {
    ++result_loads_;
    auto& results = rows.results[join];
    results = rows_.results.at(join);
    for (auto& [index, output] : results)
      Strip(output, rows_.next_event);
  }
  for (const FrameNumber frame : missing.variables) {
    rows.variables[frame] = rows_.variables.at(frame);
  }
  if (missing.needs_all_frames) {
    EXPECT_FALSE(rows.has_all_frames);
    rows.has_all_frames = true;
    for (const auto& [number, row] : rows_.frames) {
      Strip(rows.frames.emplace(number, row).first->second, rows_.next_event);
    }
  }
}

FrameNumber ExecutionHarness::TaskFrame(std::optional<FrameNumber> frame) const {
  if (frame) return *frame;
  const auto found = std::find_if(rows_.frames.begin(), rows_.frames.end(), [](const auto& entry) {
    return std::holds_alternative<TaskWait>(entry.second.wait);
  });
  PAWL_CHECK_MESSAGE(found != rows_.frames.end(), "no frame has a task");
  return found->first;
}

std::optional<interpreter::Lease> ExecutionHarness::LeaseOf(FrameNumber number) const {
  const auto frame = rows_.frames.find(number);
  if (frame == rows_.frames.end()) return std::nullopt;
  const auto lease = leases_.find({number, frame->second.wait_number});
  return lease == leases_.end() ? std::nullopt : std::optional(lease->second);
}

std::string ExecutionHarness::Outcome() const {
  if (!close_) return "RUNNING";
  std::string text(interpreter::ExecutionStatusName(close_->status));
  if (close_->status == interpreter::ExecutionStatus::kSucceeded) {
    return text + " " + close_->output.bytes.str();
  }
  return close_->error ? text + " " + *close_->error : text;
}

std::string ExecutionHarness::Cause() const {
  return close_ ? close_->cause.value_or("") : "";
}

std::vector<std::string> ExecutionHarness::States() const {
  std::vector<std::string> states;
  for (const auto& [number, frame] : rows_.frames) {
    states.push_back(machine_->states[frame.state].name);
  }
  return states;
}

FrameNumber ExecutionHarness::In(std::string_view state) const {
  for (const auto& [number, frame] : rows_.frames) {
    if (machine_->states[frame.state].name == state) return number;
  }
  PAWL_CHECK_MESSAGE(false, "no frame is in this state");
  return {};
}

FrameNumber ExecutionHarness::Item(std::uint32_t index) const {
  for (const auto& [number, frame] : rows_.frames) {
    if (!frame.is_root() && frame.index == index) return number;
  }
  PAWL_CHECK_MESSAGE(false, "no iteration of this item is open");
  return {};
}

const Frame& ExecutionHarness::frame(FrameNumber number) const {
  return rows_.frames.at(number);
}

std::string ExecutionHarness::TaskPayload(std::optional<FrameNumber> frame) const {
  return Call(frame).payload.str();
}

interpreter::TaskCall ExecutionHarness::Call(std::optional<FrameNumber> frame) const {
  const Frame& row = this->frame(TaskFrame(frame));
  const auto& wait = std::get<TaskWait>(row.wait);
  const Bytes job = wait.job ? wait.job->bytes : Bytes();
  return interpreter::CallOf(*machine_, row, wait.parameters.bytes, job);
}

std::vector<std::string> ExecutionHarness::NewEvents() const {
  std::vector<std::string> types;
  std::transform(history_.begin() + static_cast<std::ptrdiff_t>(first_new_event_),
                 history_.end(),
                 std::back_inserter(types),
                 Name);
  return types;
}

std::vector<std::string> ExecutionHarness::EventTypes() const {
  std::vector<std::string> types;
  std::transform(history_.begin(), history_.end(), std::back_inserter(types), Name);
  return types;
}

std::vector<EventId> ExecutionHarness::Previous() const {
  std::vector<EventId> previous;
  for (const HistoryEvent& event : history_)
    previous.push_back(event.previous);
  return previous;
}

std::string ExecutionHarness::PayloadOf(interpreter::EventType type) const {
  const auto event = std::find_if(
      history_.rbegin(), history_.rend(), [type](const auto& one) { return one.type == type; });
  PAWL_CHECK_MESSAGE(event != history_.rend() && event->payload, "no such event has a payload");
  return rows_.payloads.at(event->payload->home).str();
}

}  // namespace pawl::test
