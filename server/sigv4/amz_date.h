// The forms of time in signed requests: whole seconds, in UTC.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "engine/base/time.h"

namespace pawl::sigv4 {

// ISO 8601 basic, "20130524T000000Z": x-amz-date. Its first eight characters are a scope's date.
std::string FormatAmzDate(Timestamp time);

// nullopt for anything else, also for dates that do not exist.
std::optional<Timestamp> ParseAmzDate(std::string_view text);

// RFC 7231's "Fri, 24 May 2013 00:00:00 GMT" (Date, Last-Modified). The day's name is not checked
// against the date. nullopt for its older forms and anything else.
std::optional<Timestamp> ParseHttpDate(std::string_view text);

}  // namespace pawl::sigv4
