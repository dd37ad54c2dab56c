#include "server/s3/answers.h"

#include <charconv>
#include <optional>
#include <utility>

#include "server/s3/xml_text.h"
#include "server/sigv4/uri_encoding.h"

namespace pawl::s3 {
namespace {

using objects::ObjectName;

constexpr std::size_t kMessageBytesMax = 512;
constexpr int kFirstRedirection = 300;
constexpr int kFirstClientError = 400;
constexpr int kUnauthorized = 401;
constexpr int kForbidden = 403;
constexpr int kNotFoundStatus = 404;
constexpr int kPreconditionFailedStatus = 412;
constexpr int kTooManyRequests = 429;
constexpr int kFirstServerError = 500;

struct ErrorBody {
  std::string code;
  std::string message;
};

ErrorBody ReadError(const HttpAnswer& answer) {
  ErrorBody error;
  const Status status = ReadXml(answer.body, [&](const std::string& path, const std::string& text) {
    if (path == "Error/Code") error.code = text;
    if (path == "Error/Message") error.message = text.substr(0, kMessageBytesMax);
  });
  // A proxy's page, or the answer to HEAD, which has none.
  if (!status.ok() || error.code.empty()) {
    error = {.code = "HTTP" + std::to_string(answer.status), .message = ""};
  }
  return error;
}

StatusCode CodeOf(int status, const std::string& error) {
  if (status >= kFirstServerError || status == kTooManyRequests || error == "RequestTimeout" ||
      error == "SlowDown") {
    return StatusCode::kUnavailable;
  }
  if (status == kNotFoundStatus) return StatusCode::kNotFound;
  if (status == kUnauthorized || status == kForbidden) return StatusCode::kPermissionDenied;
  if (status >= kFirstRedirection && status < kFirstClientError) {
    return StatusCode::kFailedPrecondition;
  }
  return status >= kFirstClientError ? StatusCode::kInvalidArgument : StatusCode::kInternal;
}

std::string PlaceOf(const ObjectName& object) {
  return object.key.empty() ? "the bucket '" + object.bucket + "'" : object.ToString();
}

struct ListingReader {
  objects::ObjectPage page;
  objects::ObjectRecord record;
  bool is_listing = false;
  bool is_encoded = false;
  std::string problem;

  void Take(const std::string& path, const std::string& text) {
    if (path == "ListBucketResult") is_listing = true;
    if (path == "ListBucketResult/EncodingType") is_encoded = text == "url";
    if (path == "ListBucketResult/IsTruncated") page.is_truncated = text == "true";
    if (path == "ListBucketResult/Contents/Key") record.key = text;
    if (path == "ListBucketResult/Contents/ETag") record.etag = text;
    if (path == "ListBucketResult/Contents/StorageClass") record.storage_class = text;
    if (path == "ListBucketResult/Contents/Size") TakeSize(text);
    if (path == "ListBucketResult/Contents/LastModified") TakeTime(text);
    if (path == "ListBucketResult/Contents") page.records.push_back(std::exchange(record, {}));
  }

  void TakeSize(const std::string& text) {
    const char* const end = text.data() + text.size();
    const auto [rest, error] = std::from_chars(text.data(), end, record.size);
    if (error != std::errc() || rest != end) problem = "a Size is no number";
  }

  void TakeTime(const std::string& text) {
    const std::optional<Timestamp> time = ParseTimestamp(text);
    if (time) record.last_modified = *time;
    if (!time) problem = "a LastModified is no time";
  }

  // The element that says so may stand behind the keys.
  void DecodeKeys() {
    for (objects::ObjectRecord& listed : page.records)
      listed.key = sigv4::FormDecode(listed.key);
  }

  void Check() {
    if (!is_listing) problem = "it is no ListBucketResult";
    std::string_view last;
    for (const objects::ObjectRecord& listed : page.records) {
      if (listed.key <= last) problem = "its keys are not in ascending order";
      last = listed.key;
    }
    // Whoever asks for the next page would ask for this one again.
    if (page.is_truncated && page.records.empty()) problem = "it is truncated and has no keys";
  }
};

}  // namespace

Status ErrorOf(const HttpAnswer& answer, const ObjectName& object) {
  const ErrorBody error = ReadError(answer);
  if (error.code == objects::kNoSuchBucket) return objects::NoSuchBucket(object.bucket);
  if (error.code == objects::kNoSuchKey) return objects::NoSuchKey(object);
  if (answer.status == kPreconditionFailedStatus) return objects::PreconditionFailed(object);
  const StatusCode code = CodeOf(answer.status, error.code);
  if (code == StatusCode::kPermissionDenied && error.code == objects::kAccessDenied) {
    return objects::AccessDenied(PlaceOf(object), "the object store says so");
  }
  std::string message = PlaceOf(object) + ": the object store answers " +
                        std::to_string(answer.status) + " " + error.code;
  if (!error.message.empty()) message += ": " + error.message;
  if (const std::string region = answer.Header("x-amz-bucket-region");
      code == StatusCode::kFailedPrecondition && !region.empty()) {
    message += " (the bucket's region is " + region.substr(0, kMessageBytesMax) + ")";
  }
  return Status(code, std::move(message)).WithReason(error.code);
}

Result<objects::ObjectPage> ParseListing(std::string_view text) {
  ListingReader reader;
  const Status status = ReadXml(text, [&](const std::string& path, const std::string& content) {
    reader.Take(path, content);
  });
  if (!status.ok()) reader.problem = status.message();
  if (reader.is_encoded) reader.DecodeKeys();
  if (reader.problem.empty()) reader.Check();
  if (reader.problem.empty()) return std::move(reader.page);
  return Internal("the object store's listing cannot be read: " + reader.problem);
}

}  // namespace pawl::s3
