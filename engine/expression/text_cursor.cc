#include "engine/expression/text_cursor.h"

#include <algorithm>
#include <cstdint>
#include <string>
#include <utility>

#include "engine/base/ascii.h"
#include "engine/expression/java_decimal.h"
#include "engine/expression/path.h"
#include "engine/json/parse.h"
#include "engine/json/write.h"

namespace pawl::expression {
namespace {

constexpr bool IsContinuationByte(char c) {
  return (static_cast<unsigned char>(c) & 0xC0U) == 0x80U;
}

// The code unit of four hexadecimal digits in front of `text`; nullopt if they are not there.
std::optional<std::uint32_t> ReadCodeUnit(std::string_view text) {
  constexpr std::size_t kDigits = 4;
  if (text.size() < kDigits) return std::nullopt;
  std::uint32_t unit = 0;
  for (const char c : text.substr(0, kDigits)) {
    const auto lower = static_cast<char>(c | 0x20);
    if (IsDigit(c)) {
      unit = unit << 4U | static_cast<std::uint32_t>(c - '0');
    } else if (lower >= 'a' && lower <= 'f') {
      unit = unit << 4U | static_cast<std::uint32_t>(lower - 'a' + 10);
    } else {
      return std::nullopt;
    }
  }
  return unit;
}

char UnescapedCharacter(char c) {
  switch (c) {
    case 'b':
      return '\b';
    case 'f':
      return '\f';
    case 'n':
      return '\n';
    case 'r':
      return '\r';
    case 't':
      return '\t';
    default:
      return c;
  }
}

}  // namespace

bool TextCursor::TakeAfterSpaces(std::string_view expected) {
  const std::size_t begin = position_;
  SkipSpaces();
  if (rest().starts_with(expected)) {
    Advance(expected.size());
    return true;
  }
  position_ = begin;
  return false;
}

std::string_view TextCursor::TakeWhile(const std::function<bool(char)>& belongs) {
  const std::size_t begin = position_;
  while (!AtEnd() && belongs(Peek())) {
    Advance();
  }
  return Since(begin);
}

Status TextCursor::ErrorAt(std::size_t position, std::string_view problem) const {
  const std::string_view before = text_.substr(0, std::min(position, text_.size()));
  const auto column = 1 + std::count_if(before.begin(), before.end(), [](char c) {
                        return !IsContinuationByte(c);
                      });
  return InvalidArgument("column " + std::to_string(column) + ": " + std::string(problem));
}

Status TextCursor::ExpectedAt(std::size_t position, std::string_view what) const {
  std::string problem = "expected " + std::string(what) + ", found ";
  if (position >= text_.size()) {
    problem += "the end";
  } else {
    std::size_t size = 1;
    while (position + size < text_.size() && IsContinuationByte(text_[position + size])) {
      ++size;
    }
    problem += "'" + std::string(text_.substr(position, size)) + "'";
  }
  return ErrorAt(position, problem);
}

Result<std::string> TextCursor::ReadQuoted(OtherQuote other_quote) {
  const std::size_t begin = position_;
  const char quote = Peek();
  Advance();
  // JSON text is built and read again, so that pairs of surrogates are put together in one place.
  std::string encoded = "\"";
  while (Peek() != quote || AtEnd()) {
    if (AtEnd()) {
      return ErrorAt(begin, "expected this string to end with " + std::string(1, quote));
    }
    if (Peek() != '\\') {
      const std::size_t start = position_;
      while (!AtEnd() && Peek() != quote && Peek() != '\\') {
        Advance();
      }
      std::string piece;
      json::WriteStringTo(piece, Since(start));
      encoded.append(piece, 1, piece.size() - 2);
      continue;
    }
    Advance();
    if (AtEnd()) return Expected("a character after the backslash");
    if (Peek() == 'u') {
      if (!ReadCodeUnit(rest().substr(1))) {
        return ExpectedAt(position_ + 1, "four hexadecimal digits after \\u");
      }
      encoded += "\\" + std::string(rest().substr(0, 5));
      Advance(5);
      continue;
    }
    const char other = quote == '"' ? '\'' : '"';
    if (Peek() == other && other_quote == OtherQuote::kWithBackslash) encoded += "\\\\";
    const char plain = UnescapedCharacter(Peek());
    std::string piece;
    json::WriteStringTo(piece, std::string_view(&plain, 1));
    encoded.append(piece, 1, piece.size() - 2);
    Advance();
  }
  Advance();
  encoded += '"';
  json::Arena arena;
  const Result<json::Value> decoded = json::Parse(encoded, arena);
  if (!decoded.ok()) {
    return ErrorAt(begin,
                   "expected a string of well-formed Unicode, found " + std::string(Since(begin)));
  }
  return std::string(decoded->string());
}

Result<std::string> TextCursor::ReadBracketed() {
  const std::size_t begin = position_;
  std::size_t depth = 0;
  std::string encoded;
  do {
    if (AtEnd()) return ErrorAt(begin, "expected this literal to be closed");
    const char c = Peek();
    if (c == '\'' || c == '"') {
      ASSIGN_OR_RETURN(const std::string text, ReadQuoted());
      json::WriteStringTo(encoded, text);
      continue;
    }
    if (c == '[' || c == '{') ++depth;
    if (c == ']' || c == '}') --depth;
    encoded += c;
    Advance();
  } while (depth > 0);
  return encoded;
}

Result<json::Value> TextCursor::ReadLiteral() {
  const std::size_t begin = position_;
  const char c = Peek();
  if (c == '\'' || c == '"') {
    ASSIGN_OR_RETURN(const std::string text, ReadQuoted());
    return json::Value::String(literals_.Copy(text));
  }
  if (c == '[' || c == '{') {
    ASSIGN_OR_RETURN(const std::string encoded, ReadBracketed());
    const Result<json::Value> value = json::Parse(literals_.Copy(encoded), literals_);
    if (!value.ok()) {
      return ErrorAt(begin, "expected a JSON literal: " + value.status().message());
    }
    return *value;
  }
  const std::string_view word = TakeWhile([](char next) {
    return IsDigit(next) || (next >= 'a' && next <= 'z') || (next >= 'A' && next <= 'Z') ||
           next == '.' || next == '-' || next == '+' || next == '_';
  });
  if (word == "true") return json::Value::Boolean(true);
  if (word == "false") return json::Value::Boolean(false);
  if (word == "null") return json::Value();
  if (const std::optional<std::string> number = ReadJavaDecimal(word)) {
    return json::Value::Number(literals_.Copy(*number));
  }
  return ExpectedAt(begin,
                    "a value (a number, a string in quotes, true, false, null, [...] or {...})");
}

Status TextCursor::Enter() {
  if (nesting_ == kPathNestingMax) {
    return ErrorAt(position_,
                   "expected at most " + std::to_string(kPathNestingMax) +
                       " filters, groups and arguments inside each other");
  }
  ++nesting_;
  return OkStatus();
}

}  // namespace pawl::expression
