// docs.jsonata.org, "$formatInteger", "$parseInteger"; XPath and XQuery Functions and
// Operators 3.1, 4.6; JSONata's recorded cases.
#include "engine/expression/jsonata/integer_picture.h"

#include <gtest/gtest.h>

#include <cmath>

namespace pawl::expression::jsonata {
namespace {

// The text, or the code of the error.
std::string FormattedInteger(double value, std::string_view picture) {
  const Result<std::string> text = FormatInteger(value, picture);
  return text.ok() ? *text : text.status().reason();
}

double ParsedInteger(std::string_view text, std::string_view picture) {
  return *ParseInteger(text, picture);
}

TEST(IntegerPictureTest, DigitsArePaddedAndGrouped) {
  EXPECT_EQ(FormattedInteger(123, "0000"), "0123");
  EXPECT_EQ(FormattedInteger(1234, "###0"), "1234");
  EXPECT_EQ(FormattedInteger(1234567890, "#,##0"), "1,234,567,890");
  EXPECT_EQ(FormattedInteger(1234567890, "#:###,##0"), "1234:567,890");
  EXPECT_EQ(FormattedInteger(1234567890, "##,##,##0"), "12345,67,890");
  EXPECT_EQ(FormattedInteger(12, "#,##0"), "12");
  EXPECT_EQ(FormattedInteger(-5.5, "0"), "-6");
  EXPECT_EQ(FormattedInteger(1e21, "#,##0"), "1,000,000,000,000,000,000,000");
}

TEST(IntegerPictureTest, DigitsMayBeOfAnyFamily) {
  EXPECT_EQ(FormattedInteger(15, "٠٠"), "١٥");
  EXPECT_EQ(FormattedInteger(12340, "###０"), "１２３４０");
  EXPECT_EQ(FormattedInteger(5, "0٠"), "D3131");
}

TEST(IntegerPictureTest, OrdinalsEndAsInEnglish) {
  EXPECT_EQ(FormattedInteger(1, "0;o"), "1st");
  EXPECT_EQ(FormattedInteger(22, "0;o"), "22nd");
  EXPECT_EQ(FormattedInteger(123, "000;o"), "123rd");
  EXPECT_EQ(FormattedInteger(28, "#0;o"), "28th");
  EXPECT_EQ(FormattedInteger(112, "0;o"), "112th");
}

TEST(IntegerPictureTest, NumbersAreWrittenInRomanNumerals) {
  EXPECT_EQ(FormattedInteger(99, "i"), "xcix");
  EXPECT_EQ(FormattedInteger(1984, "I"), "MCMLXXXIV");
  EXPECT_EQ(FormattedInteger(0, "I"), "");
  EXPECT_EQ(FormattedInteger(4999, "I"), "MMMMCMXCIX");
  EXPECT_EQ(FormattedInteger(1e9, "I"), "U1001");
}

TEST(IntegerPictureTest, NumbersAreWrittenInLetters) {
  EXPECT_EQ(FormattedInteger(12, "a"), "l");
  EXPECT_EQ(FormattedInteger(27, "a"), "aa");
  EXPECT_EQ(FormattedInteger(300, "A"), "KN");
  EXPECT_EQ(FormattedInteger(1e21, "a"), "olzyyselzqowgem");
}

TEST(IntegerPictureTest, NumbersAreWrittenInWords) {
  EXPECT_EQ(FormattedInteger(0, "w"), "zero");
  EXPECT_EQ(FormattedInteger(34, "w"), "thirty-four");
  EXPECT_EQ(FormattedInteger(555, "W"), "FIVE HUNDRED AND FIFTY-FIVE");
  EXPECT_EQ(FormattedInteger(555, "Ww"), "Five Hundred and Fifty-Five");
  EXPECT_EQ(FormattedInteger(3730, "w"), "three thousand, seven hundred and thirty");
  EXPECT_EQ(FormattedInteger(1001, "w"), "one thousand and one");
  EXPECT_EQ(FormattedInteger(1e15, "w"), "one thousand trillion");
  EXPECT_EQ(FormattedInteger(1e46, "w"), "ten billion trillion trillion trillion");
}

TEST(IntegerPictureTest, NumbersAreWrittenInOrdinalWords) {
  EXPECT_EQ(FormattedInteger(12, "w;o"), "twelfth");
  EXPECT_EQ(FormattedInteger(34, "w;o"), "thirty-fourth");
  EXPECT_EQ(FormattedInteger(99, "W;o"), "NINETY-NINTH");
  EXPECT_EQ(FormattedInteger(730, "w;o"), "seven hundred and thirtieth");
  EXPECT_EQ(FormattedInteger(1000, "w;o"), "one thousandth");
  EXPECT_EQ(FormattedInteger(1e12 + 1, "w;o"), "one trillion and first");
}

TEST(IntegerPictureTest, DigitsAreRead) {
  EXPECT_EQ(ParsedInteger("0123", "0000"), 123);
  EXPECT_EQ(ParsedInteger("-12", "0"), -12);
  EXPECT_EQ(ParsedInteger("123rd", "000;o"), 123);
  EXPECT_EQ(ParsedInteger("１２３４０", "###０"), 12340);
  EXPECT_EQ(ParsedInteger("1,234,567,890", "#,##0"), 1234567890);
  EXPECT_EQ(ParsedInteger("1234:567,890", "#:###,##0"), 1234567890);
  EXPECT_EQ(ParsedInteger("12.7", "0"), 12);
  EXPECT_EQ(ParsedInteger("123456789012345678901234567890", "0"), 123456789012345678901234567890.0);
}

TEST(IntegerPictureTest, LettersAndRomanNumeralsAreRead) {
  EXPECT_EQ(ParsedInteger("MCMLXXXIV", "I"), 1984);
  EXPECT_EQ(ParsedInteger("xcix", "i"), 99);
  EXPECT_EQ(ParsedInteger("", "I"), 0);
  EXPECT_EQ(ParsedInteger("z", "a"), 26);
  EXPECT_EQ(ParsedInteger("KN", "A"), 300);
}

TEST(IntegerPictureTest, WordsAreRead) {
  EXPECT_EQ(ParsedInteger("zero", "w"), 0);
  EXPECT_EQ(ParsedInteger("NINETY-NINE", "W"), 99);
  EXPECT_EQ(ParsedInteger("Five Hundred and Fifty-Five", "Ww"), 555);
  EXPECT_EQ(ParsedInteger("three hundred and twenty-seven thousand, seven hundred and thirty", "w"),
            327730);
  EXPECT_EQ(ParsedInteger("nineteen hundred and eighty-four", "w"), 1984);
  EXPECT_EQ(ParsedInteger("ten billion trillion trillion trillion", "w"), 1e46);
  EXPECT_EQ(ParsedInteger("one trillion and first", "w;o"), 1e12 + 1);
  EXPECT_EQ(ParsedInteger("one thousandth", "w;o"), 1000);
}

TEST(IntegerPictureTest, WhatIsNoNumberIsNaN) {
  EXPECT_TRUE(std::isnan(ParsedInteger("abc", "0")));
  EXPECT_TRUE(std::isnan(ParsedInteger("", "0")));
  EXPECT_TRUE(std::isnan(ParsedInteger("12", "٠")));
  EXPECT_TRUE(std::isnan(ParsedInteger("foo", "w")));
  EXPECT_TRUE(std::isnan(ParsedInteger("", "w")));
  EXPECT_TRUE(std::isnan(ParsedInteger("twenty  one", "w")));
  EXPECT_TRUE(std::isnan(ParsedInteger("ix", "I")));
  EXPECT_TRUE(std::isnan(ParsedInteger("ab", "A")));
}

TEST(IntegerPictureTest, AnUnknownPictureIsRefused) {
  for (const char* const picture : {"", ";o", "#", "b", "α", "wW", "AA"}) {
    EXPECT_EQ(FormattedInteger(5, picture), "D3130") << picture;
    EXPECT_EQ(ParseInteger("50", picture).status().reason(), "D3130") << picture;
  }
  EXPECT_EQ(
      FormatInteger(5, "α").status().message(),
      "Formatting or parsing an integer as a sequence starting with \"α\" is not supported by "
      "this implementation");
  EXPECT_EQ(FormattedInteger(5, std::string(1'001, '0')), "U1001");
}

}  // namespace
}  // namespace pawl::expression::jsonata
