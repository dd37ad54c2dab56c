#include "engine/expression/java_decimal.h"

#include <gtest/gtest.h>

namespace pawl::expression {
namespace {

TEST(JavaDecimalTest, WhatBigDecimalReadsBecomesAJsonNumber) {
  EXPECT_EQ(ReadJavaDecimal("10"), "10");
  EXPECT_EQ(ReadJavaDecimal("010"), "10");
  EXPECT_EQ(ReadJavaDecimal("-007.50"), "-7.50");
  EXPECT_EQ(ReadJavaDecimal("+1"), "1");
  EXPECT_EQ(ReadJavaDecimal(".5"), "0.5");
  EXPECT_EQ(ReadJavaDecimal("5."), "5");
  EXPECT_EQ(ReadJavaDecimal("1e+3"), "1e+3");
}

TEST(JavaDecimalTest, WhatIsNoNumberIsNone) {
  for (const char* const text :
       {"", "-", "+", ".", "e1", "1e", "1e+", "1x", "x", " 1", "1 ", "0x1"}) {
    EXPECT_EQ(ReadJavaDecimal(text), std::nullopt) << text;
  }
}

// Java SE, BigDecimal.toString: its own examples and their neighbours.
TEST(JavaDecimalTest, NumbersAreWrittenAsBigDecimalWritesThem) {
  EXPECT_EQ(JavaDecimalText("123"), "123");
  EXPECT_EQ(JavaDecimalText("-123"), "-123");
  EXPECT_EQ(JavaDecimalText("1.23e3"), "1.23E+3");
  EXPECT_EQ(JavaDecimalText("123e1"), "1.23E+3");
  EXPECT_EQ(JavaDecimalText("12.3e7"), "1.23E+8");
  EXPECT_EQ(JavaDecimalText("1.230"), "1.230");
  EXPECT_EQ(JavaDecimalText("-0.123e2"), "-12.3");
  EXPECT_EQ(JavaDecimalText("0.00123"), "0.00123");
  EXPECT_EQ(JavaDecimalText("123e-10"), "1.23E-8");
  EXPECT_EQ(JavaDecimalText("0.000001"), "0.000001");
  EXPECT_EQ(JavaDecimalText("0.0000001"), "1E-7");
  EXPECT_EQ(JavaDecimalText("0"), "0");
  EXPECT_EQ(JavaDecimalText("0.00"), "0.00");
}

}  // namespace
}  // namespace pawl::expression
