// Functions that the engine knows: those that are deployed, and those that workers brought
// themselves, of which no more is known than the name.
#pragma once

#include <string>

#include "engine/base/status.h"
#include "engine/runtime/deployed_functions.h"
#include "server/lambda/lambda_call.h"

namespace pawl::lambda {

// As lists and descriptions show it: its description says where it comes from.
FunctionInfo AnnouncedFunction(const ArnScheme& arns, const std::string& name);

// Whether it was made by AnnouncedFunction.
bool IsAnnouncedOnly(const FunctionInfo& function);

// A deployed function, or else an announced one. NotFound (reason ResourceNotFound).
Result<FunctionInfo> DescribeKnown(const LambdaCall& call, const FunctionName& name);

}  // namespace pawl::lambda
