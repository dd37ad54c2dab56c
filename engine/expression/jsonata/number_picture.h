// Numbers by picture: $formatNumber (docs.jsonata.org; XPath and XQuery Functions and
// Operators 3.1, "fn:format-number").
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "engine/base/status.h"

namespace pawl::expression::jsonata {

// `value` as `picture` says: "#,##0.00", "0.0e0", "#0%;(#0%)". `properties` are those of XPath's
// decimal format that differ from the default ("decimal-separator", ","); others are ignored.
//
// Errors:  FailedPrecondition  reason D3080 to D3093: what is wrong with the picture.
//          ResourceExhausted   reason U1001: the picture is too long.
Result<std::string> FormatNumber(
    double value,
    std::string_view picture,
    const std::vector<std::pair<std::string, std::string>>& properties);

}  // namespace pawl::expression::jsonata
