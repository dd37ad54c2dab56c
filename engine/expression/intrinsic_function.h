// What each intrinsic function computes from its arguments.
#pragma once

#include <span>

#include "engine/base/status.h"
#include "engine/expression/intrinsic_syntax.h"
#include "engine/expression/scope.h"
#include "engine/json/arena.h"
#include "engine/json/value.h"

namespace pawl::expression {

// `arguments` are as many as the function takes. FailedPrecondition says which argument is not what
// the function takes; ResourceExhausted that there is too much to do.
Result<json::Value> CallIntrinsic(IntrinsicFunction function,
                                  std::span<const json::Value> arguments,
                                  Scope& scope,
                                  json::Arena& arena);

}  // namespace pawl::expression
