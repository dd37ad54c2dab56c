// ApiCall: a request of the AWS API on its way to the engine; and ApiReply, its answer.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "engine/base/status.h"
#include "engine/runtime/engine.h"
#include "engine/runtime/sealed_token.h"
#include "server/aws/api_input.h"
#include "server/aws/authenticator.h"
#include "server/http/http_handler.h"

namespace pawl::aws {

// What all calls share. Outlives them.
struct ApiContext {
  Engine& engine;
  const runtime::TokenSealer& tokens;
};

// Valid while the operation's function runs; what answers later copies what it needs.
struct ApiCall {
  const ApiContext& context;
  ApiCaller caller;
  // The name of the operation.
  std::string_view operation;
  ApiInput input;
  // The text of the request.
  std::string_view body;

  Engine& engine() const { return context.engine; }

  const ArnScheme& arns() const { return context.engine.options().arns; }
};

// Of requests and answers of this API.
inline constexpr std::string_view kApiContentType = "application/x-amz-json-1.0";

// An answer of this API: JSON, under the request's id.
http::HttpResponse ApiResponse(int status, std::string request_id, std::string body);

// The way to answer a call. Copies answer the same call: the first answer counts.
// Threads: safe from any thread, at any time.
class ApiReply {
 public:
  ApiReply(std::shared_ptr<http::Responder> responder, std::string request_id)
      : responder_(std::move(responder)), request_id_(std::move(request_id)) {}

  // The JSON of the answer, or why there is none.
  void Send(const Result<std::string>& answer) const;

  // See http::Responder.
  void SendAfter(Duration wait, std::string answer) const;
  void OnAbandoned(std::function<void()> abandoned) const;

 private:
  std::shared_ptr<http::Responder> responder_;
  std::string request_id_;
};

}  // namespace pawl::aws
