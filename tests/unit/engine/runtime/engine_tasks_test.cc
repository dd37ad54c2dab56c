// Tasks through the whole engine: functions, retries, catches, time-outs, lost workers.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/engine_harness.h"

namespace pawl {
namespace {

using test::EngineHarness;
using test::ScriptedWorker;
using testing::ElementsAre;
using testing::HasSubstr;

constexpr char kOneTask[] =
    R"({"StartAt":"T","States":{"T":{"Type":"Task","Resource":"work","End":true}}})";

class EngineTasksTest : public testing::Test {
 protected:
  EngineHarness harness_;
};

TEST_F(EngineTasksTest, ATaskGivesTheFunctionsResult) {
  harness_.AddWorker({"work"}).On("work", [](const Task& task) {
    return ScriptedWorker::Outcome{.output = "{\"got\":" + task.payload.str() + "}"};
  });
  const ExecutionInfo info = harness_.Run(kOneTask, R"({"x":1})");
  EXPECT_EQ(info.output.view(), R"({"got":{"x":1}})");
  EXPECT_THAT(harness_.EventTypes(info.name),
              ElementsAre("ExecutionStarted",
                          "TaskStateEntered",
                          "LambdaFunctionScheduled",
                          "LambdaFunctionStarted",
                          "LambdaFunctionSucceeded",
                          "TaskStateExited",
                          "ExecutionSucceeded"));
}

TEST_F(EngineTasksTest, LambdaInvokeWrapsTheResult) {
  harness_.AddWorker({"work"}).On("work", [](const Task& task) {
    return ScriptedWorker::Outcome{.output = task.payload.str()};
  });
  const ExecutionInfo info = harness_.Run(
      R"({"StartAt":"T","States":{"T":{"Type":"Task","Resource":"arn:aws:states:::lambda:invoke",
      "Parameters":{"FunctionName":"arn:aws:lambda:eu-west-1:111122223333:function:work:3",
      "Payload":{"n.$":"$.n"}},"OutputPath":"$['Payload','StatusCode']","End":true}}})",
      R"({"n":5})");
  EXPECT_EQ(info.output.view(), R"({"Payload":{"n":5},"StatusCode":200})");
  EXPECT_EQ(harness_.EventTypes(info.name)[2], "TaskScheduled");
  EXPECT_EQ(harness_.History(info.name)[2].resource, "invoke");
}

constexpr char kInvokeForItsLog[] =
    R"({"StartAt":"T","States":{"T":{"Type":"Task","Resource":"arn:aws:states:::lambda:invoke",
    "Parameters":{"FunctionName":"work","LogType":"Tail"},"OutputPath":"$.LogResult","End":true}}})";

