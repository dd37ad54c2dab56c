// EXPRESS state machines (Step Functions Developer Guide, "Choosing workflow type"): executions in
// memory.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "tests/support/engine_harness.h"

namespace pawl {
namespace {

using namespace std::chrono_literals;
using test::EngineHarness;
using test::ScriptedWorker;
using testing::HasSubstr;

constexpr char kCalls[] = R"({"StartAt":"F","States":{"F":{"Type":"Task","Resource":"f",
    "Next":"P"},"P":{"Type":"Pass","Parameters":{"got.$":"$","in.$":"$$.Execution.Input",
    "name.$":"$$.Execution.Name","id.$":"$$.Execution.Id"},"End":true}}})";
constexpr char kWaitsLong[] =
    R"({"StartAt":"W","States":{"W":{"Type":"Wait","Seconds":400,"End":true}}})";

class EngineExpressTest : public testing::Test {
 protected:
  Status DeployExpress(const std::string& name, const std::string& definition) {
    return harness_.engine()
        .Deploy({.name = name, .definition = definition, .type = asl::MachineType::kExpress})
        .status();
  }

  // The answer, if there is one by now.
  void StartSync(const std::string& machine, std::string input, std::string name = {}) {
    harness_.engine().StartSyncExecution(
        {.state_machine = machine, .name = std::move(name), .input = std::move(input)},
        [this](Result<ExecutionInfo> info) { answers_.push_back(std::move(info)); });
    harness_.Settle();
  }

  std::size_t RowsOf(char tag) {
    std::size_t count = 0;
    for (std::uint16_t shard = 0; shard < rows::kShards; ++shard) {
      storage::Range all = rows::OutboxOf(ShardId{shard});
      all.begin[2] = tag;
      all.end = rows::PrefixEnd(all.begin);
      count += storage::ScanAndWait(harness_.store(), all)->size();
    }
    return count;
  }

  EngineHarness harness_;
  std::vector<Result<ExecutionInfo>> answers_;
};

TEST_F(EngineExpressTest, TheCallerHearsTheOutput) {
  ASSERT_TRUE(DeployExpress("m", kCalls).ok());
  harness_.AddWorker({"f"}).Returns("f", "7");
  StartSync("m", R"({"a":1})", "one");
  ASSERT_EQ(answers_.size(), 1U);
  ASSERT_TRUE(answers_[0].ok()) << answers_[0].status().ToString();
  EXPECT_EQ(answers_[0]->status, ExecutionStatus::kSucceeded);
  EXPECT_EQ(answers_[0]->name.name, "one");
  EXPECT_THAT(answers_[0]->arn, HasSubstr(":express:m:one:"));
  EXPECT_EQ(answers_[0]->output.view(),
            R"({"got":7,"in":{"a":1},"name":"one","id":")" + answers_[0]->arn + R"("})");
}

TEST_F(EngineExpressTest, NoRowIsWritten) {
  ASSERT_TRUE(DeployExpress("m", kCalls).ok());
  harness_.AddWorker({"f"});
  StartSync("m", "{}");
  for (const char tag : {'E', 'F', 'N', 'R', 'V', 'O', 'P'})
    EXPECT_EQ(RowsOf(tag), 0U) << tag;
  EXPECT_EQ(harness_.engine().ListExecutions({.state_machine = "m"})->executions.size(), 0U);
}

TEST_F(EngineExpressTest, AFailureIsAnAnswer) {
  ASSERT_TRUE(DeployExpress("m", R"({"StartAt":"F","States":{"F":{"Type":"Fail",
      "Error":"E","Cause":"c"}}})")
                  .ok());
  StartSync("m", "{}");
  ASSERT_EQ(answers_.size(), 1U);
  EXPECT_EQ(answers_[0]->status, ExecutionStatus::kFailed);
  EXPECT_EQ(answers_[0]->error, "E");
  EXPECT_EQ(answers_[0]->cause, "c");
}

TEST_F(EngineExpressTest, FiveMinutesAreTheMost) {
  ASSERT_TRUE(DeployExpress("m", kWaitsLong).ok());
  StartSync("m", "{}");
  harness_.Advance(299s);
  EXPECT_TRUE(answers_.empty());
  harness_.Advance(2s);
  ASSERT_EQ(answers_.size(), 1U);
  EXPECT_EQ(answers_[0]->status, ExecutionStatus::kTimedOut);
  EXPECT_EQ(answers_[0]->error, "States.Timeout");
}

TEST_F(EngineExpressTest, NamesNeedNotBeUnique) {
  ASSERT_TRUE(DeployExpress("m", kWaitsLong).ok());
  const auto first = harness_.TryStart({.state_machine = "m", .name = "n"});
  const auto second = harness_.TryStart({.state_machine = "m", .name = "n", .input = "1"});
  ASSERT_TRUE(first.ok());
  ASSERT_TRUE(second.ok());
  EXPECT_NE(first->arn, second->arn);
}

