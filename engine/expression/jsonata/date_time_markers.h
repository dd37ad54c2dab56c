// The picture of a date and time, taken apart.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "engine/base/status.h"
#include "engine/expression/jsonata/integer_format.h"

namespace pawl::expression::jsonata {

// What stands between brackets: "[M01]", "[FNn,*-3]".
struct DateTimeMarker {
  enum class Kind : std::uint8_t { kNumber, kName, kZone };

  // 'Y', 'M' and so on.
  char component = 0;
  Kind kind = Kind::kNumber;
  // kNumber and kZone.
  IntegerFormat number = {};
  // Of years only the last digits are shown; 0: all.
  std::size_t year_digits = 0;
  // When reading a year, month or day: no more and no fewer digits; 0: any.
  std::size_t read_digits_min = 0;
  std::size_t read_digits_max = 0;
  // kName.
  LetterCase letter_case = LetterCase::kLower;
  // Letters of a name that are shown; 0: all.
  std::size_t name_length_max = 0;
  // kZone: UTC is "Z".
  bool is_utc_z = false;
};

// Text as it stands, then a marker, but for the last part.
struct DateTimePart {
  std::string literal;
  std::optional<DateTimeMarker> marker;
};

// Errors: as for FormatDateTime.
Result<std::vector<DateTimePart>> ReadDateTimePicture(std::string_view picture);

// A name with the marker's letters, and no more of them than it wants.
std::string ShownName(std::string_view name, const DateTimeMarker& marker);

Status NameModifierRefused(char component);

}  // namespace pawl::expression::jsonata
