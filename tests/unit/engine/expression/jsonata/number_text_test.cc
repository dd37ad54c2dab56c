#include "engine/expression/jsonata/number_text.h"

#include <gtest/gtest.h>

namespace pawl::expression::jsonata {
namespace {

TEST(NumberTextTest, RoundsToFifteenDigitsAndTiesAwayFromZero) {
  EXPECT_EQ(RoundTo15Digits(0.1 + 0.2), 0.3);
  EXPECT_EQ(RoundTo15Digits(5890840712243076), 5890840712243080);
  EXPECT_EQ(RoundTo15Digits(1000000000000005), 1000000000000010);
  EXPECT_EQ(RoundTo15Digits(-1000000000000005), -1000000000000010);
  EXPECT_EQ(RoundTo15Digits(1e300), 1e300);
}

TEST(NumberTextTest, WritesFractionsInAnyBase) {
  EXPECT_EQ(NumberInBase(0.5, 2), "0.1");
  EXPECT_EQ(NumberInBase(-35, 36), "-z");
  EXPECT_EQ(NumberInBase(0, 2), "0");
}

TEST(NumberTextTest, MovesThePointWithoutArithmetic) {
  EXPECT_EQ(ShiftPoint(1.005, 2), 100.5);
  EXPECT_EQ(ShiftPoint(1e21, -21), 1);
}

TEST(NumberTextTest, ReadsDecimalNumbersAndThoseWithAPrefix) {
  EXPECT_EQ(NumberFromText("-1.5e2"), -150);
  EXPECT_EQ(NumberFromText("0x1f"), 31);
  EXPECT_EQ(NumberFromText("0b12"), std::nullopt);
  EXPECT_EQ(NumberFromText("1."), std::nullopt);
  EXPECT_EQ(NumberFromText("1e400"), std::nullopt);
}

}  // namespace
}  // namespace pawl::expression::jsonata
