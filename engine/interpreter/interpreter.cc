#include "engine/interpreter/interpreter.h"

#include <algorithm>
#include <utility>

#include "engine/base/check.h"
#include "engine/base/hash.h"
#include "engine/base/overloaded.h"
#include "engine/interpreter/advance.h"

namespace pawl::interpreter {
namespace {

// A rough size of an event beside its payload, for the quantum of history bytes.
constexpr std::size_t kEventBytes = 32;

// From one task to the next it is five.
constexpr std::size_t kEventsExpected = 8;

Close Succeeded(Payload output) {
  Close close;
  close.output = std::move(output);
  return close;
}

bool MayStartChildren(const Wait& wait) {
  if (const auto* join = std::get_if<JoinWait>(&wait)) {
    return join->next < join->total && (join->concurrency == 0 || join->open < join->concurrency);
  }
  const auto* run = std::get_if<MapRunWait>(&wait);
  return run != nullptr && run->may_start_more();
}

}  // namespace

Close Interpreter::Unsuccessful(ExecutionStatus status,
                                std::optional<std::string> error,
                                std::optional<std::string> cause) {
  Close close;
  close.status = status;
  close.error = std::move(error);
  close.cause = std::move(cause);
  return close;
}

Interpreter::Interpreter(const asl::StateMachine& machine,
                         const Environment& environment,
                         const WorkingSet& rows,
                         const Message& message)
    : machine_(machine),
      environment_(environment),
      rows_(rows),
      message_(message),
      now_(std::max(message.at, rows.last_event_at)),
      next_event_(rows.next_event),
      last_event_at_(rows.last_event_at) {
  turn_.history.reserve(kEventsExpected);
}

std::variant<Turn, Missing> Interpreter::Run() {
  const bool is_for_somebody =
      std::visit([this](const auto& body) { return On(body); }, message_.body);
  if (!is_for_somebody) {
    turn_.is_ignored = true;
    return std::move(turn_);
  }
  Walk();
  if (!is_missing_) Finish();
  if (is_missing_) return std::move(missing_);
  return std::move(turn_);
}

bool Interpreter::On(const Start& start) {
  if (rows_.next_event != 1) return false;
  HistoryEvent& started = Record(EventType::kExecutionStarted, 0, asl::kNoState);
  Frame root;
  root.state = start.start_at == asl::kNoState ? machine_.start : start.start_at;
  root.input.bytes = start.input;
  Attach(started, root.input);
  std::optional<Duration> most = start.start_at == asl::kNoState ? machine_.timeout : std::nullopt;
  if (rows_.header.is_express()) {
    most = std::min(most.value_or(environment_.limits.express_duration_max),
                    environment_.limits.express_duration_max);
  }
  if (most) {
    root.execution_deadline = now_ + *most;
    turn_.effects.emplace_back(ArmTimer{kRootFrame, *root.execution_deadline});
  }
  AddFrame(std::move(root));
  ready_.push_back(kRootFrame);
  return true;
}

bool Interpreter::On(const Continue&) {
  Frame* frame = Find(message_.frame);
  if (frame == nullptr) return false;
  if (std::holds_alternative<RunnableWait>(frame->wait)) {
    ready_.push_back(frame->number);
    return true;
  }
  if (!MayStartChildren(frame->wait)) return false;
  starting_.push_back(frame->number);
  return true;
}

bool Interpreter::On(const Stop& stop) {
  const Frame* root = Find(kRootFrame);
  if (root == nullptr) return false;
  CloseExecution(Unsuccessful(ExecutionStatus::kAborted, stop.error, stop.cause),
                 EventType::kExecutionAborted,
                 root->last_event);
  return true;
}

bool Interpreter::On(const TimeIsUp&) {
  const Frame* root = Find(kRootFrame);
  if (root == nullptr) return false;
  CloseExecution(Unsuccessful(ExecutionStatus::kTimedOut, "States.Timeout", std::nullopt),
                 EventType::kExecutionTimedOut,
                 root->last_event);
  return true;
}

bool Interpreter::On(const TimerFired& fired) {
  Frame* frame = Find(message_.frame);
  if (frame == nullptr) return false;
  if (frame->execution_deadline && *frame->execution_deadline <= now_) return On(TimeIsUp{});
  if (const auto* timer = std::get_if<TimerWait>(&frame->wait)) {
    if (timer->due > now_) return false;
    if (timer->purpose == TimerWait::Purpose::kRetry) {
      Execute(*frame);
      return true;
    }
    auto output = EffectiveInput(*frame);
    if (output) LeaveThrough(*frame, std::move(*output), ExitOf(StateOf(*frame)));
    return true;
  }
  if (const auto* task = std::get_if<TaskWait>(&frame->wait)) {
    const bool is_late = task->deadline && *task->deadline <= now_;
    const bool is_silent = task->heartbeat && fired.lease &&
                           fired.lease->last_heartbeat_at + *task->heartbeat <= message_.at;
    if (!is_late && !is_silent) return false;
    const CancelTask cancel{frame->number, frame->wait_number};
    if (fired.lease && !task->job) RecordTaskStarted(*frame, fired.lease);
    TaskTimedOut(*frame, is_late);
    // What ends the frame as well takes its task back itself.
    if (!turn_.close && Find(cancel.frame) != nullptr) turn_.effects.emplace_back(cancel);
    return true;
  }
  if (const auto* child = std::get_if<ChildWait>(&frame->wait)) {
    if (!child->deadline || *child->deadline > now_) return false;
    CancelWait(*frame);
    TaskTimedOut(*frame, true);
    return true;
  }
  if (const auto* token = std::get_if<TokenWait>(&frame->wait)) {
    const bool is_late = token->deadline && *token->deadline <= now_;
    const bool is_silent = token->heartbeat && fired.lease &&
                           fired.lease->last_heartbeat_at + *token->heartbeat <= message_.at;
    if (!is_late && !is_silent) return false;
    TaskTimedOut(*frame, is_late);
    return true;
  }
  return false;
}

void Interpreter::Walk() {
  while (!is_missing_ && !turn_.close) {
    if (is_history_full_) return CloseExecution({}, EventType::kExecutionFailed, 0);
    const bool has_gone = !ready_.empty() ? TakeReadyFrame() : StartJoin();
    if (!has_gone) return;
  }
}

// False when the turn has to end before the next one.
bool Interpreter::TakeReadyFrame() {
  auto next = ready_.begin();
  if (IsOverQuantum()) {
    // Nothing more is entered. A branch that ended has no wait to be stored with: it is joined.
    next = std::find_if(ready_.begin(), ready_.end(), [this](FrameNumber number) {
      const Slot& slot = frames_.at(number);
      return slot.is_erased || slot.output;
    });
    if (next == ready_.end()) return false;
  }
  Slot& slot = frames_.at(*next);
  ready_.erase(next);
  if (slot.is_erased) return true;
  if (slot.output) {
    FinishBranch(slot);
  } else if (std::exchange(std::get<RunnableWait>(slot.frame.wait).is_entered, true)) {
    ++transitions_;
    Execute(slot.frame);
  } else {
    Enter(slot.frame);
  }
  return true;
}

// False when there is none, or the turn has to end before it.
bool Interpreter::StartJoin() {
  if (starting_.empty() || IsOverQuantum()) return false;
  Frame* join = Find(starting_.front());
  starting_.erase(starting_.begin());
  if (join == nullptr) return true;
  if (std::holds_alternative<JoinWait>(join->wait)) StartChildren(*join, join->last_event);
  if (std::holds_alternative<MapRunWait>(join->wait)) StartMapChildren(*join);
  return true;
}

// Stores what the turn leaves. Walk joins every branch that ended, so none is left behind without a
// wait.
void Interpreter::Finish() {
  if (turn_.close && turn_.close->status != ExecutionStatus::kSucceeded) return;
  for (const FrameNumber number : ready_) {
    Slot& slot = frames_.at(number);
    if (slot.is_erased) continue;
    PAWL_CHECK(!slot.output);
    SetWait(slot.frame, std::get<RunnableWait>(slot.frame.wait));
    turn_.effects.emplace_back(ContinueFrame{number});
  }
  for (const FrameNumber number : starting_) {
    const Frame* join = Find(number);
    if (join != nullptr) turn_.effects.emplace_back(ContinueFrame{number});
  }
  for (auto& [number, slot] : frames_) {
    StageVariables(slot);
    if (slot.is_erased) {
      if (!slot.is_new) turn_.frames.emplace_back(FrameErased{number});
    } else {
      turn_.frames.emplace_back(FramePut{std::move(slot.frame), slot.is_new});
    }
  }
}

void Interpreter::Enter(Frame& frame) {
  ++transitions_;
  frame.wait = RunnableWait{.is_entered = true};
  HistoryEvent& entered = RecordOn(frame, EnteredEvent(StateOf(frame).type));
  frame.entered_event = entered.id;
  frame.entered_at = now_;
  frame.retry_count = 0;
  frame.retrier_counts.clear();
  Attach(entered, frame.input);
  Execute(frame);
}

void Interpreter::Execute(Frame& frame) {
  switch (StateOf(frame).type) {
    case asl::StateType::kPass:
      return ExecutePass(frame);
    case asl::StateType::kTask:
      return ExecuteTask(frame);
    case asl::StateType::kChoice:
      return ExecuteChoice(frame);
    case asl::StateType::kWait:
      return ExecuteWait(frame);
    case asl::StateType::kSucceed:
      return ExecuteSucceed(frame);
    case asl::StateType::kFail:
      return ExecuteFail(frame);
    case asl::StateType::kParallel:
      return ExecuteParallel(frame);
    case asl::StateType::kMap:
      return ExecuteMap(frame);
  }
}

void Interpreter::Leave(Frame& frame,
                        Datum output,
                        StateIndex next,
                        std::vector<Assignment> assigned) {
  Payload payload = PayloadOf(output);
  if (payload.bytes.size() > environment_.limits.payload_bytes_max) {
    return Fail(frame, ResultTooLarge(StateOf(frame).name));
  }
  if (!CheckVariables(frame, assigned)) return;
  if (recorder_ != nullptr) NoteLeft(payload, next, assigned);
  HistoryEvent& exited = RecordOn(frame, ExitedEvent(StateOf(frame).type));
  Attach(exited, payload);
  SetVariables(frame, exited, std::move(assigned));
  if (next != asl::kNoState) {
    frame.state = next;
    frame.input = std::move(payload);
    frame.wait = RunnableWait{};
    ready_.insert(ready_.begin(), frame.number);
  } else if (frame.is_root()) {
    CloseExecution(Succeeded(std::move(payload)), EventType::kExecutionSucceeded, frame.last_event);
  } else {
    frames_.at(frame.number).output = std::move(payload);
    // Before all that goes on, but behind those that ended earlier: the last to end closes the
    // join, and what follows points to its event.
    const auto place = std::find_if(ready_.begin(), ready_.end(), [this](FrameNumber number) {
      return !frames_.at(number).output;
    });
    ready_.insert(place, frame.number);
  }
}

void Interpreter::FinishBranch(Slot& slot) {
  Erase(slot.frame);
  ChildSucceeded(Get(slot.frame.parent), slot);
}

void Interpreter::CloseExecution(Close close, EventType type, EventId previous) {
  if (is_missing_) return;
  if (is_history_full_) {
    // Events before this one found no place: whatever they led to, the execution ends here.
    close = Unsuccessful(ExecutionStatus::kFailed,
                         std::string(kRuntimeError),
                         "The execution reached the maximum number of history events (" +
                             std::to_string(environment_.limits.history_events_max) + ").");
    type = EventType::kExecutionFailed;
    previous = next_event_ - 1;
  }
  const bool is_success = close.status == ExecutionStatus::kSucceeded;
  if (!is_success) {
    if (!HasAllFrames()) return;
    for (const auto& [number, frame] : rows_.frames)
      Find(number);
    for (auto& [number, slot] : frames_) {
      if (!slot.is_erased) RecordRunAborted(slot.frame, slot.frame.last_event);
    }
    // What closes the execution follows the end of its own run.
    const Frame& root = Get(kRootFrame);
    const bool has_run = std::holds_alternative<MapRunWait>(root.wait);
    if (has_run && !is_history_full_) previous = root.last_event;
  }
  // Set first: the closing event may take the history's last place.
  turn_.close = std::move(close);
  HistoryEvent& closing = Record(type, previous, asl::kNoState);
  if (is_success) {
    Attach(closing, turn_.close->output);
    Erase(Get(kRootFrame));
    return;
  }
  closing.error = turn_.close->error;
  closing.cause = turn_.close->cause;
  for (auto& [number, slot] : frames_) {
    if (!slot.is_erased) CancelWait(slot.frame);
  }
  RestoreFailed();
  for (auto& [number, slot] : frames_) {
    StageVariables(slot);
    if (slot.is_erased) {
      if (!slot.is_new) turn_.frames.emplace_back(FrameErased{number});
      continue;
    }
    Frame frame = slot.frame;
    frame.wait = KeptWait(frame);
    turn_.frames.emplace_back(FrameArchived{std::move(frame), slot.is_new});
  }
}

Frame* Interpreter::Find(FrameNumber number) {
  const auto slot = frames_.find(number);
  if (slot != frames_.end()) return slot->second.is_erased ? nullptr : &slot->second.frame;
  const auto row = rows_.frames.find(number);
  if (row == rows_.frames.end()) return nullptr;
  Frame& frame = frames_[number].frame;
  frame = row->second;
  return &frame;
}

Frame& Interpreter::Get(FrameNumber number) {
  Frame* frame = Find(number);
  PAWL_CHECK_MESSAGE(frame != nullptr, "an ancestor of the addressed frame is not loaded");
  return *frame;
}

Interpreter::Slot& Interpreter::AddFrame(Frame frame) {
  const FrameNumber number = frame.number;
  return frames_.emplace(number, Slot{.frame = std::move(frame), .is_new = true}).first->second;
}

void Interpreter::Erase(Frame& frame) {
  frames_.at(frame.number).is_erased = true;
}

HistoryEvent& Interpreter::Record(EventType type, EventId previous, StateIndex state) {
  // The last place of a history is kept for the event that closes it.
  // EXPRESS executions keep no history, so it has no end.
  const bool is_full =
      next_event_ >= environment_.limits.history_events_max && !rows_.header.is_express();
  if (is_full && !turn_.close) {
    is_history_full_ = true;
    overflow_ = HistoryEvent{.id = next_event_, .previous = previous, .type = type, .state = state};
    return overflow_;
  }
  last_event_at_ = std::max(last_event_at_, now_);
  history_bytes_ += kEventBytes;
  return turn_.history.emplace_back(HistoryEvent{.id = next_event_++,
                                                 .previous = previous,
                                                 .type = type,
                                                 .at = last_event_at_,
                                                 .state = state});
}

HistoryEvent& Interpreter::RecordOn(Frame& frame, EventType type) {
  HistoryEvent& event = Record(type, frame.last_event, frame.state);
  frame.last_event = event.id;
  return event;
}

void Interpreter::Attach(HistoryEvent& event, Payload& payload) {
  // An event that found no place holds nothing.
  if (payload.home == 0 && &event != &overflow_) {
    payload.home = event.id;
    history_bytes_ += payload.bytes.size();
  }
  event.payload = payload;
}

SeededRandom& Interpreter::Random() {
  if (!random_) random_.emplace(HashCombine(rows_.header.seed, rows_.next_event));
  return *random_;
}

bool Interpreter::IsOverQuantum() const {
  return transitions_ >= environment_.limits.turn_transitions_max ||
         history_bytes_ >= environment_.limits.turn_history_bytes_max;
}

bool Interpreter::HasAllFrames() {
  if (rows_.has_all_frames || rows_.next_event == 1) return true;
  missing_.needs_all_frames = true;
  is_missing_ = true;
  return false;
}

void Interpreter::StageVariables(const Slot& slot) {
  const FrameNumber number = slot.frame.number;
  if (slot.is_erased) {
    const auto row = rows_.frames.find(number);
    const bool has_rows = row != rows_.frames.end() && row->second.has_variables;
    if (has_rows) turn_.variables.emplace_back(VariablesErased{number});
    return;
  }
  const auto assigned = assigned_.find(number);
  if (assigned == assigned_.end()) return;
  for (const auto& [name, value] : assigned->second) {
    turn_.variables.emplace_back(VariablePut{.frame = number, .name = name, .value = value});
  }
}

std::variant<Turn, Missing> Advance(const asl::StateMachine& machine,
                                    const Environment& environment,
                                    const WorkingSet& rows,
                                    const Message& message) {
  return Interpreter(machine, environment, rows, message).Run();
}

namespace {

void ApplyToMapRun(const MapRunChange& change, WorkingSet& rows) {
  std::visit(Overloaded{[&rows](const MapChildStarted& started) {
                          const auto open = rows.open_children.find(started.frame);
                          if (open != rows.open_children.end()) {
                            open->second.insert_or_assign(started.index, started.items);
                          }
                        },
                        [&rows](const MapChildEnded& ended) {
                          const auto open = rows.open_children.find(ended.frame);
                          if (open != rows.open_children.end()) open->second.erase(ended.index);
                          const auto outputs = rows.child_outputs.find(ended.frame);
                          if (outputs != rows.child_outputs.end() && ended.output) {
                            outputs->second.insert_or_assign(ended.index, *ended.output);
                          }
                        },
                        [&rows](const MapRunChanged& changed) {
                          rows.open_children.erase(changed.frame);
                          rows.child_outputs.erase(changed.frame);
                          rows.unsuccessful_children.erase(changed.frame);
                          // A run that begins has none in rows.
                          if (!changed.is_over) rows.open_children[changed.frame] = {};
                        }},
             change);
}

}  // namespace

void Apply(const Turn& turn, WorkingSet& rows) {
  if (turn.is_ignored) return;
  for (const StateIndex state : turn.mocked_calls)
    ++rows.mocked_calls[state];
  if (rows.next_event == 1) rows.has_all_frames = true;
  for (const FrameChange& change : turn.frames) {
    std::visit(
        Overloaded{
            [&rows](const FramePut& put) {
              const auto* join = std::get_if<JoinWait>(&put.frame.wait);
              const auto old = rows.frames.find(put.frame.number);
              const bool was_open = old != rows.frames.end() &&
                                    std::holds_alternative<JoinWait>(old->second.wait) &&
                                    old->second.wait_number == put.frame.wait_number;
              // A join that has just opened: all its results will pass through here.
              if (join != nullptr && !was_open) rows.results[put.frame.number] = {};
              rows.frames.insert_or_assign(put.frame.number, put.frame);
              const auto* run = std::get_if<MapRunWait>(&put.frame.wait);
              const auto again = rows.unsuccessful_children.find(put.frame.number);
              if (again != rows.unsuccessful_children.end() &&
                  (run == nullptr || run->redrive.next >= again->second.end)) {
                rows.unsuccessful_children.erase(again);
              }
            },
            [&rows](const FrameErased& erased) {
              rows.frames.erase(erased.number);
              rows.results.erase(erased.number);
              rows.variables.erase(erased.number);
              rows.open_children.erase(erased.number);
              rows.child_outputs.erase(erased.number);
              rows.unsuccessful_children.erase(erased.number);
            },
            [&rows](const FrameArchived& archived) { rows.frames.erase(archived.frame.number); }},
        change);
  }
  for (const VariableChange& change : turn.variables) {
    // Whoever assigns on a frame has all of its variables at hand.
    if (const auto* put = std::get_if<VariablePut>(&change)) {
      rows.variables[put->frame].insert_or_assign(put->name, put->value);
    }
  }
  for (const ResultChange& change : turn.results) {
    std::visit(Overloaded{[&rows](const BranchResult& result) {
                            const auto join = rows.results.find(result.join);
                            if (join != rows.results.end()) {
                              join->second.insert_or_assign(result.index, result.output);
                            }
                          },
                          [&rows](const ResultErased& erased) {
                            const auto join = rows.results.find(erased.join);
                            if (join != rows.results.end()) join->second.erase(erased.index);
                          }},
               change);
  }
  for (const MapRunChange& change : turn.map_runs)
    ApplyToMapRun(change, rows);
  for (const HistoryEvent& event : turn.history) {
    rows.next_event = event.id + 1;
    rows.last_event_at = event.at;
  }
}

std::vector<Effect> EffectsOf(const Frame& frame) {
  std::vector<Effect> effects;
  std::visit(
      Overloaded{[&](const RunnableWait&) { effects.emplace_back(ContinueFrame{frame.number}); },
                 [&](const TaskWait&) {
                   effects.emplace_back(DispatchTask{frame.number, frame.wait_number});
                 },
                 [](const TimerWait&) {},
                 [](const TokenWait&) {},
                 [](const ChildWait&) {},
                 [&](const JoinWait&) {
                   if (MayStartChildren(frame.wait)) {
                     effects.emplace_back(ContinueFrame{frame.number});
                   }
                 },
                 [&](const MapRunWait& run) {
                   if (!run.is_failing()) effects.emplace_back(RestartChildren{frame.number});
                   if (run.is_writing()) {
                     effects.emplace_back(WriteResults{frame.number, frame.wait_number});
                   }
                   if (MayStartChildren(frame.wait)) {
                     effects.emplace_back(ContinueFrame{frame.number});
                   }
                 }},
      frame.wait);
  // Each of its own: the wait may be over long before the execution's time is.
  if (frame.execution_deadline) {
    effects.emplace_back(ArmTimer{frame.number, *frame.execution_deadline});
  }
  const auto due = NextDeadline(frame, std::nullopt);
  if (due && due != frame.execution_deadline) effects.emplace_back(ArmTimer{frame.number, *due});
  return effects;
}

std::optional<Timestamp> NextDeadline(const Frame& frame, const std::optional<Lease>& lease) {
  std::optional<Timestamp> next = frame.execution_deadline;
  const auto consider = [&next](Timestamp due) { next = next ? std::min(*next, due) : due; };
  if (const auto* timer = std::get_if<TimerWait>(&frame.wait)) consider(timer->due);
  if (const auto* task = std::get_if<TaskWait>(&frame.wait)) {
    if (task->deadline) consider(*task->deadline);
    if (task->heartbeat && lease) consider(lease->last_heartbeat_at + *task->heartbeat);
  }
  if (const auto* child = std::get_if<ChildWait>(&frame.wait)) {
    if (child->deadline) consider(*child->deadline);
  }
  if (const auto* token = std::get_if<TokenWait>(&frame.wait)) {
    if (token->deadline) consider(*token->deadline);
    if (token->heartbeat && lease) consider(lease->last_heartbeat_at + *token->heartbeat);
  }
  return next;
}

}  // namespace pawl::interpreter
