// An execution as DescribeExecution of AWS Step Functions gives it.
#pragma once

#include <string>

#include "engine/runtime/engine.h"

namespace pawl::aws {

// Appends AWS's DescribeExecutionOutput as one JSON object, payloads included.
void WriteExecution(std::string& out, const ExecutionInfo& execution);

}  // namespace pawl::aws
