// Points in time by picture: $fromMillis and $toMillis (docs.jsonata.org; XPath and XQuery
// Functions and Operators 3.1, "Formatting dates and times").
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "engine/base/status.h"

namespace pawl::expression::jsonata {

// `millis` of the Unix epoch as `picture` says, in the timezone "+0530". Without a picture as ISO
// 8601 in milliseconds, without a timezone in UTC.
//
// Errors:  FailedPrecondition  reason D3130 to D3135: what is wrong with the picture; D3134 also
// for
//                              the timezone; D3110: beyond the years that JavaScript's dates have.
//          ResourceExhausted   reason U1001: the picture is too long, or says something too long.
Result<std::string> FormatDateTime(std::int64_t millis,
                                   std::optional<std::string_view> picture,
                                   std::optional<std::string_view> timezone);

// The milliseconds of the Unix epoch that `text` means by `picture`; nullopt if it does not match.
// What a picture leaves out before its first component is that of `now_millis` (the year of
// "[H]:[m]"), what it leaves out behind the last is the least (the minute of "[H]"). Without a
// picture the text is ISO 8601: a date or a date and a time, in UTC unless it says otherwise.
//
// Errors: as above, and D3110: not ISO 8601; D3136: the picture leaves out something in the middle,
// or gives a week date, which JSONata cannot read.
Result<std::optional<std::int64_t>> ParseDateTime(std::string_view text,
                                                  std::optional<std::string_view> picture,
                                                  std::int64_t now_millis);

}  // namespace pawl::expression::jsonata
