// The loop that reads JSON text from front to back and tells a sink what it finds. What is open is
// on a stack of its own, so nesting costs no call stack; strings are skipped sixteen bytes at a
// time and decoded only where they hold escapes.
#pragma once

#include <cstddef>
#include <cstdint>
#include <limits>
#include <span>
#include <string>
#include <string_view>
#include <utility>

#include "engine/base/ascii.h"
#include "engine/base/status.h"
#include "engine/base/utf8.h"
#include "engine/json/member_names.h"
#include "engine/json/parse_error.h"
#include "engine/json/small_stack.h"
#include "engine/json/string_text.h"
#include "engine/json/text_scan.h"

namespace pawl::json {

// A sink has these members, called in the order of the text:
//
//   std::string_view Name(RawString)   a member's name; what it returns lives as long as the reader
//   void Null(), Boolean(bool), Number(std::string_view), String(RawString)
//   std::size_t BeginContainer()       a mark, given back to its End
//   void EndArray(std::size_t mark)
//   void EndObject(std::size_t mark, std::span<const MemberName>)   names in their order, all
//   different
//
// What it was told means nothing when Read fails. An exception of the sink's comes out of Read.
template <typename Sink>
class TextReader final {
 public:
  TextReader(std::string_view text, std::size_t depth_max, Sink& sink)
      : text_(text),
        next_(text.data()),
        end_(text.data() + text.size()),
        depth_max_(depth_max),
        sink_(sink) {}

  // InvalidArgument, which says what was expected and found, and where (parse.h).
  Status Read() {
    if (text_.size() > kTextBytesMax) {
      return InvalidArgument("expected at most " + std::to_string(kTextBytesMax) +
                             " bytes of JSON, found " + std::to_string(text_.size()));
    }
    if (ReadText()) return OkStatus();
    return ErrorAt(text_, error_place_, error_);
  }

 private:
  // Offsets and sizes are held in 32 bits.
  static constexpr std::size_t kTextBytesMax = std::numeric_limits<std::uint32_t>::max() - 1;
  static constexpr std::string_view kExpectedValue =
      "expected a value (object, array, string, number, true, false or null)";

  static constexpr bool IsSpace(char c) { return c == ' ' || c == '\n' || c == '\r' || c == '\t'; }

  struct Level {
    bool is_object = false;
    std::uint32_t names_begin = 0;
    std::size_t values_begin = 0;
  };

  bool ReadText() {
    for (;;) {
      SkipSpace();
      const char c = Peek();
      const bool is_container = c == '{' || c == '[';
      if (is_container ? !Open(c == '{') : !ReadScalar(c)) return false;
      SkipSpace();
      if (is_container && Peek() != Closer()) {
        if (!ReadFirstName()) return false;
        continue;
      }
      // A value has ended, or an empty container is about to: close what closes.
      while (!open_.empty() && Peek() == Closer()) {
        ++next_;
        if (!Close()) return false;
        SkipSpace();
      }
      if (open_.empty()) return ReadEnd();
      if (!ReadComma()) return false;
    }
  }

  // In an object that is not empty; nothing to do in an array.
  bool ReadFirstName() {
    return !open_.back().is_object || ReadName("a member name in double quotes or '}'");
  }

  bool ReadEnd() {
    if (next_ == end_) return true;
    return Fail(next_, "expected the end of the text after the value, found " + FoundAt(next_));
  }

  bool ReadComma() {
    const bool is_object = open_.back().is_object;
    if (Peek() != ',') {
      return Fail(next_,
                  std::string(is_object ? "expected ',' or '}' after a member, found "
                                        : "expected ',' or ']' after an item, found ") +
                      FoundAt(next_));
    }
    ++next_;
    if (!is_object) return true;
    SkipSpace();
    return ReadName("a member name in double quotes");
  }

