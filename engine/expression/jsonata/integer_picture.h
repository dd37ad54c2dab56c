// Whole numbers by picture: $formatInteger and $parseInteger (docs.jsonata.org; XPath and XQuery
// Functions and Operators 3.1, "fn:format-integer").
#pragma once

#include <string>
#include <string_view>

#include "engine/base/status.h"

namespace pawl::expression::jsonata {

// `value`, rounded down, as `picture` says: "#,##0", "0;o", "I", "w", "Ww", "A" and so on.
//
// Errors:  FailedPrecondition  reason D3130: no such picture; D3131: digits of two families.
//          ResourceExhausted   reason U1001: the picture or the Roman numeral would be too long.
Result<std::string> FormatInteger(double value, std::string_view picture);

// The number that `text` is by `picture`; NaN if it is none. Errors: D3130, D3131, as above.
Result<double> ParseInteger(std::string_view text, std::string_view picture);

}  // namespace pawl::expression::jsonata
