// Moments of rest, in which everything that can be done is done, and the quiet end of every seed.
#include <algorithm>
#include <cstdio>

#include "engine/interpreter/advance.h"
#include "tests/simulator/script.h"
#include "tests/simulator/world.h"

namespace pawl::simulator {
namespace {

// Rounds without time passing; an engine that is still busy then will be for ever.
constexpr int kSettleRoundsMax = 20'000;
// Deadlines that the longest workflow of a seed passes one after the other.
constexpr int kQuietRoundsMax = 3'000;

bool MayStartChildren(const interpreter::JoinWait& join) {
  return join.next < join.total && (join.concurrency == 0 || join.open < join.concurrency);
}

}  // namespace

void World::CheckStore() {
  const Timestamp now = engine_ ? engine_->Now() : engine_time_;
  const std::string problem = checker_.Check(now, temper_.options.retention);
  if (!problem.empty()) Fail(problem);
}

void World::PrintHistories() {
  for (const auto& [id, execution] : checker_.executions()) {
    std::printf("  history of %s\n", execution.row.header.name.c_str());
    const DefinitionText* text =
        FindDefinition(execution.row.header.state_machine, execution.row.revision);
    for (const interpreter::HistoryEvent& event : execution.events) {
      const bool has_state = text != nullptr && event.state < text->machine->states.size();
      std::printf("  %5u <- %-5u %s %s %s %s\n",
                  event.id,
                  event.previous,
                  FormatTimestamp(event.at).c_str(),
                  std::string(interpreter::EventTypeName(event.type)).c_str(),
                  has_state ? text->machine->states[event.state].name.c_str() : "",
                  event.error.value_or("").c_str());
    }
    for (const auto& [number, frame] : execution.frames) {
      const auto due = interpreter::NextDeadline(frame, std::nullopt);
      std::printf("  frame %u: wait %u of kind %zu%s, due %s\n",
                  number.value,
                  frame.wait_number,
                  frame.wait.index(),
                  execution.parked.contains(number) ? ", parked" : "",
                  due ? FormatTimestamp(*due).c_str() : "never");
    }
  }
}

void World::Settle() {
  if (!served_since_) served_since_ = engine_->Now();
  for (int round = 0; round < kSettleRoundsMax && !has_failed(); ++round) {
    if (has_store_failed_) return;
    bool was_busy = engine_->Poll();
    LookUpWatched();
    was_busy = disk_.pending_groups() > 0 || was_busy;
    disk_.SyncAll();
    // Workers need not be done for the engine to be at rest.
    for (const auto& worker : workers_) {
      const bool works = worker->is_connected() && worker->has_tasks() && (is_quiet_ || OneIn(2));
      if (!works) continue;
      was_busy = true;
      is_quiet_ ? worker->CompleteAll() : worker->CompleteOne();
    }
    if (is_quiet_) was_busy = WorkOnCallbacks() || was_busy;
    if (!surroundings_.problem.empty()) Fail(surroundings_.problem);
    if (!was_busy) return;
  }
  if (!has_failed()) Fail("the engine does not come to rest");
}

// What must hold when the engine has nothing left to do at the present time.
void World::CheckSettled() {
  CheckStore();
  if (has_failed()) return;
  const Timestamp now = engine_->Now();
  std::size_t open_tasks = 0;
  for (const auto& [id, execution] : checker_.executions()) {
    const std::string who = "execution '" + execution.row.header.name + "' at rest: ";
    for (const auto& [number, frame] : execution.frames) {
      const std::string frame_name = "frame " + std::to_string(number.value);
      if (std::holds_alternative<interpreter::RunnableWait>(frame.wait)) {
        return Fail(who + frame_name + " is to go on and nothing lets it");
      }
      const auto* join = std::get_if<interpreter::JoinWait>(&frame.wait);
      if (join != nullptr && MayStartChildren(*join)) {
        return Fail(who + frame_name + " could start branches and nothing lets it");
      }
      if (join != nullptr && join->open == 0) return Fail(who + frame_name + " joins nothing");
      const auto due = interpreter::NextDeadline(frame, std::nullopt);
      // A parked frame may wait until its shard gets its upkeep.
      const bool may_sleep = !is_quiet_ && execution.parked.contains(number);
      if (due && *due <= now && !may_sleep) {
        return Fail(who + frame_name + " was due at " + FormatTimestamp(*due) +
                    " and was not woken");
      }
      if (!std::holds_alternative<interpreter::TaskWait>(frame.wait)) continue;
      if (!IsEngineCall(execution, frame)) {
        ++open_tasks;
      } else if (!temper_.has_disk_faults && !MayBecomeKnown(frame, now)) {
        // The disk that refused an answer makes it come a second later.
        return Fail(who + frame_name + " has called the engine and has no answer");
      }
    }
  }
  const EngineStatistics statistics = engine_->Statistics();
  coverage_.HitIf(open_tasks > 0 && statistics.resident_executions == 0, Mark::kEvicted);
  // A function that ended its task with its token may be at work still.
  const std::size_t matched = statistics.queued_tasks + statistics.leased_tasks;
  const std::size_t ended = ledger_.accepted_with_token.size();
  // Of EXPRESS executions the engine alone knows.
  if (matched < open_tasks || (!mix_.has_express && matched > open_tasks + ended)) {
    return Fail("at rest " + std::to_string(open_tasks) + " tasks are open and " +
                std::to_string(statistics.queued_tasks) + " queued and " +
                std::to_string(statistics.leased_tasks) + " with workers");
  }
  for (const auto& worker : workers_) {
    if (const auto silent = worker->FindSilentTask(now)) {
      return Fail("at rest the heartbeats of task " +
                  std::to_string(silent->execution.number.value) + " frame " +
                  std::to_string(silent->frame.value) + " wait " +
                  std::to_string(silent->wait_number) + " are missing");
    }
  }
  for (const Request& request : requests_) {
    if (!request.is_answered) return Fail("at rest the " + request.what + " is not answered");
  }
  for (const ExecutionName& name : awaited_) {
    const auto info = engine_->DescribeExecution(name);
    const bool is_open = info.ok() && info->status == ExecutionStatus::kRunning;
    if (!is_open) return Fail("at rest the end of '" + name.name + "' was not told to its watch");
  }
  if (token_holder_.unanswered() > 0) return Fail("at rest a request with a token is not answered");
  CheckTokens();
  CheckChildrenAtRest();
  CheckMapRunsAtRest();
  if (const std::string problem = checker_.CheckResults(); !problem.empty()) return Fail(problem);
  if (statistics.quarantined > 0) return Fail("an execution was quarantined");
  if (statistics.scrubbed > 0) return Fail("the scrubber found a frame that was forgotten");
}

void World::SettleAndCheck() {
  Settle();
  if (!has_failed() && !has_store_failed_) CheckSettled();
}

std::optional<Timestamp> World::NextStoredDeadline() {
  std::optional<Timestamp> next;
  for (const auto& [id, execution] : checker_.executions()) {
    for (const auto& [number, frame] : execution.frames) {
      const auto due = interpreter::NextDeadline(frame, std::nullopt);
      if (due && (!next || *due < *next)) next = due;
    }
  }
  return next;
}

bool World::AreAllClosed() {
  return std::all_of(checker_.executions().begin(),
                     checker_.executions().end(),
                     [](const auto& entry) { return entry.second.row.is_closed(); });
}

void World::TourUpkeep() {
  for (int i = 0; i < kShardTour && !has_failed(); ++i) {
    clock_->Advance(kUpkeepPause);
    engine_->Poll();
    disk_.SyncAll();
  }
  Settle();
}

// Faults stop, workers are healthy, time goes on: everything must end.
void World::Quieten() {
  if (has_store_failed_) CrashAndReopen();
  is_quiet_ = true;
  objects_->SetMood(SimulatedObjects::Mood::kHealthy);
  Trace("the quiet begins");
  // What came due in a jump of time is woken within a round of upkeep.
  if (!has_failed()) TourUpkeep();
  for (int round = 0; round < kQuietRoundsMax && !has_failed(); ++round) {
    for (const auto& worker : workers_) {
      if (!worker->is_connected()) ConnectWorker(*worker);
      for (const std::string_view function : kFunctions)
        worker->Grant(std::string(function), 2);
      worker->Resend();
    }
    Settle();
    if (has_store_failed_) {
      CrashAndReopen();
      continue;
    }
    if (has_failed()) return;
    CheckSettled();
    if (has_failed()) return;
    if (AreAllClosed() && temper_.has_last_redrives && !std::exchange(has_redriven_last_, true)) {
      Trace("the last redrives begin");
      for (const ExecutionName& name : Redrivable())
        Redrive(name, "");
      continue;
    }
    if (AreAllClosed() && !HasOpenExpress()) {
      TourUpkeep();
      if (!has_failed()) CheckSettled();
      if (!has_failed()) CheckReads();
      return;
    }
    const Timestamp now = engine_->Now();
    const auto due = NextStoredDeadline();
    const bool has_tasks = engine_->Statistics().queued_tasks > 0;
    // EXPRESS executions have deadlines that no row tells.
    const Duration pause = std::chrono::milliseconds(mix_.has_express && !has_tasks ? 2'000 : 250);
    Duration by = due && *due > now ? *due - now : pause;
    if (has_tasks) by = std::min<Duration>(by, std::chrono::milliseconds(250));
    clock_->Advance(by);
    if (by > std::chrono::minutes(1) || (due && *due < now)) TourUpkeep();
  }
  if (!has_failed()) Fail("faults have stopped, and an execution does not end");
}

// What readers are told agrees with the rows.
void World::CheckReads() {
  for (const auto& [id, execution] : checker_.executions()) {
    const ExecutionName name{.state_machine = execution.row.header.state_machine,
                             .name = execution.row.header.name};
    const auto info = engine_->DescribeExecution(name);
    if (!info.ok()) return Fail("an execution cannot be read: " + info.status().ToString());
    if (info->status != execution.row.status) return Fail("a reader is told another status");
    if (info->redrive_count != execution.row.header.redrive_count) {
      return Fail("a reader is told of other redrives");
    }
    const Machine* machine = nullptr;
    for (const Machine& one : machines_) {
      if (one.name == name.state_machine) machine = &one;
    }
    coverage_.HitIf(machine != nullptr && machine->revision != info->revision,
                    Mark::kRunOnOlderRevision);
  }
  CheckMapRunReads();
}

}  // namespace pawl::simulator
