// What Step Functions allows in the names of state machines and executions.
#pragma once

#include <string>
#include <string_view>

#include "engine/base/status.h"

namespace pawl::runtime {

// InvalidArgument unless `name` is 1 to 80 characters that Step Functions allows in the name of a
// state machine or an execution. `what` and `field` go into the message.
Status CheckName(std::string_view name, std::string_view what, const std::string& field);

}  // namespace pawl::runtime
