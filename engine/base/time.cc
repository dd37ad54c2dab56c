#include "engine/base/time.h"

#include <array>
#include <cstdint>
#include <cstdio>

namespace pawl {
namespace {

using std::chrono::day;
using std::chrono::days;
using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::month;
using std::chrono::seconds;
using std::chrono::year;
using std::chrono::year_month_day;

// Takes `count` decimal digits from the front of `text`; nullopt if they are not there.
std::optional<int> TakeDigits(std::string_view& text, std::size_t count) {
  if (text.size() < count) return std::nullopt;
  int value = 0;
  for (std::size_t i = 0; i < count; ++i) {
    if (text[i] < '0' || text[i] > '9') return std::nullopt;
    value = value * 10 + (text[i] - '0');
  }
  text.remove_prefix(count);
  return value;
}

bool TakeChar(std::string_view& text, char expected) {
  if (text.empty() || text.front() != expected) return false;
  text.remove_prefix(1);
  return true;
}

std::optional<year_month_day> TakeDate(std::string_view& text) {
  const auto y = TakeDigits(text, 4);
  if (!y || !TakeChar(text, '-')) return std::nullopt;
  const auto m = TakeDigits(text, 2);
  if (!m || !TakeChar(text, '-')) return std::nullopt;
  const auto d = TakeDigits(text, 2);
  if (!d) return std::nullopt;
  const year_month_day date{
      year{*y}, month{static_cast<unsigned>(*m)}, day{static_cast<unsigned>(*d)}};
  if (!date.ok()) return std::nullopt;
  return date;
}

std::optional<Duration> TakeTimeOfDay(std::string_view& text) {
  const auto h = TakeDigits(text, 2);
  if (!h || *h > 23 || !TakeChar(text, ':')) return std::nullopt;
  const auto m = TakeDigits(text, 2);
  if (!m || *m > 59 || !TakeChar(text, ':')) return std::nullopt;
  const auto s = TakeDigits(text, 2);
  if (!s || *s > 59) return std::nullopt;
  std::int64_t micros = 0;
  if (TakeChar(text, '.')) {
    std::int64_t unit = 100'000;
    bool any = false;
    while (!text.empty() && text.front() >= '0' && text.front() <= '9') {
      micros += (text.front() - '0') * unit;
      unit /= 10;
      any = true;
      text.remove_prefix(1);
    }
    if (!any) return std::nullopt;
  }
  return hours(*h) + minutes(*m) + seconds(*s) + Duration(micros);
}

std::optional<minutes> TakeOffset(std::string_view& text) {
  if (TakeChar(text, 'Z')) return minutes(0);
  const bool negative = !text.empty() && text.front() == '-';
  if (!TakeChar(text, '+') && !TakeChar(text, '-')) return std::nullopt;
  const auto h = TakeDigits(text, 2);
  if (!h || *h > 23 || !TakeChar(text, ':')) return std::nullopt;
  const auto m = TakeDigits(text, 2);
  if (!m || *m > 59) return std::nullopt;
  const minutes offset = hours(*h) + minutes(*m);
  return negative ? -offset : offset;
}

}  // namespace

std::string FormatTimestamp(Timestamp time) {
  const auto day_start = std::chrono::floor<days>(time);
  const year_month_day date(day_start);
  const auto millis = std::chrono::floor<std::chrono::milliseconds>(time - day_start).count();
  std::array<char, 64> buffer{};
  const int length = std::snprintf(buffer.data(),
                                   buffer.size(),
                                   "%04d-%02u-%02uT%02lld:%02lld:%02lld.%03lldZ",
                                   static_cast<int>(date.year()),
                                   static_cast<unsigned>(date.month()),
                                   static_cast<unsigned>(date.day()),
                                   static_cast<long long>(millis / 3'600'000),    // NOLINT
                                   static_cast<long long>(millis / 60'000 % 60),  // NOLINT
                                   static_cast<long long>(millis / 1'000 % 60),   // NOLINT
                                   static_cast<long long>(millis % 1'000));       // NOLINT
  return {buffer.data(), static_cast<std::size_t>(length)};
}

std::optional<Timestamp> ParseTimestamp(std::string_view text) {
  const auto date = TakeDate(text);
  if (!date || !TakeChar(text, 'T')) return std::nullopt;
  const auto time_of_day = TakeTimeOfDay(text);
  if (!time_of_day) return std::nullopt;
  const auto offset = TakeOffset(text);
  if (!offset || !text.empty()) return std::nullopt;
  return std::chrono::sys_days(*date) + *time_of_day - *offset;
}

}  // namespace pawl
