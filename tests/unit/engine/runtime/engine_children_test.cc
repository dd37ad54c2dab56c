// states:startExecution: executions that start others (Step Functions Developer Guide, "Start a new
// AWS Step Functions state machine from a running execution").
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "engine/json/parse.h"
#include "tests/support/engine_harness.h"
#include "tests/unit/engine/runtime/definitions.h"

namespace pawl {
namespace {

using namespace std::chrono_literals;
using test::EngineHarness;
using test::kWaitMachine;
using test::ScriptedWorker;
using testing::ElementsAre;
using testing::HasSubstr;

constexpr char kSucceeds[] = R"({"StartAt":"P","States":{"P":{"Type":"Pass",
    "Result":{"done":true},"End":true}}})";
constexpr char kFails[] = R"({"StartAt":"F","States":{"F":{"Type":"Fail",
    "Error":"Broken","Cause":"it broke"}}})";

class EngineChildrenTest : public testing::Test {
 protected:
  static std::string Parent(const std::string& suffix, const std::string& more = "") {
    return R"({"StartAt":"C","States":{"C":{"Type":"Task",
        "Resource":"arn:aws:states:::states:startExecution)" +
           suffix + R"(","Parameters":{"StateMachineArn":
        "arn:aws:states:us-east-1:123456789012:stateMachine:child","Name":"kid",
        "Input.$":"$"})" +
           more + R"(,"End":true}}})";
  }

  // A parent that has started its child, whatever that one does.
  ExecutionName StartParent(const std::string& child,
                            const std::string& suffix,
                            const std::string& more = "") {
    harness_.Deploy("child", child);
    harness_.Deploy("parent", Parent(suffix, more));
    const ExecutionName name = harness_.Start("parent", R"({"a":1})");
    harness_.Settle();
    return name;
  }

  std::string Output(const ExecutionName& name, const std::string& field) {
    const ExecutionInfo info = harness_.Describe(name);
    json::Arena arena;
    const auto parsed = json::Parse(info.output.view(), arena);
    EXPECT_TRUE(parsed.ok()) << info.cause.value_or("");
    const json::Value* value = parsed.ok() ? parsed->Find(field) : nullptr;
    if (value == nullptr) return "absent";
    return value->is_string() ? std::string(value->string()) : "not a string";
  }

  // Rows of messages on their way.
  std::size_t OutboxRows() {
    std::size_t count = 0;
    for (std::uint16_t shard = 0; shard < rows::kShards; ++shard) {
      count += storage::ScanAndWait(harness_.store(), rows::OutboxOf(ShardId{shard}))->size();
    }
    return count;
  }

  const ExecutionName kid_{.state_machine = "child", .name = "kid"};
  EngineHarness harness_;
};

// What has ended is kept for a time only; its parent may hear of it later than that.
TEST_F(EngineChildrenTest, AChildIsKeptUntilItsParentKnowsItsEnd) {
  EngineHarness harness{EngineOptions{.retention = 60s}};
  harness.Deploy("child",
                 R"({"StartAt":"T","States":{"T":{"Type":"Task","Resource":"f","End":true}}})");
  harness.Deploy("parent", Parent(".sync:2"));
  ScriptedWorker& worker = harness.AddWorker({"f"});
  const ExecutionName parent = harness.Start("parent", "1");
  harness.Settle();
  ASSERT_EQ(worker.tasks.size(), 1U);
  worker.Complete(worker.tasks.front(), {.output = "2"});
  const ExecutionName child{.state_machine = "child", .name = "kid"};
  while (harness.Describe(child).status == ExecutionStatus::kRunning)
    harness.PollExecutors();

  // The parent's turn does not reach the disk for longer than the child is kept, and then fails.
  harness.HoldCommits();
  harness.Advance(120s);
  harness.store().FailNextCommit(storage::CommitResult::kAborted);
  harness.EndCommits();
  harness.Advance(10s);
  EXPECT_EQ(harness.Describe(parent).status, ExecutionStatus::kSucceeded);
  harness.Advance(60s);
  EXPECT_EQ(harness.engine().DescribeExecution(child).status().code(), StatusCode::kNotFound);
}

