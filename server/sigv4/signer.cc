#include "server/sigv4/signer.h"

#include <algorithm>

#include "server/sigv4/amz_date.h"
#include "server/sigv4/digest.h"
#include "server/sigv4/uri_encoding.h"

namespace pawl::sigv4 {
namespace {

std::vector<std::string> HeaderNames(const Request& request) {
  std::vector<std::string> names;
  for (const Header& header : request.headers)
    names.push_back(LowerCase(header.name));
  std::sort(names.begin(), names.end());
  names.erase(std::unique(names.begin(), names.end()), names.end());
  return names;
}

void AddParameter(std::string& query, std::string_view name, std::string_view value) {
  if (!query.empty()) query += '&';
  query.append(name).append("=").append(UriEncode(value, Slash::kIsEncoded));
}

}  // namespace

std::vector<Header> Signer::SignHeaders(Request request,
                                        std::string_view payload_hash,
                                        Timestamp now) const {
  std::vector<Header> added = {{.name = "X-Amz-Date", .value = FormatAmzDate(now)}};
  const Credentials& credentials = options_.credentials;
  if (!credentials.session_token.empty()) {
    added.push_back({.name = "X-Amz-Security-Token", .value = credentials.session_token});
  }
  if (options_.dialect == Dialect::kS3) {
    added.push_back({.name = "X-Amz-Content-SHA256", .value = std::string(payload_hash)});
  }
  request.headers.insert(request.headers.end(), added.begin(), added.end());
  const std::vector<std::string> names = HeaderNames(request);
  added.push_back({.name = "Authorization",
                   .value = std::string(kAlgorithm) + " Credential=" + credentials.access_key_id +
                            "/" + ScopeAt(now).ToString() + ", SignedHeaders=" + JoinNames(names) +
                            ", Signature=" + Sign(request, names, payload_hash, now)});
  return added;
}

std::string Signer::Presign(Request request, std::chrono::seconds validity, Timestamp now) const {
  const Credentials& credentials = options_.credentials;
  const std::vector<std::string> names = HeaderNames(request);
  AddParameter(request.query, "X-Amz-Algorithm", kAlgorithm);
  AddParameter(
      request.query, "X-Amz-Credential", credentials.access_key_id + "/" + ScopeAt(now).ToString());
  AddParameter(request.query, "X-Amz-Date", FormatAmzDate(now));
  AddParameter(request.query, "X-Amz-Expires", std::to_string(validity.count()));
  if (!credentials.session_token.empty()) {
    AddParameter(request.query, "X-Amz-Security-Token", credentials.session_token);
  }
  AddParameter(request.query, "X-Amz-SignedHeaders", JoinNames(names));
  const std::string_view payload =
      options_.dialect == Dialect::kS3 ? kUnsignedPayload : kEmptySha256;
  AddParameter(request.query, "X-Amz-Signature", Sign(request, names, payload, now));
  return std::move(request.query);
}

std::string Signer::Sign(const Request& request,
                         const std::vector<std::string>& signed_headers,
                         std::string_view payload_hash,
                         Timestamp now) const {
  const Scope scope = ScopeAt(now);
  const std::string canonical =
      CanonicalRequest(request, signed_headers, payload_hash, options_.dialect);
  return Signature(SigningKey(options_.credentials.secret_access_key, scope),
                   StringToSign(now, scope, canonical));
}

Scope Signer::ScopeAt(Timestamp now) const {
  return {.date = FormatAmzDate(now).substr(0, kDateDigits),
          .region = options_.region,
          .service = options_.service};
}

}  // namespace pawl::sigv4
