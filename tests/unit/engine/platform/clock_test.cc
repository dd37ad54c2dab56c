#include "engine/platform/clock.h"

#include <gtest/gtest.h>

#include "tests/support/manual_clock.h"

namespace pawl::platform {
namespace {

using namespace std::chrono_literals;

TEST(SystemClockTest, WallTimeIsAfterThisTestWasWritten) {
  SystemClock clock;
  EXPECT_GT(clock.WallNow(), *ParseTimestamp("2025-01-01T00:00:00Z"));
  EXPECT_LT(clock.WallNow(), *ParseTimestamp("2225-01-01T00:00:00Z"));
}

TEST(SystemClockTest, MonotonicTimeGoesForward) {
  SystemClock clock;
  const auto before = clock.MonotonicNow();
  while (clock.MonotonicNow() == before) {
  }
  EXPECT_GT(clock.MonotonicNow(), before);
}

TEST(ManualClockTest, TimeStandsStillUntilItIsAdvanced) {
  test::ManualClock clock;
  const auto wall = clock.WallNow();
  const auto monotonic = clock.MonotonicNow();
  EXPECT_EQ(clock.WallNow(), wall);

  clock.Advance(3s);
  EXPECT_EQ(clock.WallNow(), wall + 3s);
  EXPECT_EQ(clock.MonotonicNow(), monotonic + 3s);
}

TEST(ManualClockTest, SettingTheWallClockLeavesTheMonotonicClockAlone) {
  test::ManualClock clock;
  const auto monotonic = clock.MonotonicNow();
  clock.SetWall(test::ManualClock::kStart - 1h);
  EXPECT_EQ(clock.WallNow(), test::ManualClock::kStart - 1h);
  EXPECT_EQ(clock.MonotonicNow(), monotonic);
}

}  // namespace
}  // namespace pawl::platform
