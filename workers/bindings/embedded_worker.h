// EmbeddedWorker: the worker inside the process of an embedded engine. Tasks of registered
// functions wait in a queue for the program's threads; tasks of a directory's functions run in a
// ChildPool. It knows nothing of Python.
//
// The queue is made for threads that share one interpreter lock: a thread waits without the lock,
// and takes a task only once it has the lock back, so no task is held by a thread that cannot run.
// While one thread gets through the queue quickly no other is woken, since they would only take the
// lock from each other; one of those that wait looks on, and helps as soon as it goes slowly.
// Results gather while there is more to take, for at most as long as that one looks.
#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <unordered_map>
#include <vector>

#include "engine/base/mutex.h"
#include "engine/base/status.h"
#include "engine/platform/clock.h"
#include "engine/platform/thread.h"
#include "engine/runtime/engine.h"
#include "workers/built_in_functions.h"
#include "workers/child_pool.h"
#include "workers/functions_directory.h"

namespace pawl::workers {

// Tasks of one registered function that are queued or run; what is more waits in the engine.
inline constexpr std::uint32_t kEmbeddedCredits = 512;
// The same of a function in a directory, for each of its processes.
inline constexpr std::uint32_t kEmbeddedCreditsPerChild = 16;

// A waiting thread helps when the others took fewer than kQuickTasks in kLookOn.
inline constexpr std::chrono::milliseconds kLookOn{1};
inline constexpr std::uint64_t kQuickTasks = 16;
// Results that gather.
inline constexpr std::size_t kResultsTogether = 32;

// A task for one of the program's threads.
struct EmbeddedTask {
  std::uint64_t id = 0;
  std::string function;
  Bytes event;
  std::string request_id;
  // Of the state, as far as it has one.
  std::optional<SteadyTime> deadline;
};

// How functions run in processes. Of several, the first counts.
struct EmbeddedPool {
  ChildPoolOptions options;
  // Of a function that does not say its own.
  std::uint32_t concurrency = 1;
  // What functions write, and what is wrong with them; called from any thread.
  std::function<void(const std::string&)> log;
};

// Threads: safe from any thread.
class EmbeddedWorker final : private TaskSink {
 public:
  // `engine` outlives the worker. `threads` of the program call TryTake and Wait.
  EmbeddedWorker(Engine& engine, std::size_t threads);
  EmbeddedWorker(const EmbeddedWorker&) = delete;
  EmbeddedWorker& operator=(const EmbeddedWorker&) = delete;
  // Kills the children.
  ~EmbeddedWorker() override;

  // Tasks of `name` come to TryTake from now on.
  void Register(const std::string& name);
  // Serves the functions of a directory, and follows its changes. AlreadyExists the second time.
  // Not called by two threads at once, nor with the next one.
  Status Serve(const std::string& directory, EmbeddedPool pool);
  // Serves the worker's own functions; the names of those that are served. Errors: as
  // BuiltInFunctions.
  Result<std::vector<std::string>> Serve(const BuiltInOptions& options, EmbeddedPool pool);

  // The next task, without waiting. `has_waited`: the caller comes from Wait. A thread that has
  // completed a task comes back here or to Wait soon.
  std::optional<EmbeddedTask> TryTake(bool has_waited);
  // Waits until there may be a task. False: there will be no more.
  bool Wait();
  // The end of a task; `ref` is filled in here. Ignored for a task that was cancelled. It is handed
  // on by the next TryTake, of any thread.
  void Complete(std::uint64_t id, Completion completion);

  // No more tasks: Wait returns false.
  void Stop();

 private:
  struct Held {
    TaskRef ref;
    std::string function;
    bool needs_heartbeat = false;
    bool is_pooled = false;
    // Of a registered function whose caller wants the log: what it is made from.
    std::optional<std::string> logged_request = {};
    SteadyTime taken_at = {};
  };

  struct TaskIdHash {
    std::size_t operator()(const TaskRef& ref) const noexcept { return TaskRefHash()(ref); }
  };

  void Deliver(std::vector<Task> tasks) override;
  void Cancel(std::vector<TaskRef> tasks) override;
  void Acknowledge(std::vector<CompletionAck> acks) override;

  Status StartPool(EmbeddedPool pool);
  // Hands a function to the pool and adds the credit it now has to `grants`.
  void SetFunction(FunctionSpec spec, std::vector<FunctionCredit>& grants);
  void OnResults(std::vector<InvocationResult> results);
  // Every kUpkeepEvery: heartbeats, refused completions, credits, the directory.
  void Upkeep();
  void PollDirectory();
  void AnnounceAll();
  // Takes the task out and notes its credit.
  std::optional<Held> Release(std::uint64_t id) PAWL_REQUIRES(mutex_);
  void WakeOne() PAWL_REQUIRES(mutex_);
  // Hands on what has gathered.
  void Flush();
  std::vector<FunctionCredit> TakeCredits(std::uint32_t at_least) PAWL_REQUIRES(mutex_);

  const std::size_t threads_;
  platform::SystemClock clock_;
  Mutex mutex_;
  CondVar ready_;
  CondVar stopped_;
  bool is_stopping_ PAWL_GUARDED_BY(mutex_) = false;
  std::size_t waiting_ PAWL_GUARDED_BY(mutex_) = 0;
  std::size_t woken_ PAWL_GUARDED_BY(mutex_) = 0;
  // Ever.
  std::uint64_t taken_ PAWL_GUARDED_BY(mutex_) = 0;
  std::vector<Completion> results_ PAWL_GUARDED_BY(mutex_);
  std::deque<EmbeddedTask> queue_ PAWL_GUARDED_BY(mutex_);
  std::set<std::string> registered_ PAWL_GUARDED_BY(mutex_);
  // With their credits.
  std::map<std::string, std::uint32_t> pooled_ PAWL_GUARDED_BY(mutex_);
  std::unordered_map<std::string, std::uint32_t> used_credits_ PAWL_GUARDED_BY(mutex_);
  std::uint64_t next_id_ PAWL_GUARDED_BY(mutex_) = 1;
  std::unordered_map<std::uint64_t, Held> held_ PAWL_GUARDED_BY(mutex_);
  std::unordered_map<TaskRef, std::uint64_t, TaskIdHash> by_ref_ PAWL_GUARDED_BY(mutex_);
  // Not yet acknowledged: the disk may be full.
  std::unordered_map<TaskRef, Completion, TaskIdHash> unacknowledged_ PAWL_GUARDED_BY(mutex_);
  std::vector<TaskRef> refused_ PAWL_GUARDED_BY(mutex_);
  std::vector<TaskRef> returns_ PAWL_GUARDED_BY(mutex_);

  // Set once; read by the engine's threads after Serve announced the functions.
  EmbeddedPool pooling_;
  std::unique_ptr<FunctionsDirectory> directory_ PAWL_GUARDED_BY(mutex_);
  std::unique_ptr<ChildPool> pool_;

  std::unique_ptr<WorkerSession> session_;
  std::unique_ptr<platform::Thread> upkeep_;
};

}  // namespace pawl::workers
