#include "workers/invocation_pace.h"

#include <gtest/gtest.h>

namespace pawl::workers {
namespace {

using namespace std::chrono_literals;

InvocationPace After(int count, std::chrono::microseconds duration) {
  InvocationPace pace;
  for (int i = 0; i < count; ++i)
    pace.Note(duration);
  return pace;
}

TEST(InvocationPaceTest, AnUnknownFunctionGetsOneAtATime) {
  EXPECT_EQ(InvocationPace().depth(), 1U);
  EXPECT_EQ(After(3, 1us).depth(), 1U);
}

TEST(InvocationPaceTest, AFastFunctionGetsWhatTwoMillisecondsHold) {
  EXPECT_EQ(After(100, 3us).depth(), InvocationPace::kDepthMax);
  EXPECT_EQ(After(100, 199us).depth(), 10U);
  EXPECT_EQ(After(100, 900us).depth(), 2U);
}

TEST(InvocationPaceTest, ASlowFunctionGetsOneAtATime) {
  EXPECT_EQ(After(100, 1ms).depth(), 1U);
  EXPECT_EQ(After(100, 1h).depth(), 1U);
}

TEST(InvocationPaceTest, OneSlowInvocationEndsTheHasteAndManyFastOnesBringItBack) {
  InvocationPace pace = After(1'000, 5us);
  pace.Note(1s);
  EXPECT_EQ(pace.depth(), 1U);
  for (int i = 0; i < 200; ++i)
    pace.Note(5us);
  EXPECT_EQ(pace.depth(), InvocationPace::kDepthMax);
}

}  // namespace
}  // namespace pawl::workers
