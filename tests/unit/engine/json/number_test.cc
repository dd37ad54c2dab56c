#include "engine/json/number.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <string>

namespace pawl::json {
namespace {

TEST(NumberTest, NumbersAreComparedByTheirExactValue) {
  EXPECT_EQ(CompareNumbers("1", "1.0"), std::strong_ordering::equal);
  EXPECT_EQ(CompareNumbers("1", "10e-1"), std::strong_ordering::equal);
  EXPECT_EQ(CompareNumbers("0.05", "5E-2"), std::strong_ordering::equal);
  EXPECT_EQ(CompareNumbers("120", "1.2e+2"), std::strong_ordering::equal);
  EXPECT_EQ(CompareNumbers("0", "-0.0e7"), std::strong_ordering::equal);
  EXPECT_EQ(CompareNumbers("9007199254740993", "9007199254740992"), std::strong_ordering::greater);
  EXPECT_EQ(CompareNumbers("1e400", "1e401"), std::strong_ordering::less);
  EXPECT_EQ(CompareNumbers("0.1", "0.10000000000000001"), std::strong_ordering::less);
}

TEST(NumberTest, NegativeNumbersOrderTheOtherWayRound) {
  EXPECT_EQ(CompareNumbers("-2", "-1"), std::strong_ordering::less);
  EXPECT_EQ(CompareNumbers("-1", "1"), std::strong_ordering::less);
  EXPECT_EQ(CompareNumbers("-0.1", "0"), std::strong_ordering::less);
  EXPECT_EQ(CompareNumbers("0", "-0.1"), std::strong_ordering::greater);
  EXPECT_EQ(CompareNumbers("0", "0.1"), std::strong_ordering::less);
}

TEST(NumberTest, HugeExponentsAreHeldAndDoNotOverflow) {
  EXPECT_EQ(CompareNumbers("1e99999999999999999999", "1"), std::strong_ordering::greater);
  EXPECT_EQ(CompareNumbers("1e-99999999999999999999", "1"), std::strong_ordering::less);
  EXPECT_EQ(CompareNumbers("1e-99999999999999999999", "0"), std::strong_ordering::greater);
  EXPECT_EQ(NumberToInt64("1e99999999999999999999"), std::nullopt);
}

TEST(NumberTest, IntegersAreRecognisedWhateverTheirText) {
  EXPECT_EQ(NumberToInt64("42"), 42);
  EXPECT_EQ(NumberToInt64("-42.0"), -42);
  EXPECT_EQ(NumberToInt64("4.2e1"), 42);
  EXPECT_EQ(NumberToInt64("4200e-2"), 42);
  EXPECT_EQ(NumberToInt64("0.0"), 0);
  EXPECT_EQ(NumberToInt64("-0"), 0);
  EXPECT_EQ(NumberToInt64("9223372036854775807"), std::numeric_limits<std::int64_t>::max());
  EXPECT_EQ(NumberToInt64("-9223372036854775808.0"), std::numeric_limits<std::int64_t>::min());
}

TEST(NumberTest, WhatIsNoIntegerOfSixtyFourBitsIsNone) {
  EXPECT_EQ(NumberToInt64("4.2"), std::nullopt);
  EXPECT_EQ(NumberToInt64("42e-1"), std::nullopt);
  EXPECT_EQ(NumberToInt64("9223372036854775808"), std::nullopt);
  EXPECT_EQ(NumberToInt64("9223372036854775808.0"), std::nullopt);
  EXPECT_EQ(NumberToInt64("1e19"), std::nullopt);
  EXPECT_EQ(NumberToInt64("12345678901234567890123"), std::nullopt);
}

TEST(NumberTest, DoublesBeyondTheRangeAreInfiniteOrZero) {
  EXPECT_EQ(NumberToDouble("1.5"), 1.5);
  EXPECT_EQ(NumberToDouble("1e400"), std::numeric_limits<double>::infinity());
  EXPECT_EQ(NumberToDouble("-1e400"), -std::numeric_limits<double>::infinity());
  EXPECT_EQ(NumberToDouble("1e-400"), 0.0);
}

TEST(NumberTest, DoublesAreWrittenShortAndReadable) {
  EXPECT_EQ(NumberFromDouble(6.0), "6");
  EXPECT_EQ(NumberFromDouble(-0.0), "0");
  EXPECT_EQ(NumberFromDouble(0.1), "0.1");
  EXPECT_EQ(NumberFromDouble(-12.25), "-12.25");
  EXPECT_EQ(NumberFromDouble(-1.5e-9), "-1.5e-9");
  EXPECT_EQ(NumberFromDouble(100000), "100000");
  EXPECT_EQ(NumberFromDouble(123456789012345680000.0), "123456789012345680000");
  EXPECT_EQ(NumberFromDouble(1e21), "1e+21");
  EXPECT_EQ(NumberFromDouble(1e-7), "1e-7");
  EXPECT_EQ(NumberFromDouble(0.000001), "0.000001");
}

TEST(NumberTest, DoublesSurviveTheirText) {
  for (const double value : {0.1 + 0.2, 1.0 / 3, 5e-324, 1.7976931348623157e308, 123456.789e3}) {
    EXPECT_EQ(NumberToDouble(NumberFromDouble(value)), value);
  }
}

}  // namespace
}  // namespace pawl::json
