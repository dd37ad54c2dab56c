#include "tests/simulator/folded_history.h"

#include <algorithm>
#include <chrono>
#include <optional>
#include <utility>

namespace pawl::simulator {
namespace {

using interpreter::EventType;
using interpreter::HistoryEvent;
using Phase = FoldedFrame::Phase;

// Of one history: each wrong guess doubles them at worst.
constexpr int kFoldsMax = 2'000;

// Whether a state that is left may lead to `next`.
bool MayLeadTo(const asl::State& state, StateIndex next) {
  if (state.next == next) return true;
  const auto leads = [next](const auto& one) { return one.next == next; };
  if (std::any_of(state.catchers.begin(), state.catchers.end(), leads)) return true;
  const auto* choice = std::get_if<asl::ChoiceState>(&state.details);
  return choice != nullptr && (choice->default_next == next ||
                               std::any_of(choice->rules.begin(), choice->rules.end(), leads));
}

// Which of several frames an event belongs to where the history does not say: the first in one
// fold, others in those that follow, until one leads to the end.
class Guesses {
 public:
  // The guess at this place among `count` of them, at least 1.
  std::size_t Next(std::size_t count) {
    if (count == 1) return 0;
    if (place_ == guesses_.size()) guesses_.push_back({.count = count});
    return guesses_[place_++].value;
  }

  // Leads to the next fold. False if there is none.
  bool ChangeLast() {
    place_ = 0;
    while (!guesses_.empty() && guesses_.back().value + 1 == guesses_.back().count)
      guesses_.pop_back();
    if (guesses_.empty()) return false;
    ++guesses_.back().value;
    return true;
  }

 private:
  struct Guess {
    std::size_t count = 0;
    std::size_t value = 0;
  };

  std::vector<Guess> guesses_;
  std::size_t place_ = 0;
};

class Folder {
 public:
  Folder(const asl::StateMachine& machine, StateIndex map, Guesses& guesses, FoldedHistory& folded)
      : machine_(machine), map_(map), guesses_(guesses), folded_(folded) {}

  void Fold(const std::vector<HistoryEvent>& events) {
    events_ = &events;
    for (const HistoryEvent& event : events) {
      event_ = &event;
      CheckOrder();
      if (folded_.problem.empty()) Take();
      if (!folded_.problem.empty()) return;
      last_at_ = event.at;
    }
    // No event tells the end of a run that was stopped.
    for (auto& [event, run] : folded_.runs) {
      const FoldedFrame& frame = folded_.frames.at(run.frame);
      const bool goes_on = frame.is_open && frame.phase == Phase::kRun && frame.run == event;
      if (run.end == FoldedRun::End::kOpen && !goes_on) run.end = FoldedRun::End::kAborted;
    }
  }

 private:
  const HistoryEvent& event() const { return *event_; }

  bool Require(bool condition, const std::string& what) {
    if (!condition && folded_.problem.empty()) {
      folded_.problem = "event " + std::to_string(event().id) + " (" +
                        std::string(interpreter::EventTypeName(event().type)) + "): " + what;
    }
    return condition;
  }

  void CheckOrder() {
    Require(event().id == next_id_, "the id does not follow " + std::to_string(next_id_ - 1));
    ++next_id_;
    Require(event().previous < event().id, "previousEventId is not before it");
    Require(event().at >= last_at_, "it happened before the event before it");
    Require(!folded_.closing || event().type == EventType::kExecutionRedriven,
            "it stands behind the closing event");
    Require(event().state == asl::kNoState || event().state < machine_.states.size(),
            "there is no such state");
  }

