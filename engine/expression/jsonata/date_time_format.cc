#include <charconv>
#include <cstdlib>
#include <string>

#include "engine/expression/jsonata/calendar.h"
#include "engine/expression/jsonata/date_time_markers.h"
#include "engine/expression/jsonata/date_time_picture.h"

namespace pawl::expression::jsonata {

namespace {

constexpr std::string_view kIso8601 = "[Y0001]-[M01]-[D01]T[H01]:[m01]:[s01].[f001][Z01:01t]";

// "+0530" is 330 minutes.
Result<std::int64_t> ReadOffset(std::string_view timezone) {
  std::string_view digits = timezone;
  const bool is_west = digits.starts_with('-');
  if (is_west || digits.starts_with('+')) digits.remove_prefix(1);
  std::int64_t number = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), number);
  constexpr std::size_t kDigitsMax = 4;
  if (error != std::errc() || end != digits.data() + digits.size() || digits.size() > kDigitsMax ||
      digits.front() == '-' || number / 100 >= 24 || number % 100 >= 60) {
    return FailedPrecondition(R"(The timezone must be of the form "+0530", found ")" +
                              std::string(timezone) + "\"")
        .WithReason("D3134");
  }
  const std::int64_t minutes = number / 100 * 60 + number % 100;
  return is_west ? -minutes : minutes;
}

// A point in time on the clocks of a timezone.
class LocalTime {
 public:
  LocalTime(std::int64_t millis, std::int64_t offset_minutes)
      : offset_minutes_(offset_minutes),
        day_number_(FloorDivide(millis + offset_minutes * kMillisPerMinute, kMillisPerDay)),
        millis_of_day_(FloorModulo(millis + offset_minutes * kMillisPerMinute, kMillisPerDay)),
        date_(DateOf(day_number_)),
        // ISO 8601: a week belongs to the year, and by the same rule to the month, of its Thursday.
        thursday_(DateOf(day_number_ - DayOfWeek(day_number_) + 4)) {}

  std::int64_t offset_minutes() const { return offset_minutes_; }

  bool is_afternoon() const { return millis_of_day_ >= kMillisPerDay / 2; }

  std::int64_t Value(char component) const {
    const std::int64_t hour = millis_of_day_ / kMillisPerHour;
    switch (component) {
      case 'Y':
        return date_.year;
      case 'M':
        return date_.month;
      case 'D':
        return date_.day;
      case 'd':
        return day_number_ - DayNumber({.year = date_.year}) + 1;
      case 'F':
        return DayOfWeek(day_number_);
      case 'X':
        return thursday_.year;
      case 'x':
        return thursday_.month;
      case 'W':
        return (DayNumber(thursday_) - DayNumber({.year = thursday_.year})) / 7 + 1;
      case 'w':
        return (thursday_.day - 1) / 7 + 1;
      case 'H':
        return hour;
      case 'h':
        return hour % 12 == 0 ? 12 : hour % 12;
      case 'm':
        return millis_of_day_ / kMillisPerMinute % 60;
      case 's':
        return millis_of_day_ / 1000 % 60;
      default:
        return millis_of_day_ % 1000;
    }
  }

 private:
  std::int64_t offset_minutes_;
  std::int64_t day_number_;
  std::int64_t millis_of_day_;
  Date date_;
  Date thursday_;
};

std::string NameText(const LocalTime& time, const DateTimeMarker& marker) {
  const auto place = [&] { return static_cast<std::size_t>(time.Value(marker.component) - 1); };
  switch (marker.component) {
    case 'M':
    case 'x':
      return ShownName(kMonthNames.at(place()), marker);
    case 'F':
      return ShownName(kDayNames.at(place()), marker);
    case 'P': {
      const bool is_upper = marker.letter_case == LetterCase::kUpper;
      return time.is_afternoon() ? (is_upper ? "PM" : "pm") : (is_upper ? "AM" : "am");
    }
    default:
      // The calendar and its era.
      return "ISO";
  }
}

Result<std::string> NumberText(const LocalTime& time, const DateTimeMarker& marker) {
  std::int64_t value = time.Value(marker.component);
  // Years have at most six digits.
  constexpr std::size_t kYearDigits = 6;
  if (marker.year_digits > 0 && marker.year_digits < kYearDigits) {
    std::int64_t beyond = 1;
    for (std::size_t i = 0; i < marker.year_digits; ++i) {
      beyond *= 10;
    }
    value %= beyond;
  }
  return FormatInteger(static_cast<double>(value), marker.number);
}

Result<std::string> ZoneText(const LocalTime& time, const DateTimeMarker& marker) {
  const std::int64_t minutes = std::abs(time.offset_minutes());
  if (minutes == 0 && marker.is_utc_z) return std::string("Z");
  std::string text = marker.component == 'z' ? "GMT" : "";
  text += time.offset_minutes() < 0 ? '-' : '+';
  const std::int64_t hours = minutes / 60;
  const bool is_hours_only =
      marker.number.separators.empty() && marker.number.mandatory_digits <= 2;
  const std::int64_t value = is_hours_only ? hours : hours * 100 + minutes % 60;
  ASSIGN_OR_RETURN(const std::string digits,
                   FormatInteger(static_cast<double>(value), marker.number));
  text += digits;
  if (is_hours_only && minutes % 60 != 0) {
    text += minutes % 60 < 10 ? ":0" : ":";
    text += std::to_string(minutes % 60);
  }
  return text;
}

}  // namespace

Result<std::string> FormatDateTime(std::int64_t millis,
                                   std::optional<std::string_view> picture,
                                   std::optional<std::string_view> timezone) {
  if (millis < -kMillisMax || millis > kMillisMax) {
    return FailedPrecondition("The timestamp is beyond the range of dates").WithReason("D3110");
  }
  ASSIGN_OR_RETURN(const std::vector<DateTimePart> parts,
                   ReadDateTimePicture(picture.value_or(kIso8601)));
  std::int64_t offset_minutes = 0;
  if (timezone) {
    ASSIGN_OR_RETURN(offset_minutes, ReadOffset(*timezone));
  }
  const LocalTime time(millis, offset_minutes);
  std::string text;
  for (const DateTimePart& part : parts) {
    text += part.literal;
    if (!part.marker) continue;
    if (part.marker->kind == DateTimeMarker::Kind::kName) {
      text += NameText(time, *part.marker);
      continue;
    }
    const bool is_zone = part.marker->kind == DateTimeMarker::Kind::kZone;
    ASSIGN_OR_RETURN(const std::string shown,
                     is_zone ? ZoneText(time, *part.marker) : NumberText(time, *part.marker));
    text += shown;
  }
  return text;
}

}  // namespace pawl::expression::jsonata
