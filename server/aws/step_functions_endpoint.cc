#include "server/aws/step_functions_endpoint.h"

#include <utility>

#include "engine/json/arena.h"
#include "engine/json/parse.h"
#include "server/aws/api_call.h"
#include "server/aws/api_error.h"
#include "server/aws/operations.h"

namespace pawl::aws {
namespace {

constexpr std::string_view kTargetPrefix = "AWSStepFunctions.";
// What requests of this API are signed for.
constexpr std::string_view kService = "states";
constexpr std::size_t kShownMax = 80;

Status Unknown(std::string message) {
  return Refusal("UnknownOperationException", std::move(message));
}

std::string Shown(std::string_view text) {
  return "'" + std::string(text.substr(0, kShownMax)) + "'";
}

// What stands before the parameters: "application/json; charset=utf-8".
std::string_view MediaType(std::string_view text) {
  text = text.substr(0, text.find(';'));
  while (!text.empty() && text.back() == ' ')
    text.remove_suffix(1);
  return text;
}

Result<json::Value> ParseInput(std::string_view body, json::Arena& arena) {
  Result<json::Value> input = json::Parse(body.empty() ? "{}" : body, arena);
  if (!input.ok()) return Refusal("SerializationException", input.status().message());
  if (!input->is_object()) {
    return Refusal("SerializationException",
                   "the request is " + std::string(json::TypeName(input->type())) +
                       "; an object would be right");
  }
  return input;
}

}  // namespace

StepFunctionsEndpoint::StepFunctionsEndpoint(Engine& engine,
                                             const Authenticator& authenticator,
                                             platform::Random& random,
                                             runtime::TokenSealer tokens)
    : tokens_(std::move(tokens)),
      context_{.engine = engine, .tokens = tokens_},
      authenticator_(authenticator),
      random_(random) {}

void StepFunctionsEndpoint::Handle(http::HttpRequest request,
                                   std::shared_ptr<http::Responder> responder) {
  Run(request, ApiReply(std::move(responder), platform::RandomUuid(random_)));
}

http::HttpResponse StepFunctionsEndpoint::Refuse(const http::HttpRequest& /*head*/,
                                                 http::HttpRefusal refusal) {
  const ApiError error{.code = std::string(CommonErrorName(refusal.status)),
                       .message = std::move(refusal.text)};
  return ApiResponse(refusal.status, platform::RandomUuid(random_), ErrorJson(error));
}

void StepFunctionsEndpoint::Run(http::HttpRequest& request, const ApiReply& reply) {
  const Result<ApiCaller> caller = authenticator_.Identify(request, kService);
  if (!caller.ok()) return reply.Send(caller.status());
  const Result<std::string_view> name = OperationIn(request);
  if (!name.ok()) return reply.Send(name.status());
  const Operation* operation = FindOperation(*name);
  if (operation == nullptr) {
    return reply.Send(Unknown("the operation " + Shown(*name) + " is not served"));
  }
  json::Arena arena;
  const Result<json::Value> input = ParseInput(request.body, arena);
  if (!input.ok()) return reply.Send(input.status());
  const Status checked =
      CheckInput(*input,
                 operation->input,
                 static_cast<std::int64_t>(context_.engine.options().limits.payload_bytes_max));
  if (!checked.ok()) return reply.Send(checked);
  const ApiCall call{.context = context_,
                     .caller = *caller,
                     .operation = operation->name,
                     .input = ApiInput(*input),
                     .body = request.body};
  if (operation->begin != nullptr) return operation->begin(call, reply);
  reply.Send(operation->answer(call));
}

Result<std::string_view> OperationIn(const http::HttpRequest& request) {
  if (request.method != "POST" || request.target != "/") {
    return Unknown(Shown(request.method) + " of " + Shown(request.target) +
                   " is not served; POST / with X-Amz-Target would be right");
  }
  const std::string_view type = request.Header("content-type");
  if (MediaType(type) != kApiContentType) {
    return Refusal("UnsupportedMediaTypeException",
                   "Content-Type is " + Shown(type) + "; '" + std::string(kApiContentType) +
                       "' would be right");
  }
  const std::string_view target = request.Header("x-amz-target");
  if (!target.starts_with(kTargetPrefix)) {
    return Unknown("X-Amz-Target is " + Shown(target) + "; '" + std::string(kTargetPrefix) +
                   "' and the name of an operation would be right");
  }
  return target.substr(kTargetPrefix.size());
}

}  // namespace pawl::aws
