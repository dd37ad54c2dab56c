// Whether an execution can be redriven, and why not (API model, DescribeExecutionOutput:
// redriveStatus, redriveStatusReason).
#pragma once

#include <string>

#include "engine/base/limits.h"
#include "engine/rows/execution_row.h"
#include "engine/runtime/engine.h"

namespace pawl::runtime {

struct RedriveVerdict {
  RedriveStatus status = RedriveStatus::kRedrivable;
  // In AWS's words; empty if it can be.
  std::string reason = {};
};

// `last_event`: of its history. Whether its state machine is being deleted, the caller knows.
RedriveVerdict RedriveVerdictOf(const rows::ExecutionRow& row,
                                EventId last_event,
                                Timestamp now,
                                const Limits& limits);

}  // namespace pawl::runtime
