// EngineHarness: the whole engine in one thread, on the memory store, with time in the test's hand
// and workers that do what the test says.
#pragma once

#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "engine/runtime/engine_impl.h"
#include "engine/storage/memory_storage.h"
#include "tests/support/manual_clock.h"

namespace pawl::test {

// Forwards to a store that outlives it: an engine can be closed and opened again on the same rows.
class BorrowedStorage final : public storage::Storage {
 public:
  using Observer = std::function<void(const storage::LoadRequest&)>;

  // Commits that the disk is slow with.
  struct Slowness {
    bool is_slow = false;
    std::deque<std::function<void()>> commits = {};
  };

  // `on_load` sees each request, if it is set. Both outlive this as well.
  BorrowedStorage(storage::Storage& storage, const Observer& on_load, Slowness& slowness)
      : storage_(storage), on_load_(on_load), slowness_(slowness) {}

  void Load(storage::LoadRequest request, storage::LoadDone done) override {
    if (on_load_) on_load_(request);
    storage_.Load(std::move(request), std::move(done));
  }

  void Commit(std::vector<storage::ShardBatch> group, storage::CommitDone done) override {
    if (!slowness_.is_slow) return storage_.Commit(std::move(group), std::move(done));
    slowness_.commits.push_back([this, group = std::move(group), done = std::move(done)]() mutable {
      storage_.Commit(std::move(group), std::move(done));
    });
  }

  Result<std::optional<std::uint64_t>> FreeBytes() override { return storage_.FreeBytes(); }

  storage::StorageStatistics Statistics() override { return storage_.Statistics(); }

 private:
  storage::Storage& storage_;
  const Observer& on_load_;
  Slowness& slowness_;
};

// A worker that runs functions of the test at once, or keeps their tasks.
class ScriptedWorker final : public TaskSink {
 public:
  // Gives the task's result: JSON text, or an error.
  struct Outcome {
    std::optional<std::string> output = {};
    std::string error = {};
    std::string cause = {};
    // What the function has written, as told to who asked for it.
    std::string log_tail = {};
    // How long the function takes; nothing is said before.
    Duration takes = {};
  };

  using Function = std::function<Outcome(const Task&)>;

  // `clock` tells when slow functions are done; it outlives the engine.
  ScriptedWorker(Engine& engine, ManualClock& clock, std::vector<std::string> functions);

  // What the function answers; without one its tasks are kept in `tasks`.
  void On(const std::string& function, Function body) { bodies_[function] = std::move(body); }

  // Answers with the given JSON.
  void Returns(const std::string& function, std::string output);
  void Fails(const std::string& function, std::string error);

  void Deliver(std::vector<Task> delivered) override;
  void Cancel(std::vector<TaskRef> refs) override;
  void Acknowledge(std::vector<CompletionAck> acked) override;

  // Runs what was delivered and ends what is done by now. True if there was something.
  bool Work();
  // When the next slow function is done; the end of time if none runs.
  Timestamp NextDone() const;
  void Complete(const Task& task, const Outcome& outcome);

  WorkerSession& session() { return *session_; }

  // Goes away without a word.
  void Vanish() { session_.reset(); }

  std::deque<Task> tasks;
  std::vector<TaskRef> cancelled;
  std::vector<CompletionAck> acks;

 private:
  // A slow function under way.
  struct Running {
    Task task;
    Outcome outcome;
    Timestamp done_at = {};
  };

  void End(const Task& task, const Outcome& outcome);

  ManualClock& clock_;
  std::map<std::string, Function> bodies_;
  std::vector<Running> running_;
  std::unique_ptr<WorkerSession> session_;
};

class EngineHarness {
 public:
  // `objects` is what ItemReader and ResultWriter use.
  explicit EngineHarness(EngineOptions options = {},
                         std::shared_ptr<objects::ObjectStore> objects = nullptr);
  ~EngineHarness();

  Engine& engine() { return *engine_; }

  // A round of the executors alone, without workers and without jobs that read or write objects.
  bool PollExecutors() { return engine_->PollExecutors(); }

  storage::MemoryStorage& store() { return *store_; }

  ManualClock& clock() { return *clock_; }

  // Looks at all that is read from the store from now on.
  void ObserveLoads(BorrowedStorage::Observer on_load) { on_load_ = std::move(on_load); }

  // Commits are under way from now on, until they may end.
  void HoldCommits() { slowness_.is_slow = true; }

  void EndCommits();

  // A worker that serves these functions, with credit for a thousand tasks of each.
  ScriptedWorker& AddWorker(std::vector<std::string> functions);

  // Deploys `definition` under `name`; fails the test if it is refused.
  void Deploy(const std::string& name, const std::string& definition);
  ExecutionName Start(const std::string& machine, std::string input = "{}", std::string name = {});
  Result<StartResponse> TryStart(StartRequest request);
  Status Stop(const ExecutionName& name);
  Result<RedriveResponse> Redrive(const ExecutionName& name, std::string token = {});

  // Rounds and work until nothing moves at the present time.
  void Settle();
  // Moves time on, settling at each deadline on the way.
  void Advance(Duration duration);
  // Moves time on until the execution is closed, or for `limit` at most. True if it is closed.
  bool AdvanceUntilClosed(const ExecutionName& name, Duration limit);
  // Deploys, starts and settles; the execution as it stands then.
  ExecutionInfo Run(const std::string& definition, std::string input = "{}");

  ExecutionInfo Describe(const ExecutionName& name);
  std::vector<EventInfo> History(const ExecutionName& name);
  // The types of the events, in order.
  std::vector<std::string> EventTypes(const ExecutionName& name);

  // The process dies and the engine is opened again on what is durable. Workers are gone.
  void Crash();

 private:
  void Open();
  // Moves time to the next moment at which something is due, but not beyond `end`, and settles.
  void AdvanceOnce(Timestamp end);

  EngineOptions options_;
  std::shared_ptr<objects::ObjectStore> objects_;
  std::unique_ptr<storage::MemoryStorage> store_;
  BorrowedStorage::Observer on_load_;
  BorrowedStorage::Slowness slowness_;
  ManualClock* clock_ = nullptr;
  Timestamp wall_;
  std::unique_ptr<runtime::EngineImpl> engine_;
  std::vector<std::unique_ptr<ScriptedWorker>> workers_;
  int deployed_ = 0;
  // Also the seed of each opened engine's random numbers.
  std::uint64_t opened_ = 0;
};

}  // namespace pawl::test
