// Years are taken to begin in March, so that the leap day is their last: then the months' lengths
// repeat every five (31 30 31 30 31), and 153 days are five months. Eras are 400 years, after which
// the calendar repeats.
#include "engine/expression/jsonata/calendar.h"

namespace pawl::expression::jsonata {

namespace {

constexpr std::int64_t kYearsPerEra = 400;
constexpr std::int64_t kDaysPerEra = 146'097;
constexpr std::int64_t kDaysPerFourYears = 1'461;
constexpr std::int64_t kDaysPerCentury = 36'524;
// From 0000-03-01 to the epoch.
constexpr std::int64_t kEpoch = 719'468;

constexpr std::int64_t LeapDaysBefore(std::int64_t year_of_era) {
  return year_of_era / 4 - year_of_era / 100;
}

}  // namespace

std::int64_t DayNumber(const Date& date) {
  const std::int64_t months = date.year * 12 + date.month - 1;
  const std::int64_t month = FloorModulo(months, 12);
  const std::int64_t march_month = (month + 10) % 12;
  const std::int64_t year = FloorDivide(months, 12) - (month < 2 ? 1 : 0);
  const std::int64_t year_of_era = FloorModulo(year, kYearsPerEra);
  return FloorDivide(year, kYearsPerEra) * kDaysPerEra + year_of_era * 365 +
         LeapDaysBefore(year_of_era) + (153 * march_month + 2) / 5 + date.day - 1 - kEpoch;
}

Date DateOf(std::int64_t day_number) {
  const std::int64_t days = day_number + kEpoch;
  const std::int64_t day_of_era = FloorModulo(days, kDaysPerEra);
  // Without the leap days that lie before it, a day's year is a division.
  const std::int64_t year_of_era = (day_of_era - day_of_era / (kDaysPerFourYears - 1) +
                                    day_of_era / kDaysPerCentury - day_of_era / (kDaysPerEra - 1)) /
                                   365;
  const std::int64_t day_of_year = day_of_era - (year_of_era * 365 + LeapDaysBefore(year_of_era));
  const std::int64_t march_month = (5 * day_of_year + 2) / 153;
  const std::int64_t month = (march_month + 2) % 12 + 1;
  return {
      .year = FloorDivide(days, kDaysPerEra) * kYearsPerEra + year_of_era + (month <= 2 ? 1 : 0),
      .month = month,
      .day = day_of_year - (153 * march_month + 2) / 5 + 1};
}

std::int64_t DayOfWeek(std::int64_t day_number) {
  // The epoch was a Thursday.
  return FloorModulo(day_number + 3, 7) + 1;
}

}  // namespace pawl::expression::jsonata
