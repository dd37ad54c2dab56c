// The signature of Signature Version 4, step by step (IAM User Guide, "Create a signed AWS API
// request"; S3 API Reference, "Authenticating Requests"). Signing and verifying are both built on
// it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "engine/base/time.h"
#include "server/sigv4/request.h"

namespace pawl::sigv4 {

// Of a scope's date.
inline constexpr std::size_t kDateDigits = 8;
// Hexadecimal ones.
inline constexpr std::size_t kSignatureDigits = 64;
inline constexpr std::string_view kAlgorithm = "AWS4-HMAC-SHA256";
// In place of a body's hash: the body is no part of the signature.
inline constexpr std::string_view kUnsignedPayload = "UNSIGNED-PAYLOAD";

// What a service's requests look like to a signature.
enum class Dialect : std::uint8_t {
  // Every service but S3: the path is normalized and encoded once more.
  kCommon,
  // Amazon S3: the path is encoded once, as a key is any text.
  kS3,
};

// Where a signature counts.
struct Scope {
  // kDateDigits digits, "20130524".
  std::string date = {};
  std::string region = {};
  std::string service = {};

  // "20130524/us-east-1/s3/aws4_request".
  std::string ToString() const;

  bool operator==(const Scope&) const = default;
};

// `signed_headers` are names in lower case and ascending order; a header that the request does not
// have counts as an empty one. `payload_hash` is the body's SHA-256 in hex or kUnsignedPayload. The
// query's X-Amz-Signature is left out.
std::string CanonicalRequest(const Request& request,
                             std::span<const std::string> signed_headers,
                             std::string_view payload_hash,
                             Dialect dialect);

std::string StringToSign(Timestamp time, const Scope& scope, std::string_view canonical_request);

// 32 raw bytes; secret.
std::string SigningKey(std::string_view secret_access_key, const Scope& scope);

// kSignatureDigits hexadecimal digits.
std::string Signature(std::string_view signing_key, std::string_view string_to_sign);

// "host;range;x-amz-date".
std::string JoinNames(std::span<const std::string> signed_headers);

}  // namespace pawl::sigv4
