// HttpService: what the connections of one server share. Private to the folder.
#pragma once

#include <atomic>
#include <cstddef>
#include <memory>
#include <unordered_set>
#include <vector>

#include "engine/base/mutex.h"
#include "server/http/http_server.h"

namespace pawl::http {

class HttpConnection;

// Threads: safe from any thread.
class HttpService {
 public:
  HttpService(HttpHandler& handler, platform::Clock& clock, HttpServerOptions options)
      : handler_(handler), clock_(clock), options_(std::move(options)) {}

  HttpService(const HttpService&) = delete;
  HttpService& operator=(const HttpService&) = delete;

  HttpHandler& handler() { return handler_; }

  platform::Clock& clock() { return clock_; }

  const HttpServerOptions& options() const { return options_; }

  void Add(HttpConnection& connection);
  void Remove(HttpConnection& connection);
  std::size_t connections() const;
  // Those that are open, kept alive by the list.
  std::vector<std::shared_ptr<HttpConnection>> Open() const;
  // Whether all connections ended within `wait`.
  bool AwaitEnd(std::chrono::nanoseconds wait);

  // Bodies in the server's memory, all together.
  struct BodyMemory {
    const std::size_t bytes_max;
    std::atomic<std::size_t> bytes = 0;
  };

  // Of requests and of answers.
  BodyMemory& bodies() { return bodies_; }

  BodyMemory& answers() { return answers_; }

  // Room for one body, given back by the destructor.
  class BodyRoom {
   public:
    BodyRoom(BodyMemory& memory, std::size_t bytes);
    ~BodyRoom();
    BodyRoom(const BodyRoom&) = delete;
    BodyRoom& operator=(const BodyRoom&) = delete;

    // To `bytes` in all.
    void Grow(std::size_t bytes);

    bool fits() const { return had_ + bytes_ <= memory_.bytes_max; }

   private:
    BodyMemory& memory_;
    std::size_t bytes_;
    // What others had when it grew last.
    std::size_t had_;
  };

 private:
  HttpHandler& handler_;
  platform::Clock& clock_;
  const HttpServerOptions options_;
  BodyMemory bodies_{.bytes_max = options_.bodies_bytes_max};
  BodyMemory answers_{.bytes_max = options_.answers_bytes_max};
  mutable Mutex mutex_;
  CondVar ended_;
  std::unordered_set<HttpConnection*> connections_ PAWL_GUARDED_BY(mutex_);
};

}  // namespace pawl::http