  bool Open(bool is_object) {
    if (open_.size() == depth_max_) {
      return Fail(next_,
                  "expected at most " + std::to_string(depth_max_) +
                      " arrays and objects inside each other, found one more");
    }
    ++next_;
    open_.Push({.is_object = is_object,
                .names_begin = static_cast<std::uint32_t>(names_.size()),
                .values_begin = sink_.BeginContainer()});
    return true;
  }

  // Ends the innermost container; its bracket was taken.
  bool Close() {
    const Level level = open_.back();
    open_.Truncate(open_.size() - 1);
    if (!level.is_object) {
      sink_.EndArray(level.values_begin);
      return true;
    }
    const std::span<const MemberName> names = names_.From(level.names_begin);
    if (const MemberName* const duplicate = duplicates_.Find(names); duplicate != nullptr) {
      return Fail(text_.data() + duplicate->offset,
                  "expected member names that differ, found \"" + QuoteStart(duplicate->text()) +
                      "\" a second time in one object");
    }
    sink_.EndObject(level.values_begin, names);
    names_.Truncate(level.names_begin);
    return true;
  }

  bool ReadName(std::string_view expected) {
    if (Peek() != '"') {
      return Fail(next_, "expected " + std::string(expected) + ", found " + FoundAt(next_));
    }
    const auto offset = static_cast<std::uint32_t>(next_ - text_.data());
    RawString raw;
    if (!ReadString(raw)) return false;
    const std::string_view name = sink_.Name(raw);
    names_.Push({.data = name.data(),
                 .size = static_cast<std::uint32_t>(name.size()),
                 .offset = offset,
                 .fingerprint = NameFingerprint(name)});
    SkipSpace();
    if (Peek() != ':') {
      return Fail(next_, "expected ':' after a member name, found " + FoundAt(next_));
    }
    ++next_;
    return true;
  }

  bool ReadScalar(char c) {
    switch (c) {
      case '"': {
        RawString raw;
        if (!ReadString(raw)) return false;
        sink_.String(raw);
        return true;
      }
      case 't':
        if (!ReadWord("true")) return false;
        sink_.Boolean(true);
        return true;
      case 'f':
        if (!ReadWord("false")) return false;
        sink_.Boolean(false);
        return true;
      case 'n':
        if (!ReadWord("null")) return false;
        sink_.Null();
        return true;
      default:
        return c == '-' || IsDigit(c) ? ReadNumber() : FailExpectedValue();
    }
  }

  bool FailExpectedValue() {
    return Fail(next_, std::string(kExpectedValue) + ", found " + FoundAt(next_));
  }

  bool ReadWord(std::string_view word) {
    const std::string_view rest(next_, static_cast<std::size_t>(end_ - next_));
    if (!rest.starts_with(word)) return FailExpectedValue();
    if (rest.size() > word.size()) {
      const char after = rest[word.size()];
      if (IsLetter(after) || IsDigit(after) || after == '_') return FailExpectedValue();
    }
    next_ += word.size();
    return true;
  }

  bool ReadNumber() {
    const char* const begin = next_;
    if (Peek() == '-') ++next_;
    if (Peek() == '0') {
      ++next_;
      if (IsDigit(Peek())) {
        return Fail(next_, "expected a number without leading zeros, found " + FoundAt(begin));
      }
    } else if (!SkipDigits()) {
      return FailExpectedDigit();
    }
    if (Peek() == '.') {
      ++next_;
      if (!SkipDigits()) return FailExpectedDigit();
    }
    if (Peek() == 'e' || Peek() == 'E') {
      ++next_;
      if (Peek() == '+' || Peek() == '-') ++next_;
      if (!SkipDigits()) return FailExpectedDigit();
    }
    sink_.Number({begin, static_cast<std::size_t>(next_ - begin)});
    return true;
  }

  bool FailExpectedDigit() {
    return Fail(next_, "expected a digit of a number, found " + FoundAt(next_));
  }

