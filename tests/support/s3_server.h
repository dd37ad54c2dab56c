// A store that speaks S3 on a loopback port, with faults on request.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "engine/base/mutex.h"
#include "engine/platform/clock.h"
#include "engine/platform/thread.h"
#include "server/sigv4/verifier.h"

namespace pawl::test {

// Knows HeadObject, GetObject with a Range and If-Match, ListObjectsV2 and PutObject, path-style,
// and one access key: "AKID" with the secret "secret". Every request is verified. One connection at
// a time, closed after its answer. Threads: safe from any thread.
class S3Server {
 public:
  enum class Fault : std::uint8_t {
    // The connection ends without an answer.
    kDropped,
    // 503 SlowDown.
    kSlowDown,
    // The answer ends in the middle of its body.
    kTruncated,
    // 403 AccessDenied.
    kDenied,
    // No answer until the caller is gone.
    kSilent,
    // A good answer of another etag than the object has.
    kOtherEtag,
    // 200 and the whole object for a range.
    kIgnoresRange,
  };

  // `clock` outlives the server.
  explicit S3Server(platform::Clock& clock);
  ~S3Server();

  S3Server(const S3Server&) = delete;
  S3Server& operator=(const S3Server&) = delete;

  // "http://127.0.0.1:PORT".
  std::string endpoint() const { return "http://127.0.0.1:" + std::to_string(port_); }

  void AddBucket(const std::string& bucket);
  // Makes the bucket where there is none.
  void Put(const std::string& bucket, const std::string& key, std::string text);
  // nullopt if it is not there.
  std::optional<std::string> Get(const std::string& bucket, const std::string& key);

  // The next `count` requests meet `fault`.
  void FailNext(Fault fault, int count = 1);

  // Requests taken, those that met a fault included.
  int request_count();

 private:
  struct Object {
    std::string text;
    std::uint64_t version = 0;
  };

  struct Request {
    sigv4::Request head = {};
    std::string body = {};
  };

  struct Answer {
    int status = 200;
    std::vector<sigv4::Header> headers = {};
    std::string body = {};
    // Of HEAD: the body's size without the body.
    bool is_head = false;
  };

  using Bucket = std::map<std::string, Object>;

  void Serve();
  void ServeOne(int connection);
  std::optional<Fault> TakeFault();
  Answer Handle(const Request& request, std::optional<Fault> fault);
  Answer HandleObject(const Request& request, Bucket& bucket, const std::string& key)
      PAWL_REQUIRES(mutex_);
  static Answer List(const Bucket& bucket, const std::string& query);

  platform::Clock& clock_;
  int listener_ = -1;
  std::uint16_t port_ = 0;
  Mutex mutex_;
  std::map<std::string, Bucket> buckets_ PAWL_GUARDED_BY(mutex_);
  std::vector<Fault> faults_ PAWL_GUARDED_BY(mutex_);
  int request_count_ PAWL_GUARDED_BY(mutex_) = 0;
  std::uint64_t version_ PAWL_GUARDED_BY(mutex_) = 0;
  std::unique_ptr<platform::Thread> thread_;
};

}  // namespace pawl::test
