#include "server/sigv4/refusal.h"

#include <utility>

#include "engine/base/check.h"

namespace pawl::sigv4 {
namespace {

struct Names {
  std::string_view common;
  std::string_view s3;
};

Names NamesOf(Refusal refusal) {
  switch (refusal) {
    case Refusal::kMissing:
      return {"MissingAuthenticationTokenException", "AccessDenied"};
    case Refusal::kIncompleteHeader:
      return {"IncompleteSignatureException", "AuthorizationHeaderMalformed"};
    case Refusal::kIncompleteQuery:
      return {"IncompleteSignatureException", "AuthorizationQueryParametersError"};
    case Refusal::kWrongScope:
      return {"InvalidSignatureException", "AuthorizationHeaderMalformed"};
    case Refusal::kUnknownKey:
      return {"UnrecognizedClientException", "InvalidAccessKeyId"};
    case Refusal::kWrongSessionToken:
      return {"UnrecognizedClientException", "InvalidToken"};
    case Refusal::kExpiredSessionToken:
      return {"ExpiredTokenException", "ExpiredToken"};
    case Refusal::kSkewed:
      return {"InvalidSignatureException", "RequestTimeTooSkewed"};
    case Refusal::kExpiredUrl:
      return {"InvalidSignatureException", "AccessDenied"};
    case Refusal::kUnsignedHeader:
      return {"AccessDeniedException", "AccessDenied"};
    case Refusal::kMissingContentHash:
      return {"InvalidSignatureException", "InvalidRequest"};
    case Refusal::kWrongContentHash:
      return {"InvalidSignatureException", "XAmzContentSHA256Mismatch"};
    case Refusal::kUnknownChunks:
      return {"InvalidSignatureException", "NotImplemented"};
    case Refusal::kBrokenChunks:
      return {"InvalidSignatureException", "IncompleteBody"};
    case Refusal::kMismatch:
      return {"InvalidSignatureException", "SignatureDoesNotMatch"};
  }
  PAWL_CHECK(false);
}

}  // namespace

Status Refuse(Refusal refusal, Dialect dialect, std::string message) {
  const Names names = NamesOf(refusal);
  const std::string_view name = dialect == Dialect::kS3 ? names.s3 : names.common;
  StatusCode code = StatusCode::kUnauthenticated;
  if (name.starts_with("AccessDenied")) code = StatusCode::kPermissionDenied;
  if (refusal == Refusal::kUnknownChunks) code = StatusCode::kUnimplemented;
  return Status(code, std::move(message)).WithReason(std::string(name));
}

}  // namespace pawl::sigv4
