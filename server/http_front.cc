#include "server/http_front.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "server/listen_address.h"
#include "server/metrics.h"
#include "server/page_token_sealer.h"

namespace pawl::server {
namespace {

// JSON may write one character of a payload as six.
constexpr std::size_t kEscapedBytesMax = 6;
constexpr std::size_t kRequestOverheadBytes = std::size_t{64} * 1024;

std::size_t BodyBytesMax(const Limits& limits) {
  return kEscapedBytesMax * std::max(limits.payload_bytes_max, limits.definition_bytes_max) +
         kRequestOverheadBytes;
}

// An address without the brackets that set its port apart.
std::string Bare(std::string host) {
  if (host.starts_with('[')) host = host.substr(1, host.size() - 2);
  return host;
}

http::HttpResponse Plain(int status, std::string text) {
  return {.status = status, .content_type = "text/plain", .body = std::move(text)};
}

}  // namespace

void HttpRoutes::Handle(http::HttpRequest request, std::shared_ptr<http::Responder> responder) {
  const bool is_read = request.method == "GET" || request.method == "HEAD";
  const std::string path = request.target.substr(0, request.target.find('?'));
  if (is_read && path == "/healthz") return responder->Respond(Plain(200, "ok\n"));
  if (is_read && path == "/readyz") return responder->Respond(Readiness());
  if (is_read && path == "/metrics") {
    return responder->Respond({.status = 200,
                               .content_type = std::string(kMetricsContentType),
                               .body = MetricsText(engine_.Statistics())});
  }
  ApiOf(request.target).Handle(std::move(request), std::move(responder));
}

http::HttpHandler& HttpRoutes::ApiOf(std::string_view target) {
  return lambda::IsLambdaTarget(target) ? lambda_ : step_functions_;
}

std::optional<std::size_t> HttpRoutes::BodyBytesMax(std::string_view method,
                                                    std::string_view target) {
  if (!lambda::IsLambdaTarget(target)) return std::nullopt;
  return lambda_.BodyBytesMax(method, target);
}

// A client of the API reads of it what it reads of any error.
http::HttpResponse HttpRoutes::Refuse(const http::HttpRequest& head, http::HttpRefusal refusal) {
  return ApiOf(head.target).Refuse(head, std::move(refusal));
}

http::HttpResponse HttpRoutes::Readiness() {
  const auto read = engine_.ListStateMachines(NamespaceId{}, 1, "");
  if (read.ok()) return Plain(200, "ok\n");
  return Plain(503, "the store does not answer: " + read.status().message() + "\n");
}

HttpFront::HttpFront(Engine& engine,
                     aws::Authenticator authenticator,
                     platform::Clock& clock,
                     platform::Random& random,
                     const runtime::TokenSealer& tokens)
    : authenticator_(std::move(authenticator)),
      step_functions_(engine, authenticator_, random, tokens),
      lambda_(engine, authenticator_, clock, random, tokens),
      routes_(engine, step_functions_, lambda_) {}

Result<std::unique_ptr<HttpFront>> HttpFront::Start(Engine& engine,
                                                    platform::Clock& clock,
                                                    platform::Random& random,
                                                    Options given) {
  ASSIGN_OR_RETURN(const ListenAddress listen,
                   given.access_keys.empty() ? ParseListenAddress(given.address)
                                             : ParseAnyListenAddress(given.address));
  ASSIGN_OR_RETURN(const runtime::TokenSealer tokens, MakePageTokenSealer(engine));
  aws::Authenticator authenticator(std::move(given.access_keys), clock);
  std::unique_ptr<HttpFront> self(
      new HttpFront(engine, std::move(authenticator), clock, random, tokens));
  http::HttpServerOptions options;
  options.host = Bare(listen.host);
  options.port = listen.port;
  options.body_bytes_max = BodyBytesMax(engine.options().limits);
  options.bodies_bytes_max = std::max(options.bodies_bytes_max, options.body_bytes_max);
  auto server = http::HttpServer::Start(self->routes_, clock, std::move(options));
  if (!server.ok()) {
    return Unavailable(
        fmt::format("{}; choose another address with --http-address (port 0 picks a free one)",
                    server.status().message()));
  }
  self->server_ = *std::move(server);
  self->address_ = fmt::format("{}:{}", listen.host, self->server_->port());
  return self;
}

}  // namespace pawl::server
