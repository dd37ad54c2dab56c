// HttpServer: an HTTP/1.1 server that knows nothing of what it serves. It listens, reads requests
// within bounds, gives them to a handler and writes the answers in the order of the requests.
//
// A connection is a coroutine and no thread: a request that waits for its answer costs memory only.
#pragma once

#include <chrono>
#include <cstddef>
#include <memory>
#include <string>

#include "engine/base/status.h"
#include "engine/base/time.h"
#include "engine/platform/clock.h"
#include "server/http/http_handler.h"

namespace pawl::http {

struct HttpServerOptions {
  // An address of this machine, "127.0.0.1" or "::1".
  std::string host = "127.0.0.1";
  // 0: any free port.
  std::uint16_t port = 0;
  // Threads that serve; 0 is one for each processor, at least 2 and at most 8.
  int threads = 0;
  // Connections at once; those beyond wait in the kernel's queue.
  std::size_t connections_max = 1024;
  // The request line and all headers: 431 beyond it.
  std::size_t header_bytes_max = std::size_t{32} * 1024;
  // 413 beyond it, where HttpHandler::BodyBytesMax says nothing else.
  std::size_t body_bytes_max = std::size_t{8} * 1024 * 1024;
  // Bodies of all requests that are being read or answered: 503 beyond it.
  std::size_t bodies_bytes_max = std::size_t{256} * 1024 * 1024;
  // Bodies of all answers that are being written: 503 beyond it.
  std::size_t answers_bytes_max = std::size_t{256} * 1024 * 1024;
  // How long a connection may be without a request.
  Duration idle_max = std::chrono::seconds(75);
  // How long a request may take to arrive from its first byte to the end of its headers, and then
  // to the end of its body: 408 beyond it. And how long an answer may take to leave.
  Duration header_time_max = std::chrono::seconds(10);
  Duration body_time_max = std::chrono::seconds(30);
  Duration write_time_max = std::chrono::seconds(30);
};

// Threads: safe from any thread, but for the destructor.
class HttpServer {
 public:
  // Listens and serves when it returns. `handler` and `clock` outlive the server. Errors:
  // InvalidArgument (`host` is no address), Unavailable (the port is taken or not allowed).
  static Result<std::unique_ptr<HttpServer>> Start(HttpHandler& handler,
                                                   platform::Clock& clock,
                                                   HttpServerOptions options);

  HttpServer() = default;
  HttpServer(const HttpServer&) = delete;
  HttpServer& operator=(const HttpServer&) = delete;
  // Stops if that was not done before.
  virtual ~HttpServer() = default;

  // The port that it listens on.
  virtual std::uint16_t port() const = 0;

  // Takes no new connections and requests, answers those that have a RespondAfter with that, and
  // returns once all are answered, or after `grace`: the rest is cut off then. The handler is not
  // called any more afterwards.
  virtual void Stop(std::chrono::milliseconds grace) = 0;
};

}  // namespace pawl::http
