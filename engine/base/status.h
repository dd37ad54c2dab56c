// Status and Result<T>: how an operation says that it failed. Codes are google.rpc.Code's numbers,
// so that a Status crosses gRPC unchanged.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>

#include "engine/base/check.h"

namespace pawl {

// google/rpc/code.proto.
enum class StatusCode : std::uint8_t {
  kOk = 0,
  kCancelled = 1,
  kUnknown = 2,
  kInvalidArgument = 3,
  kDeadlineExceeded = 4,
  kNotFound = 5,
  kAlreadyExists = 6,
  kPermissionDenied = 7,
  kResourceExhausted = 8,
  kFailedPrecondition = 9,
  kAborted = 10,
  kOutOfRange = 11,
  kUnimplemented = 12,
  kInternal = 13,
  kUnavailable = 14,
  kDataLoss = 15,
  kUnauthenticated = 16,
};

// "INVALID_ARGUMENT" and so on, as google.rpc spells them.
std::string_view StatusCodeName(StatusCode code);

// The outcome of an operation. The message says what was found, where, and what would be right; it
// holds no payloads and no secrets.
class [[nodiscard]] Status {
 public:
  Status() = default;

  // `code` is not kOk. `field` names the request field at fault, if one is ("input", "name").
  Status(StatusCode code, std::string message, std::string field = {})
      : code_(code), message_(std::move(message)), field_(std::move(field)) {}

  bool ok() const { return code_ == StatusCode::kOk; }

  StatusCode code() const { return code_; }

  const std::string& message() const { return message_; }

  const std::string& field() const { return field_; }

  // A finer name for callers that tell errors of one code apart, such as "ExecutionAlreadyExists";
  // empty where the code says everything.
  const std::string& reason() const { return reason_; }

  Status WithReason(std::string reason) && {
    reason_ = std::move(reason);
    return std::move(*this);
  }

  // "NOT_FOUND: execution 'x' does not exist".
  std::string ToString() const;

  bool operator==(const Status&) const = default;

 private:
  StatusCode code_ = StatusCode::kOk;
  std::string message_;
  std::string field_;
  std::string reason_;
};

inline Status OkStatus() {
  return {};
}

Status InvalidArgument(std::string message, std::string field = {});
Status NotFound(std::string message);
Status AlreadyExists(std::string message);
Status ResourceExhausted(std::string message);
Status FailedPrecondition(std::string message);
Status Aborted(std::string message);
Status OutOfRange(std::string message);
Status Unimplemented(std::string message);
Status Internal(std::string message);
Status Unavailable(std::string message);
Status DataLoss(std::string message);
Status DeadlineExceeded(std::string message);
Status Cancelled(std::string message);

// A value, or why there is none.
template <typename T>
class [[nodiscard]] Result {
 public:
  Result(T value) : state_(std::move(value)) {}  // NOLINT(google-explicit-constructor)

  // `status` is an error.
  Result(Status status) : state_(std::move(status)) {  // NOLINT(google-explicit-constructor)
    PAWL_CHECK(!std::get<Status>(state_).ok());
  }

  bool ok() const { return std::holds_alternative<T>(state_); }

  Status status() const { return ok() ? Status() : std::get<Status>(state_); }

  const T& value() const& {
    PAWL_CHECK_MESSAGE(ok(), status().message().c_str());
    return std::get<T>(state_);
  }

  T& value() & {
    PAWL_CHECK_MESSAGE(ok(), status().message().c_str());
    return std::get<T>(state_);
  }

  T&& value() && {
    PAWL_CHECK_MESSAGE(ok(), status().message().c_str());
    return std::get<T>(std::move(state_));
  }

  const T& operator*() const& { return value(); }

  T& operator*() & { return value(); }

  T&& operator*() && { return std::move(*this).value(); }

  const T* operator->() const { return &value(); }

  T* operator->() { return &value(); }

 private:
  std::variant<T, Status> state_;
};

}  // namespace pawl

#define PAWL_CONCAT_INNER(a, b) a##b
#define PAWL_CONCAT(a, b) PAWL_CONCAT_INNER(a, b)

// Returns from the function with `expression`'s Status if it is an error.
#define RETURN_IF_ERROR(expression)                                       \
  do {                                                                    \
    if (::pawl::Status pawl_status_ = (expression); !pawl_status_.ok()) { \
      return pawl_status_;                                                \
    }                                                                     \
  } while (false)

// Evaluates a Result; returns its Status on error, else binds its value to `declaration`.
#define ASSIGN_OR_RETURN(declaration, expression) \
  PAWL_ASSIGN_OR_RETURN(PAWL_CONCAT(pawl_result_, __LINE__), declaration, expression)
// NOLINTBEGIN(bugprone-macro-parentheses): a declaration and the name of a variable have none.
#define PAWL_ASSIGN_OR_RETURN(result, declaration, expression) \
  auto result = (expression);                                  \
  if (!result.ok()) return result.status();                    \
  declaration = std::move(result).value()
// NOLINTEND(bugprone-macro-parentheses)
