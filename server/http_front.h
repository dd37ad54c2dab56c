// HttpFront: what the server answers over HTTP: the AWS APIs, whether it is well, and what it
// counts.
#pragma once

#include <chrono>
#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "engine/base/status.h"
#include "engine/platform/clock.h"
#include "engine/platform/random.h"
#include "engine/runtime/engine.h"
#include "server/aws/authenticator.h"
#include "server/aws/step_functions_endpoint.h"
#include "server/http/http_server.h"
#include "server/lambda/lambda_endpoint.h"

namespace pawl::server {

// GET /healthz: 200 as long as the process serves. GET /readyz: 200 when the store answers too,
// else 503. GET /metrics: see MetricsText. Paths that begin with a date ("/2015-03-31/functions")
// are the AWS Lambda API; all else is the AWS Step Functions API. Threads: safe from any thread.
class HttpRoutes final : public http::HttpHandler {
 public:
  // What is passed outlives it.
  HttpRoutes(Engine& engine, http::HttpHandler& step_functions, http::HttpHandler& lambda)
      : engine_(engine), step_functions_(step_functions), lambda_(lambda) {}

  void Handle(http::HttpRequest request, std::shared_ptr<http::Responder> responder) override;
  std::optional<std::size_t> BodyBytesMax(std::string_view method,
                                          std::string_view target) override;
  http::HttpResponse Refuse(const http::HttpRequest& head, http::HttpRefusal refusal) override;

 private:
  http::HttpHandler& ApiOf(std::string_view target);
  http::HttpResponse Readiness();

  Engine& engine_;
  http::HttpHandler& step_functions_;
  http::HttpHandler& lambda_;
};

class HttpFront {
 public:
  struct Options {
    // HOST:PORT; port 0 picks a free one.
    std::string address = {};
    // Of those who may call the AWS API. None: everybody may, and `address` is on loopback.
    aws::AccessKeys access_keys = {};
  };

  // Listens, and serves when it returns. What is passed by reference outlives it. Errors:
  // InvalidArgument (the address is none, or must be on loopback), Unavailable (the port is taken),
  // and those of Engine::StoreSecret.
  static Result<std::unique_ptr<HttpFront>> Start(Engine& engine,
                                                  platform::Clock& clock,
                                                  platform::Random& random,
                                                  Options options);

  HttpFront(const HttpFront&) = delete;
  HttpFront& operator=(const HttpFront&) = delete;

  // "127.0.0.1:8083": with the port that was picked.
  const std::string& address() const { return address_; }

  // See http::HttpServer::Stop.
  void Stop(std::chrono::milliseconds grace) { server_->Stop(grace); }

 private:
  HttpFront(Engine& engine,
            aws::Authenticator authenticator,
            platform::Clock& clock,
            platform::Random& random,
            const runtime::TokenSealer& tokens);

  const aws::Authenticator authenticator_;
  aws::StepFunctionsEndpoint step_functions_;
  lambda::LambdaEndpoint lambda_;
  HttpRoutes routes_;
  std::string address_;
  std::unique_ptr<http::HttpServer> server_;
};

}  // namespace pawl::server
