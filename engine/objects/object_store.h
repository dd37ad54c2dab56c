// ObjectStore: buckets of named byte strings, as S3 has them. The seam between a distributed Map
// and wherever its items and results are kept.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "engine/base/status.h"
#include "engine/base/time.h"

namespace pawl::objects {

// A key in bytes of UTF-8. S3's limit.
inline constexpr std::size_t kKeyBytesMax = 1024;

// The reasons a Status carries, spelled as S3's error codes.
inline constexpr std::string_view kNoSuchBucket = "NoSuchBucket";
inline constexpr std::string_view kNoSuchKey = "NoSuchKey";
inline constexpr std::string_view kAccessDenied = "AccessDenied";
inline constexpr std::string_view kInvalidBucketName = "InvalidBucketName";
inline constexpr std::string_view kKeyTooLong = "KeyTooLongError";
inline constexpr std::string_view kPreconditionFailed = "PreconditionFailed";

struct ObjectName {
  std::string bucket = {};
  std::string key = {};

  // "s3://bucket/key": how messages name an object.
  std::string ToString() const;

  bool operator==(const ObjectName&) const = default;
};

struct ObjectStat {
  std::uint64_t size = 0;
  // With its double quotes, as S3 gives it. It changes whenever the bytes do; it need not be a
  // digest.
  std::string etag = {};
  // Whole seconds count; S3 has no finer time.
  Timestamp last_modified = {};

  bool operator==(const ObjectStat&) const = default;
};

// Which bytes of an object to read.
struct ObjectRange {
  ObjectName object = {};
  std::uint64_t offset = 0;
  std::size_t length = 0;
  // Where it is not empty, the object is read only while this is its etag.
  std::string if_match = {};
};

struct ListRequest {
  std::string bucket = {};
  // Keys that start with it; empty for all.
  std::string prefix = {};
  // Keys behind it, whether it exists or not; empty for the first.
  std::string start_after = {};
  // At least 1. A store may give fewer.
  std::size_t count_max = 1000;
};

// What a listing says of an object.
struct ObjectRecord {
  std::string etag = {};
  std::string key = {};
  Timestamp last_modified = {};
  std::uint64_t size = 0;
  std::string storage_class = "STANDARD";

  bool operator==(const ObjectRecord&) const = default;
};

struct ObjectPage {
  // In byte order of their keys.
  std::vector<ObjectRecord> records = {};
  // There are more keys behind the last record.
  bool is_truncated = false;
};

// Writes one object from front to back. Not thread-safe.
class ObjectWriter {
 public:
  // Without Close, nothing is left of what was appended, and an older object of that key stays.
  virtual ~ObjectWriter() = default;

  // An error is final: drop the writer.
  virtual Status Append(std::string_view bytes) = 0;
  // Makes the object appear, whole, in place of an older one; it survives a power cut when this
  // returns ok. To be called once; nothing is appended behind it.
  virtual Status Close() = 0;
};

// Every call blocks until it is done: call from a thread that may wait. Threads: safe from any, and
// calls run side by side.
//
// Errors, beside those of each call:  kInvalidArgument   a bucket's name or a key that cannot be
//                                                         (InvalidBucketName, KeyTooLongError).
//                                     kNotFound          NoSuchBucket, NoSuchKey.
//                                     kPermissionDenied  AccessDenied.
//                                     kUnavailable       the store did not answer; try again.
class ObjectStore {
 public:
  virtual ~ObjectStore() = default;

  virtual Result<ObjectStat> Stat(const ObjectName& object) = 0;
  // At most `length` bytes; fewer, or none, only where the object ends.
  // kFailedPrecondition (PreconditionFailed): the object is not the one of `if_match` any more.
  virtual Result<std::string> Read(const ObjectRange& range) = 0;
  virtual Result<ObjectPage> List(const ListRequest& request) = 0;
  virtual Result<std::unique_ptr<ObjectWriter>> Write(const ObjectName& object) = 0;
};

// The errors above, for implementations.
Status NoSuchBucket(std::string_view bucket);
Status NoSuchKey(const ObjectName& object);
// `why` says what was found and what would be right.
Status AccessDenied(std::string_view place, std::string_view why);
Status PreconditionFailed(const ObjectName& object);
// Names that no store takes: S3's rules for a bucket's name (3 to 63 of a-z, 0-9, '.', '-',
// starting with a letter or digit; capitals and '_' pass, as old buckets have them), and keys that
// are empty, too long or not free of NUL.
Status CheckBucket(std::string_view bucket);
Status CheckObject(const ObjectName& object);

}  // namespace pawl::objects
