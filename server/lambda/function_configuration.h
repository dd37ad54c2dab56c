// The configuration of a function between the API's JSON and the engine's.
#pragma once

#include <cstdint>
#include <string>

#include "engine/base/status.h"
#include "engine/runtime/deployed_functions.h"
#include "server/aws/api_input.h"

namespace pawl::lambda {

// `before` with what `input`, a request that was checked against its shape, says otherwise. What
// the engine keeps and does not act on goes into FunctionConfiguration::other. Errors: reason
// InvalidParameterValue, for members that would change how a function runs and are not supported.
Result<FunctionConfiguration> ConfigurationIn(const aws::ApiInput& input,
                                              FunctionConfiguration before);

enum class Listing : std::uint8_t {
  kWhole,
  // A line of a list: without State and LastUpdateStatus, as AWS's.
  kLine,
};

// Appends a FunctionConfiguration of the API model as a JSON object. A function that is there is
// Active, and its last update Successful.
void WriteFunction(std::string& out, const FunctionInfo& function, Listing listing);

}  // namespace pawl::lambda
