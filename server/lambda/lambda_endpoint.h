// LambdaEndpoint: the AWS Lambda API over HTTP. It speaks AWS's REST protocol with JSON: the
// operation is a method and a path, errors are named by x-amzn-ErrorType.
#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <string_view>

#include "engine/platform/clock.h"
#include "engine/platform/random.h"
#include "engine/runtime/engine.h"
#include "engine/runtime/sealed_token.h"
#include "server/aws/authenticator.h"
#include "server/http/http_handler.h"
#include "server/lambda/lambda_call.h"

namespace pawl::lambda {

// A request that brings a zip archive: 50 MiB in base64, and 256 KiB for the rest. AWS's bound.
inline constexpr std::size_t kCodeRequestBytesMax = 70'167'211;

// Whether a request is for this API: its path begins with a date, "/2015-03-31/".
bool IsLambdaTarget(std::string_view target);

// Threads: safe from any thread. What brings or fetches code blocks one for as long as the code is
// read and stored; an invocation holds none.
class LambdaEndpoint final : public http::HttpHandler {
 public:
  // What is passed by reference outlives it. `tokens` seals page tokens and the URLs of code.
  LambdaEndpoint(Engine& engine,
                 const aws::Authenticator& authenticator,
                 platform::Clock& clock,
                 platform::Random& random,
                 runtime::TokenSealer tokens);

  void Handle(http::HttpRequest request, std::shared_ptr<http::Responder> responder) override;

  // kCodeRequestBytesMax where code is brought.
  std::optional<std::size_t> BodyBytesMax(std::string_view method,
                                          std::string_view target) override;
  http::HttpResponse Refuse(const http::HttpRequest& head, http::HttpRefusal refusal) override;

 private:
  void Run(http::HttpRequest& request, const LambdaReply& reply);

  const runtime::TokenSealer tokens_;
  const LambdaContext context_;
  const aws::Authenticator& authenticator_;
  platform::Random& random_;
};

}  // namespace pawl::lambda
