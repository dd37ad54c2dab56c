// A body that is sent in chunks, each with a signature of its own (S3 API Reference, "Signature
// Calculations for the Authorization Header: Transferring Payload in Multiple Chunks"). The
// request's own signature is the first link of a chain: each chunk's signature covers the one
// before it.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "engine/base/status.h"
#include "engine/base/time.h"
#include "server/sigv4/request.h"
#include "server/sigv4/signature.h"

namespace pawl::sigv4 {

// In place of a body's hash, in X-Amz-Content-SHA256.
inline constexpr std::string_view kSignedChunksPayload = "STREAMING-AWS4-HMAC-SHA256-PAYLOAD";
// The same with headers behind the last chunk.
inline constexpr std::string_view kSignedChunksTrailerPayload =
    "STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER";

// What the chain hangs on: the request's signature and the key that made it. The key is secret.
struct ChunkChain {
  std::string signing_key = {};
  Scope scope = {};
  Timestamp signed_at = {};
  std::string seed_signature = {};
  Dialect dialect = Dialect::kCommon;
};

// The parts of a body as it came; views into it.
struct SignedChunks {
  struct Chunk {
    std::string_view data = {};
    std::string_view signature = {};
  };

  // The last one has no data.
  std::vector<Chunk> chunks = {};
  // As they are signed: "name:value\n" each.
  std::string trailers = {};
  // Empty: there are no trailers.
  std::string_view trailer_signature = {};

  // The body that is meant.
  std::string Joined() const;
};

// Whether the request says that its body comes so.
bool HasSignedChunks(const Request& request);

// Errors: Refusal::kBrokenChunks, where the body is not in chunks as `request` says, or its data
// are not as long as X-Amz-Decoded-Content-Length.
Result<SignedChunks> ReadSignedChunks(const Request& request,
                                      std::string_view body,
                                      Dialect dialect);

// Errors: Refusal::kMismatch, where a signature is not the next of the chain.
Status VerifyChunks(const SignedChunks& body, const ChunkChain& chain);

}  // namespace pawl::sigv4
