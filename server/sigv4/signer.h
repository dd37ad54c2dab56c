// Signer: signs requests that this program sends.
#pragma once

#include <chrono>
#include <string>
#include <string_view>
#include <vector>

#include "engine/base/time.h"
#include "server/sigv4/request.h"
#include "server/sigv4/signature.h"

namespace pawl::sigv4 {

struct Credentials {
  std::string access_key_id = {};
  std::string secret_access_key = {};
  // Of temporary credentials; else empty.
  std::string session_token = {};
};

// Threads: safe from any thread.
class Signer {
 public:
  struct Options {
    Credentials credentials = {};
    std::string region = {};
    // "s3", "states".
    std::string service = {};
    Dialect dialect = Dialect::kCommon;
  };

  explicit Signer(Options options) : options_(std::move(options)) {}

  // The headers to be added to `request`: X-Amz-Date, X-Amz-Security-Token where there is a session
  // token, X-Amz-Content-SHA256 for S3, Authorization. Every header that `request` has is signed,
  // Host must be among them. `payload_hash`: as CanonicalRequest takes it.
  std::vector<Header> SignHeaders(Request request,
                                  std::string_view payload_hash,
                                  Timestamp now) const;

  // The query that makes `request` a presigned URL for `validity` (AWS: at most 7 days), its own
  // parameters included. The body is unsigned for S3, and empty for others.
  std::string Presign(Request request, std::chrono::seconds validity, Timestamp now) const;

 private:
  std::string Sign(const Request& request,
                   const std::vector<std::string>& signed_headers,
                   std::string_view payload_hash,
                   Timestamp now) const;
  Scope ScopeAt(Timestamp now) const;

  Options options_;
};

}  // namespace pawl::sigv4
