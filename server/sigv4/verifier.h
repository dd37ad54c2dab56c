// Verifier: whether a request that came was signed by somebody who has a key.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "engine/base/status.h"
#include "engine/base/time.h"
#include "server/sigv4/presented_signature.h"
#include "server/sigv4/request.h"
#include "server/sigv4/signature.h"
#include "server/sigv4/signed_chunks.h"

namespace pawl::sigv4 {

// How far a request's time may be from the server's. The texts with which AWS's services refuse
// name 5 minutes ("… - 5 min."); S3 API Reference, "Authenticating Requests", names 15.
inline constexpr Duration kClockSkewMax = std::chrono::minutes(5);
inline constexpr Duration kS3ClockSkewMax = std::chrono::minutes(15);

struct KnownKey {
  std::string secret_access_key = {};
  // Of temporary credentials; else empty, and requests have none.
  std::string session_token = {};
  // Of the session token.
  std::optional<Timestamp> expires_at = {};
};

// The key of an access key's ID; nullopt for one that is not known.
using KeyLookup = std::function<std::optional<KnownKey>(std::string_view access_key_id)>;

// Who signed. The region is the one that the caller meant.
struct Signatory {
  std::string access_key_id = {};
  std::string region = {};
  bool is_presigned = false;
  // Where the body is signed in chunks: they are to be verified with this before the body is
  // believed.
  std::optional<ChunkChain> chunks = {};
};

// Threads: safe from any thread, as far as the lookup is.
class Verifier {
 public:
  struct Options {
    // "states", "lambda", "s3": what requests are signed for.
    std::string service = {};
    // Empty: any.
    std::string region = {};
    Dialect dialect = Dialect::kCommon;
  };

  Verifier(Options options, KeyLookup keys)
      : options_(std::move(options)), keys_(std::move(keys)) {}

  // `body_hash` is Sha256Hex of the body that came; it is not looked at where HasSignedChunks. Host
  // and every X-Amz-* header must be signed. The signature is compared in constant time. Errors:
  // see Refusal; the messages tell nothing of keys and tokens.
  Result<Signatory> Verify(const Request& request, std::string_view body_hash, Timestamp now) const;

 private:
  Status CheckScope(const PresentedSignature& presented) const;
  Status CheckTime(const PresentedSignature& presented, Timestamp now) const;
  Status CheckSignedHeaders(const Request& request, const PresentedSignature& presented) const;
  // What stands for the body in the canonical request.
  Result<std::string> PayloadHash(const Request& request,
                                  const PresentedSignature& presented,
                                  std::string_view body_hash) const;
  Status CheckSession(const KnownKey& key,
                      const PresentedSignature& presented,
                      Timestamp now) const;

  Options options_;
  KeyLookup keys_;
};

}  // namespace pawl::sigv4
