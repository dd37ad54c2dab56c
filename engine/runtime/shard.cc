#include "engine/runtime/shard.h"

#include <algorithm>
#include <utility>

#include "engine/base/check.h"
#include "engine/base/check_scope.h"
#include "engine/base/hash.h"
#include "engine/base/overloaded.h"
#include "engine/interpreter/advance.h"
#include "engine/interpreter/task_call.h"
#include "engine/rows/frame_codec.h"
#include "engine/rows/history_codec.h"
#include "engine/rows/keys.h"
#include "engine/runtime/function_events.h"

namespace pawl::runtime {
namespace {

using interpreter::ExecutionStatus;
using storage::Family;

// Room for so many tasks stays with a shard: there are many shards, and a burst's goes back.
constexpr std::size_t kTasksKept = 8;

bool CanPark(const interpreter::Frame& frame) {
  return std::holds_alternative<interpreter::TimerWait>(frame.wait);
}

// Whether an execution that was started by `first`, if by anybody, may be started again by `again`.
// It tells its end once: to who waits for it, or to a later attempt of the same task.
bool TakesOver(const std::optional<rows::ParentLink>& again,
               const std::optional<rows::ParentLink>& first) {
  if (!again || !again->is_waiting || !first) return true;
  return first->execution == again->execution && first->frame == again->frame &&
         first->wait_number < again->wait_number;
}

rows::ListingRow ListingOf(const rows::ExecutionRow& row) {
  return {.name = row.header.name,
          .stopped_at = row.stopped_at,
          .revision = row.revision,
          .redrive_count = row.header.redrive_count,
          .redriven_at = row.header.redriven_at,
          .version = row.version,
          .alias = row.alias};
}

ExecutionName NameOf(const rows::ExecutionRow& row) {
  // Names of EXPRESS executions need not be unique; in a Map run they are.
  const bool is_in_run = row.parent && row.parent->map_run;
  ExecutionName name{.namespace_id = row.namespace_id,
                     .state_machine = row.header.state_machine,
                     .name = row.header.name};
  if (row.header.is_express() && !is_in_run) name.name += ":" + row.header.express_id;
  return name;
}

}  // namespace

Shard::Shard(ShardId id, ShardEnvironment& environment, ShardOwner& owner)
    : id_(id), environment_(environment), owner_(owner), storage_(environment.storage()) {}

void Shard::Handle(ShardRequest request, Timestamp now, DiskState disk) {
  std::visit([&](auto& command) { On(std::move(command), now, disk); }, request);
}

void Shard::Reply(std::function<void(const Status&)> reply) {
  staged_.aftermath.replies.push_back(std::move(reply));
}

Status Shard::DoesNotExist(const ExecutionName& name) const {
  return NotFound("Execution Does Not Exist: '" +
                  interpreter::ExecutionArn(
                      environment_.interpreter().arns, name.state_machine, name.name) +
                  "'")
      .WithReason("ExecutionDoesNotExist");
}

void Shard::Pin(Resident& execution) {
  if (execution.is_staged) return;
  execution.is_staged = true;
  staged_residents_.push_back(&execution);
}

void Shard::On(StartCommand command, Timestamp now, DiskState disk) {
  if (disk != DiskState::kAmple && command.express_id.empty()) {
    return command.done(ResourceExhausted(
        "the disk of the data directory is almost full: no execution is started until there is "
        "space again"));
  }
  rows::ExecutionRow fresh{.namespace_id = command.request.namespace_id,
                           .header = {.state_machine = command.request.state_machine,
                                      .name = command.request.name,
                                      .started_at = now,
                                      .seed = command.seed,
                                      .express_id = command.express_id,
                                      .test_case = command.request.test_case},
                           .revision = command.revision,
                           .priority = command.request.priority,
                           .fairness_key = command.request.fairness_key,
                           .version = command.version,
                           .alias = command.alias,
                           .input_hash = HashBytes(command.request.input),
                           .parent = command.parent};
  const ExecutionName name = NameOf(fresh);
  const ExecutionName given{.namespace_id = name.namespace_id,
                            .state_machine = name.state_machine,
                            .name = command.request.name};
  const std::string arn = interpreter::ExecutionArn(environment_.interpreter().arns, fresh.header);
  // An EXPRESS execution's name holds a UUID, but for those of a Map run.
  const bool is_new = command.is_name_new || name.name != given.name;
  auto known = is_new ? Result<Resident*>(nullptr) : FindByName(name);
  if (!known.ok()) return command.done(known.status());
  if (*known != nullptr) {
    const rows::ExecutionRow& row = (*known)->row;
    const bool is_same_attempt = command.parent && row.parent == command.parent;
    const bool is_again = !is_same_attempt && command.parent && command.parent->map_run &&
                          row.parent && row.parent->execution == command.parent->execution &&
                          row.parent->map_run == command.parent->map_run;
    if (is_again) return StartAgain(**known, std::move(command), now);
    // Step Functions: the same name and input, while the execution is open, is the same execution.
    if (!is_same_attempt &&
        (!TakesOver(command.parent, row.parent) || row.is_closed() ||
         row.input_hash != fresh.input_hash || row.header.test_case != fresh.header.test_case)) {
      return command.done(AlreadyExists("Execution Already Exists: '" + arn + "'")
                              .WithReason("ExecutionAlreadyExists"));
    }
    if (!is_same_attempt && command.parent && command.parent->is_waiting) {
      (*known)->row.parent = command.parent;
      (*known)->is_row_dirty = true;
      Pin(**known);
    }
    StartResponse response{
        .name = given, .arn = arn, .started_at = row.header.started_at, .is_repeated = true};
    // The first start may still be on its way to the disk.
    return Reply([done = std::move(command.done), response = std::move(response)](
                     const Status& status) { status.ok() ? done(response) : done(status); });
  }

  auto owned = std::make_unique<Resident>();
  Resident& execution = *owned;
  if (fresh.header.is_express()) {
    execution.id = {.shard = id_, .number = NextExpressNumber()};
  } else {
    last_number_.value =
        std::max(last_number_.value + 1, static_cast<std::uint64_t>(ToMicros(now)));
    execution.id = {.shard = id_, .number = last_number_};
  }
  execution.machine = std::move(command.machine);
  execution.row = std::move(fresh);
  execution.on_close = std::move(command.on_close);
  execution.set.id = execution.id;
  execution.set.header = execution.row.header;
  execution.is_new = true;
  execution.is_row_dirty = true;
  residents_.emplace(execution.id.number, std::move(owned));
  names_.emplace(name, execution.id.number);
  if (execution.is_in_memory()) ++in_memory_;
  ++statistics_.executions_started;

  interpreter::Start start{.input = Bytes(std::move(command.request.input))};
  if (command.parent && command.parent->map_run) {
    const auto& state = execution.machine->states[command.parent->map_run->map_state];
    start.start_at = std::get<asl::MapState>(state.details).processor;
  }
  const ExecutionNumber number = execution.id.number;
  const bool is_in_memory = execution.is_in_memory();
  const auto ran = RunTurn(execution, {.frame = kRootFrame, .at = now, .body = std::move(start)});
  if (!ran.ok()) {
    // Nothing of it is staged: it never was.
    if (is_in_memory) --in_memory_;
    --statistics_.executions_started;
    names_.erase(name);
    residents_.erase(number);
    return command.done(Internal(ran.status().message()));
  }
  PAWL_CHECK(*ran);
  if (!is_in_memory) {
    staged_.writes.Put(Family::kState,
                       rows::NameKey(id_, name.namespace_id, name.state_machine, name.name),
                       rows::EncodeNumber(execution.id.number));
  }
  Reply([done = std::move(command.done),
         response = StartResponse{.name = given, .arn = arn, .started_at = now}](
            const Status& status) { status.ok() ? done(response) : done(status); });
}

void Shard::On(StopCommand command, Timestamp now, DiskState) {
  auto found = FindByName(command.request.name);
  if (!found.ok()) return command.done(found.status());
  if (*found == nullptr) return command.done(DoesNotExist(command.request.name));
  Resident& execution = **found;
  if (!execution.row.is_closed()) {
    const auto ran = RunTurn(execution,
                             {.frame = kRootFrame,
                              .at = now,
                              .body = interpreter::Stop{.error = command.request.error,
                                                        .cause = command.request.cause}});
    if (!ran.ok()) return command.done(ran.status());
  }
  Reply([done = std::move(command.done),
         response = StopResponse{.stopped_at = execution.row.stopped_at}](const Status& status) {
    status.ok() ? done(response) : done(status);
  });
}

void Shard::On(CompletionCommand&& command, Timestamp now, DiskState disk) {
  const TaskRef ref = command.completion.ref;
  if (disk == DiskState::kBelowHardReserve) {
    return command.Answer(CompletionOutcome::kRefused);
  }
  auto found = Find(ref.execution);
  if (!found.ok() || *found == nullptr) {
    return command.Answer(CompletionOutcome::kSettled);
  }
  const auto ran =
      RunTurn(**found,
              {.frame = ref.frame,
               .at = now,
               .body = interpreter::TaskEnded{.wait_number = ref.wait_number,
                                              .output = std::move(command.completion.output),
                                              .error = std::move(command.completion.error),
                                              .cause = std::move(command.completion.cause),
                                              .log_tail = std::move(command.completion.log_tail),
                                              .lease = command.lease,
                                              .function_version = command.function_version}});
  // A repetition may be of a completion that is still on its way to the disk: its answer follows
  // the same group.
  staged_.aftermath.completions.push_back({.ref = ref,
                                           .is_accepted = ran.ok() && *ran,
                                           .listener = std::move(command.listener),
                                           .place = command.place});
}

void Shard::On(TakeActivityCommand command, Timestamp now, DiskState disk) {
  const TaskRef ref = command.ref;
  if (disk == DiskState::kBelowHardReserve) {
    return command.done(ResourceExhausted("the disk of the data directory is full"));
  }
  auto found = Find(ref.execution);
  if (!found.ok()) return command.done(found.status());
  const bool is_taken =
      *found != nullptr &&
      Moves(**found,
            {.frame = ref.frame,
             .at = now,
             .body = interpreter::TaskTaken{.wait_number = ref.wait_number,
                                            .worker = std::move(command.worker)}}) &&
      // That it was taken may have found no place in the history.
      !(*found)->row.is_closed();
  Reply([this, ref, is_taken, done = std::move(command.done)](const Status& status) {
    // From now on the token says who has it, and not the matcher.
    if (status.ok()) cancelled_.push_back(ref);
    status.ok() ? done(is_taken) : done(status);
  });
}

void Shard::On(TokenCommand command, Timestamp now, DiskState disk) {
  const TaskRef ref = command.ref;
  if (disk == DiskState::kBelowHardReserve) {
    return command.done(ResourceExhausted("the disk of the data directory is full"));
  }
  auto found = Find(ref.execution);
  if (!found.ok()) return command.done(found.status());
  const bool is_accepted =
      *found != nullptr &&
      Moves(**found, {.frame = ref.frame, .at = now, .body = std::move(command.body)});
  Reply([this, ref, is_accepted, done = std::move(command.done)](const Status& status) {
    // A function that ended its task before it returned may go on. One that no worker runs (its
    // worker was lost) is for nobody.
    const bool is_unwanted = status.ok() && is_accepted && !environment_.matcher().FindLease(ref);
    if (is_unwanted) cancelled_.push_back(ref);
    status.ok() ? done(is_accepted) : done(status);
  });
}

void Shard::On(TokenHeartbeatCommand command, Timestamp now, DiskState) {
  auto found = Find(command.ref.execution);
  if (!found.ok()) return command.done(found.status());
  bool is_known = false;
  if (*found != nullptr) {
    const auto frame = (*found)->set.frames.find(command.ref.frame);
    if (frame != (*found)->set.frames.end() &&
        frame->second.wait_number == command.ref.wait_number) {
      const bool is_token = std::holds_alternative<interpreter::TokenWait>(frame->second.wait);
      // A function may be at work with its token still.
      is_known = is_token || std::holds_alternative<interpreter::TaskWait>(frame->second.wait);
      if (is_token) token_heartbeats_[command.ref] = now;
    }
  }
  command.done(is_known);
}

void Shard::On(SubscribeCommand command, Timestamp, DiskState) {
  if (command.only_in_memory) {
    const Resident* execution = FindInMemory(command.name);
    if (execution == nullptr || !execution->is_stored) {
      return command.listener->OnNotInMemory(command.name);
    }
  }
  auto found = FindByName(command.name);
  if (!found.ok() || *found == nullptr) return;
  Resident& execution = **found;
  if (!execution.row.is_closed()) {
    subscriptions_[execution.id.number].push_back(
        {.listener = command.listener, .only_close = command.only_close});
  }
  // What is staged is told when it is durable.
  if (execution.is_pinned()) {
    if (execution.row.is_closed()) {
      subscriptions_[execution.id.number].push_back(
          {.listener = command.listener, .only_close = command.only_close});
    }
    return;
  }
  if (execution.row.is_closed() || !command.only_close) {
    command.listener->OnChange(ChangeOf(execution));
  }
}

void Shard::On(UnsubscribeCommand command, Timestamp, DiskState) {
  const auto number = FindNumber(command.name);
  if (!number.ok() || !number->has_value()) return;
  const auto found = subscriptions_.find(**number);
  if (found == subscriptions_.end()) return;
  std::erase_if(found->second, [&](const Subscription& subscription) {
    return subscription.listener == command.listener;
  });
  if (found->second.empty()) subscriptions_.erase(found);
}

void Shard::On(LoadTaskCommand command, Timestamp, DiskState) {
  std::optional<Task> task;
  auto found = Find(command.ref.execution);
  if (found.ok() && *found != nullptr) {
    std::list<ReadyTask> ready;
    MakeReady(**found, command.ref.frame, false, ready);
    if (!ready.empty() && ready.front().task.ref == command.ref) {
      task = std::move(ready.front().task);
    }
  }
  environment_.matcher().Loaded(command.ref, std::move(task));
}

void Shard::OnTimer(const Timer& timer, Timestamp now) {
  auto found = Find(timer.execution);
  if (!found.ok() || *found == nullptr) return;
  Resident& execution = **found;
  const auto frame = execution.set.frames.find(timer.frame);
  if (frame == execution.set.frames.end()) return;
  if (std::holds_alternative<interpreter::MapRunWait>(frame->second.wait)) {
    RestartChildren(execution, timer.frame);
  }
  std::optional<interpreter::Lease> lease;
  const TaskRef ref{
      .execution = timer.execution, .frame = timer.frame, .wait_number = frame->second.wait_number};
  if (std::holds_alternative<interpreter::TaskWait>(frame->second.wait)) {
    lease = environment_.matcher().FindLease(ref);
  } else if (std::holds_alternative<interpreter::TokenWait>(frame->second.wait)) {
    // Heartbeats are kept in memory only: after a restart, silence counts from here.
    const Timestamp last = token_heartbeats_.emplace(ref, now).first->second;
    lease = interpreter::Lease{.started_at = last, .last_heartbeat_at = last};
  }
  const auto ran =
      RunTurn(execution,
              {.frame = timer.frame, .at = now, .body = interpreter::TimerFired{.lease = lease}});
  if (!ran.ok() || *ran) return;
  if (IsEngineCall(execution, timer.frame)) CallAgain(execution, timer.frame, now);
  // Too early for what the frame waits for now: a heartbeat came, or the wait is another one.
  const auto* task = std::get_if<interpreter::TaskWait>(&frame->second.wait);
  auto due = interpreter::NextDeadline(frame->second, lease);
  if (task != nullptr && task->heartbeat && !lease) {
    due = due ? std::min(*due, now + *task->heartbeat) : now + *task->heartbeat;
  }
  if (due && *due > now) {
    owner_.ArmTimer({.due = *due, .execution = timer.execution, .frame = timer.frame});
  }
}

void Shard::Continue(ExecutionId id, FrameNumber frame, Timestamp now) {
  auto found = Find(id);
  if (!found.ok() || *found == nullptr) return;
  static_cast<void>(
      RunTurn(**found, {.frame = frame, .at = now, .body = interpreter::Continue{}}).ok());
}

bool Shard::Moves(Resident& execution, const interpreter::Message& message) {
  const auto ran = RunTurn(execution, message);
  return ran.ok() && *ran;
}

// Nothing changes before a turn is staged, so what breaks in it is the execution's alone.
Result<std::variant<interpreter::Turn, interpreter::Missing>> Shard::TurnOf(
    const Resident& execution, const interpreter::Message& message) {
  const CheckScope scope;
  try {
    return interpreter::Advance(
        *execution.machine, environment_.interpreter(), execution.set, message);
  } catch (const BrokenInvariant& broken) {
    return DataLoss(broken.what());
  }
}

void Shard::SetAside(Resident& execution, const Status& why, Timestamp at) {
  // Of one that is just being started nothing is known yet.
  if (execution.set.next_event == 1) return;
  if (!execution.is_in_memory()) return Quarantine(execution.id, why);
  // Nothing of it will be there to be looked at: it fails.
  Pin(execution);
  interpreter::Close failed;
  failed.status = ExecutionStatus::kFailed;
  failed.error = "States.Runtime";
  failed.cause = why.message();
  StageClose(execution, failed, at);
  TellEnd(execution);
}

Result<bool> Shard::RunTurn(Resident& execution, const interpreter::Message& message) {
  execution.last_used = ++use_counter_;
  for (;;) {
    const auto outcome = TurnOf(execution, message);
    if (!outcome.ok()) {
      SetAside(execution, outcome.status(), message.at);
      return outcome.status();
    }
    if (const auto* turn = std::get_if<interpreter::Turn>(&*outcome)) {
      if (turn->is_ignored) return false;
      StageTurn(execution, *turn);
      return true;
    }
    // A turn asks for a few rows, then for what those lead to.
    const Status loaded = LoadMissing(execution, std::get<interpreter::Missing>(*outcome));
    if (!loaded.ok()) {
      CannotRead(execution.id, loaded);
      return loaded;
    }
  }
}

void Shard::StageTurn(Resident& execution, const interpreter::Turn& turn) {
  Pin(execution);
  ++statistics_.turns;
  statistics_.events += turn.history.size();
  if (execution.is_in_memory()) return KeepTurn(execution, turn);
  if (!turn.history.empty()) {
    staged_.writes.Put(Family::kHistory,
                       rows::HistoryKey(execution.id, turn.history.front().id),
                       rows::EncodeEvents(turn.history));
  }
  ForgetHeartbeats(execution, turn);
  StageCancelledCalls(execution, turn);
  interpreter::Apply(turn, execution.set);
  if (!turn.mocked_calls.empty()) {
    execution.row.mocked_calls = execution.set.mocked_calls;
    execution.is_row_dirty = true;
  }
  // Until they are durable, the store cannot give these back.
  for (const interpreter::HistoryEvent& event : turn.history) {
    if (event.payload && event.payload->home == event.id) {
      execution.set.payloads.insert_or_assign(event.id, event.payload->bytes);
    }
  }
  for (const interpreter::FrameChange& change : turn.frames) {
    std::visit(Overloaded{[&](const interpreter::FramePut& put) {
                            execution.dirty_frames.push_back(put.frame.number);
                          },
                          [&](const interpreter::FrameErased& erased) {
                            execution.dirty_frames.push_back(erased.number);
                          },
                          [&](const interpreter::FrameArchived& archived) {
                            execution.dirty_frames.push_back(archived.frame.number);
                            execution.archived_frames.insert_or_assign(archived.frame.number,
                                                                       archived.frame);
                          }},
               change);
  }
  for (const interpreter::VariableChange& change : turn.variables) {
    std::visit(Overloaded{[&](const interpreter::VariablePut& put) {
                            staged_.writes.Put(Family::kState,
                                               rows::VariableKey(execution.id, put.frame, put.name),
                                               rows::EncodeVariable(put.value));
                          },
                          [&](const interpreter::VariablesErased& erased) {
                            const storage::Range range =
                                rows::VariablesOf(execution.id, erased.frame);
                            staged_.writes.DeleteRange(Family::kState, range.begin, range.end);
                          }},
               change);
  }
  for (const interpreter::ResultChange& change : turn.results) {
    std::visit(
        Overloaded{[&](const interpreter::BranchResult& result) {
                     staged_.writes.Put(Family::kState,
                                        rows::ResultKey(execution.id, result.join, result.index),
                                        rows::EncodeResult(result.output));
                     if (!execution.set.results.contains(result.join)) {
                       execution.new_results[result.join].insert_or_assign(result.index,
                                                                           result.output);
                     }
                   },
                   [&](const interpreter::ResultErased& erased) {
                     staged_.writes.Delete(
                         Family::kState, rows::ResultKey(execution.id, erased.join, erased.index));
                     execution.new_results.erase(erased.join);
                   }},
        change);
  }
  for (const interpreter::MapRunChange& change : turn.map_runs)
    StageMapRun(execution, change);
  StageEffects(execution, turn);
  if (turn.close) StageClose(execution, *turn.close, turn.history.back().at);
}

void Shard::StageEffects(const Resident& execution, const interpreter::Turn& turn) {
  for (const interpreter::Effect& effect : turn.effects) {
    if (const auto* all = std::get_if<interpreter::StopChildren>(&effect)) {
      StageMessage({.id = execution.id, .frame = all->frame, .wait_number = all->wait_number},
                   {.kind = rows::OutboxRow::Kind::kStopChildren,
                    .run = all->run,
                    .writes_results = all->writes_results});
    } else if (const auto* stop = std::get_if<interpreter::StopChild>(&effect)) {
      StageMessage({.id = execution.id, .frame = stop->frame, .wait_number = stop->wait_number},
                   {.kind = rows::OutboxRow::Kind::kStopChild, .child = stop->child});
    } else if (const auto* go_on = std::get_if<interpreter::ContinueFrame>(&effect)) {
      // Nobody outside hears of it, so it need not wait for the disk.
      owner_.ContinueLater(execution.id, go_on->frame);
    } else {
      staged_.aftermath.effects.push_back({.execution = execution.id, .effect = effect});
    }
  }
}

// Silence of a token counts from the turn that began to wait for it.
void Shard::ForgetHeartbeats(const Resident& execution, const interpreter::Turn& turn) {
  const auto forget = [&](FrameNumber number) {
    const auto old = execution.set.frames.find(number);
    if (old == execution.set.frames.end()) return;
    if (!std::holds_alternative<interpreter::TokenWait>(old->second.wait)) return;
    token_heartbeats_.erase(
        {.execution = execution.id, .frame = number, .wait_number = old->second.wait_number});
  };
  for (const interpreter::FrameChange& change : turn.frames) {
    std::visit(
        Overloaded{
            [&](const interpreter::FramePut& put) {
              forget(put.frame.number);
              const auto* token = std::get_if<interpreter::TokenWait>(&put.frame.wait);
              if (token == nullptr || !token->heartbeat) return;
              token_heartbeats_[{.execution = execution.id,
                                 .frame = put.frame.number,
                                 .wait_number = put.frame.wait_number}] = turn.history.back().at;
            },
            [&](const interpreter::FrameErased& erased) { forget(erased.number); },
            [&](const interpreter::FrameArchived& archived) { forget(archived.frame.number); }},
        change);
  }
}

void Shard::StageClose(Resident& execution, const interpreter::Close& close, Timestamp at) {
  rows::ExecutionRow& row = execution.row;
  if (!execution.is_new && !execution.is_in_memory()) {
    staged_.writes.Delete(Family::kIndex,
                          rows::ListingKeyOf(execution.id, row, ExecutionStatus::kRunning));
  }
  row.status = close.status;
  row.stopped_at = at;
  if (close.status == ExecutionStatus::kSucceeded) row.output = close.output;
  row.error = close.error;
  row.cause = close.cause;
  execution.is_row_dirty = true;
  if (row.parent && row.parent->is_waiting) {
    if (execution.is_in_memory()) {
      // What it tells is lost with it: its Map run starts it again.
      staged_.aftermath.messages.emplace_back(rows::OutboxKeyParts{.id = execution.id},
                                              rows::OutboxRow{});
    } else {
      StageMessage({.id = execution.id}, {});
    }
  }
  ++statistics_.executions_closed[static_cast<std::size_t>(close.status)];
}

// One row for each frame that changed since the last group, however often it changed.
void Shard::StageFrames(Resident& execution, Timestamp now) {
  const Timestamp horizon = std::max(woken_until_, now + kParkHorizon);
  std::vector<FrameNumber>& dirty = execution.dirty_frames;
  std::sort(dirty.begin(), dirty.end());
  dirty.erase(std::unique(dirty.begin(), dirty.end()), dirty.end());
  for (const FrameNumber number : dirty) {
    const auto place = execution.places.find(number);
    const bool has_row = place != execution.places.end();
    const bool was_parked = has_row && place->second.parked_until.has_value();
    const auto frame = execution.set.frames.find(number);
    std::optional<Timestamp> park_until;
    if (frame != execution.set.frames.end() && CanPark(frame->second)) {
      park_until = interpreter::NextDeadline(frame->second, std::nullopt);
      if (*park_until <= horizon) park_until.reset();
    }
    if (was_parked) {
      staged_.writes.Delete(Family::kState, rows::ParkedFrameKey(execution.id, number));
      staged_.writes.Delete(Family::kState,
                            rows::TimerKey(execution.id, *place->second.parked_until, number));
    }
    const auto archived = execution.archived_frames.find(number);
    if (archived != execution.archived_frames.end()) {
      staged_.writes.Put(Family::kState,
                         rows::ArchivedFrameKey(execution.id, number),
                         rows::EncodeFrame(archived->second));
    }
    if (frame == execution.set.frames.end() || park_until) {
      if (has_row && !was_parked) {
        staged_.writes.Delete(Family::kState, rows::HotFrameKey(execution.id, number));
      }
    }
    if (frame == execution.set.frames.end()) {
      execution.places.erase(number);
    } else if (park_until) {
      staged_.writes.Put(Family::kState,
                         rows::ParkedFrameKey(execution.id, number),
                         rows::EncodeFrame(frame->second));
      staged_.writes.Put(Family::kState, rows::TimerKey(execution.id, *park_until, number), "");
      execution.places[number] = {.parked_until = park_until};
    } else {
      staged_.writes.Put(Family::kState,
                         rows::HotFrameKey(execution.id, number),
                         rows::EncodeFrame(frame->second));
      execution.places[number] = {};
      // The row it was parked on told of the earlier deadline only.
      if (was_parked && frame->second.execution_deadline) {
        owner_.ArmTimer(
            {.due = *frame->second.execution_deadline, .execution = execution.id, .frame = number});
      }
    }
  }
  dirty.clear();
  execution.archived_frames.clear();
}

Shard::Staged Shard::TakeStaged(Timestamp now) {
  for (Resident* execution : staged_residents_) {
    if (!execution->is_in_memory()) StageFrames(*execution, now);
    if (execution->is_row_dirty && !execution->is_in_memory()) {
      staged_.writes.Put(
          Family::kState, rows::ExecutionKey(execution->id), rows::EncodeExecution(execution->row));
      staged_.writes.Put(Family::kIndex,
                         rows::ListingKeyOf(execution->id, execution->row, execution->row.status),
                         rows::EncodeListing(ListingOf(execution->row)));
    }
    execution->is_row_dirty = false;
    execution->is_new = false;
    execution->is_staged = false;
    ++execution->groups_in_flight;
    staged_.aftermath.changed.push_back(execution->id);
  }
  staged_residents_.clear();
  return std::exchange(staged_, {});
}

void Shard::Answer(const Aftermath& aftermath, const Status& status) {
  for (const auto& reply : aftermath.replies)
    reply(status);
  for (const Aftermath::Completed& completed : aftermath.completions) {
    // Whoever may hold the task then holds nothing.
    if (status.ok()) cancelled_.push_back(completed.ref);
    if (!completed.listener) continue;
    const CompletionOutcome outcome = !status.ok()            ? CompletionOutcome::kRefused
                                      : completed.is_accepted ? CompletionOutcome::kAccepted
                                                              : CompletionOutcome::kSettled;
    completed.listener->OnOutcome(completed.place, {.ref = completed.ref, .outcome = outcome});
  }
}

void Shard::Committed(Aftermath aftermath, const Status& status, Timestamp now) {
  for (const ExecutionNumber expired : aftermath.expired)
    expiring_.erase(expired);
  Answer(aftermath, status);
  if (!status.ok()) return;
  for (const auto& [id, effect] : aftermath.effects) {
    const auto execution = residents_.find(id.number);
    if (execution != residents_.end()) PerformEffects(*execution->second, effect);
  }
  for (const Aftermath::MapChild& child : aftermath.map_children) {
    const auto execution = residents_.find(child.execution.number);
    if (execution != residents_.end()) StartMapChild(*execution->second, child);
  }
  for (const auto& [key, message] : aftermath.messages)
    Deliver(key, message);
  for (const ExecutionId id : aftermath.changed) {
    const auto found = residents_.find(id.number);
    if (found == residents_.end()) continue;
    Resident& execution = *found->second;
    --execution.groups_in_flight;
    execution.is_stored = true;
    const bool is_in_memory = execution.is_in_memory();
    if (!execution.is_pinned() && !is_in_memory) Shrink(execution);
    Notify(execution);
    // Nothing will ask for these soon.
    const bool is_idle = execution.row.is_closed() || (!is_in_memory && SleepsLong(execution, now));
    if (!execution.is_pinned() && is_idle) {
      if (is_in_memory) --in_memory_;
      names_.erase(NameOf(execution.row));
      residents_.erase(found);
    }
  }
}

bool Shard::SleepsLong(const Resident& execution, Timestamp now) {
  constexpr Duration kSoon = std::chrono::milliseconds(500);
  return execution.set.frames.size() == 1 &&
         std::all_of(
             execution.set.frames.begin(), execution.set.frames.end(), [&](const auto& entry) {
               const auto* timer = std::get_if<interpreter::TimerWait>(&entry.second.wait);
               return timer != nullptr && timer->due > now + kSoon;
             });
}

void Shard::PerformEffects(Resident& execution, const interpreter::Effect& effect) {
  std::visit(
      Overloaded{[&](const interpreter::DispatchTask& dispatch) {
                   if (IsEngineCall(execution, dispatch.frame)) {
                     return CallEngine(execution, dispatch.frame);
                   }
                   const ReadyTask* ready = MakeReady(execution, dispatch.frame, false, ready_);
                   if (ready == nullptr) return;
                   // The frame may have moved on in a later turn.
                   if (ready->task.ref.wait_number != dispatch.wait_number) {
                     return ready_.pop_back();
                   }
                   if (ready->task.heartbeat) {
                     owner_.ArmTimer({.due = execution.set.last_event_at + *ready->task.heartbeat,
                                      .execution = execution.id,
                                      .frame = dispatch.frame});
                   }
                 },
                 [&](const interpreter::CancelTask& cancel) {
                   cancelled_.push_back({.execution = execution.id,
                                         .frame = cancel.frame,
                                         .wait_number = cancel.wait_number});
                 },
                 [&](const interpreter::ArmTimer& timer) {
                   if (timer.due > woken_until_ && IsParked(execution, timer.frame)) return;
                   owner_.ArmTimer(
                       {.due = timer.due, .execution = execution.id, .frame = timer.frame});
                 },
                 [](const interpreter::StopChild&) {},
                 [](const interpreter::StopChildren&) {},
                 [&](const interpreter::RestartChildren& restart) {
                   RestartChildren(execution, restart.frame);
                 },
                 [&](const interpreter::ReadItems& read) { ReadItems(execution, read); },
                 [&](const interpreter::WriteResults& write) { WriteResults(execution, write); },
                 [](const interpreter::ContinueFrame&) {}},
      effect);
}

bool Shard::IsParked(const Resident& execution, FrameNumber frame) {
  const auto place = execution.places.find(frame);
  return place != execution.places.end() && place->second.parked_until.has_value();
}

const ReadyTask* Shard::MakeReady(Resident& execution,
                                  FrameNumber number,
                                  bool is_recovered,
                                  std::list<ReadyTask>& tasks) {
  const auto found = execution.set.frames.find(number);
  if (found == execution.set.frames.end()) return nullptr;
  const interpreter::Frame& frame = found->second;
  const auto* wait = std::get_if<interpreter::TaskWait>(&frame.wait);
  if (wait == nullptr) return nullptr;
  const auto parameters = TextOf(execution.id, wait->parameters);
  const auto job = wait->job ? TextOf(execution.id, *wait->job) : Result<Bytes>(Bytes());
  if (!parameters.ok() || !job.ok()) {
    CannotRead(execution.id, parameters.ok() ? job.status() : parameters.status());
    return nullptr;
  }
  interpreter::TaskCall call = interpreter::CallOf(*execution.machine, frame, *parameters, *job);
  if (const std::string& endpoint = environment_.lambda_endpoint(); !endpoint.empty()) {
    call = interpreter::CallElsewhere(*execution.machine, frame, std::move(call), endpoint);
  }
  ReadyTask& ready = tasks.emplace_back();
  ready.namespace_id = execution.row.namespace_id;
  ready.priority = execution.row.priority;
  ready.fairness_key = execution.row.fairness_key;
  ready.is_recovered = is_recovered;
  Task& task = ready.task;
  task.ref = {.execution = execution.id, .frame = number, .wait_number = frame.wait_number};
  task.function = std::move(call.function);
  task.qualifier = std::move(call.qualifier);
  task.payload = std::move(call.payload);
  task.request_id = TaskRequestId(execution.row.header, number, frame.wait_number);
  task.deadline = wait->deadline;
  task.heartbeat = wait->heartbeat;
  task.execution = NameOf(execution.row);
  task.state = execution.machine->states[frame.state].name;
  task.wants_log = call.wants_log;
  task.client_context = std::move(call.client_context);
  return &ready;
}

ExecutionChange Shard::ChangeOf(const Resident& execution) {
  ExecutionChange change{.name = NameOf(execution.row),
                         .last_event = execution.set.next_event - 1,
                         .status = execution.row.status,
                         .error = execution.row.error,
                         .cause = execution.row.cause};
  if (execution.row.output) {
    change.output = execution.row.output->bytes;
    if (!change.output.has_value()) {
      const auto loaded = LoadPayload(execution.id, execution.row.output->home);
      if (loaded.ok()) change.output = *loaded;
    }
  }
  return change;
}

void Shard::Notify(Resident& execution) {
  const auto found = subscriptions_.find(execution.id.number);
  if (found == subscriptions_.end()) return;
  // While later turns are on their way to the disk, what is in memory is ahead of it.
  if (execution.is_pinned()) return;
  const bool is_closed = execution.row.is_closed();
  const auto hears = [is_closed](const Subscription& subscription) {
    return is_closed || !subscription.only_close;
  };
  // Most steps are news to nobody.
  if (!std::any_of(found->second.begin(), found->second.end(), hears)) return;
  const ExecutionChange change = ChangeOf(execution);
  for (const Subscription& subscription : found->second) {
    if (hears(subscription)) subscription.listener->OnChange(change);
  }
  if (is_closed) subscriptions_.erase(found);
}

Status Shard::NotifyOfCloses() {
  std::vector<ExecutionNumber> watched;
  for (const auto& [number, subscriptions] : subscriptions_)
    watched.push_back(number);
  for (const ExecutionNumber number : watched) {
    auto found = Find({.shard = id_, .number = number});
    if (!found.ok() && found.status().code() == StatusCode::kUnavailable) return found.status();
    if (found.ok() && *found != nullptr && (*found)->row.is_closed()) Notify(**found);
  }
  return OkStatus();
}

void Shard::CannotRead(ExecutionId id, const Status& why) {
  why.code() == StatusCode::kDataLoss ? Quarantine(id, why) : owner_.StoreFailed(why);
}

void Shard::Quarantine(ExecutionId id, const Status& why) {
  ++statistics_.quarantined;
  quarantined_[id.number] = why.message();
  staged_.writes.Put(Family::kIndex, rows::QuarantineKey(id), why.message());
  static_cast<void>(LeavesMemory(id.number));
}

bool Shard::LeavesMemory(ExecutionNumber number) {
  const auto resident = residents_.find(number);
  if (resident == residents_.end()) return true;
  if (resident->second->is_pinned()) return false;
  names_.erase(NameOf(resident->second->row));
  residents_.erase(resident);
  return true;
}

void Shard::TakeReadyTasks(std::list<ReadyTask>& tasks) {
  tasks.splice(tasks.end(), ready_);
}

void Shard::TakeCancelledTasks(std::vector<TaskRef>& tasks) {
  tasks.insert(tasks.end(), cancelled_.begin(), cancelled_.end());
  cancelled_.clear();
  if (cancelled_.capacity() > kTasksKept) cancelled_.shrink_to_fit();
}

std::size_t Shard::Evict(std::uint64_t before) {
  for (auto resident = residents_.begin(); resident != residents_.end();) {
    if (resident->second->is_pinned() || resident->second->is_in_memory() ||
        resident->second->last_used >= before) {
      ++resident;
      continue;
    }
    names_.erase(NameOf(resident->second->row));
    resident = residents_.erase(resident);
  }
  return residents_.size();
}

}  // namespace pawl::runtime
