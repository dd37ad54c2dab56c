// InvokeFunction: a function called on a worker, without an execution.
#include <algorithm>
#include <string_view>
#include <utility>

#include "engine/base/ascii.h"
#include "engine/base/uuid.h"
#include "engine/json/parse.h"
#include "engine/runtime/engine_impl.h"
#include "engine/runtime/function_rules.h"

namespace pawl::runtime {
namespace {

constexpr std::size_t kFunctionCharactersMax = 140;

bool IsFunctionCharacter(char c) {
  return IsLetter(c) || IsDigit(c) || c == '_' || c == '-' || c == '.';
}

Status CheckInvokedName(const std::string& function) {
  const bool is_name = !function.empty() && function.size() <= kFunctionCharactersMax &&
                       std::all_of(function.begin(), function.end(), IsFunctionCharacter);
  if (is_name) return OkStatus();
  return InvalidArgument("function: has " + std::to_string(function.size()) + " characters; 1 to " +
                             std::to_string(kFunctionCharactersMax) +
                             " letters, digits, '_', '-' or '.' would be right",
                         "function");
}

Status CheckPayload(const Bytes& payload, std::size_t bytes_max) {
  if (payload.size() > bytes_max) {
    return InvalidArgument("payload: has " + std::to_string(payload.size()) + " bytes; at most " +
                               std::to_string(bytes_max) + " are allowed",
                           "payload")
        .WithReason("PayloadTooLarge");
  }
  const Status parsed = json::Check(payload.view());
  if (parsed.ok()) return parsed;
  return InvalidArgument("payload: is not JSON: " + parsed.message(), "payload");
}

Status CheckTimeout(Duration timeout) {
  if (timeout > Duration::zero() && timeout <= kInvocationMax) return OkStatus();
  return InvalidArgument("timeout: has " + std::to_string(timeout.count()) +
                             " us; more than 0 and at most 15 minutes would be right",
                         "timeout");
}

Status CheckClientContext(const std::string& client_context) {
  if (client_context.size() > kClientContextBytesMax) {
    return InvalidArgument("client_context: has " + std::to_string(client_context.size()) +
                               " bytes; at most " + std::to_string(kClientContextBytesMax) +
                               " are allowed",
                           "client_context");
  }
  if (client_context.empty()) return OkStatus();
  const Status parsed = json::Check(client_context);
  if (parsed.ok()) return parsed;
  return InvalidArgument("client_context: is not JSON: " + parsed.message(), "client_context");
}

Status Check(const InvocationRequest& request, const Limits& limits) {
  RETURN_IF_ERROR(CheckInvokedName(request.function));
  RETURN_IF_ERROR(CheckTimeout(request.timeout));
  RETURN_IF_ERROR(CheckClientContext(request.client_context));
  return CheckPayload(request.payload, limits.payload_bytes_max);
}

// As the worker stream says it of a result that it does not send.
void RefuseLargeOutput(interpreter::CalledFunction& called, std::size_t bytes_max) {
  const bool was_refused = called.error == "States.DataLimitExceeded" && called.cause.empty();
  const bool is_large = called.output && called.output->size() > bytes_max;
  if (!was_refused && !is_large) return;
  called.output.reset();
  called.error = "Function.ResponseSizeTooLarge";
  called.cause = "Response payload size exceeded maximum allowed payload size (" +
                 std::to_string(bytes_max) + " bytes).";
}

}  // namespace

void EngineImpl::InvokeFunction(InvocationRequest request, Callback<InvocationResponse> done) {
  const Status checked = Check(request, options_.limits);
  if (!checked.ok()) return done(checked);
  Task task{.function = request.function,
            .qualifier = request.qualifier,
            .payload = std::move(request.payload),
            .request_id = platform::RandomUuid(*random_),
            .execution = {.namespace_id = request.namespace_id},
            .wants_log = request.wants_log,
            .client_context = std::move(request.client_context)};
  InvocationResponse response{.request_id = task.request_id};
  std::string arn = interpreter::FunctionArn(options_.arns, request.function, request.qualifier);
  calls_->Start(
      std::move(task),
      request.timeout,
      clock_->Now(),
      [response = std::move(response),
       arn = std::move(arn),
       bytes_max = options_.limits.payload_bytes_max,
       done = std::move(done)](Result<CallEnd> end) mutable {
        if (!end.ok()) return done(end.status());
        interpreter::CalledFunction& called = end->function;
        if (end->is_unanswered) {
          if (called.error == kFunctionNotFound) {
            return done(NotFound("Function not found: " + arn).WithReason("ResourceNotFound"));
          }
          if (called.error == kTooManyRequests) {
            return done(ResourceExhausted("Rate Exceeded.")
                            .WithReason("ReservedFunctionConcurrentInvocationLimitExceeded"));
          }
          return done(Unavailable(called.cause));
        }
        RefuseLargeOutput(called, bytes_max);
        response.output = std::move(called.output);
        response.error = std::move(called.error);
        response.cause = std::move(called.cause);
        response.log_tail = std::move(called.log_tail);
        response.executed_version = VersionText(end->version);
        done(std::move(response));
      });
}

}  // namespace pawl::runtime
