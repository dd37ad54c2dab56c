// An error of the AWS Lambda API: a name that programs compare, text, and an HTTP status (API
// model, "errors").
#pragma once

#include <string>
#include <string_view>

#include "engine/base/status.h"
#include "server/http/http_message.h"

namespace pawl::lambda {

struct LambdaError {
  // AWS's name of the error, "ResourceNotFoundException": the header x-amzn-ErrorType.
  std::string code = {};
  int http_status = 400;
  std::string message = {};
  // What the body calls the message: "Message" or "message".
  std::string_view message_member = "message";
  // The body's "Type", "User" or "Service"; empty: it has none.
  std::string_view type = {};
  // Of TooManyRequestsException: which limit it was.
  std::string reason = {};
};

// How AWS names what went wrong: by the status's reason where it has one (the engine's are AWS's
// names without "Exception"), else by its code.
LambdaError ToLambdaError(const Status& status);

// The answer as AWS's REST protocol has it.
http::HttpResponse ErrorResponse(const LambdaError& error);

// An error with the name that AWS gives it: the reason is `code`, with or without "Exception".
Status Refusal(std::string code, std::string message);
// InvalidParameterValueException.
Status InvalidValue(std::string message);

}  // namespace pawl::lambda
