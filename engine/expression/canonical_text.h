// CanonicalText: one text for all values that are equal, so that sets of values can be kept.
#pragma once

#include <string>

#include "engine/json/value.h"

namespace pawl::expression {

// Two values have the same text exactly if json::Equal holds. Recursion follows the value's
// nesting, which is at most kJsonDepthMax.
std::string CanonicalText(json::Value value);

}  // namespace pawl::expression