  void Take() {
    switch (event().type) {
      case EventType::kExecutionStarted:
        Require(event().id == 1 && event().previous == 0, "it is not the first");
        folded_.frames[kRootFrame].scope = map_;
        frame_of_[1] = kRootFrame;
        return;
      case EventType::kExecutionSucceeded:
      case EventType::kExecutionFailed:
      case EventType::kExecutionTimedOut:
      case EventType::kExecutionAborted:
        return Close();
      case EventType::kExecutionRedriven:
        return Redrive();
      case EventType::kPassStateEntered:
      case EventType::kTaskStateEntered:
      case EventType::kChoiceStateEntered:
      case EventType::kWaitStateEntered:
      case EventType::kSucceedStateEntered:
      case EventType::kFailStateEntered:
      case EventType::kParallelStateEntered:
      case EventType::kMapStateEntered:
        return Enter();
      case EventType::kPassStateExited:
      case EventType::kTaskStateExited:
      case EventType::kChoiceStateExited:
      case EventType::kWaitStateExited:
      case EventType::kSucceedStateExited:
      case EventType::kParallelStateExited:
      case EventType::kMapStateExited:
        return Exit();
      case EventType::kLambdaFunctionScheduled:
      case EventType::kTaskScheduled:
      case EventType::kActivityScheduled:
        return Schedule();
      case EventType::kLambdaFunctionStarted:
      case EventType::kTaskStarted:
      case EventType::kActivityStarted:
        return StartTask();
      case EventType::kTaskSubmitted:
        return SubmitTask();
      case EventType::kLambdaFunctionSucceeded:
      case EventType::kLambdaFunctionFailed:
      case EventType::kLambdaFunctionTimedOut:
      case EventType::kTaskSucceeded:
      case EventType::kTaskFailed:
      case EventType::kTaskTimedOut:
      case EventType::kActivitySucceeded:
      case EventType::kActivityFailed:
      case EventType::kActivityTimedOut:
        return EndTask();
      case EventType::kParallelStateStarted:
      case EventType::kMapStateStarted:
        return StartJoin();
      case EventType::kParallelStateSucceeded:
      case EventType::kMapStateSucceeded:
        return EndJoin();
      case EventType::kParallelStateFailed:
      case EventType::kMapStateFailed:
        return FailJoin();
      case EventType::kMapRunStarted:
        return StartRun();
      case EventType::kMapRunSucceeded:
      case EventType::kMapRunFailed:
        return EndRun();
      case EventType::kMapRunRedriven:
        return RedriveRun();
      case EventType::kMapIterationStarted:
        return StartIteration();
      case EventType::kMapIterationSucceeded:
      case EventType::kMapIterationFailed:
        return EndIteration();
      case EventType::kMapIterationAborted:
        return AbortIteration();
      case EventType::kTaskStateAborted:
      case EventType::kWaitStateAborted:
      case EventType::kParallelStateAborted:
      case EventType::kMapStateAborted:
      case EventType::kEvaluationFailed:
      // The engine records none.
      case EventType::kMapRunAborted:
        // The frame goes with its join, whose own event follows.
        if (FoldedFrame* frame = Previous()) frame_of_[event().id] = frame->number;
        return;
    }
  }

  FoldedFrame* Previous() {
    const auto frame = frame_of_.find(event().previous);
    if (!Require(frame != frame_of_.end(), "previousEventId is no event of a frame")) {
      return nullptr;
    }
    return &folded_.frames.at(frame->second);
  }

  // All frames go on after the same event, and which of them does is not written: it is guessed
  // among those that can be meant.
  bool FollowsRedrive() const { return redriven_.contains(event().previous); }

  template <typename Predicate>
  FoldedFrame* OneAfterRedrive(const Predicate& fits) {
    std::vector<FoldedFrame*> candidates;
    for (auto& [number, frame] : folded_.frames) {
      if (frame.is_open && frame.state == event().state && fits(frame)) {
        candidates.push_back(&frame);
      }
    }
    return GuessedOf(candidates, "no frame that a redrive let go on can have come here");
  }

  FoldedFrame* GuessedOf(const std::vector<FoldedFrame*>& candidates, const std::string& problem) {
    if (!Require(!candidates.empty(), problem)) return nullptr;
    return candidates[guesses_.Next(candidates.size())];
  }

  // The iteration that this event's thread ends later, where one event after the other leads to
  // the iteration's end.
  std::optional<std::uint32_t> IterationEndedLater() const {
    // Several threads follow such an event.
    const auto forks = [](EventType type) {
      return type == EventType::kMapStateStarted || type == EventType::kParallelStateStarted ||
             type == EventType::kMapIterationStarted || type == EventType::kExecutionRedriven;
    };
    if (forks(event().type)) return std::nullopt;
    EventId last = event().id;
    // Ids are counted from 1.
    for (auto later = events_->begin() + static_cast<std::ptrdiff_t>(last); later != events_->end();
         ++later) {
      if (later->previous != last) continue;
      const bool is_end = later->type == EventType::kMapIterationSucceeded ||
                          later->type == EventType::kMapIterationFailed;
      if (is_end) return later->index;
      if (forks(later->type)) return std::nullopt;
      last = later->id;
    }
    return std::nullopt;
  }

  // Whether the innermost iteration around a frame is the one with `index`; nullopt fits all.
  bool IsInIteration(const FoldedFrame& frame, std::optional<std::uint32_t> index) const {
    if (!index) return true;
    for (const FoldedFrame* inner = &frame; inner->number != kRootFrame;
         inner = &folded_.frames.at(inner->parent)) {
      const FoldedFrame& join = folded_.frames.at(inner->parent);
      if (machine_.states[join.state].type == asl::StateType::kMap) return inner->index == *index;
    }
    return false;
  }

