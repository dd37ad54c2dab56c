// The functions at the end of a path: .length(), .sum() and so on.
#pragma once

#include <span>

#include "engine/base/status.h"
#include "engine/expression/path_evaluator.h"
#include "engine/expression/path_syntax.h"
#include "engine/json/value.h"

namespace pawl::expression {

// What `function` makes of `node` and its arguments. FailedPrecondition, with Jayway's words, where
// there is nothing to compute with.
Result<json::Value> CallFunction(PathFunction function,
                                 json::Value node,
                                 std::span<const json::Value> arguments,
                                 PathEvaluator& evaluator);

}  // namespace pawl::expression
