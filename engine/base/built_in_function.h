// The functions of a worker itself that call AWS services, HTTP endpoints and functions elsewhere
// for Task states. No definition and no directory of functions can name them: other names have no
// colon.
#pragma once

#include <string_view>

namespace pawl {

inline constexpr std::string_view kAwsFunction = "pawl:aws";
// Waits for the end of a job that a call of kAwsFunction has started.
inline constexpr std::string_view kAwsJobFunction = "pawl:aws-job";
inline constexpr std::string_view kHttpFunction = "pawl:http";
// Calls functions at another endpoint: {"Endpoint": URL, "FunctionName": …, "Qualifier": …,
// "ClientContext": …, "Payload": …}.
inline constexpr std::string_view kLambdaEndpointFunction = "pawl:lambda";

constexpr bool IsBuiltInFunction(std::string_view name) {
  return name == kAwsFunction || name == kAwsJobFunction || name == kHttpFunction ||
         name == kLambdaEndpointFunction;
}

}  // namespace pawl
