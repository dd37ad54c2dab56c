#include "engine/runtime/sealed_token.h"

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>

#include <array>
#include <optional>
#include <utility>

#include "engine/base/check.h"
#include "engine/base/coding.h"

namespace pawl::runtime {
namespace {

constexpr std::size_t kTagBytes = 16;
constexpr std::size_t kHeaderBytes = 1 + kTagBytes;
constexpr std::size_t kTokenBytesMax = 4096;
constexpr std::string_view kAlphabet =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

// RFC 4648, section 5, without padding.
std::string EncodeBase64Url(std::string_view bytes) {
  std::string text;
  text.reserve((bytes.size() * 4 + 2) / 3);
  std::uint32_t buffer = 0;
  unsigned bits = 0;
  for (const char byte : bytes) {
    buffer = (buffer << 8U) | static_cast<unsigned char>(byte);
    bits += 8;
    while (bits >= 6) {
      bits -= 6;
      text.push_back(kAlphabet[(buffer >> bits) & 63U]);
    }
  }
  if (bits > 0) text.push_back(kAlphabet[(buffer << (6 - bits)) & 63U]);
  return text;
}

// nullopt also for a text that EncodeBase64Url would write otherwise: each token has one form.
std::optional<std::string> DecodeBase64Url(std::string_view text) {
  std::string bytes;
  bytes.reserve(text.size() * 3 / 4);
  std::uint32_t buffer = 0;
  unsigned bits = 0;
  for (const char character : text) {
    const std::size_t digit = kAlphabet.find(character);
    if (digit == std::string_view::npos) return std::nullopt;
    buffer = (buffer << 6U) | static_cast<std::uint32_t>(digit);
    bits += 6;
    if (bits >= 8) {
      bits -= 8;
      bytes.push_back(static_cast<char>((buffer >> bits) & 255U));
    }
  }
  const bool has_stray_bits = bits == 6 || (buffer & ((1U << bits) - 1U)) != 0;
  if (has_stray_bits) return std::nullopt;
  return bytes;
}

std::string AuthenticationTag(const SealingKey& key,
                              const TokenScope& scope,
                              std::string_view content) {
  std::string signed_bytes;
  Encoder encoder(signed_bytes);
  encoder.Byte(key.id);
  encoder.BigEndian32(scope.namespace_id.value);
  encoder.String(scope.kind);
  encoder.String(scope.request);
  encoder.String(content);

  std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
  unsigned int digest_bytes = 0;
  const unsigned char* result = HMAC(EVP_sha256(),
                                     key.secret.data(),
                                     static_cast<int>(key.secret.size()),
                                     reinterpret_cast<const unsigned char*>(signed_bytes.data()),
                                     signed_bytes.size(),
                                     digest.data(),
                                     &digest_bytes);
  PAWL_CHECK(result != nullptr && digest_bytes >= kTagBytes);
  return {reinterpret_cast<const char*>(digest.data()), kTagBytes};
}

Status WrongToken() {
  return InvalidArgument(
      "page_token: not a token that this server gave for this request; pass next_page_token of the "
      "page before with the same request, or none to begin again",
      "page_token");
}

}  // namespace

TokenSealer::TokenSealer(std::vector<SealingKey> keys) : keys_(std::move(keys)) {
  PAWL_CHECK(!keys_.empty());
}

std::string TokenSealer::Seal(const TokenScope& scope, std::string_view content) const {
  const SealingKey& key = keys_.back();
  std::string bytes(1, static_cast<char>(key.id));
  bytes += AuthenticationTag(key, scope, content);
  bytes += content;
  return EncodeBase64Url(bytes);
}

Result<std::string> TokenSealer::Open(const TokenScope& scope, std::string_view token) const {
  if (token.size() > kTokenBytesMax) return WrongToken();
  const std::optional<std::string> bytes = DecodeBase64Url(token);
  if (!bytes || bytes->size() < kHeaderBytes) return WrongToken();
  const std::string_view content = std::string_view(*bytes).substr(kHeaderBytes);
  for (const SealingKey& key : keys_) {
    if (key.id != static_cast<std::uint8_t>(bytes->front())) continue;
    const std::string expected = AuthenticationTag(key, scope, content);
    if (CRYPTO_memcmp(expected.data(), bytes->data() + 1, kTagBytes) == 0) {
      return std::string(content);
    }
  }
  return WrongToken();
}

}  // namespace pawl::runtime
