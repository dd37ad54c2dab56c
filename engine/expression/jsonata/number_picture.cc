#include "engine/expression/jsonata/number_picture.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <cstddef>
#include <cstdlib>

#include "engine/expression/jsonata/code_points.h"
#include "engine/expression/jsonata/sub_picture.h"
#include "engine/json/number.h"

namespace pawl::expression::jsonata {

namespace {

// A mantissa with more integer digits than a double has powers of ten would never be reached.
constexpr std::size_t kScaleMax = 300;

// Digits around a point.
struct Decimal {
  std::string integer;
  std::string fraction;
};

// Takes the digits of the text of a number, which may have an exponent, apart.
Decimal TakeApart(std::string_view text) {
  const std::size_t e = text.find('e');
  int exponent = 0;
  if (e != std::string_view::npos) {
    // "1e+21": from_chars knows no plus.
    const std::size_t digits = text[e + 1] == '+' ? e + 2 : e + 1;
    std::from_chars(text.data() + digits, text.data() + text.size(), exponent);
    text = text.substr(0, e);
  }
  const std::size_t point = text.find('.');
  Decimal decimal{.integer = std::string(text.substr(0, point)), .fraction = {}};
  if (point != std::string_view::npos) decimal.fraction = text.substr(point + 1);
  for (; exponent > 0; --exponent) {
    const bool is_empty = decimal.fraction.empty();
    decimal.integer += is_empty ? '0' : decimal.fraction.front();
    if (!is_empty) decimal.fraction.erase(0, 1);
  }
  if (exponent < 0) {
    decimal.fraction.insert(0, decimal.integer);
    decimal.fraction.insert(0, static_cast<std::size_t>(-exponent - 1), '0');
    decimal.integer = "0";
  }
  return decimal;
}

// The shortest decimal digits of `value`, rounded half to even to `places`. XPath rounds the exact
// value instead; JSONata makes 1.02 of 1.015, not 1.01, as people expect of what they wrote.
double RoundHalfToEven(double value, std::size_t places) {
  Decimal decimal = TakeApart(json::NumberFromDouble(value));
  if (decimal.fraction.size() <= places) return value;
  const std::string rest = decimal.fraction.substr(places);
  std::string digits = decimal.integer + decimal.fraction.substr(0, places);
  const bool is_half = rest.front() == '5' && rest.find_first_not_of('0', 1) == std::string::npos;
  const bool is_odd = (digits.back() - '0') % 2 == 1;
  bool carries = is_half ? is_odd : rest.front() >= '5';
  for (std::size_t i = digits.size(); i > 0 && carries; --i) {
    carries = digits[i - 1] == '9';
    digits[i - 1] = carries ? '0' : static_cast<char>(digits[i - 1] + 1);
  }
  if (carries) digits.insert(0, 1, '1');
  digits += "e-" + std::to_string(places);
  return json::NumberToDouble(digits);
}

// `value` with `places` digits behind the point, all of them those of the exact value.
Decimal FixedDigits(double value, std::size_t places) {
  std::array<char, 1'600> buffer{};
  const auto [end, error] = std::to_chars(buffer.data(),
                                          buffer.data() + buffer.size(),
                                          value,
                                          std::chars_format::fixed,
                                          static_cast<int>(places));
  return TakeApart(std::string_view(buffer.data(), static_cast<std::size_t>(end - buffer.data())));
}

class Writer {
 public:
  Writer(const DecimalFormat& format, const SubPicture& picture)
      : format_(format), picture_(picture) {}

  // `value` is finite and not negative.
  std::string Write(double value) const {
    double mantissa = value * picture_.factor;
    int exponent = 0;
    if (picture_.exponent_digits_min > 0) exponent = Normalize(mantissa);
    Decimal decimal = FixedDigits(RoundHalfToEven(mantissa, picture_.fraction_digits_max),
                                  picture_.fraction_digits_max);
    Trim(decimal);
    std::string text = IntegerText(decimal.integer);
    if (!decimal.fraction.empty()) {
      AppendUtf8(format_.decimal_separator.value_or(U'.'), text);
      text += FractionText(decimal.fraction);
    }
    if (picture_.exponent_digits_min > 0) text += ExponentText(exponent);
    return text;
  }

