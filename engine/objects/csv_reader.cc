#include "engine/objects/csv_reader.h"

#include <algorithm>
#include <bit>
#include <cstdint>
#include <set>
#include <utility>

#include "engine/json/parse.h"
#include "engine/json/write.h"

namespace pawl::objects {
namespace {

// Java's String.hashCode, over the units of UTF-16. `text` is UTF-8.
std::uint32_t JavaHash(std::string_view text) {
  constexpr std::uint32_t kFactor = 31;
  std::uint32_t hash = 0;
  std::size_t place = 0;
  while (place < text.size()) {
    const auto lead = static_cast<unsigned char>(text[place]);
    const std::size_t length = lead < 0x80U ? 1 : lead < 0xE0U ? 2 : lead < 0xF0U ? 3 : 4;
    std::uint32_t code = length == 1 ? lead : lead & (0xFFU >> (length + 1));
    for (std::size_t i = 1; i < length; ++i) {
      code = code << 6U | (static_cast<unsigned char>(text[place + i]) & 0x3FU);
    }
    place += length;
    if (code >= 0x10000U) {
      hash = hash * kFactor + (0xD800U + ((code - 0x10000U) >> 10U));
      code = 0xDC00U + ((code - 0x10000U) & 0x3FFU);
    }
    hash = hash * kFactor + code;
  }
  return hash;
}

// Step Functions names the columns in the order of a Java HashMap that grew from 16 buckets, as its
// recorded items show ("H1," becomes {"":…,"H1":…}). The same order here makes the same text.
std::vector<std::size_t> MemberOrder(const std::vector<std::string>& columns) {
  constexpr std::size_t kBucketsMin = 16;
  std::size_t buckets = std::bit_ceil(std::max(kBucketsMin, columns.size()));
  if (columns.size() * 4 > buckets * 3) buckets *= 2;
  // Bucket, then column: in a bucket, what came first is first.
  std::vector<std::pair<std::size_t, std::size_t>> places;
  places.reserve(columns.size());
  for (const std::string& column : columns) {
    const std::uint32_t hash = JavaHash(column);
    places.emplace_back((hash ^ hash >> 16U) & (buckets - 1), places.size());
  }
  std::sort(places.begin(), places.end());
  std::vector<std::size_t> order;
  order.reserve(places.size());
  for (const auto& [bucket, column] : places) {
    order.push_back(column);
  }
  return order;
}

Status CheckColumns(std::string_view name, const std::vector<std::string>& columns) {
  if (columns.empty()) {
    return InvalidArgument(std::string(name) + ": expected at least one CSV header, found none");
  }
  std::set<std::string_view> names;
  std::size_t bytes = 0;
  for (const std::string& column : columns) {
    bytes += column.size();
    // AWS's own words, as recorded.
    if (!names.insert(column).second) {
      return InvalidArgument("CSV headers cannot contain duplicates.");
    }
    std::string text;
    json::WriteStringTo(text, column);
    if (!json::Check(text).ok()) {
      return InvalidArgument(std::string(name) + ": expected CSV headers in UTF-8, found that " +
                             std::to_string(names.size()) + " of " +
                             std::to_string(columns.size()) + " is not");
    }
  }
  if (bytes <= kHeaderBytesMax) return OkStatus();
  return InvalidArgument(std::string(name) + ": expected CSV headers of at most " +
                         std::to_string(kHeaderBytesMax) + " bytes, found " +
                         std::to_string(bytes));
}

// Reads until the parser has a row; false at the end of the object. Adds the lines passed to
// `line`.
Result<bool> ReadRow(std::string_view name,
                     ByteReader& reader,
                     CsvParser& parser,
                     std::uint64_t& line) {
  for (;;) {
    const std::uint64_t begin = reader.offset();
    parser.Begin();
    bool is_at_end = false;
    while (parser.state() == CsvParser::State::kNeedsBytes) {
      ASSIGN_OR_RETURN(const std::string_view bytes, reader.Peek());
      is_at_end = bytes.empty();
      if (is_at_end) {
        parser.End();
      } else {
        reader.Take(parser.Take(bytes));
      }
      RETURN_IF_ERROR(CheckRecordSize(name, begin, reader.offset() - begin));
    }
    if (parser.state() == CsvParser::State::kFailed) {
      return LineError(name, line, begin, parser.problem());
    }
    line += parser.line_ends();
    if (parser.state() == CsvParser::State::kRow) return true;
    if (is_at_end) return false;
  }
}

}  // namespace

Result<CsvHeaders> CsvHeaders::Make(std::string_view name, std::vector<std::string> columns) {
  RETURN_IF_ERROR(CheckColumns(name, columns));
  CsvHeaders headers;
  headers.columns_ = std::move(columns);
  for (const std::size_t column : MemberOrder(headers.columns_)) {
    std::string lead = headers.members_.empty() ? "{" : ",";
    json::WriteStringTo(lead, headers.columns_[column]);
    lead += ':';
    headers.members_.push_back({.column = column, .lead = std::move(lead)});
  }
  return headers;
}

Result<CsvHeaderRow> ReadCsvHeaders(std::string_view name, ByteReader& reader, char delimiter) {
  // One more than can be: the names are counted when all are there.
  CsvParser parser(delimiter, kHeaderBytesMax + 1);
  std::uint64_t line = 1;
  RETURN_IF_ERROR(SkipByteOrderMark(reader));
  ASSIGN_OR_RETURN(const bool has_row, ReadRow(name, reader, parser, line));
  if (!has_row) {
    return InvalidArgument(std::string(name) +
                           ": expected a first row with the CSV headers, found an empty object");
  }
  ASSIGN_OR_RETURN(CsvHeaders headers,
                   CsvHeaders::Make(name, {parser.fields().begin(), parser.fields().end()}));
  return CsvHeaderRow{.headers = std::move(headers), .next_line = line};
}

CsvReader::CsvReader(std::string name,
                     std::unique_ptr<ByteReader> reader,
                     char delimiter,
                     CsvHeaders headers,
                     RecordPosition position)
    : name_(std::move(name)),
      reader_(std::move(reader)),
      headers_(std::move(headers)),
      parser_(delimiter, headers_.columns().size()),
      position_(position),
      line_(position.line) {}

Result<std::optional<std::string>> CsvReader::Next() {
  RETURN_IF_ERROR(failure_);
  const std::uint64_t begin = reader_->offset();
  Result<bool> has_row = ReadRow(name_, *reader_, parser_, line_);
  Result<std::optional<std::string>> item = std::optional<std::string>();
  if (!has_row.ok()) {
    item = has_row.status();
  } else if (*has_row) {
    item = WriteItem(begin);
  }
  if (!item.ok()) {
    failure_ = item.status();
  } else if (item->has_value()) {
    position_ = {.offset = reader_->offset(), .line = line_, .count = position_.count + 1};
  }
  return item;
}

// Missing fields are empty texts (Developer Guide); more than there are headers are not kept.
Result<std::optional<std::string>> CsvReader::WriteItem(std::uint64_t offset) {
  const std::span<const std::string> fields = parser_.fields();
  std::string item;
  for (const CsvHeaders::Member& member : headers_.members()) {
    item += member.lead;
    if (member.column < fields.size()) {
      json::WriteStringTo(item, fields[member.column]);
    } else {
      item += "\"\"";
    }
  }
  item += '}';
  RETURN_IF_ERROR(CheckItemSize(name_, offset, item.size()));
  if (!json::Check(item).ok()) {
    return LineError(name_,
                     line_ - parser_.line_ends(),
                     offset,
                     "expected fields in UTF-8, found bytes that are not");
  }
  return std::optional(std::move(item));
}

}  // namespace pawl::objects
