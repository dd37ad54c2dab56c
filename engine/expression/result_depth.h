// What expressions build may nest deeper than what was parsed; it must still be readable once it is
// written.
#pragma once

#include "engine/base/status.h"
#include "engine/json/value.h"

namespace pawl::expression {

// The value, or ResourceExhausted if it nests deeper than kJsonDepthMax.
Result<json::Value> CheckDepth(json::Value result);

}  // namespace pawl::expression
