// The member "tags" of a request.
#pragma once

#include <vector>

#include "engine/runtime/engine.h"
#include "server/aws/api_input.h"

namespace pawl::aws {

std::vector<Tag> TagsIn(const ApiInput& input);

}  // namespace pawl::aws
