// Tokens that leave the server and come back: a reader may keep them, but can neither make one nor
// use one for another request than it was given for. HMAC-SHA256 cut to 128 bits (RFC 2104, section
// 5) over the content and what it is bound to; the content itself is not secret.
//
//   token = base64url(key id (1 byte), tag (16 bytes), content)
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "engine/base/ids.h"
#include "engine/base/status.h"

namespace pawl::runtime {

struct SealingKey {
  // Stands in each token, so that tokens outlive a change of keys. Never used again.
  std::uint8_t id = 0;
  // 32 random bytes.
  std::string secret;
};

// What a token is good for.
struct TokenScope {
  NamespaceId namespace_id;
  // The rpc, "ListExecutions".
  std::string_view kind;
  // Those fields of the request that must be the same when the token comes back, in any unambiguous
  // form.
  std::string_view request;
};

// Threads: safe from any thread.
class TokenSealer {
 public:
  // Seals with the last of `keys`, opens with all; there is at least one.
  explicit TokenSealer(std::vector<SealingKey> keys);

  std::string Seal(const TokenScope& scope, std::string_view content) const;

  // The content. InvalidArgument (field "page_token"), always with the same words, for a token that
  // was tampered with, belongs elsewhere or never was one.
  Result<std::string> Open(const TokenScope& scope, std::string_view token) const;

 private:
  std::vector<SealingKey> keys_;
};

}  // namespace pawl::runtime
