// Cuts an expression into tokens.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include "engine/expression/jsonata/token.h"
#include "engine/json/arena.h"

namespace pawl::expression::jsonata {

class Lexer final {
 public:
  // `text` and `arena` outlive the tokens. `has_default_operators`: ?? and ?: are operators.
  Lexer(std::string_view text, bool has_default_operators, json::Arena& arena)
      : text_(text), has_default_operators_(has_default_operators), arena_(arena) {}

  // The next token. `is_infix`: it follows an operand, so that a slash divides; elsewhere a slash
  // starts a regular expression. nullopt: error() says what is wrong.
  std::optional<Token> Next(bool is_infix);

  const Error& error() const { return error_; }

  // Whether a string had an escape for half a surrogate pair.
  bool met_lone_surrogate() const { return met_lone_surrogate_; }

 private:
  char At(std::size_t place) const { return place < text_.size() ? text_[place] : '\0'; }

  bool SkipSpace();
  std::optional<Token> Operator();
  std::optional<Token> String(char quote);
  bool Escape(std::string& out);
  bool UnicodeEscape(std::string& out);
  std::optional<Token> Number();
  std::optional<Token> QuotedName();
  std::optional<Token> Name();
  std::optional<Token> RegularExpression();
  Token Make(TokenType type, Symbol symbol, std::string_view text) const;
  std::nullopt_t Fail(std::string_view code,
                      std::size_t position,
                      std::optional<ErrorText> token = std::nullopt);

  std::string_view text_;
  bool has_default_operators_;
  json::Arena& arena_;
  std::size_t position_ = 0;
  bool met_lone_surrogate_ = false;
  Error error_;
};

}  // namespace pawl::expression::jsonata
