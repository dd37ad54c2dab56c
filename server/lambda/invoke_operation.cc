// Invoke of the AWS Lambda API.
#include <algorithm>
#include <optional>
#include <string>
#include <utility>

#include "engine/expression/digest.h"
#include "engine/json/parse.h"
#include "engine/runtime/function_events.h"
#include "server/aws/json_fields.h"
#include "server/lambda/known_function.h"
#include "server/lambda/lambda_call.h"
#include "server/lambda/lambda_error.h"
#include "server/lambda/operation_functions.h"

namespace pawl::lambda {
namespace {

// In base64. AWS's bound.
constexpr std::size_t kClientContextCharactersMax = 3'583;
constexpr int kAccepted = 202;
constexpr std::string_view kJson = "application/json";

// For a worker that fetches code, or has others to run first. SDKs wait a minute for an answer.
constexpr std::chrono::seconds kWorkerWaitMax(50);
// Longer than any call: the engine answers before.
constexpr Duration kAnswerMax = kInvocationMax + std::chrono::minutes(1);

bool IsObject(std::string_view text) {
  const std::size_t first = text.find_first_not_of(" \t\r\n");
  return first != std::string_view::npos && text[first] == '{' && json::Check(text).ok();
}

// JSON text; empty if the request has none.
Result<std::string> ClientContextIn(const LambdaCall& call) {
  const auto text = call.input.Text("ClientContext");
  if (!text) return std::string();
  if (text->size() > kClientContextCharactersMax) {
    return Refusal("InvalidRequestContent",
                   "the client context has " + std::to_string(text->size()) +
                       " bytes in base64; at most " + std::to_string(kClientContextCharactersMax) +
                       " are allowed");
  }
  auto context = expression::DecodeBase64(*text);
  if (context && IsObject(*context)) return *std::move(context);
  return Refusal("InvalidRequestContent",
                 "Client context must be a valid Base64-encoded JSON object.");
}

Result<InvocationRequest> RequestIn(const LambdaCall& call) {
  ASSIGN_OR_RETURN(FunctionName name, call.Function());
  InvocationRequest request{.namespace_id = name.namespace_id,
                            .function = std::move(name.name),
                            .qualifier = std::move(name.qualifier)};
  ASSIGN_OR_RETURN(request.client_context, ClientContextIn(call));
  if (!call.payload.empty()) request.payload = Bytes(std::string(call.payload));
  request.wants_log = call.input.Text("LogType") == "Tail";
  return request;
}

// What AWS says of a failure, where it differs from the engine's words.
struct FailureWords {
  // "arn:…:function:f:$LATEST".
  std::string arn;
  std::size_t payload_bytes = 0;
  std::size_t payload_bytes_max = 0;
  bool is_event = false;

  Status Of(const Status& status) const {
    if (status.code() == StatusCode::kNotFound) {
      return NotFound("Function not found: " + arn).WithReason("ResourceNotFound");
    }
    if (status.reason() == "PayloadTooLarge" || status.reason() == "InvalidExecutionInput") {
      return TooLarge();
    }
    return status.field() == "payload" ? NoJson(status) : status;
  }

  static Status NoJson(const Status& status) {
    return Refusal("InvalidRequestContent",
                   "Could not parse request body into json: " + status.message());
  }

