// An execution's input at the door of StartExecution: what is wrong with it, as AWS says it.
#pragma once

#include <string>
#include <string_view>

#include "engine/base/status.h"

namespace pawl::aws {

// Reason InvalidExecutionInput unless `text` is JSON: "Invalid State Machine Execution Input:
// 'Unrecognized token 'not': was expecting (JSON String, Number, Array, Object or token 'null',
// 'true' or 'false')'". The words are those of AWS's JSON reader (Jackson) where they are recorded,
// else the engine's.
Status CheckExecutionInput(std::string_view text);

}  // namespace pawl::aws
