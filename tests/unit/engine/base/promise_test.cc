#include "engine/base/promise.h"

#include <gtest/gtest.h>

#include <chrono>
#include <memory>
#include <optional>
#include <thread>

namespace pawl {
namespace {

using namespace std::chrono_literals;  // NOLINT(google-build-using-namespace)

TEST(PromiseTest, WhatWasGivenBeforeIsTaken) {
  Promise<std::unique_ptr<int>> promise;
  promise.Set(std::make_unique<int>(7));
  EXPECT_EQ(*promise.Wait(), 7);
}

TEST(PromiseTest, TheFirstIsKept) {
  Promise<int> promise;
  promise.Set(1);
  promise.Set(2);
  EXPECT_EQ(promise.Wait(), 1);
}

// The thread that gives may be at it still when this one leaves the scope: a sanitizer tells if it
// touches what is gone.
TEST(PromiseTest, ItMayGoAwayOnceTaken) {
  for (int i = 0; i < 1'000; ++i) {
    std::thread giver;
    {
      Promise<int> promise;
      giver = std::thread([&promise, i] { promise.Set(i); });
      ASSERT_EQ(promise.Wait(), i);
    }
    giver.join();
  }
}

TEST(PromiseTest, AWaitThatIsOverLeavesItToBeGiven) {
  Promise<int> promise;
  EXPECT_EQ(promise.WaitFor(1ms), std::nullopt);
  std::thread giver([&promise] { promise.Set(3); });
  EXPECT_EQ(promise.WaitFor(1h), 3);
  giver.join();
}

}  // namespace
}  // namespace pawl
