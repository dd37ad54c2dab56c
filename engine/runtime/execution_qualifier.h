// The version and the alias that an execution was started with, as people see them.
#pragma once

#include "engine/interpreter/turn.h"
#include "engine/rows/execution_row.h"
#include "engine/runtime/engine.h"

namespace pawl::runtime {

// Fills the version's and the alias's members of `info`.
void SetQualifier(const ArnScheme& arns, const rows::ExecutionRow& row, ExecutionInfo& info);

}  // namespace pawl::runtime
