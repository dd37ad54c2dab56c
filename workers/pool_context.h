// What the parts of a pool share: the poller, the time of this round, and what the round yields.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "workers/child.h"
#include "workers/child_pool.h"
#include "workers/exit_error.h"
#include "workers/invocation.h"
#include "workers/poller.h"

namespace pawl::workers {

// Threads: the pool's.
class PoolContext {
 public:
  // Both outlive the context.
  PoolContext(Poller& poller, const ChildPoolOptions& options, std::size_t cores);
  PoolContext(const PoolContext&) = delete;
  PoolContext& operator=(const PoolContext&) = delete;

  void Deliver(const Task& task, InvocationResult result);
  void Deliver(const Task& task, Outcome outcome);
  void Fail(const Task& task, ErrorPayload error);

  Poller& poller;
  const ChildPoolOptions& options;
  const std::size_t cores;
  SteadyTime now;
  // Room for one read.
  std::string scratch;
  std::vector<InvocationResult> results;
  // Bytes of the events that `results` end.
  std::size_t ended_event_bytes = 0;
  std::vector<LogLine> logs;
  std::size_t children = 0;
  std::size_t zygotes = 0;
  std::uint64_t children_started = 0;
  std::uint64_t zygotes_started = 0;
  // What may still be in use further up the stack; emptied between two rounds.
  std::vector<std::shared_ptr<void>> graveyard;
};

}  // namespace pawl::workers
