// Numbers in letters: as a, b … z, aa; in Roman numerals; in English words.
#pragma once

#include <cstddef>
#include <limits>
#include <string>
#include <string_view>
#include <vector>

namespace pawl::expression::jsonata {

// All of them take a whole number that is not negative, and write lower case. 0 is "" but in words.
std::string Letters(double value);
// One m for each thousand.
std::string RomanNumeral(double value);
// "one thousand, two hundred and thirty-four", "… and thirty-fourth".
std::string NumberWords(double value, bool is_ordinal);

// What is read where there is no number.
inline constexpr double kNoNumber = std::numeric_limits<double>::quiet_NaN();

// The number, or kNoNumber. Letters and Roman numerals are lower case, words any.
double ReadLetters(std::string_view text);
double ReadRomanNumeral(std::string_view text);
// Cardinals and ordinals.
double ReadNumberWords(std::string_view text);

// The lengths of the words that `text` begins with, whatever their case: numbers ("six", "sixteen")
// and what joins them, "and", a hyphen, a comma or a space.
std::vector<std::size_t> NumberWordLengths(std::string_view text);

}  // namespace pawl::expression::jsonata
