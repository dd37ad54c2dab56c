// The functions of the worker itself: calls of AWS services and HTTP tasks (python/pawl/aws and
// python/pawl/http). They run in the pool like the functions of a directory.
#pragma once

#include <string>
#include <vector>

#include "engine/base/status.h"
#include "workers/child_pool.h"
#include "workers/invocation.h"

namespace pawl::workers {

struct BuiltInOptions {
  // Where the interpreter has boto3.
  bool calls_aws = true;
  // The file that allows HTTP tasks and holds their connections (python/pawl/http/settings.py says
  // its form); empty: there are none.
  std::string http_tasks = {};
};

// Those that a pool with these options can run, ready for ChildPool::SetFunction but for the ARN.
// It starts the interpreter to ask, so it takes tens of milliseconds for each.
//
// Errors: kInvalidArgument, with the file's problem, for a file that is not right; kUnavailable for
// an interpreter that cannot be started.
Result<std::vector<FunctionSpec>> BuiltInFunctions(const ChildPoolOptions& pool,
                                                   const BuiltInOptions& options);

}  // namespace pawl::workers
