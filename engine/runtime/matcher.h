// Matcher: brings ready tasks and workers together. A task goes out only against a worker's credit.
// It keeps no truth: frames say which tasks are open, and after a restart they are offered again.
#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <list>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "engine/base/mutex.h"
#include "engine/base/time.h"
#include "engine/interpreter/turn.h"
#include "engine/runtime/engine.h"
#include "engine/runtime/function_routes.h"

namespace pawl::runtime {

using SessionId = std::uint64_t;

struct MatcherOptions {
  Duration function_grace = std::chrono::seconds(2);
  Duration reconnect_window = std::chrono::seconds(2);
  // Payload bytes that queued tasks may hold in memory; beyond it a task is loaded again when its
  // turn comes.
  std::size_t queued_bytes_max = std::size_t{16} * 1024 * 1024;
};

struct ReadyTask {
  // `task.payload` may be absent: it is loaded when a worker takes the task.
  Task task;
  NamespaceId namespace_id = {};
  std::int32_t priority = 0;
  std::string fairness_key = {};
  // Found in a frame at start: some worker may still hold it.
  bool is_recovered = false;
  // A direct call: refused where a task of an execution waits for its turn.
  bool is_call = false;
};

// A task that ends without a worker's word.
struct FailedTask {
  TaskRef ref;
  std::string error;
  std::string cause;
};

// The error of a task whose function no worker has ever announced, or that has no such version.
inline constexpr std::string_view kFunctionNotFound = "Lambda.ResourceNotFoundException";
// The error of a task beyond its function's reserved concurrency.
inline constexpr std::string_view kTooManyRequests = "Lambda.TooManyRequestsException";

// Threads: safe from any thread. Sinks are called without the matcher's lock.
class Matcher {
 public:
  // How many workers may be lost with one attempt before it fails (error Pawl.WorkerLost).
  static constexpr std::uint32_t kLostWorkersMax = 3;

  // `load` is asked for the payload of a task that left memory and answers by Loaded. `wake` is
  // called, without the lock, when Poll has something to do at once.
  Matcher(MatcherOptions options,
          ArnScheme arns,
          std::function<void(const TaskRef&)> load,
          std::function<void()> wake = {});

  // --- From the shards, after durability ---
  // A list: tasks are many fields, and go from hand to hand without being moved.
  void Offer(std::list<ReadyTask> tasks, Timestamp now);
  // Nothing waits for these any more; workers that hold one are told, but for the one that ended
  // it.
  void Withdraw(const std::vector<TaskRef>& tasks);
  // Withdraws the tasks of `shard` that are not in `open`: what its frames say after they were read
  // again.
  void WithdrawAllBut(ShardId shard, const std::set<TaskRef>& open);
  // The answer to `load`; no task if nothing waits for it any more.
  void Loaded(const TaskRef& ref, std::optional<Task> task);
  // When a worker holds the task: since when, and when it last gave a sign of life.
  std::optional<interpreter::Lease> FindLease(const TaskRef& ref);
  // Whether the task is queued or held.
  bool Knows(const TaskRef& ref);

  // --- From workers ---
  SessionId Connect(const WorkerHello& hello, TaskSink& sink, Timestamp now);
  // When it returns, the sink is not called any more. `is_lost`: what it held was lost with a
  // worker; else with somebody who had not begun it.
  void Disconnect(SessionId session, Timestamp now, bool is_lost = true);
  void Announce(SessionId session, const std::vector<std::string>& functions, Timestamp now);
  void Grant(SessionId session, const std::vector<FunctionCredit>& credits, Timestamp now);
  void Heartbeat(SessionId session, const std::vector<TaskRef>& tasks, Timestamp now);
  void Return(SessionId session, const std::vector<TaskRef>& tasks, Timestamp now);

  struct Ending {
    // If a worker held it: goes into the history.
    std::optional<interpreter::Lease> lease = {};
    // Of the deployed function that ran; 0: the latest.
    std::uint64_t version = 0;
  };

  // The worker has ended the task: while that is on its way to the disk nobody else gets it.
  Ending Completing(SessionId session, const TaskRef& ref, Timestamp now);
  void Acknowledge(SessionId session, std::vector<CompletionAck> acks);

  // --- Functions ---
  // Known from before: announced once by some worker.
  void AddKnownFunctions(NamespaceId namespace_id, const std::vector<std::string>& functions);
  // Those of `functions` that were not known; they are from now on.
  std::vector<std::string> AddNewFunctions(NamespaceId namespace_id,
                                           const std::vector<std::string>& functions);

  // A function that is not known any more.
  void RemoveKnownFunction(NamespaceId namespace_id, const std::string& function);
  bool KnowsFunction(NamespaceId namespace_id, const std::string& function);
  // How a task that no worker is to get would fail for want of its function; nullopt: it is there.
  std::optional<FailedTask> FindRefusal(NamespaceId namespace_id, const Task& task);
  // By name.
  std::vector<std::string> KnownFunctions(NamespaceId namespace_id);

