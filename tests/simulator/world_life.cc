// How a world's engine comes and goes.
#include <algorithm>
#include <cstdio>

#include "engine/base/hash.h"
#include "engine/interpreter/advance.h"
#include "engine/runtime/function_events.h"
#include "tests/simulator/world.h"
#include "tests/support/seeded_random_source.h"

namespace pawl::simulator {
namespace {

Temper DrawTemper(SeededRandom& random) {
  const auto one_in = [&random](std::uint64_t n) { return random.Below(n) == 0; };
  Temper temper;
  temper.steps = 300 + static_cast<int>(random.Below(500));
  temper.executions_max = 4 + static_cast<std::size_t>(random.Below(20));
  temper.is_crowded = one_in(2);
  temper.has_worker_faults = !one_in(3);
  temper.has_garbage = one_in(4);
  temper.has_disk_faults = one_in(4);
  temper.has_clock_jumps = one_in(3);
  temper.has_stops = one_in(3);
  temper.has_redeployments = one_in(4);
  temper.has_redrives = !one_in(3);
  temper.has_last_redrives = temper.has_redrives && one_in(3);
  temper.crash_every = 20 + random.Below(120);
  temper.sync_every = 1 + random.Below(8);
  temper.is_immediate = one_in(6);
  temper.has_object_faults = one_in(2);
  constexpr std::size_t kSlices[] = {1, 2, 3, 1'000};
  temper.object_bounds.slice_items_max = kSlices[random.Below(4)];
  constexpr std::uint64_t kFileBytes[] = {1, 900, std::uint64_t{1} << 32};
  temper.object_bounds.file_bytes_max = kFileBytes[random.Below(3)];

  EngineOptions& options = temper.options;
  options.executors = 1 + static_cast<int>(random.Below(2));
  constexpr std::uint32_t kQuanta[] = {1, 2, 3, 64};
  options.limits.turn_transitions_max = kQuanta[random.Below(4)];
  constexpr std::uint32_t kWindows[] = {1, 2, 40};
  options.limits.inline_map_concurrency = kWindows[random.Below(3)];
  constexpr std::uint32_t kRunWindows[] = {1, 2, 10'000};
  options.limits.distributed_map_concurrency = kRunWindows[random.Below(3)];
  if (one_in(8)) options.limits.turn_history_bytes_max = 200;
  if (one_in(12))
    options.limits.history_events_max = 30 + static_cast<std::uint32_t>(random.Below(60));
  if (one_in(2)) options.resident_bytes_max = 0;
  if (one_in(10)) options.retention = std::chrono::seconds(one_in(2) ? 300 : 8);
  constexpr std::size_t kGroupBytes[] = {1, 2'000, 2'000'000};
  options.group_bytes_max = kGroupBytes[random.Below(3)];
  if (one_in(3)) options.reconnect_window = std::chrono::milliseconds(200);
  return temper;
}

}  // namespace

World::World(std::uint64_t seed, const RunOptions& options, Coverage& coverage)
    : seed_(seed),
      run_options_(options),
      coverage_(coverage),
      random_(seed),
      mix_(DrawLanguageMix(random_)),
      temper_(DrawTemper(random_)),
      disk_(seed ^ 0x5157ULL, options.mutant),
      objects_(std::make_shared<SimulatedObjects>(seed ^ 0x0b1ec7ULL, options.mutant, coverage)),
      library_(random_, objects_->contents()),
      surroundings_{.disk = disk_,
                    .ledger = ledger_,
                    .coverage = coverage,
                    .random = random_,
                    .mutant = options.mutant,
                    .is_tracing = options.is_tracing},
      token_holder_(surroundings_),
      checker_(
          disk_,
          ledger_,
          temper_.options.limits,
          *objects_,
          library_,
          [this](const std::string& machine, std::uint64_t revision) {
            return FindDefinition(machine, revision);
          },
          coverage,
          temper_.has_clock_jumps,
          [this] { return HasExpressChance(); }),
      wall_(test::ManualClock::kStart) {
  surroundings_.now = [this] { return engine_ ? engine_->Now() : engine_time_; };
  surroundings_.token_holder = &token_holder_;
  events_ = {.definition = PlainJson::Parse(runtime::EventDefinition()),
             .machine = asl::Compile(runtime::EventDefinition()).machine};
}

World::~World() {
  watch_.reset();
  workers_.clear();
  token_holder_.LoseEngine();
  engine_.reset();
}

RunReport World::Run() {
  Open();
  const std::uint64_t machines = 1 + random_.Below(3);
  for (std::uint64_t i = 0; i < machines; ++i) {
    machines_.push_back({.name = "m" + std::to_string(i)});
  }
  for (std::size_t i = 0; i < machines_.size(); ++i)
    Deploy(i);
  if (mix_.has_express) DeployExpress();
  crowded_shard_ = static_cast<std::uint16_t>(random_.Below(128));
  const std::uint64_t workers = 1 + random_.Below(3);
  for (std::uint64_t i = 0; i < workers; ++i) {
    workers_.push_back(std::make_unique<SimulatedWorker>(static_cast<int>(i), surroundings_));
  }
  ConnectWorker(*workers_[0]);
  for (int step = 0; step < temper_.steps && !has_failed(); ++step)
    TakeStep();
  if (!has_failed()) Quieten();
  report_.trace_hash = HashCombine(disk_.trace_hash(), surroundings_.trace_hash);
  report_.messages = ledger_.messages;
  for (const auto& [id, execution] : checker_.executions()) {
    ++report_.executions;
    report_.events += execution.events.size();
  }
  return report_;
}

void World::Trace(const std::string& what) {
  if (!run_options_.is_tracing) return;
  std::printf(
      "  %s %s\n", engine_ ? FormatTimestamp(engine_->Now()).c_str() : "(no engine)", what.c_str());
}

void World::Fail(const std::string& what) {
  if (has_failed()) return;
  report_.failure = what;
  Trace("FAILS: " + what);
  if (run_options_.is_tracing) PrintHistories();
}

const DefinitionText* World::FindDefinition(const std::string& machine,
                                            std::uint64_t revision) const {
  if (machine == runtime::kEventStateMachine) return &events_;
  // Executions of Map runs belong to "machine/label".
  const std::string name = machine.substr(0, machine.find('/'));
  for (const Machine& one : machines_) {
    if (one.name != name) continue;
    const auto found = one.revisions.find(revision);
    return found == one.revisions.end() ? nullptr : &found->second;
  }
  return nullptr;
}

EngineOptions World::DrawOptions() {
  return temper_.options;
}

// Opens an engine on what the disk holds. The power may go while it recovers, several times.
void World::Open() {
  const bool may_fail = !is_quiet_ && report_.crashes > 0;
  for (int depth = 0;; ++depth) {
    auto clock = std::make_unique<test::ManualClock>(wall_);
    clock_ = clock.get();
    const bool is_doomed = may_fail && depth < 3 && OneIn(depth == 0 ? 6 : 2);
    if (is_doomed) disk_.FailLoadsAfter(random_.Below(OneIn(2) ? 150 : 800));
    ++life_;
    requests_.clear();
    has_store_failed_ = false;
    auto engine = runtime::EngineImpl::Make(
        DrawOptions(),
        {.storage = disk_.Open(),
         .clock = std::move(clock),
         .random = std::make_unique<test::SeededRandomSource>(random_.Next()),
         .objects = objects_,
         .object_bounds = temper_.object_bounds,
         .on_store_failed =
             [this](const Status& status) {
               has_store_failed_ = true;
               store_failure_ = status.ToString();
             },
         .has_threads = false});
    if (!is_doomed && !engine.ok()) {
      return Fail("the engine does not open: " + engine.status().ToString());
    }
    if (is_doomed) {
      // Work may begin before the power goes.
      if (engine.ok() && OneIn(2)) (*engine)->Poll();
      Trace("crash during recovery, depth " + std::to_string(depth + 1));
      coverage_.Hit(Mark::kCrashDuringRecovery);
      coverage_.HitIf(depth == 2, Mark::kCrashDuringRecoveryThreeDeep);
      ++report_.crashes;
      disk_.Crash(random_.Below(disk_.uncertain_groups() + 1));
      if (engine.ok()) engine->reset();
      objects_->Crash();
      clock_ = nullptr;
      continue;
    }
    engine_ = std::move(*engine);
    break;
  }
  disk_.SetImmediate(temper_.is_immediate);
  steps_since_open_ = 0;
  scrubbed_before_ = 0;
  surroundings_.life = life_;
  opened_at_ = engine_->Now();
  served_since_.reset();
  surroundings_.reserved_until = engine_->Now() + temper_.options.reconnect_window;
  // Engine time is stored once a second, and may be lost with a group once.
  constexpr Duration kLossMax = std::chrono::seconds(2);
  for (const auto& [id, execution] : checker_.executions()) {
    if (engine_->Now() + kLossMax < execution.events.back().at) Fail("engine time was lost");
  }
  token_holder_.Connect(*engine_);
  NoteRecovery();
}

// What the engine finds at a start that was due while it was down.
void World::NoteRecovery() {
  const Timestamp now = engine_->Now();
  coverage_.HitIf(wall_ < last_crash_wall_, Mark::kWallClockWentBackOverCrash);
  for (const auto& [id, execution] : checker_.executions()) {
    for (const auto& [number, frame] : execution.frames) {
      const auto due = interpreter::NextDeadline(frame, std::nullopt);
      if (!due || *due > now) continue;
      coverage_.Hit(execution.parked.contains(number) ? Mark::kRecoveryOfOverdueParkedFrame
                                                      : Mark::kRecoveryOfOverdueDeadline);
    }
  }
}

// The process is gone. Its memory goes without another word to anybody.
void World::Crash(bool may_keep) {
  ++report_.crashes;
  last_crash_wall_ = clock_->WallNow();
  wall_ = last_crash_wall_;
  const std::size_t uncertain = disk_.uncertain_groups();
  const std::size_t kept = may_keep && OneIn(2) ? random_.Below(uncertain + 1) : 0;
  coverage_.HitIf(kept > 0, Mark::kCrashKeepsUnansweredGroups);
  coverage_.HitIf(kept > 0 && kept < uncertain, Mark::kCrashKeepsSomeLosesSome);
  coverage_.HitIf(steps_since_open_ <= 2, Mark::kCrashRightAfterRecovery);
  Trace("crash; of " + std::to_string(uncertain) + " groups " + std::to_string(kept) + " are kept");
  engine_time_ = engine_->Now();
  if (kept == 0) {
    const SimulatedDisk::PendingFacts lost = disk_.Pending();
    coverage_.HitIf(lost.has_start, Mark::kCrashWithUnsyncedStart);
    coverage_.HitIf(lost.has_close, Mark::kCrashWithUnsyncedClose);
    coverage_.HitIf(lost.has_redrive, Mark::kCrashWithUnsyncedRedrive);
    coverage_.HitIf(lost.has_task_end, Mark::kCrashWithUnsyncedCompletion);
  }
  disk_.Crash(kept);
  ++life_;
  watched_.clear();
  awaited_.clear();
  lookups_.clear();
  watch_.reset();
  for (const auto& worker : workers_)
    worker->LoseEngine();
  token_holder_.LoseEngine();
  engine_.reset();
  objects_->Crash();
  clock_ = nullptr;
  requests_.clear();
  const bool has_call =
      std::find(express_calls_.begin(), express_calls_.end(), false) != express_calls_.end();
  coverage_.HitIf(has_call, Mark::kExpressLostInCrash);
  express_calls_.clear();
  for (auto& [name, entry] : ledger_.redrives)
    entry.unanswered = 0;
}

// What the crash interrupts, seen from the rows that are left.
void World::NoteCrash() {
  bool has_half_join = false;
  bool has_overdue = false;
  bool is_any_open = false;
  for (const auto& [id, execution] : checker_.executions()) {
    std::size_t joins = 0;
    for (const auto& [number, frame] : execution.frames) {
      is_any_open = true;
      const auto due = interpreter::NextDeadline(frame, std::nullopt);
      has_overdue = has_overdue || (due && *due <= engine_time_);
      coverage_.HitIf(std::holds_alternative<interpreter::RunnableWait>(frame.wait),
                      Mark::kCrashWithRunnableFrame);
      if (const auto* task = std::get_if<interpreter::TaskWait>(&frame.wait)) {
        coverage_.Hit(Mark::kCrashWithOpenTask);
        coverage_.HitIf(task->invocation != interpreter::Invocation::kRequestResponse,
                        Mark::kCrashWithUnawaitedCall);
      }
      coverage_.HitIf(std::holds_alternative<interpreter::TokenWait>(frame.wait),
                      Mark::kCrashWithTokenOut);
      if (const auto* timer = std::get_if<interpreter::TimerWait>(&frame.wait)) {
        coverage_.HitIf(timer->purpose == interpreter::TimerWait::Purpose::kRetry,
                        Mark::kCrashWithRetryDelay);
      }
      if (const auto* join = std::get_if<interpreter::JoinWait>(&frame.wait)) {
        ++joins;
        has_half_join = has_half_join || (join->open > 0 && join->next > join->open);
        coverage_.HitIf(join->next < join->total && join->open < join->concurrency,
                        Mark::kJoinCutShort);
      }
      coverage_.HitIf(frame.input.home != 0 && !frame.input.bytes.has_value(),
                      Mark::kPayloadOutsideFrame);
    }
    NoteChild(execution);
    NoteMapRuns(execution);
    coverage_.HitIf(!execution.parked.empty(), Mark::kCrashWithParkedFrame);
    coverage_.HitIf(!execution.frames.empty() && !execution.variables.empty(),
                    Mark::kCrashWithVariables);
    coverage_.HitIf(joins > 1, Mark::kCrashWithNestedJoins);
    coverage_.HitIf(joins > 0 && execution.row.header.redrive_count > 0,
                    Mark::kCrashWithRedrivenJoin);
  }
  coverage_.HitIf(checker_.messages() > 0, Mark::kCrashWithMessageUnderWay);
  coverage_.HitIf(has_half_join, Mark::kCrashWithHalfFinishedJoin);
  coverage_.HitIf(has_half_join && has_overdue, Mark::kCrashWithHalfFinishedJoinAndOverdueTimer);
  coverage_.HitIf(!is_any_open && !checker_.executions().empty(), Mark::kCrashWithEverythingClosed);
}

void World::CrashAndReopen() {
  Crash(true);
  CheckStore();
  if (has_failed()) return;
  NoteCrash();
  // The machine may be down for a while, and somebody may set its clock.
  if (OneIn(3)) wall_ += Duration(static_cast<Duration::rep>(random_.Below(20'000'000)));
  if (temper_.has_clock_jumps && OneIn(4)) wall_ -= std::chrono::minutes(random_.Below(90));
  if (mix_.has_long_waits && OneIn(4)) wall_ += std::chrono::minutes(random_.Below(40));
  Open();
}

RunReport RunSeed(std::uint64_t seed, const RunOptions& options, Coverage& coverage) {
  World world(seed, options, coverage);
  return world.Run();
}

}  // namespace pawl::simulator
