#include "engine/platform/thread.h"

#include <gtest/gtest.h>
#include <pthread.h>

#include <array>
#include <atomic>

namespace pawl::platform {
namespace {

using namespace std::chrono_literals;

TEST(ThreadTest, DestructorWaitsForTheBodyToReturn) {
  std::atomic<bool> is_finished = false;
  Event go;
  {
    const Thread thread("worker", [&] {
      go.Wait();
      is_finished = true;
    });
    go.Notify();
  }
  EXPECT_TRUE(is_finished);
}

TEST(ThreadTest, JoiningTwiceIsHarmless) {
  Thread thread("worker", [] {});
  thread.Join();
  thread.Join();
}

TEST(ThreadTest, NameIsCutToWhatLinuxKeeps) {
  std::array<char, 32> name{};
  Thread thread("committer-of-everything",
                [&] { pthread_getname_np(pthread_self(), name.data(), name.size()); });
  thread.Join();
  EXPECT_STREQ(name.data(), "committer-of-ev");
}

TEST(EventTest, KeepsANotificationUntilAWaitTakesIt) {
  Event event;
  event.Notify();
  event.Notify();
  event.Wait();
  EXPECT_FALSE(event.WaitFor(0ns));
}

TEST(EventTest, WakesAWaitingThread) {
  Event ping;
  Event pong;
  const Thread thread("echo", [&] {
    for (int i = 0; i < 1000; ++i) {
      ping.Wait();
      pong.Notify();
    }
  });
  for (int i = 0; i < 1000; ++i) {
    ping.Notify();
    EXPECT_TRUE(pong.WaitFor(60s));
  }
}

TEST(EventTest, WaitWithTimeoutGivesUp) {
  Event event;
  EXPECT_FALSE(event.WaitFor(1ms));
  event.Notify();
  EXPECT_TRUE(event.WaitFor(1ms));
}

TEST(ProcessorCountTest, IsAtLeastOne) {
  EXPECT_GE(ProcessorCount(), 1);
}

}  // namespace
}  // namespace pawl::platform
