// What matches the markers is read by them. The components found decide how the date is given
// (year, month and day, or year and day of the year) and how the time (24 hours, or 12 and a half
// of the day).
//
// JSONata's choices are kept where they can be told: a fraction is a number of milliseconds, the
// years 0 to 99 are of the twentieth century, as in JavaScript's Date.UTC, the 32nd of a month is a
// day of the next, and a name that is none counts as absent. Not kept: capitals of names matter.
#include <algorithm>
#include <array>
#include <cmath>
#include <optional>
#include <string>
#include <vector>

#include "engine/expression/jsonata/calendar.h"
#include "engine/expression/jsonata/date_time_markers.h"
#include "engine/expression/jsonata/date_time_match.h"
#include "engine/expression/jsonata/date_time_picture.h"
#include "engine/expression/jsonata/iso_timestamp.h"

namespace pawl::expression::jsonata {

namespace {

// Beyond it no date can be meant, and sums stay far from overflow.
constexpr double kComponentMax = 1e7;

bool IsSameWord(std::string_view a, std::string_view b) {
  const auto lower = [](char c) { return c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : c; };
  return std::equal(
      a.begin(), a.end(), b.begin(), b.end(), [&](char x, char y) { return lower(x) == lower(y); });
}

template <std::size_t kCount>
std::optional<std::int64_t> PlaceAmong(std::string_view text,
                                       const std::array<std::string_view, kCount>& names,
                                       const DateTimeMarker& marker) {
  for (std::size_t i = 0; i < names.size(); ++i) {
    if (IsSameWord(text, ShownName(names.at(i), marker))) return static_cast<std::int64_t>(i) + 1;
  }
  return std::nullopt;
}

std::optional<std::int64_t> ReadName(std::string_view text, const DateTimeMarker& marker) {
  if (marker.component == 'F') return PlaceAmong(text, kDayNames, marker);
  if (marker.component != 'P') return PlaceAmong(text, kMonthNames, marker);
  if (IsSameWord(text, "am")) return 0;
  if (IsSameWord(text, "pm")) return 1;
  return std::nullopt;
}

// Minutes east of Greenwich.
std::int64_t ReadZone(std::string_view text, const DateTimeMarker& marker) {
  if (IsSameWord(text, "Z")) return 0;
  if (marker.component == 'z') text.remove_prefix(std::string_view("GMT").size());
  const bool is_west = text.starts_with('-');
  std::string_view hours = text.substr(1);
  std::string_view minutes;
  const std::size_t separator = hours.find_first_not_of("0123456789");
  if (separator != std::string_view::npos) {
    minutes = hours.substr(hours.find_first_of("0123456789", separator));
    hours = hours.substr(0, separator);
  } else if (marker.number.mandatory_digits > 2 && hours.size() > 2) {
    minutes = hours.substr(hours.size() - 2);
    hours.remove_suffix(2);
  }
  const auto number = [](std::string_view digits) {
    constexpr std::size_t kDigitsMax = 4;
    std::int64_t value = 0;
    for (const char c : digits.substr(0, kDigitsMax)) {
      value = value * 10 + (c - '0');
    }
    return value;
  };
  const std::int64_t offset = number(hours) * 60 + number(minutes);
  return is_west ? -offset : offset;
}

// What was found, one for each letter of a component.
class Components {
 public:
  std::optional<std::int64_t>& operator[](char component) {
    return values_.at(static_cast<std::size_t>(component));
  }

  bool Has(char component) const {
    return values_.at(static_cast<std::size_t>(component)).has_value();
  }

  // Whether those of `all` that are there are some of `known`, and at least one.
  bool AreOf(std::string_view known, std::string_view all) const {
    bool has_any = false;
    for (const char component : all) {
      if (!Has(component)) continue;
      if (known.find(component) == std::string_view::npos) return false;
      has_any = true;
    }
    return has_any;
  }

