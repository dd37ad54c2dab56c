#include "engine/base/status.h"

#include <gtest/gtest.h>

namespace pawl {
namespace {

Result<int> Half(int number) {
  if (number % 2 != 0) return InvalidArgument("expected an even number", "number");
  return number / 2;
}

Result<int> Quarter(int number) {
  ASSIGN_OR_RETURN(const int half, Half(number));
  return Half(half);
}

TEST(StatusTest, AnErrorTravelsThroughAssignOrReturn) {
  EXPECT_EQ(Quarter(8).value(), 2);
  const Status status = Quarter(6).status();
  EXPECT_EQ(status.code(), StatusCode::kInvalidArgument);
  EXPECT_EQ(status.field(), "number");
  EXPECT_EQ(status.ToString(), "INVALID_ARGUMENT: expected an even number");
}

TEST(StatusDeathTest, TheValueOfAnErrorStopsTheProgram) {
  EXPECT_DEATH(static_cast<void>(Half(1).value()), "expected an even number");
}

}  // namespace
}  // namespace pawl
