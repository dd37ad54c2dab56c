// An execution as DescribeExecution and StartSyncExecution of AWS Step Functions give it.
#pragma once

#include <string>

#include "engine/runtime/engine.h"

namespace pawl::aws {

// Appends AWS's DescribeExecutionOutput as one JSON object, payloads included.
void WriteExecution(std::string& out, const ExecutionInfo& execution);

// Appends AWS's StartSyncExecutionOutput: of an EXPRESS execution that has ended.
void WriteSyncExecution(std::string& out, const ExecutionInfo& execution);

}  // namespace pawl::aws