 private:
  std::array<std::optional<std::int64_t>, 128> values_{};
};

Status Underspecified() {
  return FailedPrecondition(
             "The date/time picture string is missing specifiers required to parse the timestamp")
      .WithReason("D3136");
}

// The current time, for what stands before the first component given.
std::int64_t Current(char component, std::int64_t now_millis) {
  const std::int64_t day_number = FloorDivide(now_millis, kMillisPerDay);
  const std::int64_t millis = FloorModulo(now_millis, kMillisPerDay);
  const Date date = DateOf(day_number);
  switch (component) {
    case 'Y':
      return date.year;
    case 'M':
      return date.month;
    case 'D':
      return date.day;
    case 'd':
      return day_number - DayNumber({.year = date.year}) + 1;
    case 'P':
      return millis < kMillisPerDay / 2 ? 0 : 1;
    case 'H':
      return millis / kMillisPerHour;
    case 'h':
      return millis / kMillisPerHour % 12;
    case 'm':
      return millis / kMillisPerMinute % 60;
    case 's':
      return millis / 1000 % 60;
    default:
      return millis % 1000;
  }
}

// Gives a value to each of `order`, from the greatest to the least.
Status Complete(std::string_view order, std::int64_t now_millis, Components& components) {
  bool has_begun = false;
  bool has_ended = false;
  for (const char component : order) {
    if (components.Has(component)) {
      if (has_ended) return Underspecified();
      has_begun = true;
    } else if (!has_begun) {
      components[component] = Current(component, now_millis);
    } else {
      has_ended = true;
      const bool counts_from_one =
          std::string_view("MDd").find(component) != std::string_view::npos;
      components[component] = counts_from_one ? 1 : 0;
    }
  }
  return OkStatus();
}

Result<std::optional<std::int64_t>> MillisOf(Components& components, std::int64_t now_millis) {
  constexpr std::string_view kDates = "YMDdXxWw";
  constexpr std::string_view kTimes = "PHhmsf";
  const bool is_by_month = components.AreOf("YMD", kDates);
  const bool is_by_day = !is_by_month && components.AreOf("Yd", kDates);
  if (components.AreOf("Xxw", kDates) || components.AreOf("XW", kDates)) return Underspecified();
  const bool is_24_hours = components.AreOf("Hmsf", kTimes);
  const bool is_12_hours = !is_24_hours && components.AreOf("Phmsf", kTimes);
  const std::string order =
      std::string(is_by_day ? "Yd" : "YMD") + (is_12_hours ? "Phmsf" : "Hmsf");
  RETURN_IF_ERROR(Complete(order, now_millis, components));

  Date date{.year = *components['Y']};
  constexpr std::int64_t kCentury = 100;
  if (date.year >= 0 && date.year < kCentury) date.year += 1900;
  if (!is_by_day) date.month = *components['M'];
  date.day = *components[is_by_day ? 'd' : 'D'];
  const std::int64_t hour =
      is_12_hours ? *components['h'] % 12 + 12 * *components['P'] : *components['H'];
  const std::int64_t offset = components['Z'].value_or(components['z'].value_or(0));
  const std::int64_t millis = DayNumber(date) * kMillisPerDay + hour * kMillisPerHour +
                              (*components['m'] - offset) * kMillisPerMinute +
                              *components['s'] * 1000 + *components['f'];
  if (millis < -kMillisMax || millis > kMillisMax) return std::optional<std::int64_t>();
  return std::optional<std::int64_t>(millis);
}

}  // namespace

Result<std::optional<std::int64_t>> ParseDateTime(std::string_view text,
                                                  std::optional<std::string_view> picture,
                                                  std::int64_t now_millis) {
  if (!picture) {
    if (const std::optional<std::int64_t> millis = ParseIsoTimestamp(text)) return millis;
    return FailedPrecondition(
               "The argument of the toMillis function must be an ISO 8601 formatted timestamp. "
               "Given \"" +
               std::string(text) + "\"")
        .WithReason("D3110");
  }
  ASSIGN_OR_RETURN(const std::vector<DateTimePart> parts, ReadDateTimePicture(*picture));
  for (const DateTimePart& part : parts) {
    if (part.marker && (part.marker->component == 'C' || part.marker->component == 'E')) {
      return NameModifierRefused(part.marker->component);
    }
  }
  ASSIGN_OR_RETURN(const auto match, MatchDateTime(parts, text));
  constexpr std::optional<std::int64_t> kNone;
  if (!match || match->empty()) return kNone;

  Components components;
  for (std::size_t i = 0; i < match->size(); ++i) {
    const DateTimeMarker& marker = *parts[i].marker;
    const std::string_view found = (*match)[i];
    if (marker.kind == DateTimeMarker::Kind::kName) {
      components[marker.component] = ReadName(found, marker);
      continue;
    }
    if (marker.kind == DateTimeMarker::Kind::kZone) {
      components[marker.component] = ReadZone(found, marker);
      continue;
    }
    const double value = ParseInteger(found, marker.number);
    if (!(std::abs(value) < kComponentMax)) return kNone;
    components[marker.component] = static_cast<std::int64_t>(value);
  }
  return MillisOf(components, now_millis);
}

}  // namespace pawl::expression::jsonata
