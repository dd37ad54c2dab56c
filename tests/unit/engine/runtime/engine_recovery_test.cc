// What an engine goes on with after its process died.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "engine/rows/keys.h"
#include "tests/support/engine_harness.h"

namespace pawl {
namespace {

using test::EngineHarness;
using test::ScriptedWorker;

class EngineRecoveryTest : public testing::Test {
 protected:
  EngineHarness harness_;
};

TEST_F(EngineRecoveryTest, AWaitGoesOn) {
  harness_.Deploy("m", R"({"StartAt":"W","States":{"W":{"Type":"Wait","Seconds":5,"End":true}}})");
  const ExecutionName name = harness_.Start("m", R"({"keep":"me"})");
  harness_.Crash();
  harness_.Advance(std::chrono::seconds(5));
  EXPECT_EQ(harness_.Describe(name).output.view(), R"({"keep":"me"})");
}

// What is wrong with one execution stops no other, and not the server.
TEST_F(EngineRecoveryTest, AnExecutionWhoseTurnCannotBeMadeIsSetAside) {
  harness_.Deploy("m", R"({"StartAt":"W","States":{"W":{"Type":"Wait","Seconds":5,"Next":"P"},
      "P":{"Type":"Pass","Parameters":{"got.$":"$.keep"},"End":true}}})");
  const ExecutionName broken = harness_.Start("m", R"({"keep":"no JSON soon"})");
  const ExecutionName whole = harness_.Start("m", R"({"keep":"me"})");
  // As nothing that reads rows would notice.
  std::size_t spoilt = 0;
  for (const auto family : {storage::Family::kHistory, storage::Family::kState}) {
    const auto rows = storage::ScanAndWait(harness_.store(), {.family = family});
    ASSERT_TRUE(rows.ok());
    for (const storage::Row& row : *rows) {
      const std::size_t place = row.value.find(R"(soon"})");
      if (place == std::string::npos) continue;
      std::string value = row.value;
      value[place + 4] = '!';
      storage::ShardBatch batch{.shard = rows::ShardOf({}, "m", broken.name)};
      batch.writes.Put(family, row.key, value);
      ASSERT_TRUE(storage::CommitAndWait(harness_.store(), std::move(batch)).ok());
      ++spoilt;
    }
  }
  ASSERT_GE(spoilt, 1U);
  harness_.Crash();
  harness_.Advance(std::chrono::seconds(6));
  EXPECT_EQ(harness_.Describe(whole).output.view(), R"({"got":"me"})");
  const ExecutionInfo info = harness_.Describe(broken);
  EXPECT_EQ(info.status, ExecutionStatus::kRunning);
  EXPECT_THAT(info.quarantine_reason, testing::HasSubstr("internal error at"));
  EXPECT_EQ(harness_.engine().Statistics().quarantined, 1U);
  // And so it stays.
  harness_.Crash();
  harness_.Advance(std::chrono::seconds(6));
  EXPECT_THAT(harness_.Describe(broken).quarantine_reason, testing::HasSubstr("internal error at"));
  EXPECT_FALSE(harness_.Stop(broken).ok());
}

TEST_F(EngineRecoveryTest, AParkedWaitGoesOn) {
  harness_.Deploy("m",
                  R"({"StartAt":"W","States":{"W":{"Type":"Wait","Seconds":7200,"End":true}}})");
  const ExecutionName name = harness_.Start("m");
  harness_.Crash();
  harness_.Advance(std::chrono::minutes(115));
  harness_.Crash();
  EXPECT_EQ(harness_.Describe(name).status, ExecutionStatus::kRunning);
  harness_.Advance(std::chrono::minutes(6));
  EXPECT_EQ(harness_.Describe(name).status, ExecutionStatus::kSucceeded);
}

