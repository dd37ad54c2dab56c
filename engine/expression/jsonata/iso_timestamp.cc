#include "engine/expression/jsonata/iso_timestamp.h"

#include <cstddef>

#include "engine/expression/jsonata/calendar.h"

namespace pawl::expression::jsonata {

namespace {

class Reader {
 public:
  explicit Reader(std::string_view text) : rest_(text) {}

  std::optional<std::int64_t> Read() {
    Date date;
    if (!Number(4, 0, 9999, date.year)) return std::nullopt;
    if (TakeFieldMark() && !Number(2, 1, 12, date.month)) return std::nullopt;
    if (has_month_ && TakeFieldMark() && !Number(2, 1, 31, date.day)) return std::nullopt;
    std::int64_t millis = 0;
    const bool has_time = Take('T');
    if (has_time && !Time(millis)) return std::nullopt;
    std::int64_t offset = 0;
    if (!Take('Z') && has_time && !Offset(offset)) return std::nullopt;
    if (!rest_.empty()) return std::nullopt;
    return DayNumber(date) * kMillisPerDay + millis - offset;
  }

 private:
  bool Take(char c) {
    if (!rest_.starts_with(c)) return false;
    rest_.remove_prefix(1);
    return true;
  }

  bool TakeFieldMark() {
    has_month_ = Take('-');
    return has_month_;
  }

  bool Number(std::size_t digits, std::int64_t least, std::int64_t most, std::int64_t& number) {
    if (rest_.size() < digits) return false;
    number = 0;
    for (const char c : rest_.substr(0, digits)) {
      if (c < '0' || c > '9') return false;
      number = number * 10 + (c - '0');
    }
    rest_.remove_prefix(digits);
    return number >= least && number <= most;
  }

  // Midnight may be the end of a day: 24:00:00.
  bool Time(std::int64_t& millis) {
    std::int64_t hour = 0;
    std::int64_t minute = 0;
    std::int64_t second = 0;
    if (!Number(2, 0, 24, hour) || !Take(':') || !Number(2, 0, 59, minute) || !Take(':') ||
        !Number(2, 0, 59, second)) {
      return false;
    }
    millis = hour * kMillisPerHour + minute * kMillisPerMinute + second * 1000;
    if (Take('.') && !Fraction(millis)) return false;
    return millis <= kMillisPerDay;
  }

  bool Fraction(std::int64_t& millis) {
    std::int64_t unit = 100;
    std::size_t length = 0;
    for (; length < rest_.size() && rest_[length] >= '0' && rest_[length] <= '9'; ++length) {
      millis += (rest_[length] - '0') * unit;
      unit /= 10;
    }
    rest_.remove_prefix(length);
    return length > 0;
  }

  // None is UTC.
  bool Offset(std::int64_t& offset) {
    if (rest_.empty()) return true;
    const bool is_west = Take('-');
    if (!is_west && !Take('+')) return false;
    std::int64_t hours = 0;
    std::int64_t minutes = 0;
    if (!Number(2, 0, 23, hours)) return false;
    Take(':');
    if (!Number(2, 0, 59, minutes)) return false;
    offset = (is_west ? -1 : 1) * (hours * kMillisPerHour + minutes * kMillisPerMinute);
    return true;
  }

  std::string_view rest_;
  bool has_month_ = false;
};

}  // namespace

std::optional<std::int64_t> ParseIsoTimestamp(std::string_view text) {
  return Reader(text).Read();
}

}  // namespace pawl::expression::jsonata
