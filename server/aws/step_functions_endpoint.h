// StepFunctionsEndpoint: the AWS Step Functions API over HTTP. It speaks AWS's JSON 1.0 protocol:
// POST /, the operation in X-Amz-Target, JSON there and back, errors with "__type".
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "engine/base/status.h"
#include "engine/platform/random.h"
#include "engine/runtime/engine.h"
#include "engine/runtime/sealed_token.h"
#include "server/aws/api_call.h"
#include "server/http/http_handler.h"

namespace pawl::aws {

// Threads: safe from any thread.
class StepFunctionsEndpoint final : public http::HttpHandler {
 public:
  // What is passed by reference outlives it. `tokens` seals page tokens.
  StepFunctionsEndpoint(Engine& engine,
                        const Authenticator& authenticator,
                        platform::Random& random,
                        runtime::TokenSealer tokens);

  void Handle(http::HttpRequest request, std::shared_ptr<http::Responder> responder) override;
  http::HttpResponse Refuse(const http::HttpRequest& head, http::HttpRefusal refusal) override;

 private:
  void Run(http::HttpRequest& request, const ApiReply& reply);

  const runtime::TokenSealer tokens_;
  const ApiContext context_;
  const Authenticator& authenticator_;
  platform::Random& random_;
};

// The name of the operation that a request asks for. Errors: reason UnknownOperationException (not
// POST /, no or another X-Amz-Target), UnsupportedMediaTypeException (another Content-Type).
Result<std::string_view> OperationIn(const http::HttpRequest& request);

}  // namespace pawl::aws
