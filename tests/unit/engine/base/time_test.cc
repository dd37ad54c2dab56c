#include "engine/base/time.h"

#include <gtest/gtest.h>

namespace pawl {
namespace {

TEST(TimeTest, FormatsMillisecondsInUtc) {
  EXPECT_EQ(FormatTimestamp(FromMicros(1'700'000'000'123'999)), "2023-11-14T22:13:20.123Z");
  EXPECT_EQ(FormatTimestamp(FromMicros(-1)), "1969-12-31T23:59:59.999Z");
}

TEST(TimeTest, ReadsOffsetsAndFractions) {
  EXPECT_EQ(ParseTimestamp("2023-11-14T22:13:20Z"), FromMicros(1'700'000'000'000'000));
  EXPECT_EQ(ParseTimestamp("2023-11-15T00:13:20.5+02:00"), FromMicros(1'700'000'000'500'000));
  EXPECT_EQ(ParseTimestamp("2023-11-14T22:13:20.123456789Z"), FromMicros(1'700'000'000'123'456));
}

// ASL specification, "Timestamps": an upper-case T separates, an upper-case Z stands for no offset.
TEST(TimeTest, RefusesWhatTheStatesLanguageDoesNotCallATimestamp) {
  for (const char* text : {"",
                           "2023-11-14",
                           "2023-11-14t22:13:20Z",
                           "2023-11-14T22:13:20z",
                           "2023-11-14T22:13:20",
                           "2023-02-30T00:00:00Z",
                           "2023-11-14T24:00:00Z",
                           "2023-11-14T22:13:20.Z",
                           "2023-11-14T22:13:20Z "}) {
    EXPECT_EQ(ParseTimestamp(text), std::nullopt) << text;
  }
}

}  // namespace
}  // namespace pawl
