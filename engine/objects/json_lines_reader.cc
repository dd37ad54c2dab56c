#include "engine/objects/json_lines_reader.h"

#include <utility>

#include "engine/json/parse.h"
#include "engine/objects/compact_json.h"

namespace pawl::objects {

JsonLinesReader::JsonLinesReader(std::string name,
                                 std::unique_ptr<ByteReader> reader,
                                 RecordPosition position)
    : name_(std::move(name)),
      reader_(std::move(reader)),
      position_(position),
      line_(position.line) {}

Result<std::optional<std::string>> JsonLinesReader::Next() {
  RETURN_IF_ERROR(failure_);
  Result<std::optional<std::string>> item = ReadItem();
  if (!item.ok()) {
    failure_ = item.status();
  } else if (item->has_value()) {
    position_ = {.offset = reader_->offset(), .line = line_, .count = position_.count + 1};
  }
  return item;
}

Result<std::optional<std::string>> JsonLinesReader::ReadItem() {
  if (reader_->offset() == 0) RETURN_IF_ERROR(SkipByteOrderMark(*reader_));
  for (;;) {
    const std::uint64_t begin = reader_->offset();
    const std::uint64_t line = line_;
    ASSIGN_OR_RETURN(const bool has_line, ReadLine());
    if (!has_line) return std::optional<std::string>();
    if (line_text_.find_first_not_of(" \t\r") == std::string::npos) continue;
    if (const Status status = json::Check(line_text_); !status.ok()) {
      return LineError(name_, line, begin, "expected one JSON value: " + status.message());
    }
    std::string item;
    item.reserve(line_text_.size());
    AppendCompact(item, line_text_);
    RETURN_IF_ERROR(CheckItemSize(name_, begin, item.size()));
    return std::optional(std::move(item));
  }
}

Result<bool> JsonLinesReader::ReadLine() {
  const std::uint64_t begin = reader_->offset();
  line_text_.clear();
  for (;;) {
    ASSIGN_OR_RETURN(const std::string_view bytes, reader_->Peek());
    if (bytes.empty()) return reader_->offset() != begin;
    const std::size_t end = bytes.find('\n');
    const std::string_view part = bytes.substr(0, end);
    RETURN_IF_ERROR(CheckRecordSize(name_, begin, line_text_.size() + part.size()));
    line_text_ += part;
    if (end != std::string_view::npos) {
      reader_->Take(end + 1);
      ++line_;
      return true;
    }
    reader_->Take(part.size());
  }
}

}  // namespace pawl::objects
