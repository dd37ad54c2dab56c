// Any bytes as an Authorization header, a path and a query: they are refused with a documented code
// and never verified, for nobody signed them. The same path and query signed: they are verified,
// and in the other dialect's or another key's eyes they are not.
#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "engine/base/check.h"
#include "server/sigv4/digest.h"
#include "server/sigv4/signer.h"
#include "server/sigv4/uri_encoding.h"
#include "server/sigv4/verifier.h"

namespace pawl::sigv4 {
namespace {

constexpr Timestamp kNow = FromMicros(1'709'210'096'000'000);

Verifier MakeVerifier(Dialect dialect, std::string secret) {
  return Verifier({.service = "s3", .dialect = dialect},
                  [secret = std::move(secret)](std::string_view) -> std::optional<KnownKey> {
                    return KnownKey{.secret_access_key = secret};
                  });
}

void CheckRefused(const Request& request, Dialect dialect) {
  const auto verified = MakeVerifier(dialect, "secret").Verify(request, kEmptySha256, kNow);
  PAWL_CHECK(!verified.ok());
  const StatusCode code = verified.status().code();
  PAWL_CHECK(code == StatusCode::kUnauthenticated || code == StatusCode::kPermissionDenied ||
             code == StatusCode::kUnimplemented);
  PAWL_CHECK(!verified.status().reason().empty());
}

void CheckSigned(Request request, Dialect dialect) {
  const Signer signer({.credentials = {.access_key_id = "AKID", .secret_access_key = "secret"},
                       .region = "eu-west-1",
                       .service = "s3",
                       .dialect = dialect});
  for (Header& header : signer.SignHeaders(request, kEmptySha256, kNow))
    request.headers.push_back(std::move(header));
  PAWL_CHECK(MakeVerifier(dialect, "secret").Verify(request, kEmptySha256, kNow).ok());
  PAWL_CHECK(!MakeVerifier(dialect, "another").Verify(request, kEmptySha256, kNow).ok());
}

void Run(std::string_view data) {
  PAWL_CHECK(UriDecode(UriEncode(data, Slash::kIsEncoded)) == data);
  const std::size_t middle = std::min(data.find('\n'), data.size());
  const std::string first(data.substr(0, middle));
  const std::string second(data.substr(std::min(middle + 1, data.size())));
  for (const Dialect dialect : {Dialect::kCommon, Dialect::kS3}) {
    const Request bare{.method = "GET",
                       .path = "/" + first,
                       .query = second,
                       .headers = {{"Host", "h"}, {"X-Amz-Date", "20240229T123456Z"}}};
    CheckRefused(bare, dialect);
    Request authorized = bare;
    authorized.headers.push_back({"Authorization", first});
    CheckRefused(authorized, dialect);
    CheckSigned({.method = "GET", .path = "/" + first, .query = second, .headers = {{"Host", "h"}}},
                dialect);
  }
}

}  // namespace
}  // namespace pawl::sigv4

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  pawl::sigv4::Run({reinterpret_cast<const char*>(data), size});
  return 0;
}
