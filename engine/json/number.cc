#include "engine/json/number.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <limits>
#include <system_error>

#include "engine/base/ascii.h"
#include "engine/base/check.h"

namespace pawl::json {
namespace {

// Exponents beyond this are held at it. A text would have to be this long for its digits to make up
// for the difference.
constexpr std::int64_t kExponentMax = std::numeric_limits<std::int64_t>::max() / 4;

// A number taken apart: sign, the digits without leading and trailing zeros (`digits` may hold a
// point among them), and the power of ten of the first digit. Zero has no digits.
struct Decimal {
  bool is_negative = false;
  std::string_view digits;
  std::int64_t magnitude = 0;
};

std::int64_t ReadExponent(std::string_view text) {
  const bool is_negative = text.starts_with('-');
  if (is_negative || text.starts_with('+')) text.remove_prefix(1);
  std::int64_t exponent = 0;
  for (const char c : text) {
    exponent = std::min(exponent * 10 + (c - '0'), kExponentMax / 10);
  }
  return is_negative ? -exponent : exponent;
}

Decimal TakeApart(std::string_view text) {
  Decimal decimal;
  decimal.is_negative = text.starts_with('-');
  if (decimal.is_negative) text.remove_prefix(1);

  std::int64_t exponent = 0;
  if (const std::size_t e = text.find_first_of("eE"); e != std::string_view::npos) {
    exponent = ReadExponent(text.substr(e + 1));
    text = text.substr(0, e);
  }
  const std::size_t point = std::min(text.find('.'), text.size());
  const std::size_t first = text.find_first_not_of("0.");
  if (first == std::string_view::npos) return Decimal{};
  const std::size_t last = text.find_last_not_of("0.");
  decimal.digits = text.substr(first, last - first + 1);
  const auto distance = static_cast<std::int64_t>(point) - static_cast<std::int64_t>(first);
  decimal.magnitude = exponent + distance - (distance > 0 ? 1 : 0);
  return decimal;
}

// Compares digit by digit from the most significant on; the points do not count.
std::strong_ordering CompareDigits(std::string_view a, std::string_view b) {
  std::size_t i = 0;
  std::size_t j = 0;
  for (;;) {
    if (i < a.size() && a[i] == '.') ++i;
    if (j < b.size() && b[j] == '.') ++j;
    const char x = i < a.size() ? a[i] : '0';
    const char y = j < b.size() ? b[j] : '0';
    if (x != y) return x <=> y;
    if (i >= a.size() && j >= b.size()) return std::strong_ordering::equal;
    ++i;
    ++j;
  }
}

std::strong_ordering CompareMagnitude(const Decimal& a, const Decimal& b) {
  if (a.digits.empty() || b.digits.empty()) return !a.digits.empty() <=> !b.digits.empty();
  if (a.magnitude != b.magnitude) return a.magnitude <=> b.magnitude;
  return CompareDigits(a.digits, b.digits);
}

}  // namespace

std::strong_ordering CompareNumbers(std::string_view a, std::string_view b) {
  if (a == b) return std::strong_ordering::equal;
  const Decimal left = TakeApart(a);
  const Decimal right = TakeApart(b);
  if (left.is_negative != right.is_negative) {
    return left.is_negative ? std::strong_ordering::less : std::strong_ordering::greater;
  }
  return left.is_negative ? CompareMagnitude(right, left) : CompareMagnitude(left, right);
}

std::string CanonicalNumber(std::string_view text) {
  const Decimal decimal = TakeApart(text);
  if (decimal.digits.empty()) return "0";
  std::string canonical = decimal.is_negative ? "-" : "";
  for (const char c : decimal.digits) {
    if (c != '.') canonical += c;
  }
  return canonical + "e" + std::to_string(decimal.magnitude);
}

std::optional<std::int64_t> NumberToInt64(std::string_view text) {
  std::int64_t plain = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), plain);
  if (error == std::errc() && end == text.data() + text.size()) return plain;

  const Decimal decimal = TakeApart(text);
  if (decimal.digits.empty()) return 0;
  constexpr std::int64_t kDigitsMax = 19;
  if (decimal.magnitude < 0 || decimal.magnitude >= kDigitsMax) return std::nullopt;
  std::array<char, kDigitsMax + 1> buffer{};
  std::size_t size = 0;
  if (decimal.is_negative) buffer.at(size++) = '-';
  const std::size_t wanted = size + static_cast<std::size_t>(decimal.magnitude) + 1;
  for (const char c : decimal.digits) {
    if (c == '.') continue;
    if (size == wanted) return std::nullopt;
    buffer.at(size++) = c;
  }
  while (size < wanted) {
    buffer.at(size++) = '0';
  }
  std::int64_t value = 0;
  const auto scaled = std::from_chars(buffer.data(), buffer.data() + size, value);
  if (scaled.ec != std::errc()) return std::nullopt;
  return value;
}

double NumberToDouble(std::string_view text) {
  double value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error == std::errc::result_out_of_range) {
    const Decimal decimal = TakeApart(text);
    const double limit = decimal.magnitude > 0 ? std::numeric_limits<double>::infinity() : 0.0;
    return decimal.is_negative ? -limit : limit;
  }
  return value;
}

std::string NumberFromDouble(double value) {
  PAWL_CHECK(std::isfinite(value));
  if (value == 0) return "0";
  std::array<char, 32> buffer{};
  const auto [end, error] = std::to_chars(
      buffer.data(), buffer.data() + buffer.size(), value, std::chars_format::scientific);
  PAWL_CHECK(error == std::errc());
  // "-d.ddde+xx": the shortest digits, to be set around their point.
  std::string_view text(buffer.data(), static_cast<std::size_t>(end - buffer.data()));
  const std::size_t e = text.find('e');
  const auto exponent = static_cast<int>(ReadExponent(text.substr(e + 1)));
  std::string digits;
  for (const char c : text.substr(0, e)) {
    if (IsDigit(c)) digits += c;
  }

  const int count = static_cast<int>(digits.size());
  if (exponent < -6 || exponent > 20) {
    if (count > 1) digits.insert(1, ".");
    digits += exponent < 0 ? "e-" : "e+";
    digits += std::to_string(std::abs(exponent));
  } else if (exponent < 0) {
    digits.insert(0, "0." + std::string(static_cast<std::size_t>(-exponent - 1), '0'));
  } else if (exponent + 1 < count) {
    digits.insert(static_cast<std::size_t>(exponent) + 1, ".");
  } else {
    digits.resize(static_cast<std::size_t>(exponent) + 1, '0');
  }
  return value < 0 ? "-" + digits : digits;
}

}  // namespace pawl::json