TEST_F(EngineExpressTest, ACrashEndsIt) {
  ASSERT_TRUE(DeployExpress("m", kCalls).ok());
  ScriptedWorker& worker = harness_.AddWorker({"f"});
  StartSync("m", "{}");
  EXPECT_EQ(worker.tasks.size(), 1U);
  harness_.Crash();
  harness_.Advance(10s);
  ScriptedWorker& after = harness_.AddWorker({"f"});
  harness_.Advance(10s);
  EXPECT_TRUE(after.tasks.empty());
  EXPECT_EQ(harness_.engine().Statistics().quarantined, 0U);
}

// The shard is read again before the start was through: that is told, once.
TEST_F(EngineExpressTest, ALossIsToldOnce) {
  ASSERT_TRUE(DeployExpress("m", kWaitsLong).ok());
  harness_.store().FailNextCommit(storage::CommitResult::kAborted);
  StartSync("m", "{}");
  ASSERT_EQ(answers_.size(), 1U);
  EXPECT_EQ(answers_[0].status().code(), StatusCode::kUnavailable);
}

TEST_F(EngineExpressTest, AStandardMachineIsNotStartedSo) {
  harness_.Deploy("m", kWaitsLong);
  StartSync("m", "{}");
  ASSERT_EQ(answers_.size(), 1U);
  EXPECT_EQ(answers_[0].status().reason(), "StateMachineTypeNotSupported");
}

TEST_F(EngineExpressTest, TheTypeStays) {
  ASSERT_TRUE(DeployExpress("m", kWaitsLong).ok());
  EXPECT_TRUE(harness_.engine().Deploy({.name = "m", .definition = kCalls}).ok());
  EXPECT_EQ(harness_.engine().DescribeStateMachine({}, "m", 0)->type, asl::MachineType::kExpress);
  EXPECT_EQ(
      harness_.engine()
          .Deploy({.name = "m", .definition = kWaitsLong, .type = asl::MachineType::kStandard})
          .status()
          .field(),
      "type");
}

TEST_F(EngineExpressTest, LongLoopsKeepTheirMemoryBounded) {
  // Each round makes another payload of a kilobyte.
  ASSERT_TRUE(DeployExpress("m", R"json({"StartAt":"P","States":{
      "P":{"Type":"Pass","Parameters":{"n.$":"States.MathAdd($.n, 1)","text.$":"$.text",
          "more.$":"$.text"},"Next":"C"},
      "C":{"Type":"Choice","Choices":[{"Variable":"$.n","NumericLessThan":30000,"Next":"P"}],
          "Default":"D"},
      "D":{"Type":"Succeed"}}})json")
                  .ok());
  StartSync("m", R"({"n":0,"text":")" + std::string(1'000, 'x') + R"("})");
  ASSERT_EQ(answers_.size(), 1U);
  EXPECT_EQ(answers_[0]->status, ExecutionStatus::kSucceeded) << answers_[0]->cause.value_or("");
}

TEST_F(EngineExpressTest, VariablesAndJoinsWork) {
  ASSERT_TRUE(DeployExpress("m", R"({"StartAt":"A","States":{
      "A":{"Type":"Pass","Assign":{"x":5},"Next":"M"},
      "M":{"Type":"Map","ItemProcessor":{"StartAt":"W","States":{
          "W":{"Type":"Wait","Seconds":1,"Next":"I"},
          "I":{"Type":"Pass","Parameters":{"i.$":"$","x.$":"$x"},"End":true}}},"End":true}}})")
                  .ok());
  std::string input = "[0";
  for (int i = 1; i < 200; ++i)
    input += "," + std::to_string(i);
  StartSync("m", input + "]");
  harness_.Advance(10s);
  ASSERT_EQ(answers_.size(), 1U);
  EXPECT_THAT(std::string(answers_[0]->output.view()), HasSubstr(R"({"i":199,"x":5}])"));
}

TEST_F(EngineExpressTest, WhatExpressDoesNotHaveIsRefused) {
  const auto refusal = [this](const std::string& resource) {
    return DeployExpress("r",
                         R"({"StartAt":"T","States":{"T":{"Type":"Task","Resource":")" + resource +
                             R"(","End":true}}})")
        .message();
  };
  EXPECT_THAT(refusal("arn:aws:states:us-east-1:123456789012:activity:a"),
              HasSubstr("Express state machine does not support Activity ARN"));
  EXPECT_THAT(refusal("arn:aws:states:::states:startExecution.sync:2"),
              HasSubstr("does not support '.sync' service integration"));
  EXPECT_THAT(refusal("arn:aws:states:::lambda:invoke.waitForTaskToken"),
              HasSubstr("does not support '.waitForTaskToken' service integration"));
}

constexpr char kExpressMap[] = R"({"StartAt":"M","States":{"M":{"Type":"Map","Label":"x",
    "MaxConcurrency":3,
    "ItemProcessor":{"ProcessorConfig":{"Mode":"DISTRIBUTED","ExecutionType":"EXPRESS"},
    "StartAt":"F","States":{"F":{"Type":"Task","Resource":"f","End":true}}},"End":true}}})";

