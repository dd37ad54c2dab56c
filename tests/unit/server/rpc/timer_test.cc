#include "server/rpc/timer.h"

#include <grpcpp/server.h>
#include <grpcpp/server_builder.h>
#include <gtest/gtest.h>

#include "engine/platform/thread.h"

namespace pawl::test {
namespace {

class TimerTest : public testing::Test {
 protected:
  TimerTest() {
    queue_ = std::make_unique<rpc::CallQueue>(builder_.AddCompletionQueue());
    server_ = builder_.BuildAndStart();
    queue_->Start("timers");
  }

  ~TimerTest() override {
    server_->Shutdown();
    queue_.reset();
  }

  grpc::ServerBuilder builder_;
  std::unique_ptr<rpc::CallQueue> queue_;
  std::unique_ptr<grpc::Server> server_;
  platform::Event done_;
};

TEST_F(TimerTest, RunsWhenTheTimeHasPassed) {
  rpc::Timer timer;
  timer.Set(*queue_, std::chrono::milliseconds(1), [this] { done_.Notify(); });
  done_.Wait();
}

TEST_F(TimerTest, RunsAtOnceWhenItIsCancelled) {
  rpc::Timer timer;
  timer.Set(*queue_, std::chrono::hours(1), [this] { done_.Notify(); });
  timer.Cancel();
  done_.Wait();
}

TEST_F(TimerTest, MayBeDestroyedByWhatItRuns) {
  auto timer = std::make_unique<rpc::Timer>();
  rpc::Timer& set = *timer;
  set.Set(*queue_, std::chrono::milliseconds(1), [this, &timer] {
    timer.reset();
    done_.Notify();
  });
  done_.Wait();
  EXPECT_EQ(timer, nullptr);
}

}  // namespace
}  // namespace pawl::test
