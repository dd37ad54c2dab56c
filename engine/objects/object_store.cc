#include "engine/objects/object_store.h"

#include <algorithm>

#include "engine/base/ascii.h"

namespace pawl::objects {
namespace {

constexpr std::size_t kBucketBytesMin = 3;
constexpr std::size_t kBucketBytesMax = 63;

constexpr bool IsAlphanumeric(char c) {
  return IsLetter(c) || IsDigit(c);
}

constexpr bool BelongsToBucket(char c) {
  return IsAlphanumeric(c) || c == '.' || c == '-' || c == '_';
}

}  // namespace

std::string ObjectName::ToString() const {
  return "s3://" + bucket + "/" + key;
}

Status NoSuchBucket(std::string_view bucket) {
  return NotFound("the bucket '" + std::string(bucket) + "' does not exist")
      .WithReason(std::string(kNoSuchBucket));
}

Status NoSuchKey(const ObjectName& object) {
  return NotFound("the object " + object.ToString() + " does not exist")
      .WithReason(std::string(kNoSuchKey));
}

Status AccessDenied(std::string_view place, std::string_view why) {
  return Status(StatusCode::kPermissionDenied,
                "access to " + std::string(place) + " is denied: " + std::string(why))
      .WithReason(std::string(kAccessDenied));
}

Status PreconditionFailed(const ObjectName& object) {
  return FailedPrecondition("the object " + object.ToString() +
                            " was replaced while it was read; expected it to stay as it is")
      .WithReason(std::string(kPreconditionFailed));
}

Status CheckBucket(std::string_view bucket) {
  const bool is_valid = bucket.size() >= kBucketBytesMin && bucket.size() <= kBucketBytesMax &&
                        IsAlphanumeric(bucket.front()) &&
                        std::all_of(bucket.begin(), bucket.end(), BelongsToBucket);
  if (is_valid) return OkStatus();
  return InvalidArgument(
             "expected the name of a bucket (3 to 63 letters, digits, '.', '-' or "
             "'_', the first a letter or digit), found " +
                 std::to_string(bucket.size()) + " bytes that are none",
             "bucket")
      .WithReason(std::string(kInvalidBucketName));
}

Status CheckObject(const ObjectName& object) {
  RETURN_IF_ERROR(CheckBucket(object.bucket));
  if (object.key.empty()) return InvalidArgument("expected a key, found an empty text", "key");
  if (object.key.size() > kKeyBytesMax) {
    return InvalidArgument("expected a key of at most " + std::to_string(kKeyBytesMax) +
                               " bytes, found " + std::to_string(object.key.size()),
                           "key")
        .WithReason(std::string(kKeyTooLong));
  }
  if (object.key.find('\0') != std::string::npos) {
    return AccessDenied("a key of bucket '" + object.bucket + "'",
                        "it holds the character NUL; expected a relative path");
  }
  return OkStatus();
}

}  // namespace pawl::objects
