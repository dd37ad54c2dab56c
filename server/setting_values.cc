#include "server/setting_values.h"

#include <fmt/format.h>

#include <array>
#include <charconv>
#include <optional>

namespace pawl::server {
namespace {

struct Unit {
  std::string_view name;
  std::uint64_t factor;
};

constexpr std::array<Unit, 4> kByteUnits = {
    {{"GiB", 1ULL << 30U}, {"MiB", 1ULL << 20U}, {"KiB", 1ULL << 10U}, {"B", 1}}};
constexpr std::array<Unit, 6> kTimeUnits = {{{"d", 86'400'000'000},
                                             {"h", 3'600'000'000},
                                             {"m", 60'000'000},
                                             {"s", 1'000'000},
                                             {"ms", 1'000},
                                             {"us", 1}}};
constexpr std::uint64_t kDurationMicrosMax = 100ULL * 366 * 86'400'000'000;

struct NumberWithUnit {
  std::uint64_t number = 0;
  std::string_view unit;
};

std::optional<NumberWithUnit> Split(std::string_view text) {
  NumberWithUnit result;
  const char* const end = text.data() + text.size();
  const auto [rest, error] = std::from_chars(text.data(), end, result.number);
  if (error != std::errc()) return std::nullopt;
  result.unit = std::string_view(rest, static_cast<std::size_t>(end - rest));
  return result;
}

// nullopt if there is no such unit, or the product does not fit.
template <std::size_t kSize>
std::optional<std::uint64_t> Scale(const NumberWithUnit& value,
                                   const std::array<Unit, kSize>& units) {
  for (const Unit& unit : units) {
    if (unit.name != value.unit) continue;
    std::uint64_t product = 0;
    if (__builtin_mul_overflow(value.number, unit.factor, &product)) return std::nullopt;
    return product;
  }
  return std::nullopt;
}

template <std::size_t kSize>
std::string Format(std::uint64_t value, const std::array<Unit, kSize>& units) {
  for (const Unit& unit : units) {
    if (value != 0 && value % unit.factor == 0) {
      return fmt::format("{}{}", value / unit.factor, unit.name);
    }
  }
  return fmt::format("0{}", units.back().name);
}

}  // namespace

Result<std::uint64_t> ParseInteger(std::string_view text, IntegerRange range) {
  const std::optional<NumberWithUnit> value = Split(text);
  if (!value || !value->unit.empty() || value->number < range.min || value->number > range.max) {
    return InvalidArgument(
        fmt::format("'{}' is no integer between {} and {}", text, range.min, range.max));
  }
  return value->number;
}

Result<std::uint64_t> ParseByteCount(std::string_view text, IntegerRange range) {
  std::optional<NumberWithUnit> value = Split(text);
  if (value && value->unit.empty()) value->unit = "B";
  const std::optional<std::uint64_t> bytes = value ? Scale(*value, kByteUnits) : std::nullopt;
  if (!bytes || *bytes < range.min || *bytes > range.max) {
    return InvalidArgument(fmt::format(
        "'{}' is no size between {} and {}; a number and one of B, KiB, MiB, GiB would be right",
        text,
        FormatByteCount(range.min),
        FormatByteCount(range.max)));
  }
  return *bytes;
}

std::string FormatByteCount(std::uint64_t bytes) {
  return Format(bytes, kByteUnits);
}

Result<Duration> ParseDuration(std::string_view text, Duration min) {
  const std::optional<NumberWithUnit> value = Split(text);
  const std::optional<std::uint64_t> micros = value ? Scale(*value, kTimeUnits) : std::nullopt;
  if (!micros || *micros > kDurationMicrosMax ||
      *micros < static_cast<std::uint64_t>(min.count())) {
    return InvalidArgument(
        fmt::format("'{}' is no duration of at least {} and at most 100 years; a number and one of "
                    "us, ms, s, m, h, d would be right",
                    text,
                    FormatDuration(min)));
  }
  return Duration(static_cast<std::int64_t>(*micros));
}

std::string FormatDuration(Duration duration) {
  return Format(static_cast<std::uint64_t>(duration.count()), kTimeUnits);
}

Result<double> ParseFactor(std::string_view text, double max) {
  double value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  // Written so that a NaN is refused.
  const bool is_fit =
      error == std::errc() && end == text.data() + text.size() && value >= 0 && value <= max;
  if (!is_fit) {
    return InvalidArgument(
        fmt::format("'{}' is not a number from 0 to {}, such as 0.01", text, max));
  }
  return value;
}

Result<bool> ParseBoolean(std::string_view text) {
  if (text == "true") return true;
  if (text == "false") return false;
  return InvalidArgument(fmt::format("'{}' is neither true nor false", text));
}

}  // namespace pawl::server
