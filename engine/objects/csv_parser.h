// CsvParser: the fields of one row of CSV, from bytes that come in pieces.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace pawl::objects {

// The dialect of Step Functions (Developer Guide, "ItemReader (Map)", on parsing CSV files): RFC
// 4180 with any of five delimiters, and backslashes.
//
// - A field that starts with a double quote goes to the next one that stands alone; two of them are
//   one of its text. Delimiters and line ends between are text. In any other field a quote is text.
// - A backslash is dropped and the character behind it is text, in quotes or not; outside of quotes
//   it does not hide the end of a line.
// - A row ends with LF or CR LF, or with the object. A line of no characters is no row.
class CsvParser {
 public:
  enum class State : std::uint8_t { kNeedsBytes, kRow, kEmptyLine, kFailed };

  // Fields of a row behind the first `fields_max` are passed over.
  CsvParser(char delimiter, std::size_t fields_max)
      : delimiter_(delimiter), fields_max_(fields_max) {}

  // Forgets the last row; for the next.
  void Begin();

  // Takes bytes of the row up to its end and says how many; state() is kNeedsBytes until the row
  // has ended or failed.
  std::size_t Take(std::string_view bytes);
  // There are no more bytes.
  void End();

  State state() const { return state_; }

  // The row's fields; valid until Begin.
  std::span<const std::string> fields() const {
    return {fields_.data(), std::min(field_count_, fields_max_)};
  }

  // Line ends taken since Begin, the row's own included.
  std::uint64_t line_ends() const { return line_ends_; }

  // What is wrong, in kFailed.
  const std::string& problem() const { return problem_; }

 private:
  enum class Place : std::uint8_t { kFieldStart, kPlain, kQuoted, kBehindQuote, kBehindQuoteCr };

  std::size_t TakePlain(std::string_view bytes);
  std::size_t TakeQuoted(std::string_view bytes);
  void TakeBehindQuote(char c);
  void BeginField();
  void EndRow();

  std::string& field() { return fields_[field_count_ - 1]; }

  char delimiter_;
  std::size_t fields_max_;
  State state_ = State::kNeedsBytes;
  Place place_ = Place::kFieldStart;
  // The last byte was a backslash.
  bool is_escaped_ = false;
  // The field's last character is a CR that belongs to the row's end if an LF follows.
  bool ends_with_cr_ = false;
  // Something of the row was taken: it is no empty line.
  bool has_content_ = false;
  // Not shrunk between rows: its texts keep their memory. The one behind the last that is kept
  // takes what is passed over.
  std::vector<std::string> fields_;
  // At most fields_max_ + 1.
  std::size_t field_count_ = 0;
  std::uint64_t line_ends_ = 0;
  std::string problem_;
};

}  // namespace pawl::objects
