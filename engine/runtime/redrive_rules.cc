#include "engine/runtime/redrive_rules.h"

namespace pawl::runtime {

RedriveVerdict RedriveVerdictOf(const rows::ExecutionRow& row,
                                EventId last_event,
                                Timestamp now,
                                const Limits& limits) {
  const auto no = [](std::string reason) {
    return RedriveVerdict{.status = RedriveStatus::kNotRedrivable, .reason = std::move(reason)};
  };
  if (!row.is_closed() || row.status == ExecutionStatus::kSucceeded) {
    return no("Execution is " + std::string(interpreter::ExecutionStatusName(row.status)) +
              " and cannot be redriven");
  }
  // The redrive's own event and the one that closes the execution have to fit.
  if (last_event + 2 > limits.history_events_max) {
    return no("Execution history event limit exceeded");
  }
  if (row.stopped_at + limits.redrive_period < now) {
    return no("Execution redrivable period exceeded");
  }
  if (row.parent && row.parent->map_run) return {.status = RedriveStatus::kRedrivableByMapRun};
  return {};
}

}  // namespace pawl::runtime
