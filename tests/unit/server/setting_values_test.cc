#include "server/setting_values.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace pawl::server {
namespace {

using std::chrono::hours;
using std::chrono::milliseconds;
using std::chrono::seconds;

TEST(SettingValuesTest, SizesHaveUnits) {
  const IntegerRange range{.min = 0, .max = 1ULL << 40U};
  EXPECT_EQ(ParseByteCount("1000", range).value(), 1000U);
  EXPECT_EQ(ParseByteCount("7B", range).value(), 7U);
  EXPECT_EQ(ParseByteCount("64KiB", range).value(), 65536U);
  EXPECT_EQ(ParseByteCount("3MiB", range).value(), 3U << 20U);
  EXPECT_EQ(ParseByteCount("2GiB", range).value(), 2ULL << 30U);
}

TEST(SettingValuesTest, WrongSizesNameTheUnitsAndTheRange) {
  const IntegerRange range{.min = 1024, .max = 1ULL << 20U};
  for (const char* text : {"",
                           "MiB",
                           "-1",
                           "1.5MiB",
                           "1 MiB",
                           "1MB",
                           "5B",
                           "2MiB",
                           "99999999999999999999",
                           "18446744073709551615GiB"}) {
    const Status status = ParseByteCount(text, range).status();
    EXPECT_THAT(status.message(), testing::HasSubstr("between 1KiB and 1MiB")) << text;
    EXPECT_THAT(status.message(), testing::HasSubstr("B, KiB, MiB, GiB")) << text;
  }
}

TEST(SettingValuesTest, DurationsHaveUnits) {
  EXPECT_EQ(ParseDuration("5us", Duration(0)).value(), Duration(5));
  EXPECT_EQ(ParseDuration("250ms", Duration(0)).value(), milliseconds(250));
  EXPECT_EQ(ParseDuration("2s", Duration(0)).value(), seconds(2));
  EXPECT_EQ(ParseDuration("3m", Duration(0)).value(), seconds(180));
  EXPECT_EQ(ParseDuration("90d", Duration(0)).value(), hours(24 * 90));
}

TEST(SettingValuesTest, WrongDurationsNameTheUnitsAndTheLeast) {
  for (const char* text :
       {"", "2", "s", "2 s", "-2s", "999ms", "101000d", "99999999999999999999d"}) {
    EXPECT_THAT(
        ParseDuration(text, seconds(1)).status().message(),
        testing::AllOf(testing::HasSubstr("at least 1s"), testing::HasSubstr("us, ms, s, m, h, d")))
        << text;
  }
}

TEST(SettingValuesTest, WhatIsFormattedCanBeParsed) {
  for (const std::uint64_t bytes : {0ULL, 1ULL, 1023ULL, 1024ULL, 1536ULL, 1ULL << 30U}) {
    EXPECT_EQ(ParseByteCount(FormatByteCount(bytes), {.min = 0, .max = 1ULL << 40U}).value(),
              bytes);
  }
  for (const Duration duration :
       {Duration(0), Duration(1), Duration(1'500'000), Duration(hours(48))}) {
    EXPECT_EQ(ParseDuration(FormatDuration(duration), Duration(0)).value(), duration);
  }
  EXPECT_EQ(FormatByteCount(64ULL << 20U), "64MiB");
  EXPECT_EQ(FormatDuration(hours(24 * 90)), "90d");
}

TEST(SettingValuesTest, FactorsAreNumbersFrom0) {
  EXPECT_EQ(ParseFactor("0.01", 10).value(), 0.01);
  EXPECT_EQ(ParseFactor("0", 10).value(), 0);
  EXPECT_EQ(ParseFactor("10", 10).value(), 10);
  for (const char* text : {"", "x", "1x", " 1", "-0.5", "11", "nan", "inf", "1,5"}) {
    EXPECT_THAT(ParseFactor(text, 10).status().message(),
                ::testing::HasSubstr("is not a number from 0 to 10"))
        << text;
  }
}

TEST(SettingValuesTest, IntegersStayInTheirRange) {
  const IntegerRange range{.min = 1, .max = 10};
  EXPECT_EQ(ParseInteger("10", range).value(), 10U);
  for (const char* text : {"0", "11", "", "x", "1x", " 1", "-1"}) {
    EXPECT_THAT(ParseInteger(text, range).status().message(),
                testing::HasSubstr("integer between 1 and 10"))
        << text;
  }
}

}  // namespace
}  // namespace pawl::server