  // The frame of the previous event, or the one around it, that stands in the event's state. Behind
  // a redrive: a frame that has done nothing since, and is in one of the phases.
  FoldedFrame* InState(std::initializer_list<Phase> phases) {
    if (FollowsRedrive()) {
      return OneAfterRedrive([&, ended_later = IterationEndedLater()](const FoldedFrame& frame) {
        return frame.last == event().previous && IsInIteration(frame, ended_later) &&
               std::find(phases.begin(), phases.end(), frame.phase) != phases.end();
      });
    }
    FoldedFrame* frame = Previous();
    while (frame != nullptr && frame->state != event().state) {
      if (!Require(frame->number != kRootFrame, "no frame stands in this state")) return nullptr;
      frame = &folded_.frames.at(frame->parent);
    }
    if (frame == nullptr || !Require(frame->is_open, "its branch is over")) return nullptr;
    return frame;
  }

  // An event of the frame's own thread.
  void Extend(FoldedFrame& frame) {
    Require(event().previous == frame.last,
            "previousEventId should be " + std::to_string(frame.last));
    frame.last = event().id;
    frame_of_[event().id] = frame.number;
  }

  AttemptKey KeyOf(const FoldedFrame& frame) {
    return {.branch = frame.branch,
            .state = machine_.states[frame.state].name,
            .visit = frame.visits.at(frame.state),
            .attempt = frame.attempt};
  }

  void CloseBelow(FrameNumber number) {
    for (auto& [key, frame] : folded_.frames) {
      // A child's number is greater than its parent's.
      if (frame.number == kRootFrame || frame.parent != number || !frame.is_open) continue;
      frame.is_open = false;
      CloseBelow(frame.number);
    }
  }

  // --- Redrives ---

  // The branches of `join` that may have failed without an event of their own since the redrive;
  // of a Wait state only if `can_be_waiting`: as a rule it only waits again.
  std::vector<FoldedFrame*> FailedAfterRedrive(const FoldedFrame& join, bool can_be_waiting) {
    std::vector<FoldedFrame*> candidates;
    for (auto& [number, frame] : folded_.frames) {
      const bool may_fail = number != kRootFrame && frame.parent == join.number && frame.is_open &&
                            frame.last == event().previous && frame.phase == Phase::kEntered;
      if (!may_fail) continue;
      const bool is_wait = machine_.states[frame.state].type == asl::StateType::kWait;
      if (is_wait == can_be_waiting) candidates.push_back(&frame);
    }
    return candidates;
  }

  FoldedFrame* OpenIteration(const FoldedFrame& join, std::uint32_t index) {
    for (auto& [number, frame] : folded_.frames) {
      if (number != kRootFrame && frame.parent == join.number && frame.is_open &&
          frame.index == index) {
        return &frame;
      }
    }
    return nullptr;
  }

  // What a join and the frames below it were when it failed. `child`: the one that failed, if it
  // is known.
  struct FailedJoin {
    std::vector<FoldedFrame> frames;
    std::optional<FrameNumber> child;
    // What it failed with, where the history says it.
    std::optional<std::string> error = {};
  };

  void CopyBelow(FrameNumber number, std::vector<FoldedFrame>& copies) const {
    for (const auto& [key, frame] : folded_.frames) {
      if (frame.number == kRootFrame || frame.parent != number || !frame.is_open) continue;
      copies.push_back(frame);
      CopyBelow(frame.number, copies);
    }
  }

  // A join passes on what its branch failed with, unless a catcher of the branch's join went wrong.
  std::optional<std::string> ErrorOf(EventId id) const {
    // No event: an engine that says so is told by the checks that follow.
    if (id == 0) return {};
    const HistoryEvent& failed = events_->at(id - 1);
    if (failed.error) return *failed.error;
    const auto join = failed_.find(id);
    if (join == failed_.end() || !machine_.states[failed.state].catchers.empty()) return {};
    return join->second.error;
  }

  FailedJoin CopyOf(const FoldedFrame& join, std::optional<FrameNumber> child) const {
    FailedJoin failed{.frames = {join}, .child = child, .error = ErrorOf(event().previous)};
    CopyBelow(join.number, failed.frames);
    return failed;
  }

  // A join whose failure ended the execution was the last thing in its frame; so was a join's
  // failure in the branch that made it fail.
  void KeepFailed(EventId last) {
    const auto failed = failed_.find(last);
    if (failed == failed_.end()) return;
    // What had too large a result is run again as a whole.
    const auto& error = failed->second.error ? failed->second.error : folded_.closing->error;
    if (error == "States.DataLimitExceeded") return;
    for (const FoldedFrame& frame : failed->second.frames)
      folded_.kept[frame.number] = frame;
    if (!failed->second.child) return;
    const FrameNumber number = *failed->second.child;
    const FoldedFrame& child = folded_.kept.at(number);
    if (child.phase != Phase::kBegun) return KeepFailed(child.last);
    // Its ItemSelector failed: it is started again.
    --folded_.kept.at(child.parent).join_next;
    folded_.kept.erase(number);
  }

