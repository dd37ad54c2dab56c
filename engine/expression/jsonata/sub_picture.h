// The picture of $formatNumber, taken apart.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "engine/base/status.h"

namespace pawl::expression::jsonata {

// XPath's decimal format. A separator or digit which is set to no single character is never found.
struct DecimalFormat {
  std::optional<char32_t> decimal_separator = '.';
  std::optional<char32_t> grouping_separator = ',';
  std::optional<char32_t> exponent_separator = 'e';
  std::optional<char32_t> pattern_separator = ';';
  std::optional<char32_t> optional_digit = '#';
  char32_t zero = '0';
  std::string minus_sign = "-";
  std::string infinity = "Infinity";
  std::string nan = "NaN";
  std::u32string percent = U"%";
  std::u32string per_mille = U"‰";

  bool IsDigit(char32_t c) const { return c >= zero && c < zero + 10; }
};

DecimalFormat ReadDecimalFormat(const std::vector<std::pair<std::string, std::string>>& properties);

// One of the at most two parts of a picture.
struct SubPicture {
  std::string prefix;
  std::string suffix;
  // What the value is multiplied by: 1, 100 or 1000.
  double factor = 1;
  std::size_t integer_digits_min = 0;
  // The power of ten that a mantissa stays below.
  std::size_t scale = 0;
  std::size_t fraction_digits_min = 0;
  std::size_t fraction_digits_max = 0;
  // 0: no exponent.
  std::size_t exponent_digits_min = 0;
  // How many digits stand behind each separator of the integer part, and before each of the
  // fraction.
  std::vector<std::size_t> integer_groups;
  std::vector<std::size_t> fraction_groups;
  // Not 0: integer groups repeat with this size.
  std::size_t group_size = 0;
};

// One for all numbers, or one for those from 0 on and one for the negative. Errors: as
// FormatNumber.
Result<std::vector<SubPicture>> ReadNumberPicture(std::string_view picture,
                                                  const DecimalFormat& format);

}  // namespace pawl::expression::jsonata
