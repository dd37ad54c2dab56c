// The values that settings have, as text: numbers, sizes and durations with units. An error says
// what was found and what would be right, but not where.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "engine/base/status.h"
#include "engine/base/time.h"

namespace pawl::server {

struct IntegerRange {
  std::uint64_t min = 0;
  std::uint64_t max = 0;
};

// Decimal digits.
Result<std::uint64_t> ParseInteger(std::string_view text, IntegerRange range);

// Bytes: decimal digits and, if not bytes, one of B, KiB, MiB, GiB: "64MiB". `range` is in bytes.
Result<std::uint64_t> ParseByteCount(std::string_view text, IntegerRange range);
// With the largest unit that divides it.
std::string FormatByteCount(std::uint64_t bytes);

// Decimal digits and one of us, ms, s, m, h, d: "90d". Not longer than 100 years.
Result<Duration> ParseDuration(std::string_view text, Duration min);
// With the largest unit that divides it.
std::string FormatDuration(Duration duration);

// A number from 0 to `max`, such as "0.01".
Result<double> ParseFactor(std::string_view text, double max);

// "true" or "false".
Result<bool> ParseBoolean(std::string_view text);

}  // namespace pawl::server
