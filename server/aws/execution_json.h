// An execution as DescribeExecution and StartSyncExecution of AWS Step Functions give it.
#pragma once

#include <string>
#include <string_view>

#include "engine/runtime/engine.h"

namespace pawl::aws {

// Appends AWS's DescribeExecutionOutput as one JSON object. `has_data`: with input and output.
void WriteExecution(std::string& out, const ExecutionInfo& execution, bool has_data = true);

// Appends AWS's StartSyncExecutionOutput: of an EXPRESS execution that has ended.
void WriteSyncExecution(std::string& out, const ExecutionInfo& execution, bool has_data = true);

// Appends AWS's ExecutionListItem. `map_run_arn`: of a Map run's execution, else empty.
void WriteExecutionItem(std::string& out,
                        const ExecutionInfo& execution,
                        std::string_view map_run_arn);

}  // namespace pawl::aws
