#include "server/s3/object_range.h"

#include <algorithm>
#include <charconv>
#include <optional>
#include <utility>

#include "server/s3/answers.h"
#include "server/sigv4/amz_date.h"

namespace pawl::s3 {
namespace {

using objects::ObjectRange;

constexpr int kPartialContent = 206;
constexpr int kRangeNotSatisfiable = 416;

std::optional<std::uint64_t> TakeNumber(std::string_view& text) {
  std::uint64_t number = 0;
  const auto [rest, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc()) return std::nullopt;
  text.remove_prefix(static_cast<std::size_t>(rest - text.data()));
  return number;
}

bool TakeText(std::string_view& text, std::string_view expected) {
  if (!text.starts_with(expected)) return false;
  text.remove_prefix(expected.size());
  return true;
}

struct ContentRange {
  std::uint64_t first = 0;
  std::uint64_t last = 0;
  std::uint64_t size = 0;
};

// "bytes 0-9/443".
std::optional<ContentRange> ParseContentRange(std::string_view text) {
  if (!TakeText(text, "bytes ")) return std::nullopt;
  const auto first = TakeNumber(text);
  if (!first || !TakeText(text, "-")) return std::nullopt;
  const auto last = TakeNumber(text);
  if (!last || !TakeText(text, "/")) return std::nullopt;
  const auto size = TakeNumber(text);
  if (!size || !text.empty() || *first > *last || *last >= *size) return std::nullopt;
  return ContentRange{.first = *first, .last = *last, .size = *size};
}

}  // namespace

std::string RangeHeader(const ObjectRange& range) {
  return "bytes=" + std::to_string(range.offset) + "-" +
         std::to_string(range.offset + range.length - 1);
}

Result<std::string> ReadRange(HttpAnswer answer, const ObjectRange& range) {
  if (answer.status == kRangeNotSatisfiable) return std::string();
  const std::string place = range.object.ToString();
  if (answer.status == kOk) {
    return Internal(place + ": the object store answers 200 to a Range; expected 206");
  }
  if (answer.status != kPartialContent) return ErrorOf(answer, range.object);
  if (!range.if_match.empty() && answer.Header("etag") != range.if_match) {
    return objects::PreconditionFailed(range.object);
  }
  const auto content = ParseContentRange(answer.Header("content-range"));
  if (!content || content->first != range.offset) {
    return Internal(place + ": the object store's Content-Range is not for the range asked for");
  }
  const std::uint64_t expected =
      std::min<std::uint64_t>(range.length, content->size - content->first);
  if (answer.body.size() != expected) {
    return Unavailable(place + ": " + std::to_string(answer.body.size()) +
                       " bytes came of a range of " + std::to_string(expected));
  }
  return std::move(answer.body);
}

Result<objects::ObjectStat> ReadStat(const HttpAnswer& answer, const objects::ObjectName& object) {
  if (answer.status != kOk) return ErrorOf(answer, object);
  objects::ObjectStat stat{.etag = answer.Header("etag")};
  const std::string length = answer.Header("content-length");
  std::string_view rest = length;
  const std::optional<std::uint64_t> size = TakeNumber(rest);
  if (!size || !rest.empty() || stat.etag.empty()) {
    return Internal(object.ToString() +
                    ": the object store answers without a Content-Length or an ETag");
  }
  stat.size = *size;
  stat.last_modified = sigv4::ParseHttpDate(answer.Header("last-modified")).value_or(Timestamp());
  return stat;
}

}  // namespace pawl::s3
