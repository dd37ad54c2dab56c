// Where the components of a picture stand in a text.
#pragma once

#include <optional>
#include <string_view>
#include <vector>

#include "engine/base/status.h"
#include "engine/expression/jsonata/date_time_markers.h"

namespace pawl::expression::jsonata {

// The text of each marker of `parts`, which are of ReadDateTimePicture; nullopt if `text` does not
// match. Capitals do not matter. Error: U1001, it would take too long.
Result<std::optional<std::vector<std::string_view>>> MatchDateTime(
    const std::vector<DateTimePart>& parts, std::string_view text);

}  // namespace pawl::expression::jsonata
