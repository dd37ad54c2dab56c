#include "engine/expression/jsonata/lexer.h"

#include <array>
#include <cmath>
#include <string>

#include "engine/base/ascii.h"
#include "engine/expression/jsonata/text.h"
#include "engine/json/number.h"
#include "engine/json/string_text.h"

namespace pawl::expression::jsonata {
namespace {

constexpr std::string_view kWhiteSpace = " \t\n\r\v";
// Characters that end a name.
constexpr std::string_view kOperatorCharacters = ".[]{}(),@#;:?+-*/%|=<>^&!~";

struct Spelling {
  std::string_view text;
  Symbol symbol;
};

// Longer ones first.
constexpr std::array kOperators = {
    Spelling{"..", Symbol::kRange},
    Spelling{":=", Symbol::kAssign},
    Spelling{"!=", Symbol::kNotEqual},
    Spelling{">=", Symbol::kGreaterOrEqual},
    Spelling{"<=", Symbol::kLessOrEqual},
    Spelling{"**", Symbol::kDescendant},
    Spelling{"~>", Symbol::kApply},
    Spelling{".", Symbol::kDot},
    Spelling{"[", Symbol::kOpenBracket},
    Spelling{"]", Symbol::kCloseBracket},
    Spelling{"{", Symbol::kOpenBrace},
    Spelling{"}", Symbol::kCloseBrace},
    Spelling{"(", Symbol::kOpenParenthesis},
    Spelling{")", Symbol::kCloseParenthesis},
    Spelling{",", Symbol::kComma},
    Spelling{"@", Symbol::kFocus},
    Spelling{"#", Symbol::kIndex},
    Spelling{";", Symbol::kSemicolon},
    Spelling{":", Symbol::kColon},
    Spelling{"?", Symbol::kQuestion},
    Spelling{"+", Symbol::kAdd},
    Spelling{"-", Symbol::kSubtract},
    Spelling{"*", Symbol::kMultiply},
    Spelling{"/", Symbol::kDivide},
    Spelling{"%", Symbol::kModulo},
    Spelling{"|", Symbol::kBar},
    Spelling{"=", Symbol::kEqual},
    Spelling{"<", Symbol::kLess},
    Spelling{">", Symbol::kGreater},
    Spelling{"^", Symbol::kOrderBy},
    Spelling{"&", Symbol::kConcatenate},
    Spelling{"!", Symbol::kUnknown},
    Spelling{"~", Symbol::kUnknown},
};

constexpr std::array kDefaultOperators = {
    Spelling{"??", Symbol::kCoalesce},
    Spelling{"?:", Symbol::kDefault},
};

bool IsWhiteSpace(char c) {
  return kWhiteSpace.find(c) != std::string_view::npos;
}

// How many bytes of `text` are a number; 0 if it starts with none.
std::size_t NumberLength(std::string_view text) {
  std::size_t size = 0;
  const auto digits = [&text, &size] {
    const std::size_t begin = size;
    while (size < text.size() && IsDigit(text[size])) {
      ++size;
    }
    return size > begin;
  };
  if (text.starts_with('0')) {
    size = 1;
  } else if (!digits()) {
    return 0;
  }
  const std::size_t whole = size;
  if (size < text.size() && text[size] == '.') {
    ++size;
    if (!digits()) return whole;
  }
  const std::size_t fraction = size;
  if (size < text.size() && (text[size] == 'e' || text[size] == 'E')) {
    ++size;
    if (size < text.size() && (text[size] == '+' || text[size] == '-')) ++size;
    if (!digits()) return fraction;
  }
  return size;
}

}  // namespace

std::optional<Token> Lexer::Next(bool is_infix) {
  if (!SkipSpace()) return std::nullopt;
  if (position_ >= text_.size()) return Make(TokenType::kEnd, Symbol::kEnd, {});
  const char c = text_[position_];
  if (c == '/' && !is_infix) return RegularExpression();
  if (kOperatorCharacters.find(c) != std::string_view::npos) return Operator();
  if (c == '"' || c == '\'') return String(c);
  if (IsDigit(c)) return Number();
  if (c == '`') return QuotedName();
  return Name();
}

bool Lexer::SkipSpace() {
  while (position_ < text_.size()) {
    if (IsWhiteSpace(text_[position_])) {
      ++position_;
    } else if (text_.substr(position_).starts_with("/*")) {
      const std::size_t end = text_.find("*/", position_ + 2);
      if (end == std::string_view::npos) {
        Fail("S0106", position_);
        return false;
      }
      position_ = end + 2;
    } else {
      break;
    }
  }
  return true;
}

std::optional<Token> Lexer::Operator() {
  const std::string_view rest = text_.substr(position_);
  if (has_default_operators_) {
    for (const Spelling& spelling : kDefaultOperators) {
      if (!rest.starts_with(spelling.text)) continue;
      position_ += spelling.text.size();
      return Make(TokenType::kOperator, spelling.symbol, spelling.text);
    }
  }
  for (const Spelling& spelling : kOperators) {
    if (!rest.starts_with(spelling.text)) continue;
    position_ += spelling.text.size();
    return Make(TokenType::kOperator, spelling.symbol, spelling.text);
  }
  return Fail("S0204", position_, ErrorText{std::string(rest.substr(0, 1))});
}

std::optional<Token> Lexer::String(char quote) {
  const std::size_t begin = ++position_;
  std::string decoded;
  bool has_escapes = false;
  while (position_ < text_.size()) {
    const char c = text_[position_];
    if (c == quote) {
      const std::string_view raw = text_.substr(begin, position_ - begin);
      ++position_;
      return Make(TokenType::kString, Symbol::kLiteral, has_escapes ? arena_.Copy(decoded) : raw);
    }
    if (c == '\\') {
      if (!has_escapes) decoded = text_.substr(begin, position_ - begin);
      has_escapes = true;
      if (!Escape(decoded)) return std::nullopt;
    } else {
      if (has_escapes) decoded += c;
      ++position_;
    }
  }
  return Fail("S0101", position_);
}

bool Lexer::Escape(std::string& out) {
  constexpr std::string_view kNames = "\"\\/bfnrt";
  constexpr std::string_view kMeanings = "\"\\/\b\f\n\r\t";
  ++position_;
  const char c = At(position_);
  if (c == 'u') return UnicodeEscape(out);
  const std::size_t place = position_ < text_.size() ? kNames.find(c) : std::string_view::npos;
  if (place == std::string_view::npos) {
    Fail("S0103",
         position_,
         ErrorText{std::string(text_.substr(position_, SequenceLength(text_, position_)))});
    return false;
  }
  out += kMeanings[place];
  ++position_;
  return true;
}

// Two escapes may be the halves of one character; a half alone is kept as it is, so that functions
// can refuse it.
bool Lexer::UnicodeEscape(std::string& out) {
  constexpr std::size_t kDigits = 4;
  const auto unit_at = [this](std::size_t place) -> std::optional<unsigned> {
    unsigned unit = 0;
    for (std::size_t i = 0; i < kDigits; ++i) {
      const unsigned digit = json::HexDigit(At(place + i));
      if (digit > 15) return std::nullopt;
      unit = unit << 4U | digit;
    }
    return unit;
  };
  std::optional<unsigned> unit = unit_at(position_ + 1);
  if (!unit) {
    Fail("S0104", position_);
    return false;
  }
  position_ += 1 + kDigits;
  if (json::IsHighSurrogate(*unit) && text_.substr(position_).starts_with("\\u")) {
    const std::optional<unsigned> low = unit_at(position_ + 2);
    if (low && json::IsLowSurrogate(*low)) {
      unit = 0x10000U + ((*unit - 0xD800U) << 10U) + (*low - 0xDC00U);
      position_ += 2 + kDigits;
    }
  }
  if (json::IsHighSurrogate(*unit) || json::IsLowSurrogate(*unit)) met_lone_surrogate_ = true;
  AppendCodePoint(out, *unit);
  return true;
}

std::optional<Token> Lexer::Number() {
  const std::string_view digits = text_.substr(position_, NumberLength(text_.substr(position_)));
  const double number = json::NumberToDouble(digits);
  if (!std::isfinite(number)) return Fail("S0102", position_, ErrorText{std::string(digits)});
  position_ += digits.size();
  Token token = Make(TokenType::kNumber, Symbol::kLiteral, digits);
  token.value = Value::Number(number);
  return token;
}

std::optional<Token> Lexer::QuotedName() {
  const std::size_t begin = position_ + 1;
  const std::size_t end = text_.find('`', begin);
  if (end == std::string_view::npos) return Fail("S0105", text_.size());
  position_ = end + 1;
  return Make(TokenType::kName, Symbol::kName, text_.substr(begin, end - begin));
}

std::optional<Token> Lexer::Name() {
  const std::size_t begin = position_;
  while (position_ < text_.size() && !IsWhiteSpace(text_[position_]) &&
         kOperatorCharacters.find(text_[position_]) == std::string_view::npos) {
    ++position_;
  }
  const std::string_view name = text_.substr(begin, position_ - begin);
  if (name.starts_with('$')) return Make(TokenType::kVariable, Symbol::kName, name.substr(1));
  if (name == "or") return Make(TokenType::kOperator, Symbol::kOr, name);
  if (name == "in") return Make(TokenType::kOperator, Symbol::kIn, name);
  if (name == "and") return Make(TokenType::kOperator, Symbol::kAnd, name);
  if (name == "true" || name == "false" || name == "null") {
    Token token = Make(TokenType::kValue, Symbol::kLiteral, name);
    token.value = name == "null" ? Value::Null() : Value::Boolean(name == "true");
    return token;
  }
  return Make(TokenType::kName, Symbol::kName, name);
}

std::optional<Token> Lexer::RegularExpression() {
  const std::size_t begin = ++position_;
  int depth = 0;
  for (; position_ < text_.size(); ++position_) {
    const char c = text_[position_];
    if (c == '/' && depth == 0) {
      std::size_t backslashes = 0;
      while (position_ > begin + backslashes && text_[position_ - 1 - backslashes] == '\\') {
        ++backslashes;
      }
      if (backslashes % 2 == 0) {
        const std::string_view pattern = text_.substr(begin, position_ - begin);
        if (pattern.empty()) return Fail("S0301", position_);
        ++position_;
        Token token = Make(TokenType::kRegex, Symbol::kRegex, pattern);
        for (char flag = At(position_); flag == 'i' || flag == 'm'; flag = At(position_)) {
          (flag == 'i' ? token.ignores_case : token.is_multiline) = true;
          token.position = ++position_;
        }
        return token;
      }
    }
    const bool is_escaped = position_ > 0 && text_[position_ - 1] == '\\';
    if (!is_escaped && (c == '(' || c == '[' || c == '{')) ++depth;
    if (!is_escaped && (c == ')' || c == ']' || c == '}')) --depth;
  }
  return Fail("S0302", position_);
}

Token Lexer::Make(TokenType type, Symbol symbol, std::string_view text) const {
  return {.type = type, .symbol = symbol, .text = text, .position = position_};
}

std::nullopt_t Lexer::Fail(std::string_view code,
                           std::size_t position,
                           std::optional<ErrorText> token) {
  error_ = Error{.code = code, .token = std::move(token), .position = position};
  return std::nullopt;
}

}  // namespace pawl::expression::jsonata
