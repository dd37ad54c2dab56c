// HTTP load: many clients of the AWS API at once, each on a connection that it keeps.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <string>

#include "engine/base/status.h"
#include "engine/platform/clock.h"
#include "tests/bench/load/latencies.h"

namespace pawl::bench {

struct HttpLoadOptions {
  // On 127.0.0.1.
  std::uint16_t port = 0;
  int connections = 64;
  std::uint64_t requests = 0;
  // The whole text of request `number`, from 0.
  std::function<std::string(std::uint64_t number)> request;
};

struct HttpLoadResult {
  // Answers with status 200, and others.
  std::uint64_t answered = 0;
  std::uint64_t refused = 0;
  // The first of those.
  std::string first_refusal = {};
  std::chrono::nanoseconds elapsed{0};
  // From the first byte of a request that is sent to the last of its answer.
  Latencies latencies;
};

// One thread: each connection sends a request when the one before is answered. Answers have a
// Content-Length. Unavailable when a connection ends.
Result<HttpLoadResult> RunHttpLoad(platform::Clock& clock, const HttpLoadOptions& options);

}  // namespace pawl::bench
