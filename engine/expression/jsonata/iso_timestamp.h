// ISO 8601 as $toMillis reads it without a picture.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace pawl::expression::jsonata {

// "2018", "2018-03", "2018-03-27", each alone or with "T14:03:00.123" and "Z" or "+01:00": the
// milliseconds of the Unix epoch. A date beyond the end of its month (February 30) is one in the
// next. nullopt for anything else.
std::optional<std::int64_t> ParseIsoTimestamp(std::string_view text);

}  // namespace pawl::expression::jsonata
