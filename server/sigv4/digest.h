// SHA-256 and HMAC-SHA-256, as Signature Version 4 uses them: digests are text in lower-case hex.
#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>

struct evp_md_ctx_st;

namespace pawl::sigv4 {

// Of no bytes at all.
inline constexpr std::string_view kEmptySha256 =
    "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

// The digest of bytes that come in pieces. Not thread-safe.
class Sha256 {
 public:
  Sha256();
  ~Sha256();

  Sha256(const Sha256&) = delete;
  Sha256& operator=(const Sha256&) = delete;

  void Add(std::string_view bytes);
  // In hex. To be called once; nothing is added behind it.
  std::string Finish();

 private:
  struct Free {
    void operator()(evp_md_ctx_st* context) const;
  };

  std::unique_ptr<evp_md_ctx_st, Free> context_;
};

// In hex.
std::string Sha256Hex(std::string_view bytes);

// 32 raw bytes: the key of the next HMAC, or a signature before Hex.
std::string HmacSha256(std::string_view key, std::string_view bytes);

// Lower case.
std::string Hex(std::string_view bytes);

// Takes the same time wherever two texts of one length differ.
bool AreEqualInConstantTime(std::string_view left, std::string_view right);

}  // namespace pawl::sigv4
