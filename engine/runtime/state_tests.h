// StateTests: the tests of single states. Those that call a function wait for it among the calls of
// functions; what is tested belongs to no execution.
#pragma once

#include "engine/base/time.h"
#include "engine/platform/random.h"
#include "engine/runtime/engine.h"
#include "engine/runtime/function_calls.h"

namespace pawl::runtime {

// Threads: safe from any thread.
class StateTests {
 public:
  // How long a test waits for a function. API reference, TestState: up to five minutes.
  static constexpr Duration kFunctionMax = std::chrono::minutes(5);

  // All arguments outlive this, and every test.
  StateTests(FunctionCalls& calls,
             const interpreter::Environment& environment,
             platform::Random& random);
  StateTests(const StateTests&) = delete;
  StateTests& operator=(const StateTests&) = delete;

  // See Engine::TestState.
  void Start(TestStateRequest request, Timestamp now, Callback<StateTestResult> done);

 private:
  FunctionCalls& calls_;
  const interpreter::Environment& environment_;
  platform::Random& random_;
};

}  // namespace pawl::runtime
