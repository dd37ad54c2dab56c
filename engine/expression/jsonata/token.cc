#include "engine/expression/jsonata/token.h"

#include <array>
#include <string>

#include "engine/json/number.h"

namespace pawl::expression::jsonata {
namespace {

struct SymbolFacts {
  std::string_view text;
  int binding_power;
};

// In the order of the enumerators.
constexpr std::array<SymbolFacts, 41> kSymbolFacts = {{
    {"(end)", 0}, {"(name)", 0}, {"(literal)", 0}, {"(regex)", 0}, {".", 75},        {"[", 80},
    {"]", 0},     {"{", 70},     {"}", 0},         {"(", 80},      {")", 0},         {",", 0},
    {"@", 80},    {"#", 80},     {";", 0},         {":", 0},       {"?", 20},        {"+", 50},
    {"-", 50},    {"*", 60},     {"/", 60},        {"%", 60},      {"|", 0},         {"=", 40},
    {"<", 40},    {">", 40},     {"^", 40},        {"**", 0},      {"..", 0},        {":=", 10},
    {"!=", 40},   {"<=", 40},    {">=", 40},       {"~>", 40},     {"and", 30},      {"or", 25},
    {"in", 40},   {"&", 50},     {"?:", 40},       {"??", 40},     {"(unknown)", 0},
}};

}  // namespace

std::string_view SymbolText(Symbol symbol) {
  return kSymbolFacts.at(static_cast<std::size_t>(symbol)).text;
}

int BindingPower(Symbol symbol) {
  return kSymbolFacts.at(static_cast<std::size_t>(symbol)).binding_power;
}

ErrorText Token::ForError() const {
  if (type == TokenType::kEnd) return {std::string(SymbolText(Symbol::kEnd))};
  if (type == TokenType::kNumber) return {json::NumberFromDouble(value.number()), false};
  if (type == TokenType::kValue) return {std::string(text), false};
  return {std::string(text)};
}

}  // namespace pawl::expression::jsonata
