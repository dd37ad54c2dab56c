// The form of an intrinsic function call in a payload template: States.Format('{}', $.name).
#pragma once

#include <string_view>

#include "engine/base/status.h"

namespace pawl::asl {

// Calls in one field, nested ones counting. AWS documents this bound.
inline constexpr std::size_t kIntrinsicCallsMax = 10;

// Whether `text` is written as a call rather than as a path.
bool LooksLikeIntrinsic(std::string_view text);

// Checks names, number of arguments, strings and the paths among the arguments. InvalidArgument
// says the column inside `text` and what was expected.
Status CheckIntrinsic(std::string_view text);

}  // namespace pawl::asl
