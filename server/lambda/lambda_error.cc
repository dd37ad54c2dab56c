#include "server/lambda/lambda_error.h"

#include <algorithm>
#include <array>
#include <utility>

#include "server/aws/json_fields.h"

namespace pawl::lambda {
namespace {

constexpr std::string_view kSuffix = "Exception";
constexpr std::string_view kUser = "User";
constexpr std::string_view kService = "Service";
constexpr std::string_view kTooManyRequests = "TooManyRequestsException";
// Seconds.
constexpr std::string_view kRetryAfter = "1";

struct Known {
  std::string_view code;
  int http_status;
  std::string_view message_member;
  std::string_view type;
};

constexpr std::array kKnown = {Known{"AccessDeniedException", 403, "Message", {}},
                               Known{"AliasLimitExceededException", 400, "message", kUser},
                               Known{"CodeStorageExceededException", 400, "message", kUser},
                               Known{"InvalidParameterValueException", 400, "message", kUser},
                               Known{"InvalidRequestContentException", 400, "message", kUser},
                               Known{"InvalidZipFileException", 502, "Message", kService},
                               Known{"PreconditionFailedException", 412, "message", kUser},
                               Known{"RequestEntityTooLargeException", 413, "message", kUser},
                               Known{"RequestTooLargeException", 413, "message", kUser},
                               Known{"ResourceConflictException", 409, "message", kUser},
                               Known{"ResourceNotFoundException", 404, "Message", kUser},
                               Known{"SerializationException", 400, "message", kUser},
                               Known{"ServiceException", 500, "Message", kService},
                               Known{kTooManyRequests, 429, "message", kUser},
                               Known{"UnknownOperationException", 501, "message", {}},
                               Known{"ValidationException", 400, "message", {}}};

// Which limit a call met (API model, "ThrottleReason").
constexpr std::array<std::string_view, 3> kThrottles = {
    "ConcurrentInvocationLimitExceeded",
    "ReservedFunctionConcurrentInvocationLimitExceeded",
    "CallerRateLimitExceeded"};

bool IsAuthentication(StatusCode code) {
  return code == StatusCode::kPermissionDenied || code == StatusCode::kUnauthenticated;
}

const Known* FindKnown(std::string_view code) {
  const auto found = std::find_if(
      kKnown.begin(), kKnown.end(), [code](const Known& known) { return known.code == code; });
  return found == kKnown.end() ? nullptr : &*found;
}

std::string_view ErrorNameOf(StatusCode code) {
  switch (code) {
    case StatusCode::kInvalidArgument:
    case StatusCode::kOutOfRange:
      return "InvalidParameterValueException";
    case StatusCode::kFailedPrecondition:
      return "PreconditionFailedException";
    case StatusCode::kNotFound:
      return "ResourceNotFoundException";
    case StatusCode::kAlreadyExists:
    case StatusCode::kAborted:
      return "ResourceConflictException";
    case StatusCode::kResourceExhausted:
      return kTooManyRequests;
    case StatusCode::kPermissionDenied:
    case StatusCode::kUnauthenticated:
      return "AccessDeniedException";
    case StatusCode::kUnimplemented:
      return "UnknownOperationException";
    default:
      return "ServiceException";
  }
}

LambdaError Of(const Known& known, const Status& status) {
  return {.code = std::string(known.code),
          .http_status = known.http_status,
          .message = status.message(),
          .message_member = known.message_member,
          .type = known.type};
}

}  // namespace

LambdaError ToLambdaError(const Status& status) {
  const std::string& reason = status.reason();
  const Known* known = FindKnown(reason);
  if (known == nullptr) known = FindKnown(reason + std::string(kSuffix));
  if (known != nullptr) return Of(*known, status);
  // The names of what is wrong with a signature.
  if (!reason.empty() && IsAuthentication(status.code())) {
    return {.code = reason, .http_status = 403, .message = status.message()};
  }
  LambdaError error = Of(*FindKnown(ErrorNameOf(status.code())), status);
  if (error.code != kTooManyRequests) return error;
  const bool is_throttle =
      std::find(kThrottles.begin(), kThrottles.end(), reason) != kThrottles.end();
  error.reason = is_throttle ? reason : std::string(kThrottles.front());
  return error;
}

http::HttpResponse ErrorResponse(const LambdaError& error) {
  http::HttpResponse response{.status = error.http_status, .content_type = "application/json"};
  response.headers.push_back({.name = "x-amzn-ErrorType", .value = error.code});
  if (!error.reason.empty()) {
    response.headers.push_back({.name = "Retry-After", .value = std::string(kRetryAfter)});
  }
  {
    aws::JsonFields fields(response.body);
    if (!error.type.empty()) fields.Text("Type", error.type);
    fields.Text(error.message_member, error.message);
    if (!error.reason.empty()) fields.Text("Reason", error.reason);
  }
  return response;
}

Status Refusal(std::string code, std::string message) {
  return InvalidArgument(std::move(message)).WithReason(std::move(code));
}

Status InvalidValue(std::string message) {
  return Refusal("InvalidParameterValue", std::move(message));
}

}  // namespace pawl::lambda
