#include "engine/expression/jsonata/date_time_markers.h"

#include <algorithm>
#include <array>
#include <charconv>

#include "engine/expression/jsonata/picture_refused.h"

namespace pawl::expression::jsonata {

namespace {

// A number of this width is not written by anyone.
constexpr std::size_t kWidthMax = 100;
constexpr std::size_t kPictureBytesMax = 4 * kPictureLengthMax;
constexpr std::string_view kUnknownComponent = "D3132";

struct Component {
  char name;
  std::string_view presentation;
};

constexpr std::array kComponents = {
    Component{'Y', "1"},     Component{'M', "1"},  Component{'D', "1"}, Component{'d', "1"},
    Component{'F', "n"},     Component{'W', "1"},  Component{'w', "1"}, Component{'X', "1"},
    Component{'x', "1"},     Component{'H', "1"},  Component{'h', "1"}, Component{'P', "n"},
    Component{'m', "01"},    Component{'s', "01"}, Component{'f', "1"}, Component{'Z', "01:01"},
    Component{'z', "01:01"}, Component{'C', "n"},  Component{'E', "n"},
};

Status TooLong() {
  return ResourceExhausted("the date/time picture string says something too long")
      .WithReason("U1001");
}

struct Width {
  std::size_t least = 0;
  // 0: any.
  std::size_t most = 0;
};

// "2", "2-4", "*-3". What is no number sets no limit.
Width ReadWidth(std::string_view text) {
  const auto number = [](std::string_view digits) {
    std::size_t value = 0;
    const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), value);
    return error == std::errc::result_out_of_range ? kWidthMax + 1 : value;
  };
  const std::size_t dash = text.find('-');
  return {.least = number(text.substr(0, dash)),
          .most = dash == std::string_view::npos ? 0 : number(text.substr(dash + 1))};
}

// The letters of a name; nullopt if the modifier asks for a number.
std::optional<LetterCase> NameCase(std::string_view presentation) {
  if (presentation == "n") return LetterCase::kLower;
  if (presentation == "N") return LetterCase::kUpper;
  if (presentation == "Nn") return LetterCase::kTitle;
  return std::nullopt;
}

// A width from 1 to 3 makes at least one digit of a time, but three of a date: that is JSONata.
void SetWidth(const Width& width, DateTimeMarker& marker) {
  if (marker.component == 'Y') marker.year_digits = width.most;
  IntegerFormat& number = marker.number;
  if (number.kind != IntegerFormat::Kind::kDigits) return;
  number.mandatory_digits = std::max(number.mandatory_digits, width.least);
  if (std::string_view("YMD").find(marker.component) == std::string_view::npos) return;
  if (width.most > 0) {
    number.mandatory_digits = width.most;
    marker.read_digits_min = width.most;
    marker.read_digits_max = width.most;
    return;
  }
  const std::size_t digits = number.mandatory_digits + number.optional_digits;
  // A single digit means: as many as there are.
  if (digits < 2) return;
  marker.read_digits_min = number.mandatory_digits;
  marker.read_digits_max = digits;
  if (marker.component == 'Y') marker.year_digits = digits;
}

Status ReadNumber(std::string_view presentation,
                  const Width& width,
                  bool is_ordinal,
                  DateTimeMarker& marker) {
  const bool is_zone = marker.kind == DateTimeMarker::Kind::kZone;
  Result<IntegerFormat> number = ReadIntegerPicture(presentation);
  const bool is_digits = number.ok() && number->kind == IntegerFormat::Kind::kDigits;
  if (is_zone) {
    constexpr std::size_t kZoneDigitsMax = 4;
    if (!is_digits || number->mandatory_digits > kZoneDigitsMax) {
      return PictureRefused(
          "D3134", "The timezone integer format specifier cannot have more than four digits");
    }
    marker.number = std::move(*number);
    return OkStatus();
  }
  if (!number.ok()) return number.status();
  marker.number = std::move(*number);
  marker.number.is_ordinal = is_ordinal;
  SetWidth(width, marker);
  return OkStatus();
}

