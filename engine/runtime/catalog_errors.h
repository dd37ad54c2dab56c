// What several of the catalog's operations answer when something is not there, in AWS's words.
// Private to the catalog.
#pragma once

#include <string>

#include "engine/base/status.h"
#include "engine/interpreter/turn.h"

namespace pawl::runtime {

// `name` may have a qualifier behind it.
Status MachineNotFound(const interpreter::ArnScheme& arns, const std::string& name);
Status MachineDeleting(const interpreter::ArnScheme& arns, const std::string& name);
// A version, alias or tagged resource.
Status ResourceMissing();
Status PageTokenInvalid();

}  // namespace pawl::runtime
