#include "server/lambda/lambda_endpoint.h"

#include <string>
#include <utility>

#include "engine/json/arena.h"
#include "server/aws/api_error.h"
#include "server/lambda/code_location.h"
#include "server/lambda/lambda_error.h"
#include "server/lambda/lambda_input.h"
#include "server/lambda/operations.h"
#include "server/lambda/unsupported_operations.h"

namespace pawl::lambda {
namespace {

// What requests of this API are signed for.
constexpr std::string_view kSigningName = "lambda";
constexpr std::size_t kShownMax = 120;
constexpr int kTooLarge = 413;
constexpr int kUnavailable = 503;
constexpr std::string_view kTypeUser = "User";
constexpr std::string_view kTypeService = "Service";

// What can stand in a message, whatever bytes came.
std::string Shown(std::string_view text) {
  std::string shown = "'";
  for (const char c : text.substr(0, kShownMax))
    shown += c >= ' ' && c <= '~' ? c : '?';
  return shown + "'";
}

Status NotServed(std::string_view method, std::string_view path, const Target& target) {
  const std::string_view name = UnsupportedOperationName(method, target);
  if (!name.empty()) {
    return Refusal("UnknownOperationException",
                   "the operation " + std::string(name) + " is not supported");
  }
  return Refusal("UnknownOperationException",
                 Shown(method) + " of " + Shown(path) + " is no operation of AWS Lambda");
}

http::HttpResponse Success(const Operation& operation, std::string body) {
  http::HttpResponse response{.status = operation.http_status, .body = std::move(body)};
  if (!response.body.empty()) response.content_type = "application/json";
  return response;
}

}  // namespace

bool IsLambdaTarget(std::string_view target) {
  constexpr std::string_view kDate = "/0000-00-00/";
  if (target.size() < kDate.size()) return false;
  for (std::size_t place = 0; place < kDate.size(); ++place) {
    const char c = target[place];
    const bool is_digit = c >= '0' && c <= '9';
    if (kDate[place] == '0' ? !is_digit : c != kDate[place]) return false;
  }
  return true;
}

LambdaEndpoint::LambdaEndpoint(Engine& engine,
                               const aws::Authenticator& authenticator,
                               platform::Clock& clock,
                               platform::Random& random,
                               runtime::TokenSealer tokens)
    : tokens_(std::move(tokens)),
      context_{.engine = engine, .clock = clock, .tokens = tokens_},
      authenticator_(authenticator),
      random_(random) {}

void LambdaEndpoint::Handle(http::HttpRequest request, std::shared_ptr<http::Responder> responder) {
  Run(request, LambdaReply(std::move(responder), platform::RandomUuid(random_)));
}

std::optional<std::size_t> LambdaEndpoint::BodyBytesMax(std::string_view method,
                                                        std::string_view target) {
  const auto found = FindOperation(method, ParseTarget(target));
  if (!found || !found->operation.takes_code) return std::nullopt;
  return kCodeRequestBytesMax;
}

http::HttpResponse LambdaEndpoint::Refuse(const http::HttpRequest& head,
                                          http::HttpRefusal refusal) {
  LambdaError error{.code = std::string(aws::CommonErrorName(refusal.status)),
                    .http_status = refusal.status,
                    .message = std::move(refusal.text),
                    .type = refusal.status == kUnavailable ? kTypeService : kTypeUser};
  const auto found = FindOperation(head.method, ParseTarget(head.target));
  // The one operation that calls it otherwise.
  if (refusal.status == kTooLarge && found && found->operation.name == "Invoke") {
    error.code = "RequestTooLargeException";
  }
  http::HttpResponse response = ErrorResponse(error);
  response.headers.push_back({.name = "x-amzn-RequestId", .value = platform::RandomUuid(random_)});
  return response;
}

void LambdaEndpoint::Run(http::HttpRequest& request, const LambdaReply& reply) {
  const Target target = ParseTarget(request.target);
  // Its URL is its permission: no client signs it.
  if (IsCodeTarget(request.method, target)) return reply.Send(ServeCode(context_, target));
  const Result<aws::ApiCaller> caller = authenticator_.Identify(request, kSigningName);
  if (!caller.ok()) return reply.SendError(caller.status());
  const auto found = FindOperation(request.method, target);
  if (!found) return reply.SendError(NotServed(request.method, request.target, target));
  const Operation& operation = found->operation;
  json::Arena arena;
  const Result<json::Value> input = InputOf(request, *found, target, arena);
  if (!input.ok()) return reply.SendError(input.status());
  const Status checked = aws::CheckInput(*input, operation.input, /*payload_max=*/0);
  if (!checked.ok()) return reply.SendError(checked);
  const LambdaCall call{.context = context_,
                        .caller = *caller,
                        .operation = operation.name,
                        .input = aws::ApiInput(*input),
                        .payload = request.body,
                        .host = request.Header("host")};
  if (operation.begin != nullptr) return operation.begin(call, reply);
  Result<std::string> answer = operation.answer(call);
  if (!answer.ok()) return reply.SendError(answer.status());
  reply.Send(Success(operation, *std::move(answer)));
}

}  // namespace pawl::lambda
