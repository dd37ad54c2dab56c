// World: one seed's life of an engine. Everything in it, time and disk and workers and clients, is
// drawn from the seed; the engine under it is the real one, driven without threads.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "engine/runtime/engine_impl.h"
#include "tests/simulator/coverage.h"
#include "tests/simulator/definition_generator.h"
#include "tests/simulator/item_library.h"
#include "tests/simulator/ledger.h"
#include "tests/simulator/mutant.h"
#include "tests/simulator/simulated_disk.h"
#include "tests/simulator/simulated_objects.h"
#include "tests/simulator/simulated_worker.h"
#include "tests/simulator/store_checker.h"
#include "tests/simulator/token_holder.h"
#include "tests/support/manual_clock.h"

namespace pawl::simulator {

// Rounds in which every shard gets its upkeep, and the time between them: more than the engine's,
// whose time may run slower than the clock.
inline constexpr int kShardTour = 130;
inline constexpr Duration kUpkeepPause = std::chrono::milliseconds(60);

struct RunOptions {
  Mutant mutant = Mutant::kNone;
  bool is_tracing = false;
};

struct RunReport {
  // Empty: everything held.
  std::string failure;
  std::uint64_t trace_hash = 0;
  std::uint64_t messages = 0;
  std::uint64_t crashes = 0;
  std::uint64_t executions = 0;
  std::uint64_t events = 0;
};

// How a seed's world behaves: drawn once.
struct Temper {
  int steps = 0;
  std::size_t executions_max = 0;
  // All executions in one shard, so that they meet.
  bool is_crowded = false;
  bool has_worker_faults = false;
  bool has_garbage = false;
  bool has_disk_faults = false;
  bool has_clock_jumps = false;
  bool has_stops = false;
  bool has_redeployments = false;
  bool has_redrives = false;
  // When everything has ended, what ended without success is redriven once.
  bool has_last_redrives = false;
  // One in so many steps is a crash.
  std::uint64_t crash_every = 0;
  // One in so many steps syncs; the rest leaves groups pending.
  std::uint64_t sync_every = 0;
  bool is_immediate = false;
  // The object store fails now and then, and is slow.
  bool has_object_faults = false;
  runtime::ObjectBounds object_bounds = {};
  EngineOptions options = {};
};

class World final : public WatchSink {
 public:
  World(std::uint64_t seed, const RunOptions& options, Coverage& coverage);
  ~World() override;

  RunReport Run();

 private:
  struct Request {
    std::string what;
    bool is_answered = false;
  };

  using Step = void (World::*)();

  // --- Life of the engine (world_life.cc) ---
  void Open();
  void Crash(bool may_keep);
  void NoteCrash();
  void CrashAndReopen();
  void NoteRecovery();
  EngineOptions DrawOptions();

  // --- Steps (world_steps.cc) ---
  void TakeStep();
  void PollOnce();
  void SyncSome();
  void PassTime();
  // The disk takes its time: every shard gets its upkeep while a group is under way.
  void PassTimeUnsynced();
  void JumpWallClock();
  void StartNew();
  void StartAgain();
  void StopSome();
  void RedriveSome();
  void ReadSome();
  void WatchSome();
  void UpdateSomeMapRun();
  void StartSomeExpress();
  void DeployAgain();
  void WorkerStep();
  // Of people who hold task tokens (world_callbacks.cc).
  void CallbackStep();
  bool WorkOnCallbacks();
  // Tokens that executions were started with, and others that nobody got (if `with_lost`).
  void RecallTokens(bool with_lost);
  // Executions that wait for others, and these (world_children.cc).
  void CheckChildrenAtRest();
  // Whether the frame is in a state that starts an execution.
  bool IsEngineCall(const StoredExecution& execution, const interpreter::Frame& frame) const;
  bool MayBecomeKnown(const interpreter::Frame& frame, Timestamp now) const;
  void NoteChild(const StoredExecution& execution);
  // Map runs and their executions (world_map_runs.cc).
  void CheckMapRunsAtRest();
  void CheckMapRunReads();
  void NoteMapRuns(const StoredExecution& execution);
  MapRunUpdate DrawMapRunUpdate();
  void OnMapRunUpdated(ExecutionId execution,
                       EventId run,
                       std::size_t place,
                       const Result<bool>& response);
  void CheckTokens();
  void DiskFault();
  void SettleAndCheck();
  void ConnectWorker(SimulatedWorker& worker);

  // The object store (world_objects.cc).
  void ObjectFault();
  // Polls the engine; the power may go while it reads or writes objects, then it is true.
  bool PollWithObjects();

