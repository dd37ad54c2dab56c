// Parameters of the object calls that a distributed Map makes.
#pragma once

#include <string>
#include <string_view>

#include "engine/base/status.h"

namespace pawl::runtime {

// Bucket and Key, or Bucket and Prefix, as the API of S3 names them; empty where they are not
// given. Others, such as MaxKeys or ExpectedBucketOwner, are passed over.
struct ObjectParameters {
  std::string bucket = {};
  std::string key = {};
  std::string prefix = {};
  std::string version_id = {};

  // `text` is valid JSON. InvalidArgument if it is no object, has no Bucket, or one of the four is
  // no string.
  static Result<ObjectParameters> Parse(std::string_view text);
};

// The error of a `field` (ItemReader, ResultWriter) in an engine without an object store.
Status NoObjectStore(std::string_view field);

}  // namespace pawl::runtime
