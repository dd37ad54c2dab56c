// HttpHandler: what answers requests; and Responder, by which it does so.
#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "engine/base/time.h"
#include "server/http/http_message.h"

namespace pawl::http {

// The answer to one request, which may be given later. Destroyed without an answer, the client gets
// a 500.
// Threads: safe from any thread, and at any time: it may outlive its connection and its server.
class Responder {
 public:
  Responder() = default;
  Responder(const Responder&) = delete;
  Responder& operator=(const Responder&) = delete;
  virtual ~Responder() = default;

  // The first answer counts; later ones do nothing, nor do those to a client that is gone.
  virtual void Respond(HttpResponse response) = 0;

  // `abandoned` runs once when the answer is not waited for any more: the client went away, or the
  // time of RespondAfter passed. It does not run once Respond was called. It runs and is destroyed
  // on a thread of the server, and never inside Respond: it may hold what Respond is called by. A
  // client that only closes its side of the connection counts as gone and still gets the answer, if
  // there is one. Call it before Handle returns, at most once.
  virtual void OnAbandoned(std::function<void()> abandoned) = 0;

  // Answers with `response` if there is no answer after `wait`, or when the server stops. Call it
  // before Handle returns, at most once.
  virtual void RespondAfter(Duration wait, HttpResponse response) = 0;
};

// Why the server does not hand a request over.
struct HttpRefusal {
  // 400 and 505 (no HTTP/1), 408 (too slow), 413 and 431 (too long), 501 (coded), 503 (no room).
  int status = 400;
  // For people: "the body is too long".
  std::string text = {};
};

// Threads: called on the server's threads, for many connections at once. It may do short blocking
// work; what waits longer answers later.
class HttpHandler {
 public:
  HttpHandler() = default;
  HttpHandler(const HttpHandler&) = delete;
  HttpHandler& operator=(const HttpHandler&) = delete;
  virtual ~HttpHandler() = default;

  virtual void Handle(HttpRequest request, std::shared_ptr<Responder> responder) = 0;

  // The most bytes that the body of such a request may have, asked before it is read; nullopt:
  // HttpServerOptions::body_bytes_max.
  virtual std::optional<std::size_t> BodyBytesMax(std::string_view /*method*/,
                                                  std::string_view /*target*/) {
    return std::nullopt;
  }

  // The answer to a request that is not handed over. `head` has what was read of it, and no body:
  // of what is no HTTP, its method and target are empty.
  virtual HttpResponse Refuse(const HttpRequest& /*head*/, HttpRefusal refusal) {
    return {.status = refusal.status,
            .content_type = "text/plain",
            .body = std::move(refusal.text) + "\n"};
  }
};

}  // namespace pawl::http
