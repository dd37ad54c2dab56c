#include "engine/expression/java_decimal.h"

#include <algorithm>
#include <charconv>
#include <cstdint>
#include <system_error>

#include "engine/base/ascii.h"
#include "engine/json/parse.h"

namespace pawl::expression {
namespace {

// BigDecimal writes an exponent below this one, and where the last digit stands before the point.
constexpr std::int64_t kPlainExponentMin = -6;
// BigDecimal holds exponents in 32 bits; so do we, with room to add to them.
constexpr std::int64_t kExponentMax = INT32_MAX;

}  // namespace

std::optional<std::string> ReadJavaDecimal(std::string_view text) {
  std::string number;
  if (text.starts_with('+') || text.starts_with('-')) {
    if (text.front() == '-') number += '-';
    text.remove_prefix(1);
  }
  const std::size_t e = std::min(text.find_first_of("eE"), text.size());
  const std::string_view mantissa = text.substr(0, e);
  const std::size_t point = std::min(mantissa.find('.'), mantissa.size());
  std::string_view whole = mantissa.substr(0, point);
  const std::string_view fraction =
      point == mantissa.size() ? std::string_view() : mantissa.substr(point + 1);
  const bool is_decimal = std::all_of(whole.begin(), whole.end(), IsDigit) &&
                          std::all_of(fraction.begin(), fraction.end(), IsDigit);
  if (!is_decimal || (whole.empty() && fraction.empty())) return std::nullopt;

  while (whole.size() > 1 && whole.front() == '0') {
    whole.remove_prefix(1);
  }
  number += whole.empty() ? "0" : whole;
  if (!fraction.empty()) number += "." + std::string(fraction);
  if (e < text.size()) {
    number += text.substr(e);
    if (!json::Check(number).ok()) return std::nullopt;
  }
  return number;
}

// Java, BigDecimal.toString: an integer and the number of its digits behind the point.
std::string JavaDecimalText(std::string_view number) {
  const bool is_negative = number.starts_with('-');
  if (is_negative) number.remove_prefix(1);
  const std::size_t e = std::min(number.find_first_of("eE"), number.size());
  std::string_view exponent_text = number.substr(std::min(e + 1, number.size()));
  if (exponent_text.starts_with('+')) exponent_text.remove_prefix(1);
  std::int64_t exponent = 0;
  std::from_chars(exponent_text.data(), exponent_text.data() + exponent_text.size(), exponent);
  exponent = std::clamp(exponent, -kExponentMax, kExponentMax);

  const std::string_view mantissa = number.substr(0, e);
  const std::size_t point = mantissa.find('.');
  std::string digits(mantissa.substr(0, point));
  std::int64_t scale = -exponent;
  if (point != std::string_view::npos) {
    digits += mantissa.substr(point + 1);
    scale += static_cast<std::int64_t>(mantissa.size() - point - 1);
  }
  digits.erase(0, std::min(digits.find_first_not_of('0'), digits.size() - 1));

  const auto size = static_cast<std::int64_t>(digits.size());
  const std::int64_t adjusted = size - 1 - scale;
  if (scale >= 0 && adjusted >= kPlainExponentMin) {
    if (scale >= size) digits.insert(0, static_cast<std::size_t>(scale - size + 1), '0');
    if (scale > 0) digits.insert(digits.size() - static_cast<std::size_t>(scale), ".");
  } else {
    if (size > 1) digits.insert(1, ".");
    if (adjusted != 0) digits += (adjusted > 0 ? "E+" : "E") + std::to_string(adjusted);
  }
  return is_negative ? "-" + digits : digits;
}

}  // namespace pawl::expression