 private:
  Status TooLarge() const {
    const std::string limit = std::to_string(payload_bytes_max);
    if (is_event) {
      return Refusal("RequestTooLarge",
                     std::to_string(payload_bytes) +
                         " byte payload is too large for the Event invocation type (limit " +
                         limit + " bytes)");
    }
    return Refusal(
        "RequestTooLarge",
        "Request must be smaller than " + limit + " bytes for the InvokeFunction operation");
  }
};

FailureWords WordsOf(const LambdaCall& call, const InvocationRequest& request) {
  const std::string qualifier =
      request.qualifier.empty() ? std::string(kLatestVersion) : request.qualifier;
  const bool is_event = call.input.Text("InvocationType") == "Event";
  return {.arn = ArnOf(call.arns(), {.name = request.function, .qualifier = qualifier}),
          .payload_bytes = request.payload.size(),
          .payload_bytes_max = call.engine().options().limits.payload_bytes_max -
                               (is_event ? runtime::EventInputBytes(request) : 0),
          .is_event = is_event};
}

// A worker of AWS Lambda's kind tells an error as Lambda's JSON; of any other it is made.
std::string FunctionErrorJson(const InvocationResponse& response) {
  if (IsObject(response.cause)) return response.cause;
  std::string out;
  {
    aws::JsonFields fields(out);
    fields.Text("errorType", response.error);
    fields.Text("errorMessage", response.cause);
  }
  return out;
}

http::HttpResponse ResponseOf(const InvocationResponse& invoked, bool wants_log) {
  http::HttpResponse response{.content_type = std::string(kJson)};
  response.headers.push_back({.name = "x-amzn-RequestId", .value = invoked.request_id});
  response.headers.push_back({.name = "X-Amz-Executed-Version", .value = invoked.executed_version});
  if (wants_log) {
    response.headers.push_back(
        {.name = "X-Amz-Log-Result", .value = expression::EncodeBase64(invoked.log_tail)});
  }
  if (invoked.output) {
    response.body = invoked.output->str();
    return response;
  }
  response.headers.push_back({.name = "X-Amz-Function-Error", .value = "Unhandled"});
  response.body = FunctionErrorJson(invoked);
  return response;
}

FunctionName InvokedName(const InvocationRequest& request) {
  return {.namespace_id = request.namespace_id,
          .name = request.function,
          .qualifier = request.qualifier};
}

// Answers once the call is durable, before the function runs: what goes wrong later is told by the
// execution.
void InvokeEvent(const LambdaCall& call,
                 const InvocationRequest& request,
                 const LambdaReply& reply) {
  const FailureWords words = WordsOf(call, request);
  const Status is_json = json::Check(request.payload.view());
  if (!is_json.ok()) return reply.SendError(words.NoJson(is_json));
  const Result<FunctionInfo> known = DescribeKnown(call, InvokedName(request));
  if (!known.ok()) return reply.SendError(words.Of(known.status()));
  runtime::StartEvent(
      call.engine(), request, reply.request_id(), [reply, words](const Status& started) {
        started.ok() ? reply.Send({.status = kAccepted}) : reply.SendError(words.Of(started));
      });
}

void InvokeDry(const LambdaCall& call, const InvocationRequest& request, const LambdaReply& reply) {
  const Result<FunctionInfo> known = DescribeKnown(call, InvokedName(request));
  if (!known.ok()) return reply.SendError(WordsOf(call, request).Of(known.status()));
  reply.Send({.status = kNoContent});
}

}  // namespace

// A client that leaves does not end the call, as on AWS.
void Invoke(const LambdaCall& call, const LambdaReply& reply) {
  Result<InvocationRequest> request = RequestIn(call);
  if (!request.ok()) return reply.SendError(request.status());
  const std::string type = call.input.Text("InvocationType").value_or("RequestResponse");
  if (type == "DryRun") return InvokeDry(call, *request, reply);
  if (type == "Event") return InvokeEvent(call, *request, reply);
  reply.SendErrorAfter(kAnswerMax, Unavailable("the server stops; try again"));
  // A call of a deployed function that no worker takes is not waited for much longer than it would
  // run.
  const auto deployed = call.functions().Describe(InvokedName(*request));
  if (deployed.ok()) {
    const std::chrono::seconds timeout(deployed->configuration.timeout_seconds);
    request->timeout = std::min<Duration>(timeout + kWorkerWaitMax, kInvocationMax);
  }
  const FailureWords words = WordsOf(call, *request);
  const bool wants_log = request->wants_log;
  call.engine().InvokeFunction(
      *std::move(request), [reply, words, wants_log](const Result<InvocationResponse>& invoked) {
        if (!invoked.ok()) return reply.SendError(words.Of(invoked.status()));
        reply.Send(ResponseOf(*invoked, wants_log));
      });
}

}  // namespace pawl::lambda
