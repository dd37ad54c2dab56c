#include "tests/simulator/folded_history.h"

#include <utility>

namespace pawl::simulator {
namespace {

using interpreter::EventType;
using interpreter::HistoryEvent;
using Phase = FoldedFrame::Phase;

class Folder {
 public:
  Folder(const asl::StateMachine& machine, FoldedHistory& folded)
      : machine_(machine), folded_(folded) {}

  void Fold(const std::vector<HistoryEvent>& events) {
    for (const HistoryEvent& event : events) {
      event_ = &event;
      CheckOrder();
      if (folded_.problem.empty()) Take();
      if (!folded_.problem.empty()) return;
      last_at_ = event.at;
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
    Require(!folded_.closing, "it stands behind the closing event");
    Require(event().state == asl::kNoState || event().state < machine_.states.size(),
            "there is no such state");
  }

  void Take() {
    switch (event().type) {
      case EventType::kExecutionStarted:
        Require(event().id == 1 && event().previous == 0, "it is not the first");
        folded_.frames[kRootFrame] = {};
        frame_of_[1] = kRootFrame;
        return;
      case EventType::kExecutionSucceeded:
      case EventType::kExecutionFailed:
      case EventType::kExecutionTimedOut:
      case EventType::kExecutionAborted:
        return Close();
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
      // The simulator draws no distributed Maps.
      case EventType::kMapRunStarted:
      case EventType::kMapRunSucceeded:
      case EventType::kMapRunFailed:
      case EventType::kMapRunAborted:
      case EventType::kExecutionRedriven:
      case EventType::kMapRunRedriven:
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

  // The frame of the previous event, or the one around it, that stands in the event's state.
  FoldedFrame* InState() {
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

  void Close() {
    folded_.closing = event();
    if (event().type == EventType::kExecutionSucceeded) {
      const FoldedFrame& root = folded_.frames.at(kRootFrame);
      Require(root.phase == Phase::kLeft && event().previous == root.last,
              "the last state was not left");
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

  void Exit() {
    FoldedFrame* frame = InState();
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
    frame->phase = Phase::kLeft;
  }

  void Schedule() {
    FoldedFrame* frame = InState();
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
    folded_.attempt_began[attempt.key] = event().at;
    folded_.attempts.push_back(std::move(attempt));
  }

  void StartTask() {
    FoldedFrame* frame = InState();
    if (frame == nullptr || !Require(frame->phase == Phase::kTask, "no attempt is open")) return;
    Extend(*frame);
    folded_.attempts[*frame->open_attempt].started_at = event().at;
  }

  void SubmitTask() {
    FoldedFrame* frame = InState();
    if (frame == nullptr || !Require(frame->phase == Phase::kTask, "no attempt is open")) return;
    Extend(*frame);
  }

  void EndTask() {
    FoldedFrame* frame = InState();
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
    frame->phase = Phase::kEnded;
  }

  void StartJoin() {
    FoldedFrame* frame = InState();
    if (frame == nullptr) return;
    Require(frame->phase == Phase::kEntered || frame->phase == Phase::kEnded,
            "an attempt is still open");
    Extend(*frame);
    ++frame->attempt;
    frame->phase = Phase::kJoin;
    frame->join_next = 0;
    const auto* parallel = std::get_if<asl::ParallelState>(&machine_.states[event().state].details);
    frame->join_total =
        parallel == nullptr ? event().index : static_cast<std::uint32_t>(parallel->branches.size());
    folded_.attempt_began[KeyOf(*frame)] = event().at;
  }

  void EndJoin() {
    FoldedFrame* join = InState();
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
  }

  void FailJoin() {
    FoldedFrame* join = InState();
    if (join == nullptr) return;
    // A Map's attempt may be over with the iteration that failed.
    Require(join->phase == Phase::kJoin || join->last == event().previous, "no branches are open");
    for (FoldedFrame* child = Previous(); child != nullptr && child != join;
         child = &folded_.frames.at(child->parent)) {
      if (child->parent == join->number) {
        folded_.failed_children.emplace(KeyOf(*join), child->index);
        Require(event().previous == child->last, "previousEventId is not the branch's last event");
      }
    }
    CloseBelow(join->number);
    join->last = event().id;
    join->phase = Phase::kEnded;
    frame_of_[event().id] = join->number;
    folded_.attempt_ended[KeyOf(*join)] = event().at;
  }

  void StartIteration() {
    FoldedFrame* join = InState();
    if (join == nullptr || !Require(join->phase == Phase::kJoin, "the Map has not started")) return;
    FoldedFrame& child = AddChild(*join, event().index);
    child.last = event().id;
    frame_of_[event().id] = child.number;
  }

  void EndIteration() {
    FoldedFrame* join = InState();
    FoldedFrame* child = Previous();
    if (join == nullptr || child == nullptr) return;
    while (child->parent != join->number && child->number != kRootFrame) {
      child = &folded_.frames.at(child->parent);
    }
    Require(child->is_open && child->parent == join->number, "no iteration ends here");
    Require(child->index == event().index, "the iteration has another index");
    Require(event().previous == child->last, "previousEventId is not the iteration's last event");
    CloseBelow(child->number);
    child->is_open = false;
    frame_of_[event().id] = join->number;
    if (event().type == EventType::kMapIterationFailed) {
      folded_.failed_children.emplace(KeyOf(*join), child->index);
      // MapStateFailed, or the start of the next attempt, points to the same event.
      frame_of_[event().previous] = child->number;
      join->last = event().previous;
      join->phase = Phase::kEnded;
      folded_.attempt_ended[KeyOf(*join)] = event().at;
      return;
    }
    Require(child->phase == Phase::kLeft, "the iteration is not done");
    join->last = event().id;
  }

  void AbortIteration() {
    FoldedFrame* join = InState();
    if (join == nullptr) return;
    for (auto& [number, frame] : folded_.frames) {
      if (frame.number != kRootFrame && frame.parent == join->number && frame.is_open &&
          frame.index == event().index) {
        CloseBelow(number);
        frame.is_open = false;
        frame_of_[event().id] = join->number;
        return;
      }
    }
    Require(false, "no such iteration is open");
  }

  const asl::StateMachine& machine_;
  FoldedHistory& folded_;
  const HistoryEvent* event_ = nullptr;
  EventId next_id_ = 1;
  Timestamp last_at_;
  std::map<EventId, FrameNumber> frame_of_;
};

}  // namespace

FoldedHistory FoldHistory(const asl::StateMachine& machine,
                          const std::vector<HistoryEvent>& events) {
  FoldedHistory folded;
  Folder(machine, folded).Fold(events);
  return folded;
}

}  // namespace pawl::simulator