  // --- Deployed functions (matcher_functions.cc) ---
  // What the function is from now on; nullopt: it is not deployed (any more). Tasks that wait for
  // it are led anew, what runs ends as it would. Poll tells the workers that take them.
  void SetFunction(NamespaceId namespace_id,
                   const std::string& name,
                   std::optional<FunctionRoutes> routes,
                   Timestamp now);

  // --- Time ---
  // Does what is due at `now`; gives the tasks that fail.
  std::vector<FailedTask> Poll(Timestamp now);
  // When Poll has something to do; nullopt: not before something else happens.
  std::optional<Timestamp> NextDeadline();

  struct Counts {
    std::size_t queued = 0;
    std::size_t leased = 0;
    std::size_t workers = 0;
    // Since the start: how often a worker got a task.
    std::uint64_t dispatched = 0;
    std::map<std::string, FunctionStatistics> functions = {};
  };

  Counts Count();

 private:
  using FunctionId = std::pair<std::uint32_t, std::string>;

  enum class State : std::uint8_t { kQueued, kLeased, kUnclaimed };

  struct Deployed {
    FunctionId id = {};
    FunctionRoutes routes = {};
    // Tasks of all versions that workers hold.
    std::size_t running = 0;
    // Direct calls that no worker holds yet.
    std::size_t waiting_calls = 0;
    // Whose turn it is when a task may run again: counts on.
    std::size_t turn = 0;
    // The function is not deployed any more; tasks that ran then may still refer to this.
    bool is_gone = false;

    bool has_room() const { return !routes.concurrency || running < *routes.concurrency; }
  };

  struct Function;

  struct Entry {
    Task task;
    // Whose queue it is in; never nullptr.
    Function* function = nullptr;
    std::int32_t priority = 0;
    std::string fairness_key = {};
    State state = State::kQueued;
    SessionId session = 0;
    std::size_t held_at = 0;
    interpreter::Lease lease = {};
    std::uint32_t lost_workers = 0;
    // kUnclaimed: when it is offered to everybody.
    Timestamp offer_at = {};
    // kLeased: it has gone out; else its payload is being loaded.
    bool is_delivered = false;
    // kLeased: its worker has ended it.
    bool is_completing = false;
    // It is kUnclaimed because its worker went away.
    bool is_lost = false;
    bool is_call = false;
    // nullptr: the function is not deployed. Else `version` is what its qualifier led to.
    std::shared_ptr<Deployed> deployed = {};
    std::uint64_t version = 0;
  };

  // Tasks of one priority: fairness keys take turns.
  struct Level {
    std::map<std::string, std::deque<TaskRef>> by_key;
    std::deque<std::string> turn;
  };

  // What a task names, or a version of a deployed function, by its task name.
  struct Function {
    FunctionId id;
    std::map<std::int32_t, Level, std::greater<>> levels;
    std::size_t queued = 0;
    std::size_t leased = 0;
    DurationHistogram durations = {};
    // Sessions with credit, taking turns.
    std::deque<SessionId> sessions;
    // nullptr: not deployed.
    std::shared_ptr<Deployed> deployed = {};
  };

  struct Session {
    TaskSink* sink = nullptr;
    NamespaceId namespace_id;
    std::set<std::string> functions;
    std::map<std::string, std::uint32_t> credits;
    // Tasks, in no order; each knows its place here.
    std::vector<Entry*> held;
    // Calls of the sink under way; Disconnect waits for them.
    int calls = 0;
    bool is_closing = false;
    bool takes_deployed = false;
    // Poll is to tell it which functions there are.
    bool is_behind = false;
  };

  struct Deadline {
    Timestamp at;
    TaskRef ref;
    auto operator<=>(const Deadline&) const = default;
  };

  // What is to be told to sinks once the lock is gone.
  struct Outbox {
    std::map<SessionId, std::vector<Task>> deliveries;
    std::map<SessionId, std::vector<TaskRef>> cancels;
    std::map<SessionId, std::vector<CompletionAck>> acks;
    std::vector<TaskRef> loads;
    std::map<SessionId, std::vector<RunnableFunction>> functions;
    bool wakes = false;
  };