TEST_F(EngineRecoveryTest, AWorkerComesBackWithItsTask) {
  harness_.Deploy("m",
                  R"({"StartAt":"T","States":{"T":{"Type":"Task","Resource":"work","End":true}}})");
  const ExecutionName name = harness_.Start("m");
  TaskRef ref;
  {
    ScriptedWorker& worker = harness_.AddWorker({"work"});
    harness_.Settle();
    ASSERT_EQ(worker.tasks.size(), 1U);
    ref = worker.tasks[0].ref;
  }
  harness_.Crash();
  ScriptedWorker& idle = harness_.AddWorker({"work"});

  // The worker's hello claims the task: nobody else gets it.

  class Sink final : public TaskSink {
   public:
    void Deliver(std::vector<Task>) override {}

    void Cancel(std::vector<TaskRef> refs) override { cancelled = std::move(refs); }

    void Acknowledge(std::vector<CompletionAck> more) override { acks = std::move(more); }

    std::vector<TaskRef> cancelled;
    std::vector<CompletionAck> acks;
  } sink;

  auto session = harness_.engine().ConnectWorker({.functions = {"work"}, .held = {ref}}, sink);
  harness_.Advance(std::chrono::seconds(10));
  EXPECT_TRUE(idle.tasks.empty());
  EXPECT_TRUE(sink.cancelled.empty());
  session->Complete({{.ref = ref, .output = Bytes("42")}});
  harness_.Settle();
  ASSERT_EQ(sink.acks.size(), 1U);
  EXPECT_EQ(sink.acks[0].outcome, CompletionOutcome::kAccepted);
  EXPECT_EQ(harness_.Describe(name).output.view(), "42");
}

TEST_F(EngineRecoveryTest, ACompletionSentAgainAfterACrashIsAcceptedOnce) {
  harness_.Deploy("m",
                  R"({"StartAt":"T","States":{"T":{"Type":"Task","Resource":"work","End":true}}})");
  const ExecutionName name = harness_.Start("m");
  ScriptedWorker& worker = harness_.AddWorker({"work"});
  harness_.Settle();
  const Task task = worker.tasks[0];
  worker.Complete(task, {.output = "1"});
  harness_.Settle();
  harness_.Crash();
  ScriptedWorker& again = harness_.AddWorker({"work"});
  again.Complete(task, {.output = "1"});
  harness_.Settle();
  ASSERT_EQ(again.acks.size(), 1U);
  EXPECT_EQ(again.acks[0].outcome, CompletionOutcome::kSettled);
  EXPECT_EQ(harness_.EventTypes(name).size(), 7U);
}

TEST_F(EngineRecoveryTest, AHalfFinishedMapGoesOn) {
  EngineOptions options;
  options.limits.turn_transitions_max = 3;
  EngineHarness harness(options);
  harness.Deploy("m", R"({"StartAt":"M","States":{"M":{"Type":"Map","MaxConcurrency":2,
      "ItemProcessor":{"StartAt":"T","States":{"T":{"Type":"Task","Resource":"work","Next":"P"},
      "P":{"Type":"Pass","End":true}}},"End":true}}})");
  const ExecutionName name = harness.Start("m", "[10,20,30,40,50]");
  for (int crash = 0; crash < 4; ++crash) {
    ScriptedWorker& worker = harness.AddWorker({"work"});
    harness.Advance(std::chrono::seconds(3));
    ASSERT_FALSE(worker.tasks.empty());
    const Task task = worker.tasks.front();
    worker.Complete(task, {.output = task.payload.str()});
    harness.Settle();
    harness.Crash();
  }
  harness.AddWorker({"work"}).On("work", [](const Task& task) {
    return ScriptedWorker::Outcome{.output = task.payload.str()};
  });
  harness.Advance(std::chrono::seconds(3));
  EXPECT_EQ(harness.Describe(name).output.view(), "[10,20,30,40,50]");
}

TEST_F(EngineRecoveryTest, EngineTimeDoesNotRunBackwardsOverARestart) {
  harness_.Deploy("m", R"({"StartAt":"A","States":{"A":{"Type":"Pass","End":true}}})");
  harness_.Start("m");
  harness_.Advance(std::chrono::hours(2));
  harness_.Start("m");
  const Timestamp before = harness_.engine().ListExecutions({})->executions[0].started_at;
  harness_.clock().SetWall(test::ManualClock::kStart - std::chrono::hours(5));
  harness_.Crash();
  harness_.Start("m");
  EXPECT_GE(harness_.engine().ListExecutions({})->executions[0].started_at, before);
}

}  // namespace
}  // namespace pawl
