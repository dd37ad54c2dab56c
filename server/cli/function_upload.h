// Deploying a function: its configuration and its archive over one stream.
#pragma once

#include <string>
#include <string_view>

#include "engine/base/status.h"
#include "pawl/v1/function_service.pb.h"
#include "server/cli/client.h"

namespace pawl::cli {

// Empty `archive`: the code stays as it is. Errors: those of FunctionService.DeployFunction.
Result<v1::DeployFunctionResponse> UploadFunction(Client& client,
                                                  const v1::DeployedConfiguration& configuration,
                                                  std::string_view archive);

// In hex.
std::string HexOf(std::string_view bytes);

// What is printed of a function: an object for --output json.
std::string ToJson(const v1::DeployedFunction& function);

}  // namespace pawl::cli
