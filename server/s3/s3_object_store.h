// S3ObjectStore: buckets of a store that speaks Amazon S3's API, over HTTP.
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <string>

#include "engine/objects/object_store.h"
#include "engine/platform/clock.h"
#include "engine/platform/random.h"
#include "server/s3/endpoint.h"
#include "server/s3/http_transport.h"
#include "server/sigv4/digest.h"
#include "server/sigv4/signer.h"

namespace pawl::s3 {

// What one PutObject takes at most. (Amazon S3 User Guide, "Amazon S3 multipart upload limits".)
inline constexpr std::uint64_t kObjectBytesMax = std::uint64_t{5} * 1024 * 1024 * 1024;

struct S3Options {
  // http://HOST[:PORT] or https://HOST[:PORT].
  std::string endpoint = {};
  std::string region = {};
  sigv4::Credentials credentials = {};
  Addressing addressing = Addressing::kVirtualHost;
  HttpTimeouts timeouts = {};
  // How often a call is sent, the first time included, while the store does not answer.
  int attempts = 4;
  // The pause before the second attempt; each further one is twice as long, and each is shortened
  // by chance to no less than half.
  std::chrono::milliseconds first_pause = std::chrono::milliseconds(200);
  // Where objects stand until they are written; the system's place for temporary files if empty. It
  // holds as many bytes as the objects being written.
  std::string spool_directory = {};
};

// Calls: HeadObject, GetObject with a Range and If-Match, ListObjectsV2, PutObject. Each is signed
// with its body's hash, and each does the same however often it is sent, so all are sent again when
// the connection breaks, an answer is cut off, or it is a 5xx or 429.
//
// An object is written by one PutObject when its writer is closed. More than kObjectBytesMax is
// refused (kInvalidArgument, EntityTooLarge): multipart uploads are not made. A bucket that is not
// there is told by Close, not by Write.
//
// Errors: those of ObjectStore, with the store's error codes as reasons; see ErrorOf in answers.h.
// kUnavailable comes after the last attempt. Memory: what is read or listed in one call.
class S3ObjectStore final : public objects::ObjectStore {
 public:
  // What the store asks of the world.
  struct Surroundings {
    platform::Clock& clock;
    platform::Random& random;
    // Waits on the caller's thread.
    std::function<void(std::chrono::milliseconds)> pause;
  };

  // InvalidArgument for an endpoint that is none; a region or credentials that are missing.
  static Result<std::unique_ptr<S3ObjectStore>> Make(S3Options options, Surroundings surroundings);

  Result<objects::ObjectStat> Stat(const objects::ObjectName& object) override;
  Result<std::string> Read(const objects::ObjectRange& range) override;
  Result<objects::ObjectPage> List(const objects::ListRequest& request) override;
  // The writer does not outlive the store.
  Result<std::unique_ptr<objects::ObjectWriter>> Write(const objects::ObjectName& object) override;

 private:
  class Writer;

  // One call of the API, before it is signed.
  struct Call {
    std::string_view method = "GET";
    // Without a key: the bucket's own.
    objects::ObjectName object = {};
    std::string query = {};
    std::vector<sigv4::Header> headers = {};
    const SpooledBytes* body = nullptr;
    std::string payload_hash = std::string(sigv4::kEmptySha256);
    std::size_t answer_bytes_max = 0;
  };

  S3ObjectStore(S3Options options, Surroundings surroundings, Endpoint endpoint);

  // Sends until there is an answer other than "try again", and gives what `read` makes of it: its
  // kUnavailable is another attempt too.
  template <typename T>
  Result<T> Send(const Call& call, const std::function<Result<T>(HttpAnswer)>& read);
  Result<HttpAnswer> SendOnce(const Call& call);
  // Why HeadObject was refused, which its answer cannot tell: it has no body.
  Status AskWhy(const objects::ObjectName& object);
  std::chrono::milliseconds PauseBefore(int attempt);

  S3Options options_;
  Surroundings surroundings_;
  Endpoint endpoint_;
  sigv4::Signer signer_;
  HttpTransport transport_;
};

}  // namespace pawl::s3
