// Numbers as Java's BigDecimal reads and writes them, which decides what filters find equal.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace pawl::expression {

// The text of a JSON number with the value of `text` as Java's BigDecimal reads it ("010", "+1",
// ".5"); nullopt if it is no number.
std::optional<std::string> ReadJavaDecimal(std::string_view text);

// The text that BigDecimal has for a JSON number: -0.123e2 is "-12.3", 1e3 is "1E+3".
std::string JavaDecimalText(std::string_view number);

}  // namespace pawl::expression
