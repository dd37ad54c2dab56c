// FunctionCalls: calls of functions that belong to no execution. They are memory only: nothing of
// them is stored, and they end with the engine.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <set>

#include "engine/base/mutex.h"
#include "engine/base/time.h"
#include "engine/interpreter/state_test.h"
#include "engine/platform/random.h"
#include "engine/rows/keys.h"
#include "engine/runtime/engine.h"
#include "engine/runtime/matcher.h"

namespace pawl::runtime {

// The tasks of calls are those of no shard; this number stands in their place.
inline constexpr ShardId kCallShard{rows::kShards + 1};

// How a call ended.
struct CallEnd {
  interpreter::CalledFunction function = {};
  // The error is not the function's: no worker serves it, or none has lived to answer.
  bool is_unanswered = false;
  // Of the deployed function that ran; 0: the latest.
  std::uint64_t version = 0;
};

// Threads: safe from any thread. Callbacks run without its lock.
class FunctionCalls {
 public:
  // Calls that may wait at once.
  static constexpr std::size_t kWaitingMax = 1'000;

  // All arguments outlive this.
  FunctionCalls(Matcher& matcher, platform::Random& random);
  ~FunctionCalls();
  FunctionCalls(const FunctionCalls&) = delete;
  FunctionCalls& operator=(const FunctionCalls&) = delete;

  // Offers the call to the workers of its function; `task` has everything but `ref` and `deadline`.
  // `done` runs once. Errors: ResourceExhausted (too many wait; before this returns),
  // DeadlineExceeded (no answer within `timeout`), Unavailable (the engine stops).
  void Start(Task task, Duration timeout, Timestamp now, Callback<CallEnd> done);

  static bool Owns(const TaskRef& ref) { return ref.execution.shard == kCallShard; }

  // --- About tasks that Owns() says are a call's ---
  // Gives the matcher the payload that it did not keep.
  void Load(const TaskRef& ref);
  // The function's answer, by this version. False if nothing waits for it (any more).
  bool End(Completion completion, std::uint64_t version);
  void Fail(FailedTask task);

  // Ends calls that have taken too long.
  void Poll(Timestamp now);
  // When Poll has something to do; nullopt: not before something else happens.
  std::optional<Timestamp> NextDeadline();

 private:
  struct Waiting {
    Task task = {};
    Duration timeout = {};
    Callback<CallEnd> done = {};
  };

  struct Deadline {
    Timestamp at;
    TaskRef ref;
    auto operator<=>(const Deadline&) const = default;
  };

  // Gives `waiting` back if too many wait already.
  std::optional<Waiting> Add(Waiting waiting);
  std::optional<Waiting> Take(const TaskRef& ref);

  Matcher& matcher_;
  platform::Random& random_;
  Mutex mutex_;
  std::map<TaskRef, Waiting> waiting_ PAWL_GUARDED_BY(mutex_);
  std::set<Deadline> deadlines_ PAWL_GUARDED_BY(mutex_);
};

}  // namespace pawl::runtime
