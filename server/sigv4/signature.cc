#include "server/sigv4/signature.h"

#include <algorithm>
#include <vector>

#include "server/sigv4/amz_date.h"
#include "server/sigv4/digest.h"
#include "server/sigv4/uri_encoding.h"

namespace pawl::sigv4 {
namespace {

constexpr std::string_view kTerminator = "aws4_request";

// RFC 3986, section 5.2.4, and no empty segments. `path` starts with '/'.
std::string RemoveDotSegments(std::string_view path) {
  std::vector<std::string_view> segments;
  std::string_view rest = path;
  while (!rest.empty()) {
    rest.remove_prefix(1);
    const std::size_t end = std::min(rest.find('/'), rest.size());
    const std::string_view segment = rest.substr(0, end);
    rest.remove_prefix(end);
    if (segment == "..") {
      if (!segments.empty()) segments.pop_back();
    } else if (!segment.empty() && segment != ".") {
      segments.push_back(segment);
    }
  }
  std::string normalized;
  for (const std::string_view segment : segments)
    normalized.append("/").append(segment);
  if (normalized.empty() || path.back() == '/') normalized += '/';
  return normalized;
}

std::string CanonicalPath(std::string_view path, Dialect dialect) {
  if (path.empty()) return "/";
  if (dialect == Dialect::kS3) return UriEncode(UriDecode(path), Slash::kStays);
  return UriEncode(RemoveDotSegments(path), Slash::kStays);
}

std::string CanonicalQuery(std::string_view query) {
  std::vector<QueryParameter> parameters;
  for (const QueryParameter& parameter : ParseQuery(query)) {
    if (parameter.name == "X-Amz-Signature") continue;
    parameters.push_back({.name = UriEncode(parameter.name, Slash::kIsEncoded),
                          .value = UriEncode(parameter.value, Slash::kIsEncoded)});
  }
  std::sort(parameters.begin(), parameters.end());
  std::string canonical;
  for (const QueryParameter& parameter : parameters) {
    if (!canonical.empty()) canonical += '&';
    canonical.append(parameter.name).append("=").append(parameter.value);
  }
  return canonical;
}

// Without the spaces around it; several within become one.
std::string TrimAll(std::string_view value) {
  std::string trimmed;
  bool has_space = false;
  for (const char c : value) {
    if (c == ' ' || c == '\t') {
      has_space = !trimmed.empty();
      continue;
    }
    if (has_space) trimmed += ' ';
    has_space = false;
    trimmed += c;
  }
  return trimmed;
}

std::string HeaderValue(const Request& request, std::string_view name) {
  std::string values;
  bool is_first = true;
  for (const Header& header : request.headers) {
    if (LowerCase(header.name) != name) continue;
    if (!is_first) values += ',';
    is_first = false;
    values += TrimAll(header.value);
  }
  return values;
}

}  // namespace

std::string Scope::ToString() const {
  return date + "/" + region + "/" + service + "/" + std::string(kTerminator);
}

std::string CanonicalRequest(const Request& request,
                             std::span<const std::string> signed_headers,
                             std::string_view payload_hash,
                             Dialect dialect) {
  std::string text = request.method + "\n" + CanonicalPath(request.path, dialect) + "\n" +
                     CanonicalQuery(request.query) + "\n";
  for (const std::string& name : signed_headers)
    text.append(name).append(":").append(HeaderValue(request, name)).append("\n");
  text.append("\n").append(JoinNames(signed_headers)).append("\n").append(payload_hash);
  return text;
}

std::string StringToSign(Timestamp time, const Scope& scope, std::string_view canonical_request) {
  std::string text(kAlgorithm);
  text.append("\n").append(FormatAmzDate(time)).append("\n").append(scope.ToString());
  return text.append("\n").append(Sha256Hex(canonical_request));
}

std::string SigningKey(std::string_view secret_access_key, const Scope& scope) {
  const std::string date = HmacSha256("AWS4" + std::string(secret_access_key), scope.date);
  const std::string region = HmacSha256(date, scope.region);
  return HmacSha256(HmacSha256(region, scope.service), kTerminator);
}

std::string Signature(std::string_view signing_key, std::string_view string_to_sign) {
  return Hex(HmacSha256(signing_key, string_to_sign));
}

std::string JoinNames(std::span<const std::string> signed_headers) {
  std::string names;
  for (const std::string& name : signed_headers) {
    if (!names.empty()) names += ';';
    names += name;
  }
  return names;
}

}  // namespace pawl::sigv4