  void Redrive() {
    if (!Require(folded_.closing.has_value(), "the execution has not ended")) return;
    Require(folded_.closing->type != EventType::kExecutionSucceeded, "the execution succeeded");
    Require(event().previous == folded_.closing->id, "it does not point to the execution's end");
    Require(event().index == ++folded_.redrives, "it counts other redrives");
    folded_.closing.reset();
    for (auto& [number, frame] : folded_.kept) {
      frame.is_open = true;
      frame.last = event().id;
      frame.entered_at = event().at;
      frame.open_attempt.reset();
      const bool has_run = frame.phase == Phase::kRun && frame.run != 0;
      if (frame.phase == Phase::kJoin || has_run) {
        folded_.continued.insert(KeyOf(frame));
        folded_.failed_children.erase(KeyOf(frame));
        folded_.attempt_ended.erase(KeyOf(frame));
      } else if (frame.phase != Phase::kBegun && frame.phase != Phase::kLeft) {
        if (frame.attempt >= 0) folded_.abandoned.insert(KeyOf(frame));
        frame.phase = Phase::kEntered;
      }
      folded_.frames[number] = frame;
    }
    folded_.kept.clear();
    failed_.clear();
    redriven_.insert(event().id);
    frame_of_[event().id] = kRootFrame;
  }

  void Close() {
    folded_.closing = event();
    if (event().type == EventType::kExecutionSucceeded) {
      const FoldedFrame& root = folded_.frames.at(kRootFrame);
      Require(root.phase == Phase::kLeft && event().previous == root.last,
              "the last state was not left");
    } else {
      for (const auto& [number, frame] : folded_.frames) {
        if (frame.is_open) folded_.kept[number] = frame;
      }
      if (event().type == EventType::kExecutionFailed) KeepFailed(event().previous);
    }
    for (auto& [number, frame] : folded_.frames)
      frame.is_open = false;
  }

  FoldedFrame& AddChild(FoldedFrame& join, std::uint32_t index) {
    FoldedFrame child;
    child.number = FrameNumber{event().id};
    child.parent = join.number;
    child.index = index;
    child.branch = ChildBranch(join.branch,
                               machine_.states[join.state].name,
                               join.visits[join.state],
                               join.attempt,
                               index);
    child.scope = join.state;
    child.last = event().previous;
    Require(index == join.join_next, "branches start in their order");
    Require(index < join.join_total, "there is no such branch");
    ++join.join_next;
    return folded_.frames[child.number] = child;
  }

  void Enter() {
    const asl::State& state = machine_.states[event().state];
    Require(interpreter::EnteredEvent(state.type) == event().type, "the state is of another type");
    FoldedFrame* frame = nullptr;
    if (event().previous == 0) {
      frame = &folded_.frames.at(kRootFrame);
    } else if (FollowsRedrive()) {
      frame = EnteringAfterRedrive(state);
      if (frame == nullptr) return;
    } else {
      frame = Previous();
      while (frame != nullptr) {
        const bool is_same_scope =
            frame->is_open && frame->scope == state.parent && frame->scope_branch == state.branch;
        if (is_same_scope) break;
        if (frame->is_open && frame->phase == Phase::kJoin && frame->state == state.parent) {
          Require(event().previous == frame->last, "a branch follows the start of its join");
          frame = &AddChild(*frame, state.branch);
          frame->scope_branch = state.branch;
          break;
        }
        if (!Require(frame->number != kRootFrame, "no frame can be in this state")) return;
        frame = &folded_.frames.at(frame->parent);
      }
      if (frame == nullptr) return;
    }
    Require(frame->phase == Phase::kBegun || frame->phase == Phase::kLeft,
            "the state before was not left");
    Extend(*frame);
    frame->state = event().state;
    frame->entered = event().id;
    frame->entered_at = event().at;
    frame->phase = Phase::kEntered;
    frame->attempt = -1;
    ++frame->visits[frame->state];
    folded_.visits[frame->branch].push_back(state.name);
  }

  FoldedFrame* EnteringAfterRedrive(const asl::State& state) {
    const auto fits = [&](const FoldedFrame& frame) {
      return frame.is_open && frame.last == event().previous && frame.scope == state.parent &&
             frame.scope_branch == state.branch;
    };
    std::vector<FoldedFrame*> candidates;
    // A branch that has come to its end goes on only if it was a catcher that led out of its state.
    for (const bool is_end : {false, true}) {
      for (auto& [number, frame] : folded_.frames) {
        if (!fits(frame)) continue;
        if (frame.phase == Phase::kBegun && !is_end) candidates.push_back(&frame);
        if (frame.phase != Phase::kLeft) continue;
        const asl::State& left = machine_.states[frame.state];
        const bool may_end = left.next == asl::kNoState && !frame.has_failed;
        const bool is_choice = left.type == asl::StateType::kChoice;
        if ((may_end && !is_choice) == is_end && MayLeadTo(left, event().state)) {
          candidates.push_back(&frame);
        }
      }
    }
    // Or a branch that its join starts now.
    for (auto& [number, frame] : folded_.frames) {
      const bool starts = frame.is_open && frame.last == event().previous &&
                          frame.phase == Phase::kJoin && frame.state == state.parent &&
                          frame.join_next == state.branch;
      if (starts) candidates.push_back(&frame);
    }
    FoldedFrame* frame = GuessedOf(candidates, "no frame that a redrive let go on can be here");
    if (frame == nullptr || frame->phase != Phase::kJoin) return frame;
    FoldedFrame& child = AddChild(*frame, state.branch);
    child.scope_branch = state.branch;
    return &child;
  }

