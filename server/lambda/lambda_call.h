// LambdaCall: a request of the AWS Lambda API on its way to the engine; and LambdaReply, its
// answer.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "engine/base/status.h"
#include "engine/platform/clock.h"
#include "engine/runtime/engine.h"
#include "engine/runtime/sealed_token.h"
#include "server/aws/api_input.h"
#include "server/aws/authenticator.h"
#include "server/http/http_handler.h"
#include "server/lambda/function_reference.h"
#include "server/lambda/uri_template.h"

namespace pawl::lambda {

// What all calls share. Outlives them.
struct LambdaContext {
  Engine& engine;
  platform::Clock& clock;
  const runtime::TokenSealer& tokens;
};

// Valid while the operation's function runs; what answers later copies what it needs.
struct LambdaCall {
  const LambdaContext& context;
  aws::ApiCaller caller;
  // The name of the operation.
  std::string_view operation;
  // Members of path, query, headers and body together, named as the API model names them.
  aws::ApiInput input;
  // What is no JSON object of members: Invoke's event.
  std::string_view payload;
  // Where the client found this server, "127.0.0.1:8083"; may be empty.
  std::string_view host;

  Engine& engine() const { return context.engine; }

  DeployedFunctions& functions() const { return context.engine.Functions(); }

  const ArnScheme& arns() const { return context.engine.options().arns; }

  // The members FunctionName and Qualifier. Errors: as ResolveFunction.
  Result<FunctionName> Function() const;
  // FunctionName, which names no version. Errors: reason InvalidParameterValue too.
  Result<FunctionName> PlainFunction() const;
};

// The status of an answer without a body.
inline constexpr int kNoContent = 204;

// The way to answer a call. Copies answer the same call: the first answer counts.
// Threads: safe from any thread, at any time.
class LambdaReply {
 public:
  LambdaReply(std::shared_ptr<http::Responder> responder, std::string request_id)
      : responder_(std::move(responder)), request_id_(std::move(request_id)) {}

  const std::string& request_id() const { return request_id_; }

  // With x-amzn-RequestId, unless `response` has one of its own.
  void Send(http::HttpResponse response) const;
  void SendError(const Status& status) const;
  // The error that the client gets after `wait`, or when the server stops, if there is no answer.
  void SendErrorAfter(Duration wait, const Status& status) const;

 private:
  http::HttpResponse WithId(http::HttpResponse response) const;

  std::shared_ptr<http::Responder> responder_;
  std::string request_id_;
};

}  // namespace pawl::lambda