Result<DateTimeMarker> ReadMarker(std::string_view text) {
  const auto component =
      std::find_if(kComponents.begin(), kComponents.end(), [&](const auto& known) {
        return text.starts_with(known.name);
      });
  if (component == kComponents.end()) {
    return PictureRefused(kUnknownComponent,
                          "Unknown component specifier \"" + std::string(text.substr(0, 1)) +
                              "\" in date/time picture string");
  }
  DateTimeMarker marker;
  marker.component = component->name;
  const std::size_t comma = text.rfind(',');
  const Width width = ReadWidth(comma == std::string_view::npos ? "" : text.substr(comma + 1));
  if (width.least > kWidthMax || width.most > kWidthMax) return TooLong();

  std::string_view presentation =
      text.substr(1, comma == std::string_view::npos ? comma : comma - 1);
  bool is_ordinal = false;
  // A second modifier: ordinal, cardinal, alphabetic, traditional.
  if (presentation.size() > 1 &&
      std::string_view("atco").find(presentation.back()) != std::string_view::npos) {
    is_ordinal = presentation.back() == 'o';
    marker.is_utc_z = presentation.back() == 't';
    presentation.remove_suffix(1);
  }
  if (presentation.empty()) presentation = component->presentation;

  if (marker.component == 'Z' || marker.component == 'z') {
    marker.kind = DateTimeMarker::Kind::kZone;
  } else if (std::string_view("PCE").find(marker.component) != std::string_view::npos) {
    marker.kind = DateTimeMarker::Kind::kName;
    marker.letter_case = NameCase(presentation).value_or(LetterCase::kLower);
    return marker;
  } else if (const std::optional<LetterCase> letter_case = NameCase(presentation)) {
    if (std::string_view("MxF").find(marker.component) == std::string_view::npos) {
      return NameModifierRefused(marker.component);
    }
    marker.kind = DateTimeMarker::Kind::kName;
    marker.letter_case = *letter_case;
    marker.name_length_max = width.most;
    return marker;
  }
  RETURN_IF_ERROR(ReadNumber(presentation, width, is_ordinal, marker));
  return marker;
}

// Spaces within a marker mean nothing.
std::string WithoutSpaces(std::string_view text) {
  std::string without;
  for (const char c : text) {
    if (c != ' ' && (c < '\t' || c > '\r')) without += c;
  }
  return without;
}

}  // namespace

Result<std::vector<DateTimePart>> ReadDateTimePicture(std::string_view picture) {
  if (picture.size() > kPictureBytesMax) return TooLong();
  std::vector<DateTimePart> parts(1);
  // The reference notices a wrong modifier when it uses the marker: an unknown component or a
  // missing bracket further on in the picture comes first.
  Status refused;
  for (std::size_t i = 0; i < picture.size(); ++i) {
    const char c = picture[i];
    const bool is_doubled = i + 1 < picture.size() && picture[i + 1] == c;
    if (c == '[' && !is_doubled) {
      const std::size_t end = picture.find(']', i);
      if (end == std::string_view::npos) {
        return PictureRefused("D3135",
                              "No matching closing bracket ']' in date/time picture string");
      }
      const Result<DateTimeMarker> marker =
          ReadMarker(WithoutSpaces(picture.substr(i + 1, end - i - 1)));
      if (marker.ok()) {
        parts.back().marker = *marker;
      } else if (marker.status().reason() == kUnknownComponent) {
        return marker.status();
      } else if (refused.ok()) {
        refused = marker.status();
      }
      parts.emplace_back();
      i = end;
      continue;
    }
    parts.back().literal += c;
    if ((c == '[' || c == ']') && is_doubled) ++i;
  }
  if (!refused.ok()) return refused;
  return parts;
}

std::string ShownName(std::string_view name, const DateTimeMarker& marker) {
  constexpr char kToUpper = 'a' - 'A';
  std::string shown(
      name.substr(0, marker.name_length_max > 0 ? marker.name_length_max : name.npos));
  for (char& c : shown) {
    if (marker.letter_case == LetterCase::kUpper && c >= 'a' && c <= 'z') {
      c = static_cast<char>(c - kToUpper);
    } else if (marker.letter_case == LetterCase::kLower && c >= 'A' && c <= 'Z') {
      c = static_cast<char>(c + kToUpper);
    }
  }
  return shown;
}

Status NameModifierRefused(char component) {
  return PictureRefused(
      "D3133",
      "The 'name' modifier can only be applied to months and days in the date/time picture "
      "string, not \"" +
          std::string(1, component) + "\"");
}

}  // namespace pawl::expression::jsonata