  // When a frame that waits in a Wait state is done. Numbers and times that are read from the input
  // stand where the generator has them.
  Timestamp DueOf(const FoldedFrame& frame) const {
    const auto& wait = std::get<asl::WaitState>(machine_.states[frame.state].details);
    if (const auto* delay = std::get_if<Duration>(&wait.until)) return frame.entered_at + *delay;
    if (const auto* until = std::get_if<Timestamp>(&wait.until)) return *until;
    const HistoryEvent& entered = (*events_)[frame.entered - 1];
    const interpreter::Payload& payload = *entered.payload;
    const Bytes& text =
        payload.bytes.has_value() ? payload.bytes : (*events_)[payload.home - 1].payload->bytes;
    const PlainJson input = PlainJson::Parse(text.view());
    if (std::holds_alternative<asl::TimestampPath>(wait.until)) {
      const PlainJson* at = input.Find("t");
      return at == nullptr ? Timestamp() : ParseTimestamp(at->text).value_or(Timestamp());
    }
    const PlainJson* seconds = input.Find("k");
    return frame.entered_at +
           std::chrono::seconds(seconds == nullptr ? 0 : seconds->AsInteger().value_or(0));
  }

  // Behind a redrive: of the frames that wait in the state one that is due, the first of them
  // first.
  FoldedFrame* FirstDue() {
    if (!FollowsRedrive()) return InState({Phase::kEntered});
    const std::optional<std::uint32_t> ended_later = IterationEndedLater();
    std::vector<FoldedFrame*> candidates;
    for (auto& [number, frame] : folded_.frames) {
      const bool is_waiting = frame.is_open && frame.state == event().state &&
                              frame.last == event().previous && frame.phase == Phase::kEntered &&
                              IsInIteration(frame, ended_later);
      if (is_waiting) candidates.push_back(&frame);
    }
    std::stable_sort(candidates.begin(), candidates.end(), [this](const auto* a, const auto* b) {
      return DueOf(*a) < DueOf(*b);
    });
    return GuessedOf(candidates, "no frame that a redrive let go on can have waited here");
  }

  void Exit() {
    FoldedFrame* frame =
        event().type == EventType::kWaitStateExited ? FirstDue() : InState({Phase::kEntered});
    if (frame == nullptr) return;
    const asl::State& state = machine_.states[event().state];
    Require(interpreter::ExitedEvent(state.type) == event().type, "the state is of another type");
    const bool has_attempts = state.type == asl::StateType::kTask ||
                              state.type == asl::StateType::kParallel ||
                              state.type == asl::StateType::kMap;
    Require(frame->phase == (has_attempts ? Phase::kEnded : Phase::kEntered),
            "the state is not done");
    if (const auto* wait = std::get_if<asl::WaitState>(&state.details)) {
      if (const auto* delay = std::get_if<Duration>(&wait->until)) {
        Require(event().at >= frame->entered_at + *delay, "it waited too short");
      } else if (const auto* until = std::get_if<Timestamp>(&wait->until)) {
        Require(event().at >= *until, "it did not wait for its time");
      }
    }
    Extend(*frame);
    for (const interpreter::Assignment& assigned : event().assigned)
      frame->variables[assigned.name] = assigned.value.str();
    frame->phase = Phase::kLeft;
  }

  void Schedule() {
    FoldedFrame* frame = InState({Phase::kEntered});
    if (frame == nullptr) return;
    Require(frame->phase == Phase::kEntered || frame->phase == Phase::kEnded,
            "an attempt is still open");
    Extend(*frame);
    ++frame->attempt;
    frame->phase = Phase::kTask;
    frame->open_attempt = folded_.attempts.size();
    FoldedAttempt attempt;
    attempt.key = KeyOf(*frame);
    attempt.frame = frame->number;
    attempt.scheduled = event().id;
    attempt.scheduled_at = event().at;
    attempt.timeout_seconds = event().timeout_seconds;
    attempt.heartbeat_seconds = event().heartbeat_seconds;
    const auto& task = std::get<asl::TaskState>(machine_.states[frame->state].details);
    attempt.is_call = task.integration == asl::TaskState::Integration::kEngineCall;
    const bool has_parameters = event().payload && event().payload->bytes.has_value();
    attempt.is_unawaited = has_parameters && event().payload->bytes.view().find(
                                                 R"("InvocationType")") != std::string_view::npos;
    attempt.waits_for_child = task.waits_for_execution();
    attempt.has_token =
        task.waits_for_token() || task.integration == asl::TaskState::Integration::kActivity;
    folded_.attempt_began[attempt.key] = event().at;
    if (folded_.redrives > 0) folded_.redrive_counts[attempt.key] = folded_.redrives;
    folded_.attempts.push_back(std::move(attempt));
  }

