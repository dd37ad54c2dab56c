#include "engine/objects/json_items_reader.h"

#include <charconv>
#include <utility>

#include "engine/json/parse.h"
#include "engine/objects/compact_json.h"
#include "engine/objects/described_byte.h"
#include "engine/objects/json_value_end.h"

namespace pawl::objects {
namespace {

std::string DescribeFound(char c) {
  return c == '\0' ? "the end of the object" : DescribeByte(c);
}

// An index of RFC 6901: digits without leading zeros.
std::optional<std::uint64_t> ParseIndex(std::string_view token) {
  std::uint64_t index = 0;
  const char* const end = token.data() + token.size();
  const auto [stop, error] = std::from_chars(token.data(), end, index);
  if (error != std::errc() || stop != end) return std::nullopt;
  if (token.size() > 1 && token.front() == '0') return std::nullopt;
  return index;
}

}  // namespace

Result<std::vector<std::string>> ParseJsonPointer(std::string_view text) {
  std::vector<std::string> tokens;
  if (text.empty()) return tokens;
  if (text.front() != '/') {
    return InvalidArgument(
        "ItemsPointer: expected a JSON pointer that starts with '/', found another text");
  }
  for (std::size_t place = 0; place < text.size(); ++place) {
    if (text[place] == '/') {
      tokens.emplace_back();
    } else if (text[place] != '~') {
      tokens.back() += text[place];
    } else {
      ++place;
      if (place == text.size() || (text[place] != '0' && text[place] != '1')) {
        return InvalidArgument("ItemsPointer: expected '0' or '1' behind '~' at byte " +
                               std::to_string(place));
      }
      tokens.back() += text[place] == '0' ? '~' : '/';
    }
  }
  return tokens;
}

JsonItemsReader::JsonItemsReader(std::string name,
                                 std::unique_ptr<ByteReader> reader,
                                 std::vector<std::string> pointer,
                                 RecordPosition position)
    : name_(std::move(name)),
      reader_(std::move(reader)),
      pointer_(std::move(pointer)),
      position_(position),
      place_(position.count == 0 ? Place::kStart : Place::kBehindItem) {}

Result<std::optional<std::string>> JsonItemsReader::Next() {
  RETURN_IF_ERROR(failure_);
  Result<std::optional<std::string>> item = ReadItem();
  if (!item.ok()) {
    failure_ = item.status();
  } else if (item->has_value()) {
    position_.offset = reader_->offset();
    ++position_.count;
    place_ = Place::kBehindItem;
  }
  return item;
}

Result<std::optional<std::string>> JsonItemsReader::ReadItem() {
  if (place_ == Place::kStart) RETURN_IF_ERROR(Enter());
  if (place_ == Place::kEnd) return std::optional<std::string>();
  ASSIGN_OR_RETURN(const bool has_item,
                   GoToNext(place_ == Place::kFirstItem, position_.is_object ? '}' : ']'));
  if (!has_item) {
    RETURN_IF_ERROR(CheckEnd());
    place_ = Place::kEnd;
    return std::optional<std::string>();
  }
  const std::uint64_t begin = reader_->offset();
  std::string written;
  if (position_.is_object) {
    ASSIGN_OR_RETURN(const std::string name, ReadName());
    ASSIGN_OR_RETURN(const std::string value, ReadValue());
    written = R"({"Key":)" + name + R"(,"Value":)" + value + "}";
  } else {
    ASSIGN_OR_RETURN(written, ReadValue());
  }
  if (const Status status = json::Check(written); !status.ok()) {
    return ByteError(name_,
                     begin,
                     "expected item " + std::to_string(position_.count + 1) +
                         " to be a JSON value: " + status.message());
  }
  std::string item;
  item.reserve(written.size());
  AppendCompact(item, written);
  RETURN_IF_ERROR(CheckItemSize(name_, begin, item.size()));
  return std::optional(std::move(item));
}

Status JsonItemsReader::Enter() {
  RETURN_IF_ERROR(SkipByteOrderMark(*reader_));
  for (const std::string& token : pointer_) {
    RETURN_IF_ERROR(Descend(token));
  }
  ASSIGN_OR_RETURN(const char opener, PeekToken());
  if (opener != '[' && opener != '{') {
    return Unexpected(pointer_.empty() ? "an array or an object of items"
                                       : "an array or an object of items at the ItemsPointer",
                      opener);
  }
  position_.is_object = opener == '{';
  reader_->Take(1);
  place_ = Place::kFirstItem;
  return OkStatus();
}

Status JsonItemsReader::Descend(const std::string& token) {
  ASSIGN_OR_RETURN(const char opener, PeekToken());
  if (opener != '[' && opener != '{') {
    return Unexpected("an array or an object that holds '" + token + "' of the ItemsPointer",
                      opener);
  }
  reader_->Take(1);
  return opener == '{' ? DescendObject(token) : DescendArray(token);
}

Status JsonItemsReader::DescendObject(const std::string& token) {
  for (bool is_first = true;; is_first = false) {
    ASSIGN_OR_RETURN(const bool has_member, GoToNext(is_first, '}'));
    if (!has_member) break;
    ASSIGN_OR_RETURN(const std::string name, ReadName());
    json::Arena arena;
    const Result<json::Value> decoded = json::Parse(name, arena);
    if (!decoded.ok()) {
      return ByteError(name_,
                       reader_->offset(),
                       "expected a member's name before this place: " + decoded.status().message());
    }
    if (decoded->string() == token) return OkStatus();
    RETURN_IF_ERROR(SkipValue());
  }
  return ByteError(name_,
                   reader_->offset(),
                   "expected a member '" + token +
                       "' of the ItemsPointer in the object that ends here, found none");
}

Status JsonItemsReader::DescendArray(const std::string& token) {
  const std::optional<std::uint64_t> index = ParseIndex(token);
  for (std::uint64_t i = 0;; ++i) {
    ASSIGN_OR_RETURN(const bool has_element, GoToNext(i == 0, ']'));
    if (!has_element) break;
    if (i == index) return OkStatus();
    RETURN_IF_ERROR(SkipValue());
  }
  return ByteError(name_,
                   reader_->offset(),
                   "expected an element '" + token +
                       "' of the ItemsPointer in the array that ends here, found none");
}

Result<bool> JsonItemsReader::GoToNext(bool is_first, char closer) {
  ASSIGN_OR_RETURN(const char next, PeekToken());
  if (next == closer) {
    reader_->Take(1);
    return false;
  }
  if (is_first) return true;
  if (next != ',') return Unexpected(std::string("',' or '") + closer + "' behind an item", next);
  reader_->Take(1);
  return true;
}

Status JsonItemsReader::CheckEnd() {
  if (!pointer_.empty()) return OkStatus();
  ASSIGN_OR_RETURN(const char next, PeekToken());
  ASSIGN_OR_RETURN(const std::string_view rest, reader_->Peek());
  if (rest.empty()) return OkStatus();
  return Unexpected("nothing behind the items", next);
}

Result<char> JsonItemsReader::PeekToken() {
  for (;;) {
    ASSIGN_OR_RETURN(const std::string_view bytes, reader_->Peek());
    if (bytes.empty()) return '\0';
    const std::size_t place = bytes.find_first_not_of(" \t\r\n");
    if (place != std::string_view::npos) {
      reader_->Take(place);
      return bytes[place];
    }
    reader_->Take(bytes.size());
  }
}

Result<std::string> JsonItemsReader::ReadValue() {
  ASSIGN_OR_RETURN(const char first, PeekToken());
  if (first == '\0' || first == ',' || first == ']' || first == '}' || first == ':') {
    return Unexpected("a value", first);
  }
  const std::uint64_t begin = reader_->offset();
  std::string text;
  JsonValueEnd end;
  while (!end.is_found()) {
    ASSIGN_OR_RETURN(const std::string_view bytes, reader_->Peek());
    if (bytes.empty()) break;
    const std::size_t size = end.Take(bytes);
    RETURN_IF_ERROR(CheckRecordSize(name_, begin, text.size() + size));
    text += bytes.substr(0, size);
    reader_->Take(size);
  }
  return text;
}

Status JsonItemsReader::SkipValue() {
  ASSIGN_OR_RETURN(const char first, PeekToken());
  if (first == '\0' || first == ',' || first == ']' || first == '}' || first == ':') {
    return Unexpected("a value", first);
  }
  JsonValueEnd end;
  while (!end.is_found()) {
    ASSIGN_OR_RETURN(const std::string_view bytes, reader_->Peek());
    if (bytes.empty()) break;
    reader_->Take(end.Take(bytes));
  }
  return OkStatus();
}

Result<std::string> JsonItemsReader::ReadName() {
  ASSIGN_OR_RETURN(const char quote, PeekToken());
  if (quote != '"') return Unexpected("a member's name in double quotes", quote);
  ASSIGN_OR_RETURN(std::string name, ReadValue());
  ASSIGN_OR_RETURN(const char colon, PeekToken());
  if (colon != ':') return Unexpected("':' behind a member's name", colon);
  reader_->Take(1);
  return name;
}

Status JsonItemsReader::Unexpected(std::string_view expected, char found) const {
  return ByteError(name_,
                   reader_->offset(),
                   "expected " + std::string(expected) + ", found " + DescribeFound(found));
}

}  // namespace pawl::objects
