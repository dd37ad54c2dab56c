#include "engine/expression/jsonata/integer_format.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <limits>
#include <numeric>
#include <optional>

#include "engine/base/ascii.h"
#include "engine/expression/jsonata/code_points.h"
#include "engine/expression/jsonata/integer_picture.h"
#include "engine/expression/jsonata/numerals.h"

namespace pawl::expression::jsonata {

namespace {

// Roman numerals grow with the number itself: one letter for each thousand.
constexpr double kRomanMax = 4'000'000;

// The zeros of Unicode's families of decimal digits (category Nd) in the basic plane.
constexpr std::array<char32_t, 37> kZeros = {
    0x0030, 0x0660, 0x06F0, 0x07C0, 0x0966, 0x09E6, 0x0A66, 0x0AE6, 0x0B66, 0x0BE6,
    0x0C66, 0x0CE6, 0x0D66, 0x0DE6, 0x0E50, 0x0ED0, 0x0F20, 0x1040, 0x1090, 0x17E0,
    0x1810, 0x1946, 0x19D0, 0x1A80, 0x1A90, 0x1B50, 0x1BB0, 0x1C40, 0x1C50, 0xA620,
    0xA8D0, 0xA900, 0xA9D0, 0xA9F0, 0xAA50, 0xABF0, 0xFF10};

std::optional<char32_t> ZeroOfFamily(char32_t c) {
  for (const char32_t zero : kZeros) {
    if (c >= zero && c < zero + 10) return zero;
  }
  return std::nullopt;
}

// Whether all groups have one size and all separators are one character; then that size, else 0.
std::size_t GroupSize(const std::vector<IntegerFormat::Separator>& separators) {
  if (separators.empty()) return 0;
  std::size_t size = 0;
  for (const IntegerFormat::Separator& separator : separators) {
    if (separator.character != separators.front().character) return 0;
    size = std::gcd(size, separator.place);
  }
  for (std::size_t i = 0; i < separators.size(); ++i) {
    if (separators[i].place != (i + 1) * size) return 0;
  }
  return size;
}

Result<IntegerFormat> ReadDigits(std::u32string_view picture, IntegerFormat format) {
  std::optional<char32_t> zero;
  format.mandatory_digits = 0;
  for (std::size_t i = picture.size(); i > 0; --i) {
    const char32_t c = picture[i - 1];
    if (c == '#') {
      ++format.optional_digits;
      continue;
    }
    const std::optional<char32_t> family = ZeroOfFamily(c);
    if (!family) {
      format.separators.push_back(
          {.place = format.mandatory_digits + format.optional_digits, .character = c});
      continue;
    }
    if (zero && *zero != *family) {
      return FailedPrecondition(
                 "In a decimal digit pattern, all digits must be from the same decimal group")
          .WithReason("D3131");
    }
    zero = family;
    ++format.mandatory_digits;
  }
  if (!zero) {
    return FailedPrecondition("Formatting or parsing an integer as a sequence starting with \"" +
                              Utf8(picture) + "\" is not supported by this implementation")
        .WithReason("D3130");
  }
  format.zero = *zero;
  format.group_size = GroupSize(format.separators);
  return format;
}

// All digits of a whole number, which a double may have 309 of.
std::string Digits(double value) {
  std::array<char, 400> buffer{};
  const auto [end, error] = std::to_chars(
      buffer.data(), buffer.data() + buffer.size(), value, std::chars_format::fixed, 0);
  return {buffer.data(), end};
}

std::string_view OrdinalEnding(std::string_view digits) {
  constexpr std::array<std::string_view, 4> kEndings = {"th", "st", "nd", "rd"};
  const bool is_teen = digits.size() > 1 && digits[digits.size() - 2] == '1';
  const auto last = static_cast<std::size_t>(digits.back() - '0');
  return is_teen || last >= kEndings.size() ? kEndings.front() : kEndings.at(last);
}

// Appends what stands before the last `place` digits.
void AppendSeparators(std::size_t place, const IntegerFormat& format, std::string& text) {
  if (format.group_size > 0) {
    if (place > 0 && place % format.group_size == 0) {
      AppendUtf8(format.separators.front().character, text);
    }
    return;
  }
  // The picture was read from its end.
  for (std::size_t i = format.separators.size(); i > 0; --i) {
    const IntegerFormat::Separator& separator = format.separators[i - 1];
    if (separator.place == place) AppendUtf8(separator.character, text);
  }
}

std::string FormatDigits(double value, const IntegerFormat& format) {
  std::string digits = Digits(value);
  if (digits.size() < format.mandatory_digits) {
    digits.insert(0, format.mandatory_digits - digits.size(), '0');
  }
  std::string text;
  for (std::size_t i = 0; i < digits.size(); ++i) {
    if (i > 0) AppendSeparators(digits.size() - i, format, text);
    AppendUtf8(format.zero + static_cast<char32_t>(digits[i] - '0'), text);
  }
  AppendSeparators(0, format, text);
  if (format.is_ordinal) text += OrdinalEnding(digits);
  return text;
}

void ChangeCase(LetterCase to, std::string& text) {
  constexpr char kToUpper = 'a' - 'A';
  if (to == LetterCase::kLower) return;
  std::size_t start = 0;
  while (start < text.size()) {
    std::size_t end = start;
    while (end < text.size() && IsLetter(text[end])) {
      ++end;
    }
    const bool is_whole = to == LetterCase::kUpper;
    // Only "and" keeps its small letter in a title.
    const bool is_kept = !is_whole && text.compare(start, end - start, "and") == 0;
    for (std::size_t i = start; i < (is_whole ? end : std::min(start + 1, end)); ++i) {
      if (!is_kept) text[i] = static_cast<char>(text[i] - kToUpper);
    }
    start = end + 1;
  }
}

bool HasSmallLetter(std::string_view text) {
  return std::any_of(text.begin(), text.end(), [](char c) { return c >= 'a' && c <= 'z'; });
}

std::string SmallLetters(std::string_view text) {
  std::string small(text);
  for (char& c : small) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return small;
}

// Digits at the start, as JavaScript's parseInt reads them.
double ParseDigits(std::string_view text, const IntegerFormat& format) {
  std::string digits;
  for (const char32_t c : CodePoints(text)) {
    const bool is_separator =
        std::any_of(format.separators.begin(), format.separators.end(), [c](const auto& separator) {
          return separator.character == c;
        });
    if (is_separator) continue;
    if (digits.empty() && (c == ' ' || (c >= '\t' && c <= '\r'))) continue;
    if (digits.empty() && (c == '-' || c == '+')) {
      digits += static_cast<char>(c);
    } else if (c >= format.zero && c < format.zero + 10) {
      digits += static_cast<char>('0' + (c - format.zero));
    } else {
      break;
    }
  }
  std::string_view number = digits;
  if (number.starts_with('+')) number.remove_prefix(1);
  double value = 0;
  const auto [end, error] = std::from_chars(number.data(), number.data() + number.size(), value);
  if (error == std::errc::result_out_of_range) return std::numeric_limits<double>::infinity();
  return error == std::errc() ? value : kNoNumber;
}

}  // namespace

Result<IntegerFormat> ReadIntegerPicture(std::string_view picture) {
  const std::size_t semicolon = picture.rfind(';');
  const std::string_view primary = picture.substr(0, semicolon);
  IntegerFormat format;
  format.is_ordinal =
      semicolon != std::string_view::npos && picture.substr(semicolon + 1, 1) == "o";
  using NumberKind = IntegerFormat::Kind;
  if (primary == "a" || primary == "A") {
    format.kind = NumberKind::kLetters;
  } else if (primary == "i" || primary == "I") {
    format.kind = NumberKind::kRoman;
  } else if (primary == "w" || primary == "W" || primary == "Ww") {
    format.kind = NumberKind::kWords;
  } else {
    const std::u32string code_points = CodePoints(primary);
    if (code_points.size() > kPictureLengthMax) {
      return ResourceExhausted("the picture is longer than " + std::to_string(kPictureLengthMax) +
                               " characters")
          .WithReason("U1001");
    }
    return ReadDigits(code_points, std::move(format));
  }
  format.letter_case = primary == "Ww"                                    ? LetterCase::kTitle
                       : primary.front() >= 'A' && primary.front() <= 'Z' ? LetterCase::kUpper
                                                                          : LetterCase::kLower;
  return format;
}

Result<std::string> FormatInteger(double value, const IntegerFormat& format) {
  if (!std::isfinite(value)) return std::string(std::isnan(value) ? "NaN" : "Infinity");
  const double magnitude = std::abs(value);
  std::string text;
  switch (format.kind) {
    case IntegerFormat::Kind::kDigits:
      text = FormatDigits(magnitude, format);
      break;
    case IntegerFormat::Kind::kLetters:
      text = Letters(magnitude);
      break;
    case IntegerFormat::Kind::kRoman:
      if (magnitude > kRomanMax) {
        return ResourceExhausted("the Roman numeral would be too long").WithReason("U1001");
      }
      text = RomanNumeral(magnitude);
      break;
    case IntegerFormat::Kind::kWords:
      text = NumberWords(magnitude, format.is_ordinal);
      break;
  }
  ChangeCase(format.letter_case, text);
  return value < 0 ? "-" + text : text;
}

double ParseInteger(std::string_view text, const IntegerFormat& format) {
  constexpr std::size_t kEndingLength = 2;
  using NumberKind = IntegerFormat::Kind;
  if (format.kind == NumberKind::kWords) return ReadNumberWords(text);
  if (format.kind == NumberKind::kDigits) {
    if (format.is_ordinal) text.remove_suffix(std::min(text.size(), kEndingLength));
    return ParseDigits(text, format);
  }
  // A picture of capitals takes only these; Roman numerals otherwise any letters.
  const bool is_upper = format.letter_case == LetterCase::kUpper;
  if (is_upper && HasSmallLetter(text)) return kNoNumber;
  if (format.kind == NumberKind::kRoman) return ReadRomanNumeral(SmallLetters(text));
  return is_upper ? ReadLetters(SmallLetters(text)) : ReadLetters(text);
}

Result<std::string> FormatInteger(double value, std::string_view picture) {
  ASSIGN_OR_RETURN(const IntegerFormat format, ReadIntegerPicture(picture));
  return FormatInteger(std::floor(value), format);
}

Result<double> ParseInteger(std::string_view text, std::string_view picture) {
  ASSIGN_OR_RETURN(const IntegerFormat format, ReadIntegerPicture(picture));
  return ParseInteger(text, format);
}

}  // namespace pawl::expression::jsonata