  // At least one digit.
  bool SkipDigits() {
    const char* const begin = next_;
    const char* place = begin;
    while (place != end_ && IsDigit(*place)) {
      ++place;
    }
    next_ = place;
    return place != begin;
  }

  // Reads a string from its opening quote to behind its closing one and checks all of it.
  bool ReadString(RawString& raw) {
    const char* const opening = next_++;
    for (;;) {
      const char* const place = SkipPlainAscii(next_, end_);
      next_ = place;
      if (place == end_) {
        return Fail(opening, "expected a string to end with a double quote, found no other");
      }
      if (*place == '"') break;
      if (*place == '\\') {
        raw.has_escapes = true;
        if (!ReadEscape()) return false;
      } else if (!ReadBeyondAscii()) {
        return false;
      }
    }
    raw.text = {opening + 1, static_cast<std::size_t>(next_ - opening - 1)};
    ++next_;
    return true;
  }

  bool ReadBeyondAscii() {
    if (static_cast<unsigned char>(*next_) < 0x20) {
      return Fail(next_,
                  "expected control characters in a string to be escaped, found " + FoundAt(next_));
    }
    while (next_ != end_ && static_cast<unsigned char>(*next_) >= 0x80) {
      const std::size_t length = Utf8SequenceLength(next_, end_);
      if (length == 0) return Fail(next_, "expected UTF-8, found " + FoundAt(next_));
      next_ += length;
    }
    return true;
  }

  bool ReadEscape() {
    const char* const backslash = next_++;
    const char c = Peek();
    if (c != 'u') {
      constexpr std::string_view kEscapes = "\"\\/bfnrt";
      if (next_ == end_ || kEscapes.find(c) == std::string_view::npos) {
        return Fail(
            backslash,
            "expected one of \" \\ / b f n r t u after a backslash, found " + FoundAt(next_));
      }
      ++next_;
      return true;
    }
    ++next_;
    unsigned unit = 0;
    if (!ReadCodeUnit(unit)) return false;
    if (IsLowSurrogate(unit)) {
      return Fail(backslash, "expected a high surrogate before this low one, found it alone");
    }
    if (!IsHighSurrogate(unit)) return true;
    if (end_ - next_ >= 2 && next_[0] == '\\' && next_[1] == 'u') {
      next_ += 2;
      if (!ReadCodeUnit(unit)) return false;
      if (IsLowSurrogate(unit)) return true;
    }
    return Fail(backslash, "expected a low surrogate after this high one, found none");
  }

  bool ReadCodeUnit(unsigned& unit) {
    for (int i = 0; i < 4; ++i) {
      const unsigned digit = HexDigit(Peek());
      if (digit > 15) {
        return Fail(next_, "expected four hexadecimal digits after \\u, found " + FoundAt(next_));
      }
      unit = (unit << 4U | digit) & 0xFFFFU;
      ++next_;
    }
    return true;
  }

  void SkipSpace() {
    // Loops run on a local: a member would be stored again for every character.
    const char* place = next_;
    while (place != end_ && IsSpace(*place)) {
      ++place;
    }
    next_ = place;
  }

  // NUL at the end, which no token starts with.
  char Peek() const { return next_ == end_ ? '\0' : *next_; }

  char Closer() { return open_.back().is_object ? '}' : ']'; }

  std::string FoundAt(const char* place) const { return DescribeFound(place, end_); }

  bool Fail(const char* place, std::string problem) {
    error_place_ = place;
    error_ = std::move(problem);
    return false;
  }

  static constexpr std::size_t kInlineLevels = 32;
  static constexpr std::size_t kInlineNames = 32;

  std::string_view text_;
  const char* next_;
  const char* end_;
  std::size_t depth_max_;
  Sink& sink_;
  SmallStack<Level, kInlineLevels> open_;
  // The names of all open objects, the innermost last.
  SmallStack<MemberName, kInlineNames> names_;
  DuplicateNames duplicates_;
  const char* error_place_ = nullptr;
  std::string error_;
};

}  // namespace pawl::json
