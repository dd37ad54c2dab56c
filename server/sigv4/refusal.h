// Refusal: why a signed request is not taken, with the name that AWS has for it.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "engine/base/status.h"
#include "server/sigv4/signature.h"

namespace pawl::sigv4 {

enum class Refusal : std::uint8_t {
  // There is no signature.
  kMissing,
  // The Authorization header is none of Signature Version 4, or a part of it is missing.
  kIncompleteHeader,
  // The same of a presigned URL's parameters.
  kIncompleteQuery,
  // Signed for another region, service or day.
  kWrongScope,
  kUnknownKey,
  kWrongSessionToken,
  kExpiredSessionToken,
  // Its time is too far from the server's.
  kSkewed,
  // A presigned URL after its time.
  kExpiredUrl,
  // Host, or a header that changes what the request does, is not signed.
  kUnsignedHeader,
  // S3 only: X-Amz-Content-SHA256 is missing.
  kMissingContentHash,
  // The body is another than X-Amz-Content-SHA256 says.
  kWrongContentHash,
  // A body in chunks that are not signed, or signed otherwise.
  kUnknownChunks,
  // A body that is not in chunks as its request says.
  kBrokenChunks,
  // What is signed is not what came, or the secret key is another.
  kMismatch,
};

// A Status with AWS's error name as its reason: the names of the JSON services (Step Functions API
// Reference, "Common Errors"; UnrecognizedClientException and InvalidSignatureException as these
// services answer in fact), or those of S3 (S3 API Reference, "Error responses"). The code is
// kUnauthenticated, kPermissionDenied where the name is AccessDenied(Exception), kUnimplemented for
// kUnknownChunks.
Status Refuse(Refusal refusal, Dialect dialect, std::string message);

}  // namespace pawl::sigv4
