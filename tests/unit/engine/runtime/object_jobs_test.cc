#include "engine/runtime/object_jobs.h"

#include <gtest/gtest.h>

#include <atomic>

namespace pawl::runtime {
namespace {

TEST(ObjectJobsTest, WithoutThreadsTheOwnerRunsThemInOrder) {
  ObjectJobs jobs(nullptr, 0);
  std::string done;
  jobs.Post([&done](objects::ObjectStore*) { done += 'a'; });
  jobs.Post([&done](objects::ObjectStore*) { done += 'b'; });
  EXPECT_TRUE(jobs.RunOne());
  EXPECT_EQ(done, "a");
  EXPECT_TRUE(jobs.RunOne());
  EXPECT_FALSE(jobs.RunOne());
  EXPECT_EQ(done, "ab");
}

TEST(ObjectJobsTest, ThreadsRunEachOnce) {
  constexpr int kJobs = 100;
  std::atomic<int> done = 0;
  platform::Event all;
  ObjectJobs jobs(nullptr, 2);
  for (int i = 0; i < kJobs; ++i) {
    jobs.Post([&](objects::ObjectStore*) {
      if (++done == kJobs) all.Notify();
    });
  }
  all.Wait();
  EXPECT_EQ(done, kJobs);
  EXPECT_FALSE(jobs.RunOne());
}

TEST(ObjectJobsTest, AfterStopNoneRuns) {
  ObjectJobs jobs(nullptr, 0);
  bool has_run = false;
  jobs.Post([&has_run](objects::ObjectStore*) { has_run = true; });
  jobs.Stop();
  EXPECT_TRUE(jobs.is_stopping());
  EXPECT_FALSE(jobs.RunOne());
  EXPECT_FALSE(has_run);
}

}  // namespace
}  // namespace pawl::runtime
