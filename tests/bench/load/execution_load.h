// A load of executions, started in batches with a bounded number in flight, their ends watched over
// one stream.
#pragma once

#include <grpcpp/channel.h>

#include <cstdint>
#include <memory>

#include "engine/base/status.h"
#include "engine/platform/clock.h"
#include "tests/bench/load/latencies.h"
#include "tests/bench/load/load_definition.h"

namespace pawl::bench {

struct ExecutionLoadOptions {
  LoadDefinition definition;
  std::uint64_t executions = 20'000;
  std::uint64_t in_flight = 256;
  // Starts in one call: all that may be started now, but no more than this. 1: each by a call of
  // its own, as many at once as may be in flight.
  std::uint64_t batch = 256;
  // Starts a second; 0: as fast as they can be.
  double rate = 0;
  std::size_t payload_bytes = 100;
  // Start only: nobody waits for the ends. Then `in_flight` does not count.
  bool is_detached = false;
};

struct ExecutionLoadResult {
  std::uint64_t executions = 0;
  std::uint64_t failed = 0;
  std::chrono::nanoseconds elapsed{};
  // From the call that starts an execution to the news of its end (detached: of its start).
  Latencies latencies;
};

// Deploys the state machine, runs the load and returns when all executions have ended. The first
// error of a call ends it.
Result<ExecutionLoadResult> RunExecutionLoad(const std::shared_ptr<grpc::Channel>& channel,
                                             platform::Clock& clock,
                                             const ExecutionLoadOptions& options);

}  // namespace pawl::bench
