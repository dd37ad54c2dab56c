#include "engine/expression/jsonata/number_text.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <limits>

#include "engine/base/ascii.h"
#include "engine/json/number.h"
#include "engine/json/string_text.h"

namespace pawl::expression::jsonata {
namespace {

constexpr int kSignificantDigits = 15;
// Whole numbers below this have at most 15 digits.
constexpr double kWholeMax = 1e15;
// Enough for every digit of every double.
constexpr std::size_t kBufferBytes = 1200;

// "-d.ddde+xx" with `digits` digits in all.
std::string_view Scientific(double value, int digits, std::array<char, kBufferBytes>& buffer) {
  const auto written = std::to_chars(buffer.data(),
                                     buffer.data() + buffer.size(),
                                     value,
                                     std::chars_format::scientific,
                                     digits - 1);
  return {buffer.data(), static_cast<std::size_t>(written.ptr - buffer.data())};
}

// Whether the digits behind the 15th are exactly a half; then the exact text ends in 5.
bool IsTie(double value) {
  constexpr int kExactDigits = 770;
  std::array<char, kBufferBytes> buffer;
  std::string_view text = Scientific(value, kExactDigits, buffer);
  text = text.substr(0, text.find('e'));
  const std::size_t begin = text.find('.') + kSignificantDigits;
  return text[begin] == '5' && text.find_first_not_of('0', begin + 1) == std::string_view::npos;
}

std::size_t SkipDigits(std::string_view text, std::size_t place) {
  while (place < text.size() && IsDigit(text[place])) {
    ++place;
  }
  return place;
}

// -?[0-9]+(\.[0-9]+)?([Ee][-+]?[0-9]+)?
bool IsDecimal(std::string_view text) {
  std::size_t place = text.starts_with('-') ? 1 : 0;
  std::size_t end = SkipDigits(text, place);
  if (end == place) return false;
  if (end < text.size() && text[end] == '.') {
    place = end + 1;
    end = SkipDigits(text, place);
    if (end == place) return false;
  }
  if (end < text.size() && (text[end] == 'e' || text[end] == 'E')) {
    place = end + 1;
    if (place < text.size() && (text[place] == '+' || text[place] == '-')) ++place;
    end = SkipDigits(text, place);
    if (end == place) return false;
  }
  return end == text.size();
}

// 0x1F, 0o17, 0b11
std::optional<double> NumberWithPrefix(std::string_view text) {
  if (text.size() < 3 || text[0] != '0') return std::nullopt;
  unsigned base = 0;
  switch (text[1]) {
    case 'x':
    case 'X':
      base = 16;
      break;
    case 'o':
    case 'O':
      base = 8;
      break;
    case 'b':
    case 'B':
      base = 2;
      break;
    default:
      return std::nullopt;
  }
  double value = 0;
  for (const char c : text.substr(2)) {
    const unsigned digit = json::HexDigit(c);
    if (digit >= base) return std::nullopt;
    value = value * base + digit;
  }
  return value;
}

}  // namespace

double RoundTo15Digits(double value) {
  if (std::trunc(value) == value && std::fabs(value) < kWholeMax) return value;
  std::array<char, kBufferBytes> buffer;
  std::string_view text = Scientific(value, kSignificantDigits, buffer);
  double rounded = 0;
  std::from_chars(text.data(), text.data() + text.size(), rounded);
  // JavaScript rounds a tie away from zero; to_chars rounds it to the even digit.
  if (rounded == value || std::fabs(rounded) > std::fabs(value) || !IsTie(value)) return rounded;
  text = Scientific(
      std::nextafter(value, value < 0 ? -HUGE_VAL : HUGE_VAL), kSignificantDigits, buffer);
  std::from_chars(text.data(), text.data() + text.size(), rounded);
  return rounded;
}

// The digits behind the point go on until they tell the number from its neighbours, as V8 does it.
std::string NumberInBase(double value, int radix) {
  constexpr std::string_view kDigitNames = "0123456789abcdefghijklmnopqrstuvwxyz";
  if (radix == 10) return json::NumberFromDouble(value);
  const bool is_negative = value < 0;
  double whole = std::floor(std::fabs(value));
  double fraction = std::fabs(value) - whole;
  std::string text;
  do {
    const double rest = std::fmod(whole, radix);
    text += kDigitNames[static_cast<std::size_t>(rest)];
    whole = (whole - rest) / radix;
  } while (whole > 0);
  if (is_negative) text += '-';
  std::reverse(text.begin(), text.end());
  double step = 0.5 * (std::nextafter(std::fabs(value), HUGE_VAL) - std::fabs(value));
  step = std::max(step, std::numeric_limits<double>::denorm_min());
  if (fraction < step) return text;
  text += '.';
  do {
    fraction *= radix;
    step *= radix;
    const auto digit = static_cast<std::size_t>(fraction);
    text += kDigitNames[digit];
    fraction -= static_cast<double>(digit);
  } while (fraction >= step);
  return text;
}

double ShiftPoint(double value, int exponent) {
  if (value == 0 || !std::isfinite(value)) return value;
  std::string text = json::NumberFromDouble(value);
  const std::size_t e = text.find('e');
  if (e != std::string::npos) {
    exponent += std::stoi(text.substr(e + 1));
    text.resize(e);
  }
  return json::NumberToDouble(text + "e" + std::to_string(exponent));
}

std::optional<double> NumberFromText(std::string_view text) {
  if (!IsDecimal(text)) return NumberWithPrefix(text);
  const bool is_negative = text.starts_with('-');
  const double value = json::NumberToDouble(text);
  if (!std::isfinite(value)) return std::nullopt;
  return is_negative && value == 0 ? 0.0 : value;
}

}  // namespace pawl::expression::jsonata
