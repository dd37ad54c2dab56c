// TextCursor: a place in an expression's text, for its parsers.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "engine/base/status.h"
#include "engine/json/arena.h"
#include "engine/json/value.h"

namespace pawl::expression {

class TextCursor {
 public:
  // `text` outlives the cursor; literals go to `literals`.
  TextCursor(std::string_view text, json::Arena& literals) : text_(text), literals_(literals) {}

  bool AtEnd() const { return position_ >= text_.size(); }

  // NUL at the end.
  char Peek(std::size_t ahead = 0) const {
    return position_ + ahead < text_.size() ? text_[position_ + ahead] : '\0';
  }

  std::size_t position() const { return position_; }

  void set_position(std::size_t position) { position_ = position; }

  void Advance(std::size_t count = 1) { position_ += count; }

  void SkipSpaces() {
    while (Peek() == ' ') {
      Advance();
    }
  }

  // Takes `expected` if it comes next, and the spaces before it.
  bool TakeAfterSpaces(std::string_view expected);

  // The characters from here on for which `belongs` holds.
  std::string_view TakeWhile(const std::function<bool(char)>& belongs);

  std::string_view rest() const { return text_.substr(position_); }

  std::string_view Since(std::size_t begin) const { return text_.substr(begin, position_ - begin); }

  // "column 5: expected …, found 'x'".
  Status Expected(std::string_view what) const { return ExpectedAt(position_, what); }

  Status ExpectedAt(std::size_t position, std::string_view what) const;
  // "column 5: …".
  Status ErrorAt(std::size_t position, std::string_view problem) const;

  // What a backslash before the quote that does not end the string means: the quote alone, or both.
  enum class OtherQuote : std::uint8_t { kUnescaped, kWithBackslash };

  // Reads a string from its quote, which is ' or ", and undoes the escapes of Java.
  Result<std::string> ReadQuoted(OtherQuote other_quote = OtherQuote::kUnescaped);
  // Reads a number, true, false, null, a string in either quote, an array or an object.
  Result<json::Value> ReadLiteral();

  json::Arena& literals() { return literals_; }

  // What is inside what: filters, groups, arguments. Leave after an Enter that succeeded.
  Status Enter();

  void Leave() { --nesting_; }

 private:
  // A literal's text in JSON, taking single quotes for double ones.
  Result<std::string> ReadBracketed();

  std::string_view text_;
  std::size_t position_ = 0;
  std::size_t nesting_ = 0;
  json::Arena& literals_;
};

}  // namespace pawl::expression
