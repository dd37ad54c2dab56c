// Arithmetic-free questions about the text of a JSON number. They are answered from the decimal
// digits, so that 9007199254740993 and 9007199254740992 stay two numbers.
#pragma once

#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace pawl::json {

// Compares two JSON numbers by their exact decimal value: 1, 1.0 and 10e-1 are equal. Linear in
// the length of the texts.
std::strong_ordering CompareNumbers(std::string_view a, std::string_view b);

// One text for all numbers of the same value: its digits and the power of ten of the first.
std::string CanonicalNumber(std::string_view text);

// The value as an integer of 64 bits if it is one, whatever the text (1, 1.0, 1e0).
std::optional<std::int64_t> NumberToInt64(std::string_view text);

// The nearest double; infinity beyond its range.
double NumberToDouble(std::string_view text);

// The shortest text that reads back as `value`: whole numbers without a fraction, an exponent only
// below 1e-6 and from 1e21 on, as JavaScript writes numbers. `value` is finite.
std::string NumberFromDouble(double value);

}  // namespace pawl::json
