// The words of an expression.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "engine/expression/jsonata/error.h"
#include "engine/expression/jsonata/value.h"

namespace pawl::expression::jsonata {

// What a token is to the parser.
enum class Symbol : std::uint8_t {
  kEnd,
  // A name or a variable.
  kName,
  kLiteral,
  kRegex,
  kDot,
  kOpenBracket,
  kCloseBracket,
  kOpenBrace,
  kCloseBrace,
  kOpenParenthesis,
  kCloseParenthesis,
  kComma,
  kFocus,
  kIndex,
  kSemicolon,
  kColon,
  kQuestion,
  kAdd,
  kSubtract,
  kMultiply,
  kDivide,
  kModulo,
  kBar,
  kEqual,
  kLess,
  kGreater,
  kOrderBy,
  kDescendant,
  kRange,
  kAssign,
  kNotEqual,
  kLessOrEqual,
  kGreaterOrEqual,
  kApply,
  kAnd,
  kOr,
  kIn,
  kConcatenate,
  // Of JSONata 2.1.
  kDefault,
  kCoalesce,
  // A character that starts operators and is none: ! and ~.
  kUnknown,
};

// The text of an operator; "(end)" for the end.
std::string_view SymbolText(Symbol symbol);

// How strongly a symbol binds the expression on its left; 0: not at all.
int BindingPower(Symbol symbol);

enum class TokenType : std::uint8_t {
  kEnd,
  kName,
  kVariable,
  kOperator,
  kString,
  kNumber,
  // true, false, null.
  kValue,
  kRegex,
};

struct Token {
  TokenType type = TokenType::kEnd;
  Symbol symbol = Symbol::kEnd;
  // The name, the string, the operator, or the pattern.
  std::string_view text = {};
  // Of a number, true, false or null.
  Value value = {};
  // Bytes from the start of the expression to just behind the token.
  std::size_t position = 0;
  bool ignores_case = false;
  bool is_multiline = false;

  // As an error names it.
  ErrorText ForError() const;
};

}  // namespace pawl::expression::jsonata
