#include "server/sigv4/digest.h"

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>

#include <array>

#include "engine/base/check.h"

namespace pawl::sigv4 {
namespace {

constexpr std::size_t kDigestBytes = 32;

using Digest = std::array<unsigned char, kDigestBytes>;

std::string_view View(const Digest& digest) {
  return {reinterpret_cast<const char*>(digest.data()), digest.size()};
}

const unsigned char* Raw(std::string_view bytes) {
  return reinterpret_cast<const unsigned char*>(bytes.data());
}

}  // namespace

void Sha256::Free::operator()(evp_md_ctx_st* context) const {
  EVP_MD_CTX_free(context);
}

Sha256::Sha256() : context_(EVP_MD_CTX_new()) {
  PAWL_CHECK(context_ != nullptr);
  PAWL_CHECK(EVP_DigestInit_ex(context_.get(), EVP_sha256(), nullptr) == 1);
}

Sha256::~Sha256() = default;

void Sha256::Add(std::string_view bytes) {
  PAWL_CHECK(EVP_DigestUpdate(context_.get(), bytes.data(), bytes.size()) == 1);
}

std::string Sha256::Finish() {
  Digest digest{};
  unsigned size = 0;
  PAWL_CHECK(EVP_DigestFinal_ex(context_.get(), digest.data(), &size) == 1);
  PAWL_CHECK(size == digest.size());
  return Hex(View(digest));
}

std::string Sha256Hex(std::string_view bytes) {
  Sha256 digest;
  digest.Add(bytes);
  return digest.Finish();
}

std::string HmacSha256(std::string_view key, std::string_view bytes) {
  Digest digest{};
  unsigned size = 0;
  PAWL_CHECK(HMAC(EVP_sha256(),
                  key.data(),
                  static_cast<int>(key.size()),
                  Raw(bytes),
                  bytes.size(),
                  digest.data(),
                  &size) != nullptr);
  PAWL_CHECK(size == digest.size());
  return std::string(View(digest));
}

std::string Hex(std::string_view bytes) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  std::string text;
  text.reserve(2 * bytes.size());
  for (const char c : bytes) {
    const auto byte = static_cast<unsigned char>(c);
    text += kDigits[byte >> 4U];
    text += kDigits[byte & 15U];
  }
  return text;
}

bool AreEqualInConstantTime(std::string_view left, std::string_view right) {
  return left.size() == right.size() && CRYPTO_memcmp(left.data(), right.data(), left.size()) == 0;
}

}  // namespace pawl::sigv4
