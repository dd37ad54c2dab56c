// Endpoint: where a store that speaks S3 is, and the addresses of its buckets and objects.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "engine/base/status.h"

namespace pawl::s3 {

enum class Addressing : std::uint8_t {
  // https://BUCKET.HOST/KEY, as AWS has it.
  kVirtualHost,
  // https://HOST/BUCKET/KEY, as most other stores have it.
  kPath,
};

struct Address {
  // "https".
  std::string scheme = {};
  // With the port, where the endpoint has one.
  std::string host = {};
  // Percent-encoded; it starts with '/'.
  std::string path = {};

  std::string Url(std::string_view query) const;
};

class Endpoint {
 public:
  // `text` is http://HOST[:PORT] or https://HOST[:PORT]; InvalidArgument for anything else, and for
  // an IP address with kVirtualHost.
  static Result<Endpoint> Parse(std::string_view text, Addressing addressing);

  // Without a key: the bucket's own. InvalidArgument (InvalidBucketName) for a bucket that is no
  // part of a host's name with kVirtualHost.
  Result<Address> AddressOf(std::string_view bucket, std::string_view key) const;

 private:
  std::string scheme_;
  std::string host_;
  Addressing addressing_ = Addressing::kVirtualHost;
};

}  // namespace pawl::s3
