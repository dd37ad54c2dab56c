#include "server/s3/endpoint.h"

#include <algorithm>

#include "engine/base/ascii.h"
#include "engine/objects/object_store.h"
#include "server/sigv4/uri_encoding.h"

namespace pawl::s3 {
namespace {

bool BelongsToHost(char c) {
  return IsLetter(c) || IsDigit(c) || c == '-' || c == '.' || c == ':' || c == '[' || c == ']';
}

bool IsIpAddress(std::string_view host) {
  const std::string_view name = host.substr(0, host.find(':'));
  return host.starts_with('[') ||
         std::all_of(name.begin(), name.end(), [](char c) { return IsDigit(c) || c == '.'; });
}

}  // namespace

std::string Address::Url(std::string_view query) const {
  std::string url = scheme + "://" + host + path;
  if (!query.empty()) url.append("?").append(query);
  return url;
}

Result<Endpoint> Endpoint::Parse(std::string_view text, Addressing addressing) {
  Endpoint endpoint;
  endpoint.addressing_ = addressing;
  const std::size_t end = text.find("://");
  const std::string_view scheme = text.substr(0, std::min(end, text.size()));
  std::string_view host = end == std::string_view::npos ? "" : text.substr(end + 3);
  if (host.ends_with('/')) host.remove_suffix(1);
  const bool is_fit = (scheme == "http" || scheme == "https") && !host.empty() &&
                      std::all_of(host.begin(), host.end(), BelongsToHost);
  if (!is_fit) {
    return InvalidArgument("'" + std::string(text) +
                           "' is no endpoint; http://HOST:PORT or https://HOST would be right");
  }
  if (addressing == Addressing::kVirtualHost && IsIpAddress(host)) {
    return InvalidArgument("'" + std::string(text) +
                           "' is an IP address, which has no buckets as subdomains; a host's name, "
                           "or addressing by path, would be right");
  }
  endpoint.scheme_ = scheme;
  endpoint.host_ = host;
  return endpoint;
}

Result<Address> Endpoint::AddressOf(std::string_view bucket, std::string_view key) const {
  using sigv4::Slash;
  using sigv4::UriEncode;
  const std::string name(bucket);
  if (addressing_ == Addressing::kPath) {
    std::string path = "/" + name;
    if (!key.empty()) path += "/" + UriEncode(key, Slash::kStays);
    return Address{.scheme = scheme_, .host = host_, .path = std::move(path)};
  }
  const bool is_host = std::all_of(bucket.begin(), bucket.end(), [](char c) {
    return IsLower(c) || IsDigit(c) || c == '-' || c == '.';
  });
  if (!is_host) {
    return InvalidArgument("the bucket '" + name +
                               "' is no part of a host's name (a-z, 0-9, '-', '.'); it can be "
                               "addressed by path",
                           "bucket")
        .WithReason(std::string(objects::kInvalidBucketName));
  }
  return Address{
      .scheme = scheme_, .host = name + "." + host_, .path = "/" + UriEncode(key, Slash::kStays)};
}

}  // namespace pawl::s3
