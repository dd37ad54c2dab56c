// HttpExchange: one request that waits for its answer, between the connection it came on and the
// handler that answers it on whatever thread.
#pragma once

#include <functional>
#include <memory>
#include <optional>

#include "engine/base/mutex.h"
#include "engine/base/time.h"
#include "server/http/http_handler.h"

namespace pawl::http {

// Threads: safe from any thread.
class HttpExchange {
 public:
  // `wake` tells the connection that Take has something for it. It is called with a lock held: it
  // may only post.
  explicit HttpExchange(std::function<void()> wake) : wake_(std::move(wake)) {}

  HttpExchange(const HttpExchange&) = delete;
  HttpExchange& operator=(const HttpExchange&) = delete;

  // What the handler gets: the answer is a 500 when nobody has it any more.
  static std::shared_ptr<Responder> NewResponder(std::shared_ptr<HttpExchange> exchange);

  // --- The handler's side: see Responder ---
  void Respond(HttpResponse response);
  void OnAbandoned(std::function<void()> abandoned);
  void RespondAfter(Duration wait, HttpResponse response);

  // --- The connection's side ---

  // The answer, once.
  std::optional<HttpResponse> Take();
  // How long to wait before Expire; nullopt: for ever.
  std::optional<Duration> wait() const;
  // Whether somebody asks to be told when the client goes away.
  bool IsWatched() const;
  // The wait passed or the server stops: RespondAfter's answer, if there is one.
  void Expire();
  void ClientGone();
  // `wake` is not called any more when this returns.
  void Detach();

 private:
  void Abandon(std::optional<HttpResponse> instead);

  mutable Mutex mutex_;
  std::function<void()> wake_ PAWL_GUARDED_BY(mutex_);
  std::function<void()> abandoned_ PAWL_GUARDED_BY(mutex_);
  std::optional<HttpResponse> response_ PAWL_GUARDED_BY(mutex_);
  bool is_answered_ PAWL_GUARDED_BY(mutex_) = false;
  std::optional<Duration> wait_ PAWL_GUARDED_BY(mutex_);
  std::optional<HttpResponse> otherwise_ PAWL_GUARDED_BY(mutex_);
};

}  // namespace pawl::http
