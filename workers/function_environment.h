// The environment variables of a function's processes.
#pragma once

#include <string>
#include <vector>

#include "engine/base/time.h"
#include "workers/invocation.h"

namespace pawl::workers {

// `base` is the worker's own environment ("NAME=value"); over it win AWS Lambda's variables, and
// over them what the function's spec says, except for Lambda's reserved names. `now` and `unique`
// name the log stream.
std::vector<std::string> FunctionEnvironment(const std::vector<std::string>& base,
                                             const FunctionSpec& spec,
                                             Timestamp now,
                                             std::uint64_t unique);

// Whether AWS Lambda reserves `name`, so that a function's configuration cannot set it.
bool IsReservedVariable(std::string_view name);

}  // namespace pawl::workers
