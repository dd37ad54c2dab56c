// Points in time and their text. The engine knows one time, *engine time*: microseconds of the Unix
// epoch that never run backwards. Nothing here reads a clock; engine/platform does.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

namespace pawl {

using Duration = std::chrono::microseconds;
using Timestamp = std::chrono::sys_time<Duration>;

// RFC 3339 in UTC with milliseconds, "2026-11-20T10:00:00.123Z": the form of Step Functions'
// context object. Years 0000 to 9999.
std::string FormatTimestamp(Timestamp time);

// Reads an RFC 3339 date-time as the Amazon States Language narrows it (upper-case T; upper-case Z
// or a numeric offset; any number of fraction digits, rounded down to microseconds). nullopt for
// anything else, also for dates that do not exist.
std::optional<Timestamp> ParseTimestamp(std::string_view text);

// Microseconds of the Unix epoch, as stored rows hold them.
constexpr std::int64_t ToMicros(Timestamp time) {
  return time.time_since_epoch().count();
}

constexpr Timestamp FromMicros(std::int64_t micros) {
  return Timestamp(Duration(micros));
}

}  // namespace pawl