TEST_F(EngineExpressTest, MapRunsHaveExpressExecutions) {
  harness_.Deploy("m", kExpressMap);
  ScriptedWorker& worker = harness_.AddWorker({"f"});
  worker.On("f", [](const Task& task) {
    return ScriptedWorker::Outcome{.output = std::string(task.payload.view())};
  });
  const ExecutionName name = harness_.Start("m", "[1,2,3,4,5,6]");
  harness_.Settle();
  EXPECT_EQ(harness_.Describe(name).output.view(), "[1,2,3,4,5,6]");
  EXPECT_EQ(RowsOf('E'), 1U);
}

TEST_F(EngineExpressTest, AMapRunStartsAgainWhatACrashEnded) {
  harness_.Deploy("m", kExpressMap);
  ScriptedWorker& worker = harness_.AddWorker({"f"});
  const ExecutionName name = harness_.Start("m", "[1,2,3,4]");
  harness_.Settle();
  ASSERT_EQ(worker.tasks.size(), 3U);
  const auto first = std::find_if(worker.tasks.begin(), worker.tasks.end(), [](const Task& task) {
    return task.payload.view() == "1";
  });
  worker.Complete(*first, {.output = "10"});
  harness_.Settle();
  harness_.Crash();
  ScriptedWorker& after = harness_.AddWorker({"f"});
  after.On("f", [](const Task& task) {
    return ScriptedWorker::Outcome{.output = std::string(task.payload.view())};
  });
  harness_.Advance(10s);
  EXPECT_EQ(harness_.Describe(name).output.view(), "[10,2,3,4]");
}

// What workers still hold of a lost execution is no task of another one.
TEST_F(EngineExpressTest, TasksAreNamedAnewAfterACrash) {
  ASSERT_TRUE(DeployExpress("m", kCalls).ok());
  ScriptedWorker& worker = harness_.AddWorker({"f"});
  StartSync("m", "{}", "one");
  ASSERT_EQ(worker.tasks.size(), 1U);
  const TaskRef before = worker.tasks[0].ref;
  harness_.Crash();
  ScriptedWorker& after = harness_.AddWorker({"f"});
  StartSync("m", "{}", "one");
  ASSERT_EQ(after.tasks.size(), 1U);
  EXPECT_EQ(after.tasks[0].ref.execution.shard, before.execution.shard);
  EXPECT_NE(after.tasks[0].ref, before);
}

// A commit with an unknown outcome makes a shard forget what it has in memory only.
TEST_F(EngineExpressTest, AMapRunStartsAgainWhatAShardLost) {
  harness_.Deploy("m", kExpressMap);
  harness_.Deploy("other", kWaitsLong);
  ScriptedWorker& worker = harness_.AddWorker({"f"});
  const ExecutionName name = harness_.Start("m", "[1]");
  harness_.Settle();
  ASSERT_EQ(worker.tasks.size(), 1U);
  const ShardId shard = worker.tasks[0].ref.execution.shard;
  ASSERT_NE(shard, rows::ShardOf({}, "m", name.name));
  int number = 0;
  while (rows::ShardOf({}, "other", std::to_string(number)) != shard)
    ++number;
  const std::string neighbour = std::to_string(number);
  harness_.store().FailNextCommit(storage::CommitResult::kAborted);
  EXPECT_FALSE(harness_.TryStart({.state_machine = "other", .name = neighbour}).ok());
  harness_.Advance(5s);
  ASSERT_EQ(worker.tasks.size(), 2U);
  worker.Complete(worker.tasks[1], {.output = "10"});
  harness_.Settle();
  EXPECT_EQ(harness_.Describe(name).output.view(), "[10]");
}

// The end of an EXPRESS execution is told once: where it is refused, it has to be run again.
TEST_F(EngineExpressTest, AMapRunStartsAgainWhatEndedWhileTheDiskWasFull) {
  harness_.Deploy("m", R"({"StartAt":"M","States":{"M":{"Type":"Map","Label":"x",
      "ItemProcessor":{"ProcessorConfig":{"Mode":"DISTRIBUTED","ExecutionType":"EXPRESS"},
      "StartAt":"W","States":{"W":{"Type":"Wait","Seconds":5,"End":true}}},"End":true}}})");
  const ExecutionName name = harness_.Start("m", "[1]");
  harness_.Settle();
  harness_.store().SetFreeBytes(0);
  harness_.Advance(8s);
  EXPECT_EQ(harness_.Describe(name).status, ExecutionStatus::kRunning);
  harness_.store().SetFreeBytes(std::nullopt);
  harness_.Advance(15s);
  EXPECT_EQ(harness_.Describe(name).output.view(), "[1]");
}

TEST_F(EngineExpressTest, StoppingAMapRunStopsItsExpressExecutions) {
  harness_.Deploy("m", kExpressMap);
  ScriptedWorker& worker = harness_.AddWorker({"f"});
  const ExecutionName name = harness_.Start("m", "[1,2,3,4]");
  harness_.Settle();
  ASSERT_TRUE(harness_.Stop(name).ok());
  harness_.Settle();
  EXPECT_EQ(worker.cancelled.size(), 3U);
  EXPECT_EQ(RowsOf('O'), 0U);
}

}  // namespace
}  // namespace pawl
