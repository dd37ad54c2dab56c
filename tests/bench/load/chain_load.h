// The load *chain*: executions of N sequential tasks, started in batches with a bounded number in
// flight, their ends watched over one stream.
#pragma once

#include <grpcpp/channel.h>

#include <cstdint>
#include <memory>
#include <string>

#include "engine/base/status.h"
#include "engine/platform/clock.h"
#include "tests/bench/load/latencies.h"

namespace pawl::bench {

struct ChainLoadOptions {
  int states = 5;
  std::uint64_t executions = 20'000;
  std::uint64_t in_flight = 256;
  // Starts in one call: all that may be started now, but no more than this. 1: each by a call of
  // its own, as many at once as may be in flight.
  std::uint64_t batch = 256;
  std::size_t payload_bytes = 100;
  std::string function = "noop";
};

struct ChainLoadResult {
  std::uint64_t executions = 0;
  std::uint64_t failed = 0;
  std::chrono::nanoseconds elapsed{};
  // From the call that starts an execution to the news of its end.
  Latencies latencies;
};

// Deploys the state machine, runs the load and returns when all executions have ended. The first
// error of a call ends it.
Result<ChainLoadResult> RunChainLoad(const std::shared_ptr<grpc::Channel>& channel,
                                     platform::Clock& clock,
                                     const ChainLoadOptions& options);

}  // namespace pawl::bench