TEST_F(EngineChildrenTest, AStartIsAnsweredAtOnce) {
  const ExecutionName parent = StartParent(kWaitMachine, "");
  EXPECT_EQ(harness_.Describe(parent).status, ExecutionStatus::kSucceeded);
  EXPECT_EQ(Output(parent, "ExecutionArn"),
            "arn:aws:states:us-east-1:123456789012:execution:child:kid");
  EXPECT_EQ(harness_.Describe(kid_).status, ExecutionStatus::kRunning);
  EXPECT_EQ(harness_.Describe(kid_).input.view(), R"({"a":1})");
  EXPECT_THAT(harness_.EventTypes(parent),
              ElementsAre("ExecutionStarted",
                          "TaskStateEntered",
                          "TaskScheduled",
                          "TaskStarted",
                          "TaskSucceeded",
                          "TaskStateExited",
                          "ExecutionSucceeded"));
}

TEST_F(EngineChildrenTest, SyncWaitsForTheEnd) {
  const ExecutionName parent = StartParent(kWaitMachine, ".sync");
  EXPECT_EQ(harness_.Describe(parent).status, ExecutionStatus::kRunning);
  harness_.Advance(61s);
  EXPECT_EQ(harness_.Describe(parent).status, ExecutionStatus::kSucceeded);
  EXPECT_EQ(Output(parent, "Output"), R"({"a":1})");
  EXPECT_EQ(Output(parent, "Status"), "SUCCEEDED");
  EXPECT_EQ(OutboxRows(), 0U);
  EXPECT_THAT(harness_.EventTypes(parent),
              ElementsAre("ExecutionStarted",
                          "TaskStateEntered",
                          "TaskScheduled",
                          "TaskStarted",
                          "TaskSubmitted",
                          "TaskSucceeded",
                          "TaskStateExited",
                          "ExecutionSucceeded"));
}

TEST_F(EngineChildrenTest, SyncTwoGivesValues) {
  const ExecutionName parent = StartParent(kSucceeds, ".sync:2");
  EXPECT_EQ(Output(parent, "Output"), "not a string");
  EXPECT_THAT(std::string(harness_.Describe(parent).output.view()),
              HasSubstr(R"("Output":{"done":true})"));
}

TEST_F(EngineChildrenTest, AFailedChildFailsTheTask) {
  const ExecutionName parent = StartParent(kFails, ".sync");
  const ExecutionInfo info = harness_.Describe(parent);
  EXPECT_EQ(info.status, ExecutionStatus::kFailed);
  EXPECT_EQ(info.error, "States.TaskFailed");
  EXPECT_THAT(info.cause.value_or(""), HasSubstr(R"("Error":"Broken")"));
  EXPECT_THAT(info.cause.value_or(""), HasSubstr(R"("Cause":"it broke")"));
  EXPECT_THAT(info.cause.value_or(""), HasSubstr(R"("Status":"FAILED")"));
}

TEST_F(EngineChildrenTest, TheEndOutlivesACrash) {
  const ExecutionName parent = StartParent(kWaitMachine, ".sync");
  harness_.Crash();
  harness_.Advance(61s);
  EXPECT_EQ(harness_.Describe(parent).status, ExecutionStatus::kSucceeded);
  EXPECT_EQ(OutboxRows(), 0U);
}

// Whatever group was the last to reach the disk, the parent ends as it would have.
TEST_F(EngineChildrenTest, ACrashAtAnyMomentChangesNothing) {
  for (int polls = 0; polls < 30; ++polls) {
    EngineHarness harness;
    harness.Deploy("child", kSucceeds);
    harness.Deploy("parent", Parent(".sync"));
    const ExecutionName parent = harness.Start("parent");
    for (int i = 0; i < polls; ++i)
      static_cast<void>(static_cast<runtime::EngineImpl&>(harness.engine()).Poll());
    harness.Crash();
    harness.Settle();
    harness.Advance(10s);
    const auto started = harness.engine().DescribeExecution(parent);
    if (!started.ok()) continue;  // the start itself was lost with its answer
    EXPECT_EQ(started->status, ExecutionStatus::kSucceeded) << polls;
    EXPECT_EQ(harness.engine().Statistics().quarantined, 0U);
  }
}

