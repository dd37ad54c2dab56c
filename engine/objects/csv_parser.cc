#include "engine/objects/csv_parser.h"

#include "engine/objects/described_byte.h"

namespace pawl::objects {
namespace {

std::string DescribeDelimiter(char c) {
  return c == '\t' ? "a tab" : DescribeByte(c);
}

}  // namespace

void CsvParser::Begin() {
  state_ = State::kNeedsBytes;
  is_escaped_ = false;
  has_content_ = false;
  line_ends_ = 0;
  field_count_ = 0;
  BeginField();
}

std::size_t CsvParser::Take(std::string_view bytes) {
  std::size_t taken = 0;
  while (taken < bytes.size() && state_ == State::kNeedsBytes) {
    const std::string_view rest = bytes.substr(taken);
    switch (place_) {
      case Place::kFieldStart:
        if (rest.front() == '"') {
          place_ = Place::kQuoted;
          has_content_ = true;
          ++taken;
          break;
        }
        place_ = Place::kPlain;
        [[fallthrough]];
      case Place::kPlain:
        taken += TakePlain(rest);
        break;
      case Place::kQuoted:
        taken += TakeQuoted(rest);
        break;
      case Place::kBehindQuote:
      case Place::kBehindQuoteCr:
        TakeBehindQuote(rest.front());
        ++taken;
        break;
    }
  }
  return taken;
}

void CsvParser::End() {
  if (place_ == Place::kQuoted) {
    state_ = State::kFailed;
    problem_ =
        "expected a double quote at the end of the quoted field, found the end of the object";
    return;
  }
  EndRow();
}

// A run of text, or the one character that ends it.
std::size_t CsvParser::TakePlain(std::string_view bytes) {
  const char c = bytes.front();
  if (c == '\n') {
    ++line_ends_;
    EndRow();
    return 1;
  }
  has_content_ = has_content_ || c != '\r';
  if (is_escaped_) {
    is_escaped_ = false;
    field() += c;
    ends_with_cr_ = c == '\r';
    return 1;
  }
  if (c == delimiter_) {
    BeginField();
    return 1;
  }
  ends_with_cr_ = false;
  if (c == '\\') {
    is_escaped_ = true;
    return 1;
  }
  std::size_t size = 1;
  if (c == '\r') {
    ends_with_cr_ = true;
  } else {
    while (size < bytes.size() && bytes[size] != '\n' && bytes[size] != '\r' &&
           bytes[size] != '\\' && bytes[size] != delimiter_) {
      ++size;
    }
  }
  field() += bytes.substr(0, size);
  return size;
}

std::size_t CsvParser::TakeQuoted(std::string_view bytes) {
  const char c = bytes.front();
  if (is_escaped_) {
    is_escaped_ = false;
    if (c == '\n') ++line_ends_;
    field() += c;
    return 1;
  }
  if (c == '"') {
    place_ = Place::kBehindQuote;
    return 1;
  }
  if (c == '\\') {
    is_escaped_ = true;
    return 1;
  }
  std::size_t size = 0;
  while (size < bytes.size() && bytes[size] != '"' && bytes[size] != '\\') {
    if (bytes[size] == '\n') ++line_ends_;
    ++size;
  }
  field() += bytes.substr(0, size);
  return size;
}

void CsvParser::TakeBehindQuote(char c) {
  if (c == '\n') {
    ++line_ends_;
    EndRow();
  } else if (place_ == Place::kBehindQuote && c == '"') {
    field() += '"';
    place_ = Place::kQuoted;
  } else if (place_ == Place::kBehindQuote && c == delimiter_) {
    BeginField();
  } else if (place_ == Place::kBehindQuote && c == '\r') {
    place_ = Place::kBehindQuoteCr;
  } else {
    state_ = State::kFailed;
    problem_ = "expected " + DescribeDelimiter(delimiter_) +
               " or the end of the line behind a quoted field, found " + DescribeByte(c);
  }
}

void CsvParser::BeginField() {
  if (field_count_ <= fields_max_) ++field_count_;
  if (fields_.size() < field_count_) fields_.emplace_back();
  field().clear();
  place_ = Place::kFieldStart;
  ends_with_cr_ = false;
}

void CsvParser::EndRow() {
  if (!has_content_ && field_count_ == 1) {
    state_ = State::kEmptyLine;
    return;
  }
  if (ends_with_cr_) field().pop_back();
  state_ = State::kRow;
}

}  // namespace pawl::objects