 private:
  // Brings `mantissa` between the powers of ten of the picture; a power itself may stay.
  int Normalize(double& mantissa) const {
    if (mantissa == 0) return 0;
    const double most = std::pow(10, static_cast<double>(picture_.scale));
    const double least = std::pow(10, static_cast<double>(picture_.scale) - 1);
    int exponent = 0;
    for (; mantissa < least; --exponent) {
      mantissa *= 10;
    }
    for (; mantissa > most; ++exponent) {
      mantissa /= 10;
    }
    return exponent;
  }

  void Trim(Decimal& decimal) const {
    std::string& integer = decimal.integer;
    integer.erase(0, std::min(integer.find_first_not_of('0'), integer.size()));
    if (integer.size() < picture_.integer_digits_min) {
      integer.insert(0, picture_.integer_digits_min - integer.size(), '0');
    }
    std::string& fraction = decimal.fraction;
    while (fraction.size() > picture_.fraction_digits_min && fraction.back() == '0') {
      fraction.pop_back();
    }
    if (fraction.size() < picture_.fraction_digits_min) {
      fraction.append(picture_.fraction_digits_min - fraction.size(), '0');
    }
  }

  void AppendDigit(char digit, std::string& text) const {
    AppendUtf8(format_.zero + static_cast<char32_t>(digit - '0'), text);
  }

  std::string IntegerText(const std::string& digits) const {
    std::string text;
    for (std::size_t i = 0; i < digits.size(); ++i) {
      const std::size_t place = digits.size() - i;
      const auto& groups = picture_.integer_groups;
      const bool ends_group = picture_.group_size > 0
                                  ? place % picture_.group_size == 0
                                  : std::find(groups.begin(), groups.end(), place) != groups.end();
      if (i > 0 && ends_group) AppendUtf8(*format_.grouping_separator, text);
      AppendDigit(digits[i], text);
    }
    return text;
  }

  std::string FractionText(const std::string& digits) const {
    std::string text;
    const auto& groups = picture_.fraction_groups;
    for (std::size_t i = 0; i < digits.size(); ++i) {
      if (std::find(groups.begin(), groups.end(), i) != groups.end()) {
        AppendUtf8(*format_.grouping_separator, text);
      }
      AppendDigit(digits[i], text);
    }
    return text;
  }

  std::string ExponentText(int exponent) const {
    std::string digits = std::to_string(std::abs(exponent));
    if (digits.size() < picture_.exponent_digits_min) {
      digits.insert(0, picture_.exponent_digits_min - digits.size(), '0');
    }
    std::string text;
    AppendUtf8(format_.exponent_separator.value_or(U'e'), text);
    if (exponent < 0) text += format_.minus_sign;
    for (const char digit : digits) {
      AppendDigit(digit, text);
    }
    return text;
  }

  const DecimalFormat& format_;
  const SubPicture& picture_;
};

}  // namespace

Result<std::string> FormatNumber(
    double value,
    std::string_view picture,
    const std::vector<std::pair<std::string, std::string>>& properties) {
  const DecimalFormat format = ReadDecimalFormat(properties);
  ASSIGN_OR_RETURN(std::vector<SubPicture> pictures, ReadNumberPicture(picture, format));
  if (std::isnan(value)) return format.nan;
  if (pictures.size() == 1) {
    pictures.push_back(pictures.front());
    pictures.back().prefix.insert(0, format.minus_sign);
  }
  const SubPicture& chosen = value < 0 ? pictures.back() : pictures.front();
  if (std::isinf(value * chosen.factor)) return chosen.prefix + format.infinity + chosen.suffix;
  if (chosen.exponent_digits_min > 0 && chosen.scale > kScaleMax) {
    return ResourceExhausted("the picture has more than " + std::to_string(kScaleMax) +
                             " digits before an exponent")
        .WithReason("U1001");
  }
  return chosen.prefix + Writer(format, chosen).Write(std::abs(value)) + chosen.suffix;
}

}  // namespace pawl::expression::jsonata
