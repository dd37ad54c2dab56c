#include "server/sigv4/verifier.h"

#include <algorithm>

#include "server/sigv4/amz_date.h"
#include "server/sigv4/digest.h"
#include "server/sigv4/refusal.h"

namespace pawl::sigv4 {
namespace {

std::string Minutes(Duration skew) {
  return std::to_string(std::chrono::duration_cast<std::chrono::minutes>(skew).count()) + " min.";
}

// Not Content-Type: some of AWS's clients leave it out.
bool MustBeSigned(std::string_view name) {
  return name == "host" || name.starts_with("x-amz-");
}

bool IsSigned(const PresentedSignature& presented, const std::string& name) {
  return std::binary_search(presented.signed_headers.begin(), presented.signed_headers.end(), name);
}

}  // namespace

Result<Signatory> Verifier::Verify(const Request& request,
                                   std::string_view body_hash,
                                   Timestamp now) const {
  ASSIGN_OR_RETURN(const PresentedSignature presented, ReadSignature(request, options_.dialect));
  RETURN_IF_ERROR(CheckScope(presented));
  const std::optional<KnownKey> key = keys_(presented.access_key_id);
  if (!key) {
    return Refuse(Refusal::kUnknownKey,
                  options_.dialect,
                  options_.dialect == Dialect::kS3
                      ? "The AWS Access Key Id you provided does not exist in our records."
                      : "The security token included in the request is invalid.");
  }
  RETURN_IF_ERROR(CheckTime(presented, now));
  RETURN_IF_ERROR(CheckSignedHeaders(request, presented));
  ASSIGN_OR_RETURN(const std::string payload_hash, PayloadHash(request, presented, body_hash));
  const std::string canonical =
      CanonicalRequest(request, presented.signed_headers, payload_hash, options_.dialect);
  std::string signing_key = SigningKey(key->secret_access_key, presented.scope);
  const std::string expected =
      Signature(signing_key, StringToSign(presented.signed_at, presented.scope, canonical));
  if (!AreEqualInConstantTime(expected, presented.signature)) {
    return Refuse(Refusal::kMismatch,
                  options_.dialect,
                  "The request signature we calculated does not match the signature you provided. "
                  "Check your AWS Secret Access Key and signing method. Consult the service "
                  "documentation for details.");
  }
  RETURN_IF_ERROR(CheckSession(*key, presented, now));
  Signatory signatory{.access_key_id = presented.access_key_id,
                      .region = presented.scope.region,
                      .is_presigned = presented.validity.has_value()};
  if (HasSignedChunks(request)) {
    signatory.chunks = {.signing_key = std::move(signing_key),
                        .scope = presented.scope,
                        .signed_at = presented.signed_at,
                        .seed_signature = presented.signature,
                        .dialect = options_.dialect};
  }
  return signatory;
}

Status Verifier::CheckScope(const PresentedSignature& presented) const {
  const auto refuse = [&](const std::string& message) {
    return Refuse(Refusal::kWrongScope, options_.dialect, message);
  };
  const Scope& scope = presented.scope;
  if (scope.service != options_.service) {
    return refuse("Credential should be scoped to correct service: '" + options_.service + "'.");
  }
  if (!options_.region.empty() && scope.region != options_.region) {
    return refuse("Credential should be scoped to a valid region, not '" + scope.region +
                  "'; expected '" + options_.region + "'.");
  }
  const std::string time = FormatAmzDate(presented.signed_at);
  const std::string date = time.substr(0, scope.date.size());
  if (date != scope.date) {
    return refuse(
        "Date in Credential scope does not match YYYYMMDD from ISO-8601 version of date "
        "from HTTP: '" +
        scope.date + "' != '" + date + "', from '" + time + "'.");
  }
  return OkStatus();
}

Status Verifier::CheckTime(const PresentedSignature& presented, Timestamp now) const {
  const Duration skew = options_.dialect == Dialect::kS3 ? kS3ClockSkewMax : kClockSkewMax;
  const std::string signed_at = FormatAmzDate(presented.signed_at);
  if (presented.signed_at > now + skew) {
    return Refuse(Refusal::kSkewed,
                  options_.dialect,
                  "Signature not yet current: " + signed_at + " is still later than " +
                      FormatAmzDate(now + skew) + " (" + FormatAmzDate(now) + " + " +
                      Minutes(skew) + ")");
  }
  if (presented.validity) {
    if (now <= presented.signed_at + *presented.validity) return OkStatus();
    return Refuse(Refusal::kExpiredUrl,
                  options_.dialect,
                  "Request has expired: it was signed at " + signed_at + " for " +
                      std::to_string(presented.validity->count()) + " seconds, and it is " +
                      FormatAmzDate(now));
  }
  if (presented.signed_at < now - skew) {
    return Refuse(Refusal::kSkewed,
                  options_.dialect,
                  "Signature expired: " + signed_at + " is now earlier than " +
                      FormatAmzDate(now - skew) + " (" + FormatAmzDate(now) + " - " +
                      Minutes(skew) + ")");
  }
  return OkStatus();
}

Status Verifier::CheckSignedHeaders(const Request& request,
                                    const PresentedSignature& presented) const {
  if (!IsSigned(presented, "host")) {
    return Refuse(Refusal::kMismatch,
                  options_.dialect,
                  "'Host' or ':authority' must be a 'SignedHeader' in the AWS Authorization.");
  }
  for (const Header& header : request.headers) {
    const std::string name = LowerCase(header.name);
    if (!MustBeSigned(name) || IsSigned(presented, name)) continue;
    return Refuse(Refusal::kUnsignedHeader,
                  options_.dialect,
                  "There were headers present in the request which were not signed: " + name);
  }
  return OkStatus();
}

Result<std::string> Verifier::PayloadHash(const Request& request,
                                          const PresentedSignature& presented,
                                          std::string_view body_hash) const {
  const bool is_s3 = options_.dialect == Dialect::kS3;
  const std::string* const claimed = FindHeader(request, "x-amz-content-sha256");
  if (claimed == nullptr) {
    if (!is_s3) return std::string(body_hash);
    if (presented.validity) return std::string(kUnsignedPayload);
    return Refuse(Refusal::kMissingContentHash,
                  options_.dialect,
                  "Missing required header for this request: x-amz-content-sha256");
  }
  if (HasSignedChunks(request)) return *claimed;
  if (claimed->starts_with("STREAMING-")) {
    return Refuse(Refusal::kUnknownChunks,
                  options_.dialect,
                  "x-amz-content-sha256: chunks are read that are signed with AWS4-HMAC-SHA256 (" +
                      std::string(kSignedChunksPayload) +
                      "); expected that, or the SHA-256 of "
                      "the whole body");
  }
  if (is_s3 && *claimed == kUnsignedPayload) return *claimed;
  if (!AreEqualInConstantTime(*claimed, body_hash)) {
    return Refuse(Refusal::kWrongContentHash,
                  options_.dialect,
                  "The provided 'x-amz-content-sha256' header does not match what was computed.");
  }
  return *claimed;
}

Status Verifier::CheckSession(const KnownKey& key,
                              const PresentedSignature& presented,
                              Timestamp now) const {
  if (!AreEqualInConstantTime(key.session_token, presented.session_token)) {
    return Refuse(Refusal::kWrongSessionToken,
                  options_.dialect,
                  "The security token included in the request is invalid.");
  }
  if (key.expires_at && now >= *key.expires_at) {
    return Refuse(Refusal::kExpiredSessionToken,
                  options_.dialect,
                  "The security token included in the request is expired");
  }
  return OkStatus();
}

}  // namespace pawl::sigv4
