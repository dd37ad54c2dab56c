#include "server/s3/s3_object_store.h"

#include <algorithm>
#include <filesystem>
#include <system_error>
#include <utility>

#include "engine/base/check.h"
#include "server/s3/answers.h"
#include "server/s3/object_range.h"
#include "server/sigv4/uri_encoding.h"

namespace pawl::s3 {
namespace {

using objects::ObjectName;
using objects::ObjectPage;
using objects::ObjectStat;

// An error is a few lines of XML.
constexpr std::size_t kErrorBytesMax = std::size_t{64} * 1024;
// A page has at most 1,000 keys of 1,024 bytes, each byte three in a URL's encoding.
constexpr std::size_t kPageKeysMax = 1000;
constexpr std::size_t kPageBytesMax = std::size_t{8} * 1024 * 1024;

std::string ListQuery(const objects::ListRequest& request) {
  std::string query = "list-type=2&encoding-type=url&max-keys=" +
                      std::to_string(std::min(request.count_max, kPageKeysMax));
  const auto add = [&](std::string_view name, const std::string& value) {
    if (value.empty()) return;
    query.append("&").append(name).append("=");
    query += sigv4::UriEncode(value, sigv4::Slash::kIsEncoded);
  };
  add("prefix", request.prefix);
  add("start-after", request.start_after);
  return query;
}

Status CheckOptions(const S3Options& options) {
  if (options.region.empty()) return InvalidArgument("expected a region, as eu-west-1", "region");
  if (options.credentials.access_key_id.empty() || options.credentials.secret_access_key.empty()) {
    return InvalidArgument("expected an access key's ID and its secret", "credentials");
  }
  return OkStatus();
}

}  // namespace

// Gathers an object in a file and sends it at the end.
class S3ObjectStore::Writer final : public objects::ObjectWriter {
 public:
  Writer(S3ObjectStore& store, ObjectName object)
      : store_(store), object_(std::move(object)), bytes_(store.options_.spool_directory) {}

  Status Append(std::string_view bytes) override {
    if (bytes_.size() + bytes.size() > kObjectBytesMax) {
      return InvalidArgument(object_.ToString() + " has more than 5 GiB (" +
                             std::to_string(kObjectBytesMax) +
                             " bytes); expected no more, as multipart uploads are not made")
          .WithReason("EntityTooLarge");
    }
    return bytes_.Append(bytes);
  }

  Status Close() override {
    PAWL_CHECK(!is_closed_);
    is_closed_ = true;
    const Call call{.method = "PUT",
                    .object = object_,
                    .body = &bytes_,
                    .payload_hash = bytes_.Finish(),
                    .answer_bytes_max = kErrorBytesMax};
    return store_
        .Send<bool>(call,
                    [this](const HttpAnswer& answer) -> Result<bool> {
                      if (answer.status != kOk) return ErrorOf(answer, object_);
                      return true;
                    })
        .status();
  }

