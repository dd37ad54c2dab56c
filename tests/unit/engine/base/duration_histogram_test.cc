#include "engine/base/duration_histogram.h"

#include <gtest/gtest.h>

namespace pawl {
namespace {

using std::chrono::duration;

TEST(DurationHistogramTest, EachDurationFallsIntoOneBucket) {
  DurationHistogram histogram;
  histogram.Add(duration<double>(0.0001));
  histogram.Add(duration<double>(0.00011));
  histogram.Add(std::chrono::seconds(1000));
  histogram.Add(duration<double>(-3));
  EXPECT_EQ(histogram.counts.front(), 2U);
  EXPECT_EQ(histogram.counts[1], 1U);
  EXPECT_EQ(histogram.counts.back(), 1U);
  EXPECT_NEAR(histogram.sum_seconds, 1000.00021, 1e-9);
}

TEST(DurationHistogramTest, TwoAreAddedBucketByBucket) {
  DurationHistogram sum;
  sum.Add(duration<double>(0.2));
  DurationHistogram other;
  other.Add(duration<double>(0.2));
  other.Add(duration<double>(3));
  sum.Add(other);
  EXPECT_EQ(sum.counts[10], 2U);
  EXPECT_EQ(sum.counts[14], 1U);
  EXPECT_NEAR(sum.sum_seconds, 3.4, 1e-9);
}

}  // namespace
}  // namespace pawl
