// ServedFunctions: what a worker runs, out of the functions of its own directory and those that are
// deployed. Where both have a name, the directory's is run.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "engine/base/mutex.h"
#include "engine/base/status.h"
#include "workers/invocation.h"

namespace pawl::workers {

// A function that runs, and how it is named to its callers.
struct ServedFunction {
  FunctionSpec spec;
  // What a task's qualifier is put behind to make context.invoked_function_arn. Empty: see
  // TaskLedger::SetFunction.
  std::string unqualified_arn;

  bool operator==(const ServedFunction&) const = default;
};

// Where changes go. Called under the lock of ServedFunctions, in their order.
struct ServedFunctionsSink {
  // Runs the function, or runs it differently. An error: it cannot be run, and nothing has changed.
  std::function<Status(const ServedFunction&)> set;
  std::function<void(const std::string& name)> remove;
  // For people.
  std::function<void(const std::string& text, bool is_error)> log;
};

// Threads: any.
class ServedFunctions {
 public:
  explicit ServedFunctions(ServedFunctionsSink sink) : sink_(std::move(sink)) {}

  // A function of the worker's own directory is there or has changed.
  void SetOwn(ServedFunction function);
  void RemoveOwn(const std::string& name);
  // These are the deployed functions now, by name: others are deployed no more.
  void SetDeployed(std::map<std::string, ServedFunction> functions);

  std::size_t own_count() const;
  // All that run.
  std::vector<std::string> names() const;

 private:
  using Functions = std::map<std::string, ServedFunction>;

  // Runs what `name` stands for now.
  void Apply(const std::string& name) PAWL_REQUIRES(mutex_);

  const ServedFunctionsSink sink_;
  mutable Mutex mutex_;
  Functions own_ PAWL_GUARDED_BY(mutex_);
  Functions deployed_ PAWL_GUARDED_BY(mutex_);
  // As the sink has them.
  Functions served_ PAWL_GUARDED_BY(mutex_);
};

}  // namespace pawl::workers
