#include "server/aws/authenticator.h"

#include <optional>

#include "server/sigv4/digest.h"
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

}  // namespace

Result<ApiCaller> Authenticator::Identify(const http::HttpRequest& request,
                                          std::string_view service) const {
  if (keys_.empty()) return ApiCaller{};
  const sigv4::Verifier verifier({.service = std::string(service)},
                                 [this](std::string_view id) -> std::optional<sigv4::KnownKey> {
                                   const auto found = keys_.find(id);
                                   if (found == keys_.end()) return std::nullopt;
                                   return sigv4::KnownKey{.secret_access_key = found->second};
                                 });
  const Result<sigv4::Signatory> signatory =
      verifier.Verify(SignedPart(request), sigv4::Sha256Hex(request.body), clock_.WallNow());
  if (!signatory.ok()) return signatory.status();
  return ApiCaller{};
}

}  // namespace pawl::aws