  void StartTask() {
    FoldedFrame* frame = InState({});
    if (frame == nullptr || !Require(frame->phase == Phase::kTask, "no attempt is open")) return;
    Extend(*frame);
    FoldedAttempt& attempt = folded_.attempts[*frame->open_attempt];
    attempt.started_at = event().at;
    if (event().type != EventType::kActivityStarted) return;
    attempt.token_since = event().at;
    attempt.taken_by = event().worker.value_or("");
  }

  void SubmitTask() {
    FoldedFrame* frame = InState({});
    if (frame == nullptr || !Require(frame->phase == Phase::kTask, "no attempt is open")) return;
    Extend(*frame);
    FoldedAttempt& attempt = folded_.attempts[*frame->open_attempt];
    if (attempt.has_token) attempt.token_since = event().at;
    if (event().payload) attempt.returned = event().payload->bytes;
  }

  void EndTask() {
    FoldedFrame* frame = InState({});
    if (frame == nullptr || !Require(frame->phase == Phase::kTask, "no attempt is open")) return;
    Extend(*frame);
    FoldedAttempt& attempt = folded_.attempts[*frame->open_attempt];
    attempt.ended = event().id;
    attempt.ended_at = event().at;
    attempt.end = event().type;
    if (event().payload) attempt.output = event().payload->bytes;
    attempt.error = event().error.value_or("");
    attempt.cause = event().cause.value_or("");
    folded_.attempt_ended[attempt.key] = event().at;
    frame->open_attempt.reset();
    frame->has_failed = !attempt.error.empty() || !attempt.output;
    frame->phase = Phase::kEnded;
  }

  void StartJoin() {
    FoldedFrame* frame = InState({Phase::kEntered, Phase::kEnded});
    if (frame == nullptr) return;
    Require(frame->phase == Phase::kEntered || frame->phase == Phase::kEnded,
            "an attempt is still open");
    Extend(*frame);
    ++frame->attempt;
    frame->phase = IsDistributed(event().state) ? Phase::kRun : Phase::kJoin;
    frame->run = 0;
    frame->join_next = 0;
    const auto* parallel = std::get_if<asl::ParallelState>(&machine_.states[event().state].details);
    frame->join_total =
        parallel == nullptr ? event().index : static_cast<std::uint32_t>(parallel->branches.size());
    folded_.attempt_began[KeyOf(*frame)] = event().at;
  }

  bool IsDistributed(StateIndex state) const {
    const auto* map = std::get_if<asl::MapState>(&machine_.states[state].details);
    return map != nullptr && map->distributed != nullptr;
  }

  // --- Map runs ---

  void StartRun() {
    FoldedFrame* frame = InState({});
    if (frame == nullptr) return;
    Require(frame->phase == Phase::kRun && frame->run == 0, "the Map has not started");
    Extend(*frame);
    frame->run = event().id;
    folded_.runs[event().id] = {.key = KeyOf(*frame),
                                .frame = frame->number,
                                .state = frame->state,
                                .total = frame->join_total};
  }

  void EndRun() {
    FoldedFrame* frame = InState({});
    if (frame == nullptr) return;
    if (!Require(frame->phase == Phase::kRun && frame->run != 0, "no Map run goes on")) return;
    Extend(*frame);
    FoldedRun& run = folded_.runs.at(frame->run);
    const bool is_success = event().type == EventType::kMapRunSucceeded;
    run.end = is_success ? FoldedRun::End::kSucceeded : FoldedRun::End::kFailed;
    run.error = event().error.value_or("");
    if (!is_success) {
      failed_joins_[frame->number] = {.frames = {*frame}, .child = std::nullopt};
      folded_.attempt_ended[run.key] = event().at;
    }
    frame->phase = Phase::kEnded;
    frame->has_failed = !is_success;
  }

