#include "server/aws/authenticator.h"

#include <optional>

#include "server/sigv4/digest.h"
#include "server/sigv4/signed_chunks.h"
#include "server/sigv4/verifier.h"

namespace pawl::aws {
namespace {

sigv4::Request SignedPart(const http::HttpRequest& request) {
  const std::size_t mark = request.target.find('?');
  sigv4::Request part{.method = request.method, .path = request.target.substr(0, mark)};
  if (mark != std::string::npos) part.query = request.target.substr(mark + 1);
  for (const http::HttpHeader& header : request.headers)
    part.headers.push_back({.name = header.name, .value = header.value});
  return part;
}

// Puts the body together. `chain`: nullptr where any signature counts.
Status JoinChunks(const sigv4::Request& signed_part,
                  const sigv4::ChunkChain* chain,
                  std::string& body) {
  ASSIGN_OR_RETURN(const sigv4::SignedChunks chunks,
                   sigv4::ReadSignedChunks(signed_part, body, sigv4::Dialect::kCommon));
  if (chain != nullptr) RETURN_IF_ERROR(sigv4::VerifyChunks(chunks, *chain));
  body = chunks.Joined();
  return OkStatus();
}

}  // namespace

Result<ApiCaller> Authenticator::Identify(http::HttpRequest& request,
                                          std::string_view service) const {
  // Few requests are in chunks, so the others are not taken apart for nothing.
  if (keys_.empty() && !request.Header("x-amz-content-sha256").starts_with("STREAMING-"))
    return ApiCaller{};
  const sigv4::Request signed_part = SignedPart(request);
  const bool is_in_chunks = sigv4::HasSignedChunks(signed_part);
  if (keys_.empty()) {
    if (is_in_chunks) RETURN_IF_ERROR(JoinChunks(signed_part, nullptr, request.body));
    return ApiCaller{};
  }
  const sigv4::Verifier verifier({.service = std::string(service)},
                                 [this](std::string_view id) -> std::optional<sigv4::KnownKey> {
                                   const auto found = keys_.find(id);
                                   if (found == keys_.end()) return std::nullopt;
                                   return sigv4::KnownKey{.secret_access_key = found->second};
                                 });
  ASSIGN_OR_RETURN(const sigv4::Signatory signatory,
                   verifier.Verify(signed_part,
                                   is_in_chunks ? std::string() : sigv4::Sha256Hex(request.body),
                                   clock_.WallNow()));
  if (signatory.chunks) RETURN_IF_ERROR(JoinChunks(signed_part, &*signatory.chunks, request.body));
  return ApiCaller{};
}

}  // namespace pawl::aws
