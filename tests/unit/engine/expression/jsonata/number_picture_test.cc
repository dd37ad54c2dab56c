// docs.jsonata.org, "$formatNumber"; XPath and XQuery Functions and Operators 3.1, 4.7; JSONata's
// recorded cases.
#include "engine/expression/jsonata/number_picture.h"

#include <gtest/gtest.h>

#include <limits>

namespace pawl::expression::jsonata {
namespace {

using Properties = std::vector<std::pair<std::string, std::string>>;

// The text, or the code of the error.
std::string FormattedNumber(double value,
                            std::string_view picture,
                            const Properties& properties = {}) {
  const Result<std::string> text = FormatNumber(value, picture, properties);
  return text.ok() ? *text : text.status().reason();
}

TEST(NumberPictureTest, MandatoryDigitsArePaddedAndOptionalOnesAreNot) {
  EXPECT_EQ(FormattedNumber(12345.6, "#,###.00"), "12,345.60");
  EXPECT_EQ(FormattedNumber(123.9, "9999"), "0124");
  EXPECT_EQ(FormattedNumber(2, "000.000"), "002.000");
  EXPECT_EQ(FormattedNumber(2.14 * 86.58, "PREFIX##00.000###SUFFIX"), "PREFIX185.2812SUFFIX");
  EXPECT_EQ(FormattedNumber(0, "#"), "0");
  EXPECT_EQ(FormattedNumber(0, "#.#"), ".0");
  EXPECT_EQ(FormattedNumber(0.5, ".#"), ".5");
  EXPECT_EQ(FormattedNumber(12345.678, "0."), "12346");
}

TEST(NumberPictureTest, ANegativeNumberHasTheSecondPictureOrAMinus) {
  EXPECT_EQ(FormattedNumber(-6, "000"), "-006");
  EXPECT_EQ(FormattedNumber(2392.14 * -36.58, "000,000.000###;###,###.000###"), "87,504.4812");
  EXPECT_EQ(FormattedNumber(-12, "0.0;(0.0)"), "(12.0)");
  EXPECT_EQ(FormattedNumber(12, "0.0%;(0.0)"), "1200.0%");
  EXPECT_EQ(FormattedNumber(-0.001, "0"), "-0");
}

TEST(NumberPictureTest, PercentAndPerMilleMultiply) {
  EXPECT_EQ(FormattedNumber(0.14, "01%"), "14%");
  EXPECT_EQ(FormattedNumber(0.4857, "###.###‰"), "485.7‰");
  EXPECT_EQ(FormattedNumber(0.14, "###pm", {{"per-mille", "pm"}}), "140pm");
  EXPECT_EQ(FormattedNumber(0.1234, "%#0.0"), "%12.3");
}

TEST(NumberPictureTest, GroupsOfOneSizeRepeatAndOthersDoNot) {
  EXPECT_EQ(FormattedNumber(1e20, "#,######"), "100,000000,000000,000000");
  EXPECT_EQ(FormattedNumber(1234567.891, "##,##,##0.##"), "12,34,567.89");
  EXPECT_EQ(FormattedNumber(1234567.891, "#,##0.00,00"), "1,234,567.89,10");
  EXPECT_EQ(FormattedNumber(12, "#,000,##0"), "0,012");
}

TEST(NumberPictureTest, AnExponentScalesTheMantissa) {
  EXPECT_EQ(FormattedNumber(1234.5678, "00.000e000"), "12.346e002");
  EXPECT_EQ(FormattedNumber(0.234, "0.0e0"), "2.3e-1");
  EXPECT_EQ(FormattedNumber(0.234, "#.00e0"), "0.23e0");
  EXPECT_EQ(FormattedNumber(0.234, ".00e0"), ".23e0");
  EXPECT_EQ(FormattedNumber(42, "0e0"), "4e1");
  EXPECT_EQ(FormattedNumber(0, "0e0"), "0e0");
  EXPECT_EQ(FormattedNumber(-1234.5, "00e0"), "-12e2");
  EXPECT_EQ(FormattedNumber(1.5e300, "0.0e0"), "1.5e300");
  EXPECT_EQ(FormattedNumber(20, "PRE0.0e0"), "PRE2.0e1");
}

TEST(NumberPictureTest, RoundingIsHalfToEvenOfTheDigitsAsWritten) {
  EXPECT_EQ(FormattedNumber(0.5, "0"), "0");
  EXPECT_EQ(FormattedNumber(1.5, "0"), "2");
  EXPECT_EQ(FormattedNumber(2.5, "0"), "2");
  EXPECT_EQ(FormattedNumber(1.005, "0.00"), "1.00");
  EXPECT_EQ(FormattedNumber(1.015, "0.00"), "1.02");
  EXPECT_EQ(FormattedNumber(99.999, "0.00"), "100.00");
  EXPECT_EQ(FormattedNumber(0.1, "0.00000000000000000000"), "0.10000000000000000555");
}

TEST(NumberPictureTest, PropertiesReplaceTheCharacters) {
  EXPECT_EQ(FormattedNumber(1234.5678, "①①.①①①e①", {{"zero-digit", "⑟"}}), "①②.③④⑥e②");
  EXPECT_EQ(FormattedNumber(2, "AAA.AAA", {{"zero-digit", "A"}}), "AAC.AAA");
  EXPECT_EQ(FormattedNumber(0.1, "AeAAA", {{"zero-digit", "A"}}), "Be-AAB");
  EXPECT_EQ(FormattedNumber(5, "٠", {{"zero-digit", "٠"}}), "٥");
  EXPECT_EQ(FormattedNumber(
                -1234.5,
                "#.##0,0",
                {{"decimal-separator", ","}, {"grouping-separator", "."}, {"minus-sign", "~"}}),
            "~1.234,5");
  EXPECT_EQ(FormattedNumber(-5, "0|0-", {{"pattern-separator", "|"}}), "5-");
  EXPECT_EQ(FormattedNumber(1234.5678, "0.0E0", {{"exponent-separator", "E"}}), "1.2E3");
  EXPECT_EQ(FormattedNumber(123, "0", {{"foo", "bar"}}), "123");
}

TEST(NumberPictureTest, WhatIsNoFiniteNumberHasItsWord) {
  EXPECT_EQ(FormattedNumber(std::numeric_limits<double>::quiet_NaN(), "x0"), "NaN");
  EXPECT_EQ(FormattedNumber(-std::numeric_limits<double>::infinity(), "x0"), "-xInfinity");
  EXPECT_EQ(FormattedNumber(1e308, "0‰"), "Infinity‰");
}

TEST(NumberPictureTest, AWrongPictureIsRefusedWithItsCode) {
  EXPECT_EQ(FormattedNumber(20, "#;#;#"), "D3080");
  EXPECT_EQ(FormattedNumber(20, "#.0.0"), "D3081");
  EXPECT_EQ(FormattedNumber(20, "#0%%"), "D3082");
  EXPECT_EQ(FormattedNumber(20, "#0‰‰"), "D3083");
  EXPECT_EQ(FormattedNumber(20, "#0%‰"), "D3084");
  EXPECT_EQ(FormattedNumber(20, ".e0"), "D3085");
  EXPECT_EQ(FormattedNumber(20, "0+.e0"), "D3086");
  EXPECT_EQ(FormattedNumber(20, "0,.e0"), "D3087");
  EXPECT_EQ(FormattedNumber(20, "0,"), "D3088");
  EXPECT_EQ(FormattedNumber(20, "0,,0"), "D3089");
  EXPECT_EQ(FormattedNumber(20, "0#.e0"), "D3090");
  EXPECT_EQ(FormattedNumber(20, "0.#0"), "D3091");
  EXPECT_EQ(FormattedNumber(20, "0.0e0%"), "D3092");
  EXPECT_EQ(FormattedNumber(20, "#0.0e0,0"), "D3093");
  EXPECT_EQ(FormatNumber(20, "#;#;#", {}).status().message(),
            "The picture string must only contain a maximum of two sub-pictures");
}

TEST(NumberPictureTest, APictureWithoutDigitsIsRefused) {
  for (const char* const picture : {"", "abc", "%%", "%‰", "---", "0;", ";0", "e"}) {
    EXPECT_EQ(FormattedNumber(42, picture), "D3086") << picture;
  }
}

TEST(NumberPictureTest, NoPictureMakesTheTextExplode) {
  EXPECT_EQ(FormattedNumber(1, std::string(1'001, '0')), "U1001");
  EXPECT_EQ(FormattedNumber(1, std::string(400, '0') + "e0"), "U1001");
  EXPECT_EQ(FormattedNumber(1e308, "0." + std::string(900, '0')).size(), 309U + 901U);
}

}  // namespace
}  // namespace pawl::expression::jsonata
