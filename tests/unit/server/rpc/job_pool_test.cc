#include "server/rpc/job_pool.h"

#include <gtest/gtest.h>

#include <atomic>

namespace pawl::test {
namespace {

TEST(JobPoolTest, OneThreadRunsJobsInTheirOrder) {
  std::string order;
  {
    rpc::JobPool pool(1);
    for (const char letter : {'a', 'b', 'c'})
      pool.Post([&order, letter] { order += letter; });
  }
  EXPECT_EQ(order, "abc");
}

TEST(JobPoolTest, AJobThatWaitsLeavesTheOtherThreads) {
  platform::Event first;
  platform::Event second;
  rpc::JobPool pool(2);
  pool.Post([&] {
    first.Wait();
    second.Notify();
  });
  pool.Post([&] { first.Notify(); });
  second.Wait();
}

TEST(JobPoolTest, WhatWasPostedRunsBeforeItEnds) {
  std::atomic<int> runs = 0;
  {
    rpc::JobPool pool(3);
    for (int i = 0; i < 1000; ++i)
      pool.Post([&] { ++runs; });
  }
  EXPECT_EQ(runs, 1000);
}

}  // namespace
}  // namespace pawl::test
