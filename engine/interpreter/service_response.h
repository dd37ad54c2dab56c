// The responses of the services that a Task may call: what the mock of one is held against.
#pragma once

#include <string_view>

#include "engine/base/status.h"
#include "engine/json/value.h"

namespace pawl::interpreter {

// Whether `response` has the form that the API behind the service integration `resource` gives it,
// members in the spelling of Step Functions ("ExecutionArn"). OK for a resource whose API is not
// known here, and for members that an API does not have, as recorded. `is_complete`: members that
// are always there must be. InvalidArgument says in AWS's words what is wrong.
Status CheckServiceResponse(std::string_view resource, json::Value response, bool is_complete);

}  // namespace pawl::interpreter
