// The names that people give to state machines, executions and activities.
#pragma once

#include <string>

#include "engine/base/status.h"

namespace pawl::aws {

// Reason InvalidName, in AWS's words: "Invalid Name: 'a b'". A name has no white space, brackets,
// wildcards, control characters or any of "#%\^|~`$&,;:/ (API reference, CreateStateMachine).
Status CheckResourceName(const std::string& name);

}  // namespace pawl::aws