// Lambda API reference, Invoke: LogResult is the last 4 KB.
TEST_F(EngineTasksTest, LambdaInvokeGivesTheEndOfTheLog) {
  harness_.AddWorker({"work"}).On("work", [](const Task&) {
    return ScriptedWorker::Outcome{.output = "1", .log_tail = std::string(5'000, 'x')};
  });
  // Base64 of 4,096 bytes.
  EXPECT_EQ(harness_.Run(kInvokeForItsLog).output.size(), 5'464U + 2);
}

TEST_F(EngineTasksTest, ALogIsStillWantedAfterARestart) {
  harness_.Deploy("m", kInvokeForItsLog);
  const ExecutionName name = harness_.Start("m");
  harness_.Crash();
  harness_.AddWorker({"work"}).On("work", [](const Task& task) {
    return ScriptedWorker::Outcome{.output = "1", .log_tail = task.wants_log ? "log" : ""};
  });
  harness_.Advance(std::chrono::seconds(3));
  EXPECT_EQ(harness_.Describe(name).output, Bytes(R"("bG9n")"));
}

TEST_F(EngineTasksTest, ARetrierWaitsAndTriesAgainThenCatches) {
  int calls = 0;
  harness_.AddWorker({"work"}).On("work", [&calls](const Task&) {
    ++calls;
    return ScriptedWorker::Outcome{.error = "Broken", .cause = "again"};
  });
  harness_.Deploy("m", R"({"StartAt":"T","States":{"T":{"Type":"Task","Resource":"work",
      "Retry":[{"ErrorEquals":["Broken"],"IntervalSeconds":2,"BackoffRate":3,"MaxAttempts":2}],
      "Catch":[{"ErrorEquals":["States.ALL"],"ResultPath":"$.e","Next":"C"}],"End":true},
      "C":{"Type":"Succeed"}}})");
  const ExecutionName name = harness_.Start("m", R"({"a":1})");
  harness_.Settle();
  EXPECT_EQ(calls, 1);
  harness_.Advance(std::chrono::milliseconds(1'999));
  EXPECT_EQ(calls, 1);
  harness_.Advance(std::chrono::milliseconds(1));
  EXPECT_EQ(calls, 2);
  harness_.Advance(std::chrono::milliseconds(5'999));
  EXPECT_EQ(calls, 2);
  harness_.Advance(std::chrono::milliseconds(1));
  EXPECT_EQ(calls, 3);
  EXPECT_EQ(harness_.Describe(name).output.view(),
            R"({"a":1,"e":{"Error":"Broken","Cause":"again"}})");
}

TEST_F(EngineTasksTest, ATaskTimesOutAndItsWorkerIsTold) {
  ScriptedWorker& worker = harness_.AddWorker({"work"});
  harness_.Deploy("m", R"({"StartAt":"T","States":{"T":{"Type":"Task","Resource":"work",
      "TimeoutSeconds":5,"End":true}}})");
  const ExecutionName name = harness_.Start("m");
  harness_.Advance(std::chrono::seconds(5));
  const ExecutionInfo info = harness_.Describe(name);
  EXPECT_EQ(info.status, ExecutionStatus::kFailed);
  EXPECT_EQ(info.error, "States.Timeout");
  EXPECT_THAT(harness_.EventTypes(name),
              ElementsAre("ExecutionStarted",
                          "TaskStateEntered",
                          "LambdaFunctionScheduled",
                          "LambdaFunctionStarted",
                          "LambdaFunctionTimedOut",
                          "ExecutionFailed"));
  ASSERT_EQ(worker.tasks.size(), 1U);
  EXPECT_THAT(worker.cancelled, testing::Contains(worker.tasks[0].ref));
  // Its late answer counts for nothing.
  worker.Complete(worker.tasks[0], {.output = "1"});
  harness_.Settle();
  ASSERT_EQ(worker.acks.size(), 1U);
  EXPECT_EQ(worker.acks[0].outcome, CompletionOutcome::kSettled);
}

TEST_F(EngineTasksTest, HeartbeatsKeepATaskAlive) {
  ScriptedWorker& worker = harness_.AddWorker({"work"});
  harness_.Deploy("m", R"({"StartAt":"T","States":{"T":{"Type":"Task","Resource":"work",
      "TimeoutSeconds":600,"HeartbeatSeconds":10,
      "Catch":[{"ErrorEquals":["States.HeartbeatTimeout"],"Next":"C"}],"End":true},
      "C":{"Type":"Pass","Result":"silent","End":true}}})");
  const ExecutionName name = harness_.Start("m");
  for (int i = 0; i < 5; ++i) {
    harness_.Advance(std::chrono::seconds(9));
    ASSERT_EQ(harness_.Describe(name).status, ExecutionStatus::kRunning);
    worker.session().Heartbeat({worker.tasks[0].ref});
  }
  harness_.Advance(std::chrono::seconds(11));
  EXPECT_EQ(harness_.Describe(name).output.view(), R"("silent")");
}

TEST_F(EngineTasksTest, OnlyTheFirstAnswerCounts) {
  ScriptedWorker& worker = harness_.AddWorker({"work"});
  harness_.Deploy("m", kOneTask);
  const ExecutionName name = harness_.Start("m");
  harness_.Settle();
  ASSERT_EQ(worker.tasks.size(), 1U);
  worker.Complete(worker.tasks[0], {.output = "1"});
  worker.Complete(worker.tasks[0], {.output = "2"});
  harness_.Settle();
  EXPECT_EQ(harness_.Describe(name).output.view(), "1");
  ASSERT_EQ(worker.acks.size(), 2U);
  EXPECT_EQ(worker.acks[0].outcome, CompletionOutcome::kAccepted);
  EXPECT_EQ(worker.acks[1].outcome, CompletionOutcome::kSettled);
}