  void RedriveRun() {
    const auto run = folded_.runs.find(event().run);
    if (!Require(run != folded_.runs.end(), "there was no such Map run")) return;
    FoldedFrame& frame = folded_.frames.at(run->second.frame);
    Require(frame.is_open && frame.phase == Phase::kRun && frame.run == event().run,
            "the Map does not go on");
    Require(FollowsRedrive(), "the execution was not redriven");
    Require(event().index == ++run->second.redrives, "it counts other redrives of the run");
    Extend(frame);
    run->second.end = FoldedRun::End::kOpen;
    run->second.error.clear();
  }

  // The state's success follows the run's.
  void EndMapOfRun(FoldedFrame& frame) {
    Require(event().previous == frame.last && frame.phase == Phase::kEnded && !frame.has_failed,
            "its run has not succeeded");
    frame_of_[event().id] = frame.number;
    // What follows points to MapRunSucceeded, in JSONata to MapRunStarted.
    if (machine_.states[frame.state].is_jsonata) frame.last = frame.run;
  }

  void EndJoin() {
    FoldedFrame* join = InState({});
    if (join != nullptr && IsDistributed(join->state)) return EndMapOfRun(*join);
    if (join == nullptr || !Require(join->phase == Phase::kJoin, "no branches are open")) return;
    Require(join->join_next == join->join_total, "not all branches were started");
    for (auto& [number, frame] : folded_.frames) {
      if (frame.number == kRootFrame || frame.parent != join->number || !frame.is_open) continue;
      Require(frame.phase == Phase::kLeft, "a branch is not done");
      frame.is_open = false;
    }
    // What follows a Parallel points to its last branch's last event; a Map's to the last
    // iteration's event.
    if (event().type == EventType::kParallelStateSucceeded) join->last = event().previous;
    Require(event().previous == join->last, "previousEventId is not the last branch's end");
    frame_of_[event().id] = join->number;
    join->phase = Phase::kEnded;
    join->has_failed = false;
  }

  void FailJoin() {
    if (FollowsRedrive() && event().type == EventType::kParallelStateFailed) {
      return FailJoinAfterRedrive();
    }
    FoldedFrame* join = InState({Phase::kEnded});
    if (join == nullptr) return;
    // A Map's attempt may be over with the iteration that failed.
    Require(join->phase == Phase::kJoin || join->last == event().previous, "no branches are open");
    std::optional<FrameNumber> failed;
    for (FoldedFrame* child = Previous(); child != nullptr && child != join && !FollowsRedrive();
         child = &folded_.frames.at(child->parent)) {
      if (child->parent == join->number) {
        failed = child->number;
        folded_.failed_children[KeyOf(*join)] = {child->index};
        Require(event().previous == child->last, "previousEventId is not the branch's last event");
      }
    }
    if (join->phase == Phase::kJoin) failed_joins_[join->number] = CopyOf(*join, failed);
    CloseFailed(*join);
  }

  // Where the join's failure ends a Map's iteration, the event of that tells which.
  bool IsInFailedIteration(const FoldedFrame& join) const {
    const auto ended =
        std::find_if(events_->begin() + static_cast<std::ptrdiff_t>(event().id),
                     events_->end(),
                     [this](const HistoryEvent& later) { return later.previous == event().id; });
    if (ended == events_->end() || ended->type != EventType::kMapIterationFailed) return true;
    return join.number != kRootFrame && join.index == ended->index;
  }

  // A branch that failed without an event of its own since the redrive.
  void FailJoinAfterRedrive() {
    std::vector<FoldedFrame*> candidates;
    for (const bool can_be_waiting : {false, true}) {
      for (auto& [number, frame] : folded_.frames) {
        const bool may_fail = frame.is_open && frame.state == event().state &&
                              frame.phase == Phase::kJoin && IsInFailedIteration(frame) &&
                              !FailedAfterRedrive(frame, can_be_waiting).empty();
        const bool is_new =
            std::find(candidates.begin(), candidates.end(), &frame) == candidates.end();
        if (may_fail && is_new) candidates.push_back(&frame);
      }
    }
    FoldedFrame* join = GuessedOf(candidates, "no branch can have failed since the redrive");
    if (join == nullptr) return;
    std::set<std::uint32_t>& indices = folded_.failed_children[KeyOf(*join)];
    indices.clear();
    for (const bool can_be_waiting : {false, true}) {
      for (const FoldedFrame* child : FailedAfterRedrive(*join, can_be_waiting))
        indices.insert(child->index);
    }
    failed_joins_[join->number] = CopyOf(*join, std::nullopt);
    CloseFailed(*join);
  }

  void CloseFailed(FoldedFrame& failed) {
    FoldedFrame* join = &failed;
    CloseBelow(join->number);
    join->last = event().id;
    join->phase = Phase::kEnded;
    join->has_failed = true;
    frame_of_[event().id] = join->number;
    failed_[event().id] = std::move(failed_joins_[join->number]);
    folded_.attempt_ended[KeyOf(*join)] = event().at;
  }

