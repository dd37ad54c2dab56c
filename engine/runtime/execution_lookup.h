// Executions found by their names, in the rows.
#pragma once

#include <optional>

#include "engine/base/ids.h"
#include "engine/base/status.h"
#include "engine/rows/execution_row.h"
#include "engine/runtime/engine.h"
#include "engine/storage/storage.h"

namespace pawl::runtime {

struct FoundExecution {
  ExecutionId id = {};
  rows::ExecutionRow row = {};
};

// Both block, and give nullopt where there is none: it was never started, is EXPRESS, or its time
// is over, which may be so at any moment. Errors: kDataLoss for rows that are not readable, the
// store's.
Result<std::optional<ExecutionId>> FindExecutionId(storage::Storage& storage,
                                                   const ExecutionName& name);
Result<std::optional<FoundExecution>> FindExecution(storage::Storage& storage,
                                                    const ExecutionName& name);

}  // namespace pawl::runtime
