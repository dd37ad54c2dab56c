// An error of the AWS Step Functions API: a name that programs compare, and text.
#pragma once

#include <string>
#include <string_view>

#include "engine/base/status.h"

namespace pawl::aws {

struct ApiError {
  // AWS's name of the error, "ValidationException".
  std::string code = {};
  std::string message = {};
};

// How AWS names what went wrong: the status's reason where it has one, else by its code.
ApiError ToApiError(const Status& status);

// 400 for what the caller did, 500 or 503 for what the server did.
int HttpStatusOf(const ApiError& error);

// The error that an HTTP status by itself is, as for a body that is too long (Step Functions API
// reference, "Common Errors").
std::string_view CommonErrorName(int http_status);

// The answer's body, as AWS's JSON protocol has it.
std::string ErrorJson(const ApiError& error);

// An error with the name that AWS gives it: the reason is `code`.
Status Refusal(std::string code, std::string message);
// AWS's ValidationException.
Status Invalid(std::string message);

}  // namespace pawl::aws
