#include "server/aws/api_error.h"

#include <array>
#include <string_view>
#include <utility>

#include "server/aws/json_fields.h"

namespace pawl::aws {
namespace {

constexpr std::string_view kInternalFailure = "InternalFailure";
constexpr std::string_view kServiceUnavailable = "ServiceUnavailable";

// The engine's reasons are AWS's names without "Exception"; on the wire some have it.
constexpr std::array<std::string_view, 3> kNamedException = {
    "Conflict", "ServiceQuotaExceeded", "Validation"};

std::string_view NameOf(StatusCode code) {
  switch (code) {
    case StatusCode::kInvalidArgument:
    case StatusCode::kOutOfRange:
    case StatusCode::kFailedPrecondition:
      return "ValidationException";
    case StatusCode::kNotFound:
      return "ResourceNotFound";
    case StatusCode::kAlreadyExists:
    case StatusCode::kAborted:
      return "ConflictException";
    case StatusCode::kResourceExhausted:
      return "ThrottlingException";
    case StatusCode::kPermissionDenied:
    case StatusCode::kUnauthenticated:
      return "AccessDeniedException";
    case StatusCode::kUnimplemented:
      return "UnknownOperationException";
    case StatusCode::kUnavailable:
    case StatusCode::kDeadlineExceeded:
    case StatusCode::kCancelled:
      return kServiceUnavailable;
    default:
      return kInternalFailure;
  }
}

}  // namespace

ApiError ToApiError(const Status& status) {
  ApiError error{.code = status.reason(), .message = status.message()};
  if (error.code.empty()) error.code = NameOf(status.code());
  for (const std::string_view name : kNamedException) {
    if (error.code == name) error.code += "Exception";
  }
  return error;
}

int HttpStatusOf(const ApiError& error) {
  constexpr int kBadRequest = 400;
  constexpr int kInternal = 500;
  constexpr int kUnavailable = 503;
  if (error.code == kInternalFailure) return kInternal;
  return error.code == kServiceUnavailable ? kUnavailable : kBadRequest;
}

std::string_view CommonErrorName(int http_status) {
  switch (http_status) {
    case 408:
      return "RequestTimeoutException";
    case 413:
    case 431:
      return "RequestEntityTooLargeException";
    case 503:
      return kServiceUnavailable;
    default:
      return "MalformedHttpRequestException";
  }
}

std::string ErrorJson(const ApiError& error) {
  std::string out;
  {
    JsonFields fields(out);
    fields.Text("__type", error.code);
    fields.Text("message", error.message);
  }
  return out;
}

Status Refusal(std::string code, std::string message) {
  return InvalidArgument(std::move(message)).WithReason(std::move(code));
}

Status Invalid(std::string message) {
  return Refusal("ValidationException", std::move(message));
}

}  // namespace pawl::aws