  void Enqueue(Entry& entry) PAWL_REQUIRES(mutex_);
  // Takes the next task of a function; nullptr if there is none.
  Entry* Dequeue(Function& function) PAWL_REQUIRES(mutex_);
  Function& FunctionOf(const FunctionId& id) PAWL_REQUIRES(mutex_);
  // Adds the entry's function to those of which tasks came to the queue.
  static void Touch(std::vector<Function*>& touched, const Entry& entry);
  void Match(Function& function, Timestamp now, Outbox& out) PAWL_REQUIRES(mutex_);
  // The same for a function that was perhaps never asked for.
  void MatchIfAny(const FunctionId& id, Timestamp now, Outbox& out) PAWL_REQUIRES(mutex_);
  void Forget(const TaskRef& ref) PAWL_REQUIRES(mutex_);
  // Of a task that is in no queue and that no worker has.
  void Drop(const TaskRef& ref) PAWL_REQUIRES(mutex_);
  // A credit was taken for a task that never went out.
  void GiveBackCredit(const Entry& entry) PAWL_REQUIRES(mutex_);
  void Unclaim(Entry& entry, Timestamp offer_at, bool is_lost) PAWL_REQUIRES(mutex_);
  // What becomes of a task whose function no worker announced within the grace.
  FailedTask Unserved(const TaskRef& ref, const Task& task) const;
  void WatchUnknown(const FunctionId& id, Timestamp now) PAWL_REQUIRES(mutex_);
  // The worker of `entry.session` has the task from now on, or has it no more.
  void BeginLease(Entry& entry, Session& session) PAWL_REQUIRES(mutex_);
  void EndLease(Entry& entry) PAWL_REQUIRES(mutex_);

  // --- Deployed functions (matcher_functions.cc) ---
  FailedTask Failed(const Task& task, std::string_view error, const std::string& message) const;
  FailedTask NoSuchFunction(const Task& task) const;
  FailedTask TooManyRequests(const Task& task) const;
  // Leads a task of a deployed function to its version. Gives why it fails, if it does.
  std::optional<FailedTask> Lead(Entry& entry) PAWL_REQUIRES(mutex_);
  // Leads a task that no worker has again, after its function has changed.
  std::optional<FailedTask> LeadAnew(Entry& entry, const FunctionId& id, Timestamp now)
      PAWL_REQUIRES(mutex_);
  void LeadAllAnew(const FunctionId& id, const std::shared_ptr<Deployed>& deployed, Timestamp now)
      PAWL_REQUIRES(mutex_);
  // Whether it is not to wait for a worker. `is_new`: it has just arrived.
  static bool IsThrottled(const Entry& entry, bool is_new);
  void MatchVersions(Deployed& deployed, Timestamp now, Outbox& out) PAWL_REQUIRES(mutex_);
  // What Poll has to do at once.
  bool HasNews() const PAWL_REQUIRES(mutex_);
  void TakeNews(Timestamp now, Outbox& out, std::vector<FailedTask>& failed) PAWL_REQUIRES(mutex_);
  std::vector<RunnableFunction> RunnableIn(NamespaceId namespace_id) const PAWL_REQUIRES(mutex_);
  void Deliver(Outbox out);
  TaskSink* BeginCall(SessionId session);
  void EndCall(SessionId session);

  const MatcherOptions options_;
  const ArnScheme arns_;
  const std::function<void(const TaskRef&)> load_;
  const std::function<void()> wake_;

  Mutex mutex_;
  CondVar calls_ended_;
  std::unordered_map<TaskRef, Entry, TaskRefHash> tasks_ PAWL_GUARDED_BY(mutex_);
  // Of all that was ever asked for: none goes away.
  std::map<FunctionId, Function> functions_ PAWL_GUARDED_BY(mutex_);
  std::set<FunctionId> known_ PAWL_GUARDED_BY(mutex_);
  // Functions nobody announced, and when their tasks fail.
  std::map<FunctionId, Timestamp> unknown_ PAWL_GUARDED_BY(mutex_);
  std::map<SessionId, Session> sessions_ PAWL_GUARDED_BY(mutex_);
  std::map<FunctionId, std::shared_ptr<Deployed>> deployed_ PAWL_GUARDED_BY(mutex_);
  // News for Poll: tasks that failed, functions of which a task may run again, sessions behind.
  std::vector<FailedTask> failed_ PAWL_GUARDED_BY(mutex_);
  std::vector<std::shared_ptr<Deployed>> freed_ PAWL_GUARDED_BY(mutex_);
  bool is_any_behind_ PAWL_GUARDED_BY(mutex_) = false;
  std::set<Deadline> unclaimed_ PAWL_GUARDED_BY(mutex_);
  SessionId last_session_ PAWL_GUARDED_BY(mutex_) = 0;
  std::size_t queued_ PAWL_GUARDED_BY(mutex_) = 0;
  std::size_t leased_ PAWL_GUARDED_BY(mutex_) = 0;
  std::uint64_t dispatched_ PAWL_GUARDED_BY(mutex_) = 0;
  std::size_t queued_bytes_ PAWL_GUARDED_BY(mutex_) = 0;
};

}  // namespace pawl::runtime
