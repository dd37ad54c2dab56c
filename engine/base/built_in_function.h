// The functions of a worker itself that call AWS services and HTTP endpoints for Task states. No
// definition and no directory of functions can name them: other names have no colon.
#pragma once

#include <string_view>

namespace pawl {

inline constexpr std::string_view kAwsFunction = "pawl:aws";
inline constexpr std::string_view kHttpFunction = "pawl:http";

}  // namespace pawl