TEST_F(EngineChildrenTest, StoppingTheParentStopsTheChild) {
  const ExecutionName parent = StartParent(kWaitMachine, ".sync");
  ASSERT_TRUE(harness_.Stop(parent).ok());
  harness_.Settle();
  EXPECT_EQ(harness_.Describe(kid_).status, ExecutionStatus::kAborted);
  EXPECT_EQ(OutboxRows(), 0U);
}

// A crash loses the answer to the start: the child is stopped by the name it was to have.
TEST_F(EngineChildrenTest, AParentThatIsStoppedAtAnyMomentLeavesNoChild) {
  for (int polls = 0; polls < 12; ++polls) {
    EngineHarness harness;
    harness.Deploy("child", kWaitMachine);
    harness.Deploy("parent", Parent(".sync"));
    const ExecutionName parent = harness.Start("parent");
    for (int i = 0; i < polls; ++i)
      static_cast<void>(static_cast<runtime::EngineImpl&>(harness.engine()).Poll());
    ASSERT_TRUE(harness.Stop(parent).ok());
    harness.Crash();
    harness.Settle();
    const auto child = harness.engine().DescribeExecution(kid_);
    if (!child.ok()) continue;  // it never began
    EXPECT_EQ(child->status, ExecutionStatus::kAborted) << polls;
  }
}

// Without .sync a child is nobody's but its own.
TEST_F(EngineChildrenTest, AChildThatIsNotWaitedForIsNeverStopped) {
  for (int polls = 0; polls < 12; ++polls) {
    EngineHarness harness;
    harness.Deploy("child", kWaitMachine);
    harness.Deploy("parent", Parent(""));
    const ExecutionName parent = harness.Start("parent");
    for (int i = 0; i < polls; ++i)
      static_cast<void>(static_cast<runtime::EngineImpl&>(harness.engine()).Poll());
    ASSERT_TRUE(harness.Stop(parent).ok());
    harness.Settle();
    const auto child = harness.engine().DescribeExecution(kid_);
    if (!child.ok()) continue;  // it never began
    EXPECT_EQ(child->status, ExecutionStatus::kRunning) << polls;
  }
}

// The same name and input is the same execution, and whoever waits for it hears of its end.
TEST_F(EngineChildrenTest, SyncWaitsForAnExecutionThatRunsAlready) {
  harness_.Deploy("child", kWaitMachine);
  harness_.Start("child", R"({"a":1})", "kid");
  const ExecutionName parent = StartParent(kWaitMachine, ".sync");
  harness_.Advance(61s);
  EXPECT_EQ(harness_.Describe(parent).status, ExecutionStatus::kSucceeded);
}

// An execution tells its end once: who waits second is told that the name is taken.
TEST_F(EngineChildrenTest, AnExecutionIsWaitedForOnce) {
  const ExecutionName first = StartParent(kWaitMachine, ".sync");
  const ExecutionName second = harness_.Start("parent", R"({"a":1})");
  harness_.Settle();
  EXPECT_EQ(harness_.Describe(second).error, "StepFunctions.ExecutionAlreadyExistsException");
  harness_.Advance(61s);
  EXPECT_EQ(harness_.Describe(first).status, ExecutionStatus::kSucceeded);
}