  void StartIteration() {
    FoldedFrame* join = FollowsRedrive() ? OneAfterRedrive([this](const FoldedFrame& frame) {
      return frame.last == event().previous && frame.phase == Phase::kJoin &&
             frame.join_next == event().index && frame.join_next < frame.join_total;
    })
                                         : InState({});
    if (join == nullptr || !Require(join->phase == Phase::kJoin, "the Map has not started")) return;
    FoldedFrame& child = AddChild(*join, event().index);
    child.last = event().id;
    frame_of_[event().id] = child.number;
  }

  void EndIteration() {
    FoldedFrame* join = nullptr;
    FoldedFrame* child = nullptr;
    if (FollowsRedrive()) {
      join = OneAfterRedrive([this](const FoldedFrame& frame) {
        const FoldedFrame* ended = OpenIteration(frame, event().index);
        return frame.phase == Phase::kJoin && ended != nullptr && ended->last == event().previous;
      });
      if (join != nullptr) child = OpenIteration(*join, event().index);
    } else {
      join = InState({});
      child = Previous();
    }
    if (join == nullptr || child == nullptr) return;
    while (child->parent != join->number && child->number != kRootFrame) {
      child = &folded_.frames.at(child->parent);
    }
    Require(child->is_open && child->parent == join->number, "no iteration ends here");
    Require(child->index == event().index, "the iteration has another index");
    Require(event().previous == child->last, "previousEventId is not the iteration's last event");
    if (event().type == EventType::kMapIterationFailed) {
      failed_joins_[join->number] = CopyOf(*join, child->number);
    }
    CloseBelow(child->number);
    child->is_open = false;
    frame_of_[event().id] = join->number;
    if (event().type == EventType::kMapIterationFailed) {
      folded_.failed_children[KeyOf(*join)] = {child->index};
      // MapStateFailed, or the start of the next attempt, points to the same event.
      if (!FollowsRedrive()) frame_of_[event().previous] = child->number;
      join->last = event().previous;
      join->phase = Phase::kEnded;
      join->has_failed = true;
      folded_.attempt_ended[KeyOf(*join)] = event().at;
      return;
    }
    Require(child->phase == Phase::kLeft, "the iteration is not done");
    join->last = event().id;
  }

  void AbortIteration() {
    FoldedFrame* join = FollowsRedrive() ? OneAfterRedrive([this](const FoldedFrame& frame) {
      return frame.last == event().previous && frame.phase == Phase::kEnded &&
             OpenIteration(frame, event().index) != nullptr;
    })
                                         : InState({});
    if (join == nullptr) return;
    FoldedFrame* frame = OpenIteration(*join, event().index);
    if (!Require(frame != nullptr, "no such iteration is open")) return;
    CloseBelow(frame->number);
    frame->is_open = false;
    frame_of_[event().id] = join->number;
  }

  const asl::StateMachine& machine_;
  // Of an execution of a Map run.
  const StateIndex map_;
  Guesses& guesses_;
  FoldedHistory& folded_;
  const std::vector<HistoryEvent>* events_ = nullptr;
  const HistoryEvent* event_ = nullptr;
  EventId next_id_ = 1;
  Timestamp last_at_;
  std::map<EventId, FrameNumber> frame_of_;
  // The events of redrives.
  std::set<EventId> redriven_;
  // Of joins that failed, and by the events that say so.
  std::map<FrameNumber, FailedJoin> failed_joins_;
  std::map<EventId, FailedJoin> failed_;
};

}  // namespace

bool IsTimedOut(const FoldedAttempt& attempt) {
  return attempt.end == EventType::kLambdaFunctionTimedOut ||
         attempt.end == EventType::kTaskTimedOut || attempt.end == EventType::kActivityTimedOut;
}

bool IsRefusedCall(const FoldedAttempt& attempt) {
  return attempt.is_call && attempt.error.starts_with("StepFunctions.");
}

FoldedHistory FoldHistory(const asl::StateMachine& machine,
                          StateIndex map,
                          const std::vector<HistoryEvent>& events) {
  FoldedHistory first;
  const bool is_whole = ForEachFold(machine, map, events, [&first](FoldedHistory folded) {
    first = std::move(folded);
    return true;
  });
  if (is_whole) return first;
  Guesses guesses;
  Folder(machine, map, guesses, first).Fold(events);
  return first;
}

bool ForEachFold(const asl::StateMachine& machine,
                 StateIndex map,
                 const std::vector<HistoryEvent>& events,
                 const std::function<bool(FoldedHistory)>& take) {
  Guesses guesses;
  for (int fold = 0; fold < kFoldsMax; ++fold) {
    FoldedHistory folded;
    Folder(machine, map, guesses, folded).Fold(events);
    if (folded.problem.empty() && take(std::move(folded))) return true;
    if (!guesses.ChangeLast()) return false;
  }
  return false;
}

}  // namespace pawl::simulator