// What was staged behind such a group is lost with the shard's memory.
TEST_F(EngineTasksTest, AnswersThatMayBeLostAreRefusedAndCountWhenTheyComeAgain) {
  ScriptedWorker& worker = harness_.AddWorker({"work"});
  harness_.Deploy("m", R"({"StartAt":"P","States":{"P":{"Type":"Parallel","End":true,"Branches":[
      {"StartAt":"A","States":{"A":{"Type":"Task","Resource":"work","End":true}}},
      {"StartAt":"B","States":{"B":{"Type":"Task","Resource":"work","End":true}}}]}}})");
  const ExecutionName name = harness_.Start("m");
  harness_.Settle();
  ASSERT_EQ(worker.tasks.size(), 2U);
  harness_.store().FailNextCommit(storage::CommitResult::kUnknown);
  harness_.HoldCommits();
  worker.Complete(worker.tasks[0], {.output = "1"});
  harness_.PollExecutors();
  worker.Complete(worker.tasks[1], {.output = "2"});
  harness_.PollExecutors();
  EXPECT_TRUE(worker.acks.empty());
  harness_.EndCommits();
  harness_.Settle();
  ASSERT_EQ(worker.acks.size(), 2U);
  EXPECT_EQ(worker.acks[0].outcome, CompletionOutcome::kRefused);
  EXPECT_EQ(worker.acks[1].outcome, CompletionOutcome::kRefused);
  EXPECT_EQ(harness_.Describe(name).status, ExecutionStatus::kRunning);

  worker.Complete(worker.tasks[0], {.output = "1"});
  worker.Complete(worker.tasks[1], {.output = "2"});
  harness_.Settle();
  ASSERT_EQ(worker.acks.size(), 4U);
  // The store may have kept the first.
  EXPECT_NE(worker.acks[2].outcome, CompletionOutcome::kRefused);
  EXPECT_EQ(worker.acks[3].outcome, CompletionOutcome::kAccepted);
  EXPECT_EQ(harness_.Describe(name).output.view(), "[1,2]");
}

TEST_F(EngineTasksTest, GarbageFromAWorkerFailsTheTaskOnly) {
  ScriptedWorker& worker = harness_.AddWorker({"work"});
  worker.On("work", [](const Task&) { return ScriptedWorker::Outcome{.output = "{oops"}; });
  const ExecutionInfo info = harness_.Run(kOneTask);
  EXPECT_EQ(info.status, ExecutionStatus::kFailed);
  EXPECT_EQ(info.error, "Runtime.MarshalError");
}

