// EXPRESS executions have no rows: what can be said of one is how it ended.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "engine/asl/state_machine.h"
#include "engine/base/limits.h"
#include "engine/base/time.h"
#include "tests/simulator/ledger.h"
#include "tests/simulator/oracle.h"

namespace pawl::simulator {

// Their numbers lie beyond all times, which those of others are.
inline bool IsExpress(const TaskRef& ref) {
  return ref.execution.number.value >> 62U != 0;
}

struct ExpressEnd {
  // "SUCCEEDED" and so on.
  std::string_view status;
  std::optional<std::string> output = {};
  std::optional<std::string> error = {};
  std::optional<std::string> cause = {};
  Timestamp started_at = {};
  Timestamp stopped_at = {};
};

// What of `end` cannot be; empty: nothing. `run` is what the oracle foresees without knowing what
// chance decided, so it counts only where there is no chance.
std::string DisagreementOn(const ExpressEnd& end,
                           const OracleRun& run,
                           std::optional<Duration> timeout,
                           bool has_chance);

}  // namespace pawl::simulator
