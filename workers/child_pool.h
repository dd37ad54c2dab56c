// ChildPool: runs Python functions in child processes, one zygote for each function's environment
// (PROTOCOL.md). A function that crashes, exits, loops, forks or eats memory costs its own
// invocation and no other. The worker and the embedded engine share it; it knows neither gRPC nor
// Python's C interface.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "engine/base/status.h"
#include "workers/invocation.h"

namespace pawl::workers {

struct ChildPoolOptions {
  // The interpreter's path. It needs Python 3.9 or newer and nothing but the standard library.
  std::string python = "/usr/bin/python3";
  // The directory that holds the Python package `pawl`.
  std::string package_directory;
  // Environment of the functions, "NAME=value": the worker's own, as a rule.
  std::vector<std::string> environment;
  // A child without work ends after this, a function without work after five times this.
  std::chrono::milliseconds idle_timeout = std::chrono::minutes(1);
  // How long the import of a function's module may take; its time-out where that is longer.
  std::chrono::milliseconds import_timeout = std::chrono::seconds(10);
  // Invocations without a result, and their events' bytes: more are refused.
  std::size_t invocations_max = 10'000;
  std::size_t event_bytes_max = std::size_t{256} * 1024 * 1024;
  // Processes of all functions together.
  std::size_t children_max = 256;
};

// What the pool tells its owner. Both are called on the pool's thread, with no lock held: they may
// call Submit and Cancel, must not block, and must not stop the pool.
struct ChildPoolCallbacks {
  // Every accepted invocation gets exactly one result.
  std::function<void(std::vector<InvocationResult> results)> on_results;
  std::function<void(std::vector<LogLine> lines)> on_logs;
};

// Now, for people and tests.
struct ChildPoolStatistics {
  std::size_t functions = 0;
  std::size_t zygotes = 0;
  std::size_t children = 0;
  // Accepted and without a result.
  std::size_t invocations = 0;
  // Since the pool started.
  std::uint64_t zygotes_started = 0;
  std::uint64_t children_started = 0;
};

// The handler string and name of a function are of a kind that can work: "module.function", a name
// of 1 to 80 characters A-Z a-z 0-9 _ . - (with ":" and the version behind it or not) and so on.
// The error's field names the member.
Status CheckFunctionSpec(const FunctionSpec& spec);

// Threads: safe from any thread, but for Stop and the destructor, which are not called by the
// callbacks.
class ChildPool {
 public:
  // Errors: kInvalidArgument for an interpreter or a package that is not there; kUnavailable where
  // the system has no room.
  static Result<std::unique_ptr<ChildPool>> Start(ChildPoolOptions options,
                                                  ChildPoolCallbacks callbacks);
  ChildPool(const ChildPool&) = delete;
  ChildPool& operator=(const ChildPool&) = delete;
  // Stops.
  ~ChildPool();

  // Makes a function known, or changes it: what is not yet with a child runs as the new spec says,
  // in new processes; old children finish what they have. An equal spec changes nothing.
  // kInvalidArgument as CheckFunctionSpec says.
  Status SetFunction(FunctionSpec spec);

  // Forgets a function. What is not yet with a child is returned, the rest finishes. kNotFound.
  Status RemoveFunction(std::string_view name);

  // Accepts all of `batch` or nothing. kNotFound for a function that is not known,
  // kInvalidArgument for an invocation that breaks a bound of invocation.h, kResourceExhausted
  // when the pool is full: submit again after some results.
  Status Submit(std::vector<Invocation> batch);

  // Ends an invocation: out of its queue, or with its process. Its result says kCancelled, unless
  // it is ready first. An unknown id is ignored.
  void Cancel(std::uint64_t id);

  ChildPoolStatistics statistics() const;

  // Ends everything: what runs is killed and cancelled, what does not is returned. When Stop
  // returns, all results are delivered and no process is left.
  void Stop();

 private:
  class Loop;
  explicit ChildPool(std::unique_ptr<Loop> loop);

  std::unique_ptr<Loop> loop_;
};

}  // namespace pawl::workers
