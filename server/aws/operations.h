// The operations of AWS Step Functions that are served: one table.
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "server/aws/api_call.h"
#include "server/aws/api_shape.h"

namespace pawl::aws {

struct Operation {
  // As X-Amz-Target names it behind "AWSStepFunctions.".
  std::string_view name;
  std::span<const MemberShape> input;
  // One of the two: answers at once, or later.
  Result<std::string> (*answer)(const ApiCall& call) = nullptr;
  void (*begin)(const ApiCall& call, const ApiReply& reply) = nullptr;
};

std::span<const Operation> AllOperations();

// nullptr if there is none of that name.
const Operation* FindOperation(std::string_view name);

}  // namespace pawl::aws
