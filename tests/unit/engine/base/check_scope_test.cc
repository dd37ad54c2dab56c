#include "engine/base/check_scope.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <thread>

#include "engine/base/check.h"

namespace pawl {
namespace {

using testing::HasSubstr;
using testing::ThrowsMessage;

void Break() {
  PAWL_CHECK_MESSAGE(1 > 2, "the order is lost");
}

TEST(CheckScopeTest, ACheckEndsTheProcess) {
  EXPECT_DEATH(Break(), "internal error at .*check_scope_test.cc:[0-9]+: 1 > 2 does not hold. the");
}

TEST(CheckScopeTest, WithinAScopeItThrows) {
  const CheckScope scope;
  EXPECT_THAT(Break, ThrowsMessage<BrokenInvariant>(HasSubstr("1 > 2 does not hold. the order")));
  { const CheckScope inner; }
  EXPECT_THROW(Break(), BrokenInvariant);
}

TEST(CheckScopeTest, AScopeIsForItsThreadAndItsTime) {
  EXPECT_DEATH(
      {
        { const CheckScope over; }
        Break();
      },
      "does not hold");
  EXPECT_DEATH(
      {
        const CheckScope scope;
        std::thread(Break).join();
      },
      "does not hold");
}

}  // namespace
}  // namespace pawl
