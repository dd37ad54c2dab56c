#include "engine/base/status.h"

#include <array>

namespace pawl {
namespace {

constexpr std::array<std::string_view, 17> kNames = {"OK",
                                                     "CANCELLED",
                                                     "UNKNOWN",
                                                     "INVALID_ARGUMENT",
                                                     "DEADLINE_EXCEEDED",
                                                     "NOT_FOUND",
                                                     "ALREADY_EXISTS",
                                                     "PERMISSION_DENIED",
                                                     "RESOURCE_EXHAUSTED",
                                                     "FAILED_PRECONDITION",
                                                     "ABORTED",
                                                     "OUT_OF_RANGE",
                                                     "UNIMPLEMENTED",
                                                     "INTERNAL",
                                                     "UNAVAILABLE",
                                                     "DATA_LOSS",
                                                     "UNAUTHENTICATED"};

}  // namespace

std::string_view StatusCodeName(StatusCode code) {
  return kNames.at(static_cast<std::size_t>(code));
}

std::string Status::ToString() const {
  std::string text(StatusCodeName(code_));
  if (!message_.empty()) {
    text += ": ";
    text += message_;
  }
  return text;
}

Status InvalidArgument(std::string message, std::string field) {
  return {StatusCode::kInvalidArgument, std::move(message), std::move(field)};
}

Status NotFound(std::string message) {
  return {StatusCode::kNotFound, std::move(message)};
}

Status AlreadyExists(std::string message) {
  return {StatusCode::kAlreadyExists, std::move(message)};
}

Status ResourceExhausted(std::string message) {
  return {StatusCode::kResourceExhausted, std::move(message)};
}

Status FailedPrecondition(std::string message) {
  return {StatusCode::kFailedPrecondition, std::move(message)};
}

Status Aborted(std::string message) {
  return {StatusCode::kAborted, std::move(message)};
}

Status OutOfRange(std::string message) {
  return {StatusCode::kOutOfRange, std::move(message)};
}

Status Unimplemented(std::string message) {
  return {StatusCode::kUnimplemented, std::move(message)};
}

Status Internal(std::string message) {
  return {StatusCode::kInternal, std::move(message)};
}

Status Unavailable(std::string message) {
  return {StatusCode::kUnavailable, std::move(message)};
}

Status DataLoss(std::string message) {
  return {StatusCode::kDataLoss, std::move(message)};
}

Status DeadlineExceeded(std::string message) {
  return {StatusCode::kDeadlineExceeded, std::move(message)};
}

Status Cancelled(std::string message) {
  return {StatusCode::kCancelled, std::move(message)};
}

}  // namespace pawl
