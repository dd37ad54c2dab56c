// The Gregorian calendar, extended both ways, over all the years of JavaScript's dates, which
// std::chrono's do not reach.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>

namespace pawl::expression::jsonata {

inline constexpr std::int64_t kMillisPerMinute = 60'000;
inline constexpr std::int64_t kMillisPerHour = 60 * kMillisPerMinute;
inline constexpr std::int64_t kMillisPerDay = 24 * kMillisPerHour;
// JavaScript's dates lie at most so far from the epoch, either way.
inline constexpr std::int64_t kMillisMax = 8'640'000'000'000'000;

inline constexpr std::array<std::string_view, 12> kMonthNames = {"January",
                                                                 "February",
                                                                 "March",
                                                                 "April",
                                                                 "May",
                                                                 "June",
                                                                 "July",
                                                                 "August",
                                                                 "September",
                                                                 "October",
                                                                 "November",
                                                                 "December"};
inline constexpr std::array<std::string_view, 7> kDayNames = {
    "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"};

struct Date {
  std::int64_t year = 1970;
  // From 1. Beyond the last it goes on in the next year or month.
  std::int64_t month = 1;
  std::int64_t day = 1;
};

// Days since the epoch.
std::int64_t DayNumber(const Date& date);
Date DateOf(std::int64_t day_number);
// 1 is Monday, 7 is Sunday (ISO 8601).
std::int64_t DayOfWeek(std::int64_t day_number);

// Rounds towards the past.
constexpr std::int64_t FloorDivide(std::int64_t value, std::int64_t by) {
  return value / by - (value % by < 0 ? 1 : 0);
}

constexpr std::int64_t FloorModulo(std::int64_t value, std::int64_t by) {
  return value - FloorDivide(value, by) * by;
}

}  // namespace pawl::expression::jsonata
