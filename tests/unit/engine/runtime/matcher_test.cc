// The matcher alone: who gets a task while its end is on the way to the disk.
#include "engine/runtime/matcher.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>
#include <string>
#include <vector>

namespace pawl::runtime {
namespace {

constexpr Timestamp kNow = FromMicros(1'767'268'800'000'000);
constexpr TaskRef kRef{.execution = {.shard = ShardId{3}, .number = ExecutionNumber{7}},
                       .frame = kRootFrame,
                       .wait_number = 1};

class Recorder final : public TaskSink {
 public:
  void Deliver(std::vector<Task> tasks) override {
    for (const Task& task : tasks)
      delivered.push_back(task.ref);
  }

  void Cancel(std::vector<TaskRef> tasks) override {
    cancelled.insert(cancelled.end(), tasks.begin(), tasks.end());
  }

  void Acknowledge(std::vector<CompletionAck>) override {}

  std::vector<TaskRef> delivered;
  std::vector<TaskRef> cancelled;
};

class MatcherTest : public testing::Test {
 protected:
  SessionId Connect(Recorder& sink) {
    const SessionId session = matcher_.Connect({.functions = {"f"}}, sink, kNow);
    matcher_.Grant(session, {{.function = "f", .credits = 5}}, kNow);
    return session;
  }

  void Offer(bool is_recovered) {
    matcher_.Offer({{.task = {.ref = kRef, .function = "f", .payload = Bytes("{}")},
                     .is_recovered = is_recovered}},
                   kNow);
  }

  Matcher matcher_{{}, {}, [](const TaskRef&) {}};
  Recorder one_;
  Recorder two_;
};

TEST_F(MatcherTest, TasksAreCountedByFunction) {
  const SessionId session = Connect(one_);
  Offer(false);
  Matcher::Counts counts = matcher_.Count();
  EXPECT_EQ(counts.dispatched, 1U);
  EXPECT_EQ(counts.functions.at("f").leased, 1U);
  matcher_.Completing(session, kRef, kNow + std::chrono::seconds(3));
  matcher_.Withdraw({kRef});
  counts = matcher_.Count();
  const FunctionStatistics& function = counts.functions.at("f");
  EXPECT_EQ(function.leased, 0U);
  EXPECT_EQ(function.durations.sum_seconds, 3);
  matcher_.Offer({{.task = {.ref = kRef, .function = "g", .payload = Bytes("{}")}}}, kNow);
  EXPECT_EQ(matcher_.Count().functions.at("g").queued, 1U);
}

TEST_F(MatcherTest, TaskWhoseEndIsUnderWayStaysWithItsWorker) {
  const SessionId session = Connect(one_);
  Offer(false);
  EXPECT_TRUE(matcher_.Completing(session, kRef, kNow).lease.has_value());
  EXPECT_TRUE(matcher_.Knows(kRef));
  matcher_.Withdraw({kRef});
  EXPECT_FALSE(matcher_.Knows(kRef));
  EXPECT_THAT(one_.cancelled, testing::IsEmpty());
}

TEST_F(MatcherTest, TaskThatWasEndedBeforeItWasClaimedGoesToNobodyElse) {
  const SessionId session = matcher_.Connect({.functions = {"f"}}, one_, kNow);
  Offer(true);
  EXPECT_FALSE(matcher_.Completing(session, kRef, kNow).lease.has_value());
  Connect(two_);
  EXPECT_THAT(matcher_.Poll(kNow + std::chrono::hours(1)), testing::IsEmpty());
  EXPECT_THAT(two_.delivered, testing::IsEmpty());
}

TEST_F(MatcherTest, LateAnswerOfAnotherWorkerStopsTheOneThatHoldsTheTask) {
  Connect(one_);
  Offer(false);
  const SessionId late = matcher_.Connect({.functions = {"f"}}, two_, kNow);
  matcher_.Completing(late, kRef, kNow);
  matcher_.Withdraw({kRef});
  EXPECT_THAT(one_.cancelled, testing::ElementsAre(kRef));
}

TEST_F(MatcherTest, TasksThatAShardDoesNotKnowAnyMoreAreWithdrawn) {
  Connect(one_);
  Offer(false);
  matcher_.WithdrawAllBut(ShardId{4}, {});
  EXPECT_TRUE(matcher_.Knows(kRef));
  matcher_.WithdrawAllBut(ShardId{3}, {kRef});
  EXPECT_TRUE(matcher_.Knows(kRef));
  matcher_.WithdrawAllBut(ShardId{3}, {});
  EXPECT_FALSE(matcher_.Knows(kRef));
  EXPECT_THAT(one_.cancelled, testing::ElementsAre(kRef));
}

}  // namespace
}  // namespace pawl::runtime