// What was refused because the disk was almost full is asked for again, and no scrubber is needed.
TEST_F(EngineChildrenTest, AStartThatWasRefusedIsMadeLater) {
  constexpr std::uint64_t kMebibyte = 1024 * 1024;
  harness_.Deploy("child", kSucceeds);
  harness_.Deploy("parent",
                  R"({"StartAt":"W","States":{"W":{"Type":"Wait","Seconds":5,"Next":"C"},
      "C":{"Type":"Task","Resource":"arn:aws:states:::states:startExecution.sync:2",
      "Parameters":{"StateMachineArn":"child","Name":"kid"},"End":true}}})");
  const ExecutionName parent = harness_.Start("parent");
  harness_.store().SetFreeBytes(100 * kMebibyte);
  harness_.Advance(7s);
  EXPECT_FALSE(harness_.engine().DescribeExecution(kid_).ok());
  harness_.store().SetFreeBytes(1'000 * kMebibyte);
  harness_.Advance(3s);
  EXPECT_EQ(harness_.Describe(parent).status, ExecutionStatus::kSucceeded);
  EXPECT_EQ(harness_.engine().Statistics().scrubbed, 0U);
}

TEST_F(EngineChildrenTest, ATimeOutStopsTheChild) {
  const ExecutionName parent = StartParent(kWaitMachine, ".sync", R"(,"TimeoutSeconds":5)");
  harness_.Advance(6s);
  EXPECT_EQ(harness_.Describe(parent).error, "States.Timeout");
  EXPECT_EQ(harness_.Describe(kid_).status, ExecutionStatus::kAborted);
  EXPECT_EQ(OutboxRows(), 0U);
}

TEST_F(EngineChildrenTest, ACallbackGetsTheToken) {
  harness_.Deploy("child", R"({"StartAt":"T","States":{"T":{"Type":"Task","Resource":"ask",
      "End":true}}})");
  harness_.Deploy("parent", R"({"StartAt":"C","States":{"C":{"Type":"Task",
      "Resource":"arn:aws:states:::states:startExecution.waitForTaskToken",
      "Parameters":{"StateMachineArn":"child","Input":{"token.$":"$$.Task.Token"}},
      "End":true}}})");
  std::string token;
  ScriptedWorker& worker = harness_.AddWorker({"ask"});
  worker.On("ask", [&token](const Task& task) {
    json::Arena arena;
    token = std::string(json::Parse(task.payload.view(), arena)->Find("token")->string());
    return ScriptedWorker::Outcome{.output = "1"};
  });
  const ExecutionName parent = harness_.Start("parent");
  harness_.Settle();
  EXPECT_EQ(harness_.Describe(parent).status, ExecutionStatus::kRunning);
  harness_.engine().EndTask(
      token, {.output = Bytes("42")}, [](const Result<bool>& result) { EXPECT_TRUE(result.ok()); });
  harness_.Settle();
  EXPECT_EQ(harness_.Describe(parent).output.view(), "42");
}

TEST_F(EngineChildrenTest, ErrorsHaveAwsNames) {
  harness_.Deploy("parent", Parent(""));
  const ExecutionName missing = harness_.Start("parent");
  harness_.Settle();
  EXPECT_EQ(harness_.Describe(missing).error, "StepFunctions.StateMachineDoesNotExistException");

  harness_.Deploy("child", kSucceeds);
  EXPECT_TRUE(harness_.TryStart({.state_machine = "child", .name = "kid"}).ok());
  harness_.Settle();
  const ExecutionName taken = harness_.Start("parent");
  harness_.Settle();
  EXPECT_EQ(harness_.Describe(taken).error, "StepFunctions.ExecutionAlreadyExistsException");
}

TEST_F(EngineChildrenTest, ANameOfTheAttemptsOwnWhereNoneIsGiven) {
  harness_.Deploy("child", kSucceeds);
  harness_.Deploy("parent", R"({"StartAt":"C","States":{"C":{"Type":"Task",
      "Resource":"arn:aws:states:::states:startExecution.sync:2",
      "Parameters":{"StateMachineArn":"child"},"OutputPath":"$.Input","End":true}}})");
  const ExecutionName parent = harness_.Start("parent");
  harness_.Settle();
  EXPECT_EQ(harness_.Describe(parent).output.view(), "{}");
}

}  // namespace
}  // namespace pawl