 private:
  S3ObjectStore& store_;
  ObjectName object_;
  SpooledBytes bytes_;
  bool is_closed_ = false;
};

Result<std::unique_ptr<S3ObjectStore>> S3ObjectStore::Make(S3Options options,
                                                           Surroundings surroundings) {
  RETURN_IF_ERROR(CheckOptions(options));
  ASSIGN_OR_RETURN(Endpoint endpoint, Endpoint::Parse(options.endpoint, options.addressing));
  if (options.spool_directory.empty()) {
    std::error_code error;
    options.spool_directory = std::filesystem::temp_directory_path(error).string();
    if (error) return NotFound("expected a directory for temporary files, found none");
  }
  return std::unique_ptr<S3ObjectStore>(
      new S3ObjectStore(std::move(options), std::move(surroundings), std::move(endpoint)));
}

S3ObjectStore::S3ObjectStore(S3Options options, Surroundings surroundings, Endpoint endpoint)
    : options_(std::move(options)),
      surroundings_(std::move(surroundings)),
      endpoint_(std::move(endpoint)),
      signer_({.credentials = options_.credentials,
               .region = options_.region,
               .service = "s3",
               .dialect = sigv4::Dialect::kS3}),
      transport_(options_.timeouts) {}

Result<ObjectStat> S3ObjectStore::Stat(const ObjectName& object) {
  RETURN_IF_ERROR(objects::CheckObject(object));
  const Call call{.method = "HEAD", .object = object};
  Result<ObjectStat> stat =
      Send<ObjectStat>(call, [&](const HttpAnswer& answer) { return ReadStat(answer, object); });
  const StatusCode code = stat.status().code();
  const bool is_refused = code == StatusCode::kNotFound || code == StatusCode::kPermissionDenied ||
                          code == StatusCode::kInvalidArgument ||
                          code == StatusCode::kFailedPrecondition;
  if (!is_refused) return stat;
  const Status why = AskWhy(object);
  if (!why.ok()) return why;
  return stat;
}

Status S3ObjectStore::AskWhy(const ObjectName& object) {
  return Read({.object = object, .offset = 0, .length = 1}).status();
}

Result<std::string> S3ObjectStore::Read(const objects::ObjectRange& range) {
  RETURN_IF_ERROR(objects::CheckObject(range.object));
  if (range.length == 0) return std::string();
  Call call{.object = range.object, .headers = {{"Range", RangeHeader(range)}}};
  if (!range.if_match.empty()) call.headers.push_back({"If-Match", range.if_match});
  call.answer_bytes_max = std::max(range.length, kErrorBytesMax);
  return Send<std::string>(call,
                           [&](HttpAnswer answer) { return ReadRange(std::move(answer), range); });
}

Result<ObjectPage> S3ObjectStore::List(const objects::ListRequest& request) {
  RETURN_IF_ERROR(objects::CheckBucket(request.bucket));
  const Call call{.object = {.bucket = request.bucket},
                  .query = ListQuery(request),
                  .answer_bytes_max = kPageBytesMax};
  return Send<ObjectPage>(call, [&](const HttpAnswer& answer) -> Result<ObjectPage> {
    if (answer.status != kOk) return ErrorOf(answer, call.object);
    return ParseListing(answer.body);
  });
}

Result<std::unique_ptr<objects::ObjectWriter>> S3ObjectStore::Write(const ObjectName& object) {
  RETURN_IF_ERROR(objects::CheckObject(object));
  return std::unique_ptr<objects::ObjectWriter>(std::make_unique<Writer>(*this, object));
}

template <typename T>
Result<T> S3ObjectStore::Send(const Call& call, const std::function<Result<T>(HttpAnswer)>& read) {
  for (int attempt = 1;; ++attempt) {
    Result<HttpAnswer> answer = SendOnce(call);
    Result<T> result = answer.ok() ? read(*std::move(answer)) : answer.status();
    const bool is_final = result.status().code() != StatusCode::kUnavailable;
    if (is_final || attempt >= options_.attempts) return result;
    surroundings_.pause(PauseBefore(attempt + 1));
  }
}

Result<HttpAnswer> S3ObjectStore::SendOnce(const Call& call) {
  ASSIGN_OR_RETURN(const Address address, endpoint_.AddressOf(call.object.bucket, call.object.key));
  HttpRequest request{.method = std::string(call.method),
                      .url = address.Url(call.query),
                      .headers = call.headers,
                      .body = call.body,
                      .answer_bytes_max = call.answer_bytes_max};
  request.headers.push_back({"Host", address.host});
  // Signed anew each time: an attempt after a long pause is not too old.
  for (sigv4::Header& header : signer_.SignHeaders({.method = request.method,
                               .path = address.path,
                               .query = call.query,
                               .headers = request.headers},
                                                   call.payload_hash,
                                                   surroundings_.clock.WallNow())) {
    request.headers.push_back(std::move(header));
  }
  return transport_.Perform(request);
}

std::chrono::milliseconds S3ObjectStore::PauseBefore(int attempt) {
  const auto whole = options_.first_pause.count() << (attempt - 2);
  const auto half = static_cast<std::uint64_t>(whole / 2);
  const std::uint64_t more = half == 0 ? 0 : surroundings_.random.Next64() % (half + 1);
  return std::chrono::milliseconds(whole - static_cast<std::int64_t>(more));
}

}  // namespace pawl::s3