TEST_F(EngineTasksTest, AFunctionNobodyAnnouncedFailsAfterItsGrace) {
  harness_.Deploy("m", kOneTask);
  const ExecutionName name = harness_.Start("m");
  harness_.Advance(std::chrono::milliseconds(1'999));
  EXPECT_EQ(harness_.Describe(name).status, ExecutionStatus::kRunning);
  harness_.Advance(std::chrono::milliseconds(2));
  const ExecutionInfo info = harness_.Describe(name);
  EXPECT_EQ(info.error, "Lambda.ResourceNotFoundException");
  EXPECT_THAT(info.cause.value_or(""),
              HasSubstr("Function not found: arn:aws:lambda:us-east-1:123456789012:function:work:"
                        "$LATEST (Service: AWSLambda; Status Code: 404"));
}

TEST_F(EngineTasksTest, AFunctionAnnouncedOnceIsWaitedForAlsoAfterARestart) {
  harness_.AddWorker({"work"}).Vanish();
  harness_.Deploy("m", kOneTask);
  harness_.Crash();
  const ExecutionName name = harness_.Start("m");
  harness_.Advance(std::chrono::minutes(1));
  EXPECT_EQ(harness_.Describe(name).status, ExecutionStatus::kRunning);
  harness_.AddWorker({"work"}).Returns("work", "true");
  harness_.Settle();
  EXPECT_EQ(harness_.Describe(name).output.view(), "true");
}

TEST_F(EngineTasksTest, ALostWorkersTaskGoesToAnotherAfterTheReconnectWindow) {
  ScriptedWorker& lost = harness_.AddWorker({"work"});
  harness_.Deploy("m", kOneTask);
  const ExecutionName name = harness_.Start("m");
  harness_.Settle();
  ASSERT_EQ(lost.tasks.size(), 1U);
  const std::string request_id = lost.tasks[0].request_id;
  lost.Vanish();
  ScriptedWorker& other = harness_.AddWorker({"work"});
  harness_.Advance(std::chrono::milliseconds(1'900));
  EXPECT_TRUE(other.tasks.empty());
  harness_.Advance(std::chrono::milliseconds(100));
  ASSERT_EQ(other.tasks.size(), 1U);
  EXPECT_EQ(other.tasks[0].request_id, request_id);
  EXPECT_EQ(other.tasks[0].redeliveries, 1U);
  other.Complete(other.tasks[0], {.output = "1"});
  harness_.Settle();
  EXPECT_EQ(harness_.Describe(name).output.view(), "1");
}

TEST_F(EngineTasksTest, AnAttemptThatLosesThreeWorkersFails) {
  harness_.Deploy("m", kOneTask);
  harness_.AddWorker({"work"}).Vanish();
  const ExecutionName name = harness_.Start("m");
  for (int i = 0; i < 3; ++i) {
    ScriptedWorker& worker = harness_.AddWorker({"work"});
    harness_.Settle();
    ASSERT_EQ(worker.tasks.size(), 1U) << i;
    worker.Vanish();
    harness_.Advance(std::chrono::seconds(2));
  }
  EXPECT_EQ(harness_.Describe(name).error, "Pawl.WorkerLost");
}

TEST_F(EngineTasksTest, ABranchThatFailsCancelsTheTasksOfItsSiblings) {
  ScriptedWorker& worker = harness_.AddWorker({"slow", "bad"});
  worker.Fails("bad", "Bad");
  const ExecutionInfo info = harness_.Run(R"({"StartAt":"P","States":{"P":{"Type":"Parallel",
      "Branches":[{"StartAt":"S","States":{"S":{"Type":"Task","Resource":"slow","End":true}}},
                  {"StartAt":"B","States":{"B":{"Type":"Task","Resource":"bad","End":true}}}],
      "End":true}}})");
  EXPECT_EQ(info.status, ExecutionStatus::kFailed);
  EXPECT_EQ(info.error, "Bad");
  ASSERT_EQ(worker.tasks.size(), 1U);
  EXPECT_THAT(worker.cancelled, testing::Contains(worker.tasks[0].ref));
}

TEST_F(EngineTasksTest, AMapNeverHasMoreTasksOpenThanItsConcurrency) {
  ScriptedWorker& worker = harness_.AddWorker({"work"});
  harness_.Deploy("m", R"({"StartAt":"M","States":{"M":{"Type":"Map","MaxConcurrency":3,
      "ItemProcessor":{"StartAt":"T","States":{"T":{"Type":"Task","Resource":"work","End":true}}},
      "End":true}}})");
  const ExecutionName name = harness_.Start("m", "[0,1,2,3,4,5,6,7]");
  std::size_t done = 0;
  while (done < 8) {
    harness_.Settle();
    ASSERT_FALSE(worker.tasks.empty());
    ASSERT_LE(worker.tasks.size(), 3U);
    const Task task = worker.tasks.back();
    worker.tasks.pop_back();
    worker.Complete(task, {.output = task.payload.str()});
    ++done;
  }
  harness_.Settle();
  EXPECT_EQ(harness_.Describe(name).output.view(), "[0,1,2,3,4,5,6,7]");
}

TEST_F(EngineTasksTest, HigherPriorityGoesFirst) {
  harness_.Deploy("m", kOneTask);
  harness_.AddWorker({"work"}).Vanish();
  ASSERT_TRUE(harness_.TryStart({.state_machine = "m", .name = "low", .priority = -1}).ok());
  ASSERT_TRUE(harness_.TryStart({.state_machine = "m", .name = "high", .priority = 5}).ok());
  ScriptedWorker& worker = harness_.AddWorker({"work"});
  harness_.Settle();
  ASSERT_EQ(worker.tasks.size(), 2U);
  EXPECT_EQ(worker.tasks[0].execution.name, "high");
}

TEST_F(EngineTasksTest, AResultOverTheLimitIsDataLimitExceeded) {
  EngineOptions options;
  options.limits.payload_bytes_max = 100;
  EngineHarness harness(options);
  harness.AddWorker({"work"}).Returns("work", '"' + std::string(200, 'x') + '"');
  const ExecutionInfo info = harness.Run(kOneTask);
  EXPECT_EQ(info.error, "States.DataLimitExceeded");
  EXPECT_THAT(info.cause.value_or(""), HasSubstr("function:work' returned a result with a size"));
}

// Recorded: error_handling, test_task_lambda_data_limit_exceeded_on_large_utf8_response.
TEST_F(EngineTasksTest, AResultOverTheLimitNeedNotBeJson) {
  EngineOptions options;
  options.limits.payload_bytes_max = 100;
  EngineHarness harness(options);
  harness.AddWorker({"work"}).Returns("work", std::string(200, 'x'));
  EXPECT_EQ(harness.Run(kOneTask).error, "States.DataLimitExceeded");
}

}  // namespace
}  // namespace pawl
