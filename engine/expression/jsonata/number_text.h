// Numbers as JavaScript writes and reads them.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace pawl::expression::jsonata {

// The nearest number of 15 significant digits: Number(x.toPrecision(15)). `value` is finite.
double RoundTo15Digits(double value);

// toString(radix); `radix` is 2 to 36, `value` finite.
std::string NumberInBase(double value, int radix);

// `value` times ten to the power of `exponent`, by moving the point in its text.
double ShiftPoint(double value, int exponent);

// What $number makes of a text; nullopt: no number.
std::optional<double> NumberFromText(std::string_view text);

}  // namespace pawl::expression::jsonata