  // EXPRESS executions (world_express.cc).
  void DeployExpress();
  void StartExpressAlone(const StartRequest& start);
  void OnExpressEnded(const std::string& name,
                      const std::string& input,
                      const Result<ExecutionInfo>& info);
  bool HasExpressChance() const;
  // Whether anybody waits for one, or a worker is at work for one.
  bool HasOpenExpress() const;

  void Deploy(std::size_t machine);
  void Start(const ExecutionName& name, const std::string& input);
  void OnStarted(const ExecutionName& name,
                 const std::string& input,
                 const Result<StartResponse>& response);
  void Redrive(const ExecutionName& name, const std::string& token);
  void OnRedriven(const ExecutionName& name,
                  const std::string& token,
                  const Result<RedriveResponse>& response);
  // Those that ended without success.
  std::vector<ExecutionName> Redrivable() const;
  std::string NewName(const std::string& machine);
  // One that the world started, or any.
  std::optional<ExecutionName> SomeExecution();
  std::optional<ExecutionName> AnyExecution();
  std::size_t NewRequest(const std::string& what);
  void OnChanges(std::vector<ExecutionChange> changes) override;
  void OnNotInMemory(const ExecutionName& name) override;
  void WatchOne(const ExecutionName& name, bool only_close);
  void LookUpWatched();

  // --- Rest and ends (world_settle.cc) ---
  // Runs everything that can run at the present time, with a healthy disk and healthy workers.
  void Settle();
  void CheckSettled();
  void CheckStore();
  void PrintHistories();
  void CheckReads();
  void Quieten();
  bool AreAllClosed();
  std::optional<Timestamp> NextStoredDeadline();
  // Time enough for every shard to get its upkeep.
  void TourUpkeep();

  void Fail(const std::string& what);

  bool has_failed() const { return !report_.failure.empty(); }

  void Trace(const std::string& what);

  bool OneIn(std::uint64_t n) { return random_.Below(n) == 0; }

  const DefinitionText* FindDefinition(const std::string& machine, std::uint64_t revision) const;

  const std::uint64_t seed_;
  const RunOptions run_options_;
  Coverage& coverage_;
  SeededRandom random_;
  RunReport report_;
  LanguageMix mix_;
  Temper temper_;
  SimulatedDisk disk_;
  std::shared_ptr<SimulatedObjects> objects_;
  ItemLibrary library_;
  Ledger ledger_;
  WorkerSurroundings surroundings_;
  TokenHolder token_holder_;
  StoreChecker checker_;

  struct Machine {
    std::string name;
    std::uint64_t revision = 0;
    std::map<std::uint64_t, DefinitionText> revisions = {};
  };

  // Of the state machine whose executions are events.
  DefinitionText events_;
  std::vector<Machine> machines_;
  DefinitionText express_;
  // Calls to the engine that runs, and whether they were answered.
  std::vector<bool> express_calls_;
  std::set<std::string> express_arns_;
  std::vector<std::unique_ptr<SimulatedWorker>> workers_;
  std::vector<ExecutionName> names_;
  std::map<ExecutionName, std::string> inputs_;
  std::uint16_t crowded_shard_ = 0;
  std::uint64_t name_counter_ = 0;

  Timestamp wall_;
  test::ManualClock* clock_ = nullptr;
  std::unique_ptr<runtime::EngineImpl> engine_;
  std::unique_ptr<Watch> watch_;
  std::map<ExecutionName, EventId> watched_;
  // Executions whose end the watch has to tell.
  std::set<ExecutionName> awaited_;
  // At rest: executions of Map runs, by run's execution and place, that could not be started.
  std::map<std::pair<ExecutionId, std::uint32_t>, Timestamp> refused_since_;
  // Executions that were not in memory when they were to be watched.
  std::vector<ExecutionName> lookups_;
  // Grows with each engine: answers of an engine that is gone count for nothing.
  int life_ = 0;
  std::vector<Request> requests_;
  bool has_store_failed_ = false;
  std::string store_failure_;
  Timestamp last_crash_wall_;
  int crashes_in_a_row_ = 0;
  int steps_since_open_ = 0;
  bool is_quiet_ = false;
  // Jobs that wait for the object store wait longer.
  bool is_store_slow_ = false;
  bool has_redriven_last_ = false;
  Timestamp engine_time_;
  // When the engine that runs was opened.
  Timestamp opened_at_;
  // When it first had its turn after that; what recovery found out is taken up then.
  std::optional<Timestamp> served_since_;
  std::uint64_t scrubbed_before_ = 0;
};

// Runs a seed from its beginning to its end.
RunReport RunSeed(std::uint64_t seed, const RunOptions& options, Coverage& coverage);

}  // namespace pawl::simulator
