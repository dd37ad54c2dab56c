// What a picture for whole numbers says, taken apart: for integer pictures themselves and for the
// numbers in the pictures of dates.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "engine/base/status.h"

namespace pawl::expression::jsonata {

// Code points of a picture. Nothing that people write comes near.
inline constexpr std::size_t kPictureLengthMax = 1'000;

enum class LetterCase : std::uint8_t { kLower, kUpper, kTitle };

struct IntegerFormat {
  enum class Kind : std::uint8_t { kDigits, kLetters, kRoman, kWords };

  // A character before the last `place` digits.
  struct Separator {
    std::size_t place = 0;
    char32_t character = 0;

    bool operator==(const Separator&) const = default;
  };

  Kind kind = Kind::kDigits;
  LetterCase letter_case = LetterCase::kLower;
  bool is_ordinal = false;

  // For kDigits: the family's zero, the digits there must be, and those there may be.
  char32_t zero = '0';
  std::size_t mandatory_digits = 1;
  std::size_t optional_digits = 0;
  std::vector<Separator> separators;
  // Not 0: the first separator stands before each group of so many digits.
  std::size_t group_size = 0;
};

// Errors: as for FormatInteger.
Result<IntegerFormat> ReadIntegerPicture(std::string_view picture);

// `value` is whole. Error: U1001.
Result<std::string> FormatInteger(double value, const IntegerFormat& format);

// NaN if `text` is no number of this format.
double ParseInteger(std::string_view text, const IntegerFormat& format);

}  // namespace pawl::expression::jsonata
