// Numbers in letters: as a, b … z, aa; in Roman numerals; in English words.
#pragma once

#include <string>
#include <string_view>

namespace pawl::expression::jsonata {

// All of them take a whole number that is not negative, and write lower case. 0 is "" but in words.
std::string Letters(double value);
// One m for each thousand.
std::string RomanNumeral(double value);
// "one thousand, two hundred and thirty-four", "… and thirty-fourth".
std::string NumberWords(double value, bool is_ordinal);

// The number, or NaN. Letters and Roman numerals are lower case, words any.
double ReadLetters(std::string_view text);
double ReadRomanNumeral(std::string_view text);
// Cardinals and ordinals.
double ReadNumberWords(std::string_view text);

// A regular expression that matches all that ReadNumberWords may read.
std::string NumberWordsPattern();

}  // namespace pawl::expression::jsonata
