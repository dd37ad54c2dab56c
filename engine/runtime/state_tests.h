// StateTests: the tests of single states that wait for a function. They are memory only: what is
// tested belongs to no execution, and a test ends with its engine.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>

#include "engine/base/mutex.h"
#include "engine/base/time.h"
#include "engine/platform/random.h"
#include "engine/rows/keys.h"
#include "engine/runtime/engine.h"
#include "engine/runtime/matcher.h"

namespace pawl::runtime {

// The tasks of tests are those of no shard; this number stands in their place.
inline constexpr ShardId kStateTestShard{rows::kShards + 1};

// Threads: safe from any thread. Callbacks run without its lock.
class StateTests {
 public:
  // How long a test waits for a function. API reference, TestState: up to five minutes.
  static constexpr Duration kFunctionMax = std::chrono::minutes(5);
  // Tests that may wait at once.
  static constexpr std::size_t kWaitingMax = 1'000;

  // All arguments outlive this.
  StateTests(Matcher& matcher,
             const interpreter::Environment& environment,
             platform::Random& random);
  ~StateTests();
  StateTests(const StateTests&) = delete;
  StateTests& operator=(const StateTests&) = delete;

  // See Engine::TestState.
  void Start(TestStateRequest request, Timestamp now, Callback<StateTestResult> done);

  static bool Owns(const TaskRef& ref) { return ref.execution.shard == kStateTestShard; }

  // --- About tasks that Owns() says are a test's ---
  // Gives the matcher the payload that it did not keep.
  void Load(const TaskRef& ref);
  // False if no test waits for it (any more).
  bool End(Completion completion);

  // Ends tests whose function has taken too long.
  void Poll(Timestamp now);
  // When Poll has something to do; nullopt: not before something else happens.
  std::optional<Timestamp> NextDeadline();

 private:
  // A test and all that it is run with, twice alike.
  struct Waiting {
    std::shared_ptr<const asl::StateMachine> machine;
    StateIndex state = asl::kNoState;
    interpreter::StateTest test = {};
    Timestamp at = {};
    std::uint64_t seed = 0;
    Task task = {};
    Callback<StateTestResult> done = {};
  };

  // Gives `waiting` back if too many wait already.
  std::optional<Waiting> Add(Waiting waiting);
  std::optional<Waiting> Take(const TaskRef& ref);

  Matcher& matcher_;
  const interpreter::Environment& environment_;
  platform::Random& random_;
  Mutex mutex_;
  std::map<TaskRef, Waiting> waiting_ PAWL_GUARDED_BY(mutex_);
};

}  // namespace pawl::runtime
