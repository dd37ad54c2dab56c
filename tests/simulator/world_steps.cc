// What can happen next.
#include <algorithm>

#include "engine/interpreter/advance.h"
#include "engine/rows/execution_row.h"
#include "engine/rows/keys.h"
#include "tests/simulator/script.h"
#include "tests/simulator/world.h"

namespace pawl::simulator {
namespace {

std::vector<std::string> AllFunctions() {
  return {kFunctions.begin(), kFunctions.end()};
}

}  // namespace

void World::TakeStep() {
  ++steps_since_open_;
  if (has_store_failed_) {
    coverage_.Hit(Mark::kDiskRefused);
    return CrashAndReopen();
  }
  if (OneIn(temper_.crash_every)) return CrashAndReopen();
  if (names_.empty()) StartNew();
  if (mix_.has_long_waits && OneIn(4) && disk_.Pending().has_parked_frame) {
    return PassTimeUnsynced();
  }

  // Half of all steps let the engine work; the other half is the world.
  struct Choice {
    std::uint64_t weight;
    Step step;
  };

  const std::uint64_t syncs = 24 / temper_.sync_every + 2;
  const Choice choices[] = {
      {60, &World::PollOnce},
      {syncs, &World::SyncSome},
      {16, &World::PassTime},
      {temper_.has_clock_jumps ? 3U : 0U, &World::JumpWallClock},
      {names_.size() < temper_.executions_max ? (AreAllClosed() ? 40U : 6U) : 0U, &World::StartNew},
      {2, &World::StartAgain},
      {temper_.has_stops ? 2U : 0U, &World::StopSome},
      {temper_.has_redrives ? 4U : 0U, &World::RedriveSome},
      {mix_.has_map_runs ? 8U : 0U, &World::UpdateSomeMapRun},
      {mix_.has_express ? 8U : 0U, &World::StartSomeExpress},
      {2, &World::ReadSome},
      {2, &World::WatchSome},
      {temper_.has_redeployments ? 1U : 0U, &World::DeployAgain},
      {70, &World::WorkerStep},
      {mix_.has_callbacks || mix_.has_children ? 24U : 0U, &World::CallbackStep},
      {temper_.has_disk_faults ? 2U : 0U, &World::DiskFault},
      {temper_.has_object_faults && mix_.has_objects ? 8U : 0U, &World::ObjectFault},
      {2, &World::SettleAndCheck},
  };
  std::uint64_t sum = 0;
  for (const Choice& choice : choices)
    sum += choice.weight;
  std::uint64_t drawn = random_.Below(sum);
  for (const Choice& choice : choices) {
    if (drawn < choice.weight) {
      (this->*choice.step)();
      break;
    }
    drawn -= choice.weight;
  }
  if (!surroundings_.problem.empty()) Fail(surroundings_.problem);
  coverage_.HitIf(disk_.pending_groups() >= 2, Mark::kTwoGroupsInFlight);
}

void World::PollOnce() {
  for (std::uint64_t rounds = 1 + random_.Below(3); rounds > 0; --rounds) {
    if (!mix_.has_objects) {
      engine_->Poll();
    } else if (PollWithObjects()) {
      return CrashAndReopen();
    }
  }
}

void World::SyncSome() {
  OneIn(2) ? static_cast<void>(disk_.SyncOldest()) : disk_.SyncAll();
}

void World::PassTime() {
  Duration by{};
  const std::uint64_t kind = random_.Below(12);
  if (kind < 5) {
    by = Duration(static_cast<Duration::rep>(random_.Below(200'000)));
  } else if (kind < 9) {
    const auto due = NextStoredDeadline();
    const Timestamp now = engine_->Now();
    by = due && *due > now ? *due - now : std::chrono::milliseconds(300);
    if (by > std::chrono::minutes(1) && !mix_.has_long_waits) by = std::chrono::seconds(1);
  } else if (kind < 10) {
    by = Duration(static_cast<Duration::rep>(random_.Below(3'000'000)));
  } else if (mix_.has_long_waits && OneIn(2)) {
    by = std::chrono::minutes(11 + random_.Below(30));
    coverage_.Hit(Mark::kLongJump);
  }
  clock_->Advance(by);
  Trace("time passes: " + std::to_string(by.count()) + " us");
  engine_->Poll();
}

void World::PassTimeUnsynced() {
  coverage_.Hit(Mark::kParkedWhileShardWoke);
  Trace("time passes while a group is under way");
  clock_->Advance(std::chrono::minutes(5 + random_.Below(5)));
  for (int i = 0; i < kShardTour; ++i) {
    engine_->Poll();
    clock_->Advance(kUpkeepPause);
  }
}

void World::JumpWallClock() {
  const Duration by(static_cast<Duration::rep>(random_.Below(7'200'000'000ULL)));
  const bool is_back = OneIn(2);
  coverage_.HitIf(is_back, Mark::kWallClockWentBack);
  clock_->SetWall(is_back ? clock_->WallNow() - by : clock_->WallNow() + by);
  Trace("somebody sets the wall clock");
}

// --- Clients ---

void World::Deploy(std::size_t index) {
  Machine& machine = machines_[index];
  // Only machines behind it, so that no execution starts another one of its own kind.
  std::vector<std::string> startable;
  for (std::size_t i = index + 1; i < machines_.size(); ++i)
    startable.push_back(machines_[i].name);
  PlainJson definition = GenerateDefinition(mix_, startable, random_);
  const std::string text = definition.Write();
  asl::Compilation compiled = asl::Compile(text);
  if (!compiled.ok()) {
    return Fail("a generated definition is refused: " + compiled.diagnostics.front().message +
                " at " + compiled.diagnostics.front().pointer + " of " + text);
  }
  const auto deployed = engine_->Deploy({.name = machine.name, .definition = text});
  // A disk that refuses refuses this as well.
  if (!deployed.ok()) {
    if (deployed.status().code() != StatusCode::kUnavailable) {
      Fail("deployment fails: " + deployed.status().ToString());
    }
    return;
  }
  machine.revision = deployed->state_machine.revision;
  machine.revisions[machine.revision] = {.definition = std::move(definition),
                                         .machine = compiled.machine};
  Trace("deploys " + machine.name + " as revision " + std::to_string(machine.revision) + ": " +
        text);
}

void World::DeployAgain() {
  Deploy(random_.Below(machines_.size()));
}

std::string World::NewName(const std::string& machine) {
  for (;;) {
    std::string name = "e" + std::to_string(++name_counter_);
    if (!temper_.is_crowded || rows::ShardOf({}, machine, name).value == crowded_shard_) {
      return name;
    }
  }
}

std::size_t World::NewRequest(const std::string& what) {
  requests_.push_back({.what = what});
  return requests_.size() - 1;
}

void World::StartNew() {
  const Machine& machine = machines_[random_.Below(machines_.size())];
  if (machine.revisions.empty()) return;
  const ExecutionName name{.state_machine = machine.name, .name = NewName(machine.name)};
  names_.push_back(name);
  inputs_[name] = GenerateInput(mix_, random_).Write();
  Start(name, inputs_[name]);
}

void World::StartAgain() {
  const auto name = SomeExecution();
  if (!name) return;
  if (OneIn(3)) {
    PlainJson another = PlainJson::Parse(inputs_.at(*name));
    if (!another.is_object()) another = PlainJson::Object();
    another.Set("another", PlainJson::String("input"));
    return Start(*name, another.Write());
  }
  Start(*name, inputs_.at(*name));
}

void World::Start(const ExecutionName& name, const std::string& input) {
  ++ledger_.messages;
  ledger_.starts[name].inputs.insert(input);
  Trace("starts " + name.name + " of " + name.state_machine + " with " + input);
  const std::size_t request = NewRequest("start of " + name.name);
  engine_->StartExecution(
      {.state_machine = name.state_machine, .name = name.name, .input = input},
      [this, life = life_, request, name, input](const Result<StartResponse>& response) {
        if (life != life_) return Fail("an engine that is gone answers");
        if (std::exchange(requests_.at(request).is_answered, true)) {
          return Fail("a request was answered twice");
        }
        OnStarted(name, input, response);
      });
}

void World::OnStarted(const ExecutionName& name,
                      const std::string& input,
                      const Result<StartResponse>& response) {
  StartEntry& entry = ledger_.starts[name];
  Trace("start of " + name.name + " is answered: " + response.status().ToString());
  if (!response.ok()) {
    const StatusCode code = response.status().code();
    const bool is_taken = code == StatusCode::kAlreadyExists;
    coverage_.HitIf(is_taken && entry.acknowledged_input && input != *entry.acknowledged_input,
                    Mark::kStartWithOtherInputRefused);
    if (!is_taken && code != StatusCode::kUnavailable) {
      Fail("a start is refused: " + response.status().ToString());
    }
    return;
  }
  const bool is_durable = disk_
                              .Get(storage::Family::kState,
                                   rows::NameKey(rows::ShardOf({}, name.state_machine, name.name),
                                                 {},
                                                 name.state_machine,
                                                 name.name))
                              .has_value();
  if (!is_durable) return Fail("a start was acknowledged before it was durable");
  if (temper_.options.retention < std::chrono::hours(24)) {
    // It may have expired and be another execution now.
    if (entry.started_at && response->started_at != *entry.started_at) {
      coverage_.Hit(Mark::kNameUsedAgain);
      entry.acknowledged_input.reset();
      entry.started_at.reset();
    }
    if (!response->is_repeated) ledger_.acknowledged_stops.erase(name);
  }
  if (entry.acknowledged_input) {
    coverage_.HitIf(response->is_repeated, Mark::kRepeatedStartLater);
    if (!response->is_repeated) Fail("one name was started twice: " + name.name);
    if (input != *entry.acknowledged_input)
      Fail("a start with another input was taken as the same");
    if (response->started_at != *entry.started_at) Fail("a repeated start tells another time");
    return;
  }
  coverage_.HitIf(response->is_repeated, Mark::kRepeatedStartInFlight);
  entry.acknowledged_input = input;
  entry.started_at = response->started_at;
}

std::optional<ExecutionName> World::SomeExecution() {
  if (names_.empty()) return std::nullopt;
  return names_[random_.Below(names_.size())];
}

std::optional<ExecutionName> World::AnyExecution() {
  const auto& executions = checker_.executions();
  if (executions.empty() || OneIn(2)) return SomeExecution();
  auto one = executions.begin();
  std::advance(one, static_cast<std::ptrdiff_t>(random_.Below(executions.size())));
  const interpreter::ExecutionHeader& header = one->second.row.header;
  return ExecutionName{.state_machine = header.state_machine, .name = header.name};
}

void World::StopSome() {
  const auto name = AnyExecution();
  if (!name) return;
  ++ledger_.messages;
  StopEntry stop;
  if (!OneIn(3)) stop.error = "Stopped" + std::to_string(random_.Below(3));
  if (OneIn(2)) stop.cause = "because";
  ledger_.stops[*name].push_back(stop);
  const auto start = ledger_.starts.find(*name);
  coverage_.HitIf(start != ledger_.starts.end() && !start->second.acknowledged_input,
                  Mark::kStopBeforeStartIsDurable);
  for (const auto& [id, execution] : checker_.executions()) {
    if (execution.row.header.name != name->name) continue;
    coverage_.Hit(execution.row.is_closed() ? Mark::kStopOfClosed : Mark::kStopOfRunning);
    coverage_.HitIf(
        std::any_of(execution.frames.begin(),
                    execution.frames.end(),
                    [](const auto& entry) {
                      return std::holds_alternative<interpreter::TaskWait>(entry.second.wait);
                    }),
        Mark::kStopWithOpenTasks);
  }
  Trace("stops " + name->name);
  const std::uint64_t redrives = ledger_.redrives[*name].sent;
  const bool may_go_on = ledger_.redrives[*name].unanswered > 0;
  const std::size_t request = NewRequest("stop of " + name->name);
  engine_->StopExecution({.name = *name, .error = stop.error, .cause = stop.cause},
                         [this, life = life_, request, name = *name, redrives, may_go_on](
                             const Result<StopResponse>& response) {
                           if (life != life_) return Fail("an engine that is gone answers");
                           if (std::exchange(requests_.at(request).is_answered, true)) {
                             return Fail("a request was answered twice");
                           }
                           if (response.ok()) {
                             // A redrive that was under way may have come behind it.
                             const bool is_last =
                                 !may_go_on && ledger_.redrives[name].sent == redrives;
                             if (is_last) ledger_.acknowledged_stops.insert(name);
                           } else if (response.status().code() != StatusCode::kNotFound &&
                                      response.status().code() != StatusCode::kUnavailable) {
                             Fail("a stop is refused: " + response.status().ToString());
                           }
                         });
}

std::vector<ExecutionName> World::Redrivable() const {
  std::vector<ExecutionName> names;
  for (const auto& [id, execution] : checker_.executions()) {
    const rows::ExecutionRow& row = execution.row;
    if (!row.is_closed() || row.status == interpreter::ExecutionStatus::kSucceeded) continue;
    // By its Map run alone.
    if (row.parent && row.parent->map_run) continue;
    names.push_back({.state_machine = row.header.state_machine, .name = row.header.name});
  }
  return names;
}

void World::RedriveSome() {
  auto name = SomeExecution();
  const std::vector<ExecutionName> redrivable = Redrivable();
  if (!redrivable.empty() && !OneIn(6)) name = redrivable[random_.Below(redrivable.size())];
  if (!name) return;
  const std::string& last = ledger_.redrives[*name].last_token;
  if (!last.empty() && OneIn(4)) return Redrive(*name, std::string(last));
  Redrive(*name, OneIn(2) ? "" : "token" + std::to_string(ledger_.messages));
  if (OneIn(5)) Redrive(*name, ledger_.redrives[*name].last_token);
}

void World::Redrive(const ExecutionName& name, const std::string& token) {
  ++ledger_.messages;
  RedriveEntry& entry = ledger_.redrives[name];
  ++entry.sent;
  ++entry.unanswered;
  entry.last_token = token;
  ledger_.acknowledged_stops.erase(name);
  Trace("redrives " + name.name + " with token '" + token + "'");
  const std::size_t request = NewRequest("redrive of " + name.name);
  engine_->RedriveExecution(
      {.name = name, .client_token = token},
      [this, life = life_, request, name, token](const Result<RedriveResponse>& response) {
        if (life != life_) return Fail("an engine that is gone answers");
        if (std::exchange(requests_.at(request).is_answered, true)) {
          return Fail("a request was answered twice");
        }
        OnRedriven(name, token, response);
      });
}

void World::OnRedriven(const ExecutionName& name,
                       const std::string& token,
                       const Result<RedriveResponse>& response) {
  RedriveEntry& entry = ledger_.redrives[name];
  --entry.unanswered;
  Trace("redrive of " + name.name + " is answered: " + response.status().ToString());
  if (!response.ok()) {
    const StatusCode code = response.status().code();
    coverage_.HitIf(code == StatusCode::kFailedPrecondition, Mark::kRedriveRefused);
    if (code != StatusCode::kFailedPrecondition && code != StatusCode::kNotFound &&
        code != StatusCode::kUnavailable) {
      Fail("a redrive fails: " + response.status().ToString());
    }
    return;
  }
  const auto info = engine_->DescribeExecution(name);
  // Engine time may begin earlier after a crash: the redrive behind this one may be told before it.
  constexpr Duration kLossMax = std::chrono::seconds(2);
  // What was redriven long ago may have ended and expired since: the answer says so once more.
  const bool is_old = response->redriven_at + temper_.options.retention <= engine_->Now();
  if (info.status().code() == StatusCode::kNotFound && is_old) return;
  if (!info.ok() || !info->redriven_at || *info->redriven_at + kLossMax < response->redriven_at) {
    return Fail("a redrive was acknowledged before it was durable");
  }
  if (token.empty()) {
    ++entry.acknowledged_without_token;
  } else {
    const bool is_new = entry.acknowledged_tokens.insert(token).second;
    coverage_.HitIf(!is_new, Mark::kRedriveRepeated);
  }
}

void World::ReadSome() {
  const auto name = AnyExecution();
  if (!name) return;
  const auto info = engine_->DescribeExecution(*name);
  const auto history = engine_->GetHistory({.name = *name, .page_size = 1 + random_.Below(50)});
  const auto start = ledger_.starts.find(*name);
  const auto list = engine_->ListExecutions({.state_machine = name->state_machine});
  if (!list.ok()) Fail("executions cannot be listed: " + list.status().ToString());
  if (!info.ok()) {
    const bool is_known = start != ledger_.starts.end() && start->second.acknowledged_input &&
                          temper_.options.retention > std::chrono::hours(24);
    if (info.status().code() != StatusCode::kNotFound || is_known) {
      Fail("an execution cannot be read: " + info.status().ToString());
    }
    return;
  }
  if (!history.ok()) return Fail("a history cannot be read: " + history.status().ToString());
  if (history->events.empty() || history->events.front().id != 1) {
    Fail("a history does not begin with its first event");
  }
}

void World::WatchSome() {
  const auto name = AnyExecution();
  if (!name) return;
  if (!watch_) watch_ = engine_->StartWatch(*this);
  if (OneIn(5)) {
    awaited_.erase(*name);
    return watch_->Remove(*name);
  }
  const bool only_close = OneIn(2);
  if (OneIn(2)) return WatchOne(*name, only_close);
  awaited_.insert(*name);
  watch_->TryAdd(*name, only_close);
}

void World::WatchOne(const ExecutionName& name, bool only_close) {
  // Its end may be told before Add is done.
  awaited_.insert(name);
  if (!watch_->Add(name, only_close).ok()) awaited_.erase(name);
}

void World::OnNotInMemory(const ExecutionName& name) {
  lookups_.push_back(name);
}

void World::LookUpWatched() {
  for (const ExecutionName& name : std::exchange(lookups_, {})) {
    coverage_.Hit(Mark::kWatchOfNothingInMemory);
    if (awaited_.contains(name)) WatchOne(name, OneIn(2));
  }
}

void World::OnChanges(std::vector<ExecutionChange> changes) {
  for (const ExecutionChange& change : changes) {
    const auto info = engine_->DescribeExecution(change.name);
    if (!info.ok()) {
      Fail("a watch saw an execution that is not durable");
      continue;
    }
    if (change.status != ExecutionStatus::kRunning) {
      coverage_.Hit(Mark::kWatchSawClose);
      awaited_.erase(change.name);
      if (info->status != change.status) Fail("a watch saw an end that is not durable");
    }
    EventId& last = watched_[change.name];
    if (change.last_event < last) Fail("a watch went backwards");
    last = change.last_event;
    const auto newest = engine_->GetHistory(
        {.name = change.name, .page_size = 1, .is_reverse = true, .without_payloads = true});
    if (!newest.ok() || newest->events.empty() || newest->events.front().id < change.last_event) {
      Fail("a watch saw an event that is not durable");
    }
  }
}

// --- Workers ---

void World::ConnectWorker(SimulatedWorker& worker) {
  std::vector<std::string> functions = AllFunctions();
  worker.Connect(*engine_, functions);
  for (const std::string& function : functions) {
    worker.Grant(function, 1 + static_cast<std::uint32_t>(random_.Below(is_quiet_ ? 20 : 4)));
  }
}

void World::WorkerStep() {
  SimulatedWorker& worker = *workers_[random_.Below(workers_.size())];
  if (!worker.is_connected()) {
    if (OneIn(3)) ConnectWorker(worker);
    return;
  }
  const std::uint64_t kind = random_.Below(temper_.has_worker_faults ? 40 : 24);
  if (kind < 14) return worker.CompleteOne();
  if (kind < 18) {
    return worker.Grant(std::string(kFunctions[random_.Below(kFunctions.size())]),
                        1 + static_cast<std::uint32_t>(random_.Below(3)));
  }
  if (kind < 20) return worker.CompleteAll();
  if (kind < 23) return worker.Heartbeat();
  if (kind < 24) return worker.Resend();
  if (kind < 28) return worker.Repeat();
  if (kind < 30) return worker.Resend();
  if (kind < 32) return worker.ReturnOne();
  if (kind < 33) return worker.CompleteWrongWait();
  if (kind < 35 && temper_.has_garbage) return worker.AnswerGarbage();
  if (kind < 37) return worker.Disconnect();
  if (kind < 38) return worker.Die();
}

// --- The disk ---

void World::DiskFault() {
  using storage::CommitResult;
  switch (random_.Below(6)) {
    case 0:
      coverage_.Hit(Mark::kAbortedCommit);
      Trace("the next commit is aborted");
      return disk_.FailNextCommit(CommitResult::kAborted);
    case 1:
      Trace("the disk refuses from now on");
      return disk_.FailNextCommit(CommitResult::kUnavailable);
    default:
      coverage_.Hit(Mark::kUnknownCommit);
      Trace("the next commit has an unknown outcome");
      return disk_.FailNextCommit(CommitResult::kUnknown);
  }
}

}  // namespace pawl::simulator
