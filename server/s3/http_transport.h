// HttpTransport: one request over HTTP and its answer, by libcurl.
#pragma once

#include <chrono>
#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "engine/base/mutex.h"
#include "engine/base/status.h"
#include "server/s3/spooled_bytes.h"
#include "server/sigv4/request.h"

namespace pawl::s3 {

struct HttpRequest {
  // GET, HEAD or PUT.
  std::string method = {};
  std::string url = {};
  std::vector<sigv4::Header> headers = {};
  // Of PUT; it outlives the call.
  const SpooledBytes* body = nullptr;
  // A longer answer is an error.
  std::size_t answer_bytes_max = 0;
};

// The status of an answer that has all that was asked for.
inline constexpr int kOk = 200;

struct HttpAnswer {
  int status = 0;
  // Names in lower case.
  std::vector<sigv4::Header> headers = {};
  std::string body = {};

  // Empty where there is none.
  std::string Header(std::string_view name) const;
};

struct HttpTimeouts {
  std::chrono::milliseconds connect = std::chrono::seconds(5);
  // Without a byte in either direction.
  std::chrono::seconds stall = std::chrono::seconds(30);
};

// Keeps connections open between calls. Redirections are not followed. Threads: safe from any
// thread, calls run side by side.
class HttpTransport {
 public:
  explicit HttpTransport(HttpTimeouts timeouts);
  ~HttpTransport();

  HttpTransport(const HttpTransport&) = delete;
  HttpTransport& operator=(const HttpTransport&) = delete;

  // The answer as it came whole, whatever its status.
  //
  // Errors:  kUnavailable         no connection, a broken one, a time-out, an answer cut off.
  //          kFailedPrecondition  the other side's certificate is not trusted.
  //          kInternal            an answer longer than it may be, or none of HTTP.
  Result<HttpAnswer> Perform(const HttpRequest& request);

 private:
  class Session;

  std::unique_ptr<Session> Take();
  void Keep(std::unique_ptr<Session> session);

  HttpTimeouts timeouts_;
  Mutex mutex_;
  // Those not in use.
  std::vector<std::unique_ptr<Session>> sessions_ PAWL_GUARDED_BY(mutex_);
};

}  // namespace pawl::s3
