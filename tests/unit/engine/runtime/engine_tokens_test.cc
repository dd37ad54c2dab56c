// Activities and .waitForTaskToken: tasks that end by a token (Step Functions Developer Guide,
// "Activities" and "Wait for a callback with the task token").
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/engine_harness.h"

namespace pawl {
namespace {

using namespace std::chrono_literals;
using test::EngineHarness;
using test::ScriptedWorker;
using testing::ElementsAre;
using testing::HasSubstr;

constexpr char kActivity[] = R"({"StartAt":"T","States":{"T":{"Type":"Task",
    "Resource":"arn:aws:states:us-east-1:123456789012:activity:manual",
    "TimeoutSeconds":100,"HeartbeatSeconds":10,"End":true}}})";
constexpr char kCallback[] = R"({"StartAt":"T","States":{"T":{"Type":"Task",
    "Resource":"arn:aws:states:::lambda:invoke.waitForTaskToken",
    "Parameters":{"FunctionName":"ask","Payload":{"token.$":"$$.Task.Token"}},
    "Retry":[{"ErrorEquals":["again"]}],"End":true}}})";

class EngineTokensTest : public testing::Test {
 protected:
  // A poll that is answered at once, if a task is there.
  std::optional<ActivityTask> Take(const std::string& worker = "w") {
    std::optional<ActivityTask> taken;
    auto poll = harness_.engine().PollActivity(
        {.activity = "manual", .worker = worker},
        [&taken](Result<ActivityTask> task) { taken = std::move(task).value(); });
    EXPECT_TRUE(poll.ok()) << poll.status().ToString();
    harness_.Settle();
    return taken;
  }

  Status End(const std::string& token, TaskEnd end) {
    Status status = Internal("no answer");
    harness_.engine().EndTask(
        token, std::move(end), [&status](Result<bool> result) { status = result.status(); });
    harness_.Settle();
    return status;
  }

  Status Succeed(const std::string& token, std::string output) {
    return End(token, {.output = Bytes(std::move(output))});
  }

  Status Heartbeat(const std::string& token) {
    Status status = Internal("no answer");
    harness_.engine().HeartbeatTask(token,
                                    [&status](Result<bool> result) { status = result.status(); });
    harness_.Settle();
    return status;
  }

  ExecutionName StartActivity() {
    EXPECT_TRUE(harness_.engine().CreateActivity({}, "manual").ok());
    harness_.Deploy("m", kActivity);
    return harness_.Start("m", R"({"a":1})");
  }

  // The token that the function "ask" was called with last; `answer` is what it returns.
  ScriptedWorker& ServeAsk(std::string* token) {
    ScriptedWorker& worker = harness_.AddWorker({"ask"});
    worker.On("ask", [token](const Task& task) {
      json::Arena arena;
      const auto payload = json::Parse(task.payload.view(), arena);
      *token = std::string(payload->Find("token")->string());
      return ScriptedWorker::Outcome{.output = R"("asked")"};
    });
    return worker;
  }

  EngineHarness harness_;
};

TEST_F(EngineTokensTest, AnActivityIsTakenByAPollAndEndsByItsToken) {
  const ExecutionName name = StartActivity();
  const auto task = Take("worker 7");
  ASSERT_TRUE(task.has_value());
  EXPECT_EQ(task->input.view(), R"({"a":1})");
  EXPECT_FALSE(Take().has_value()) << "only one gets it";
  EXPECT_TRUE(Succeed(task->token, "[1]").ok());
  EXPECT_EQ(harness_.Describe(name).output.view(), "[1]");
  EXPECT_THAT(harness_.EventTypes(name),
              ElementsAre("ExecutionStarted",
                          "TaskStateEntered",
                          "ActivityScheduled",
                          "ActivityStarted",
                          "ActivitySucceeded",
                          "TaskStateExited",
                          "ExecutionSucceeded"));
  EXPECT_EQ(harness_.History(name).at(2).resource,
            "arn:aws:states:us-east-1:123456789012:activity:manual");
  EXPECT_EQ(harness_.History(name).at(3).worker, "worker 7");
}

TEST_F(EngineTokensTest, SilenceCountsOnWhenANeighbourFails) {
  ASSERT_TRUE(harness_.engine().CreateActivity({}, "manual").ok());
  ScriptedWorker& worker = harness_.AddWorker({"f"});
  harness_.Deploy("m", R"({"StartAt":"P","States":{"P":{"Type":"Parallel","End":true,"Branches":[
      {"StartAt":"Q","States":{
        "Q":{"Type":"Parallel","Branches":[
          {"StartAt":"A","States":{"A":{"Type":"Task","Resource":"f","End":true}}},
          {"StartAt":"B","States":{"B":{"Type":"Task","Resource":"f","End":true}}}],
          "Catch":[{"ErrorEquals":["States.ALL"],"Next":"W"}],"End":true},
        "W":{"Type":"Wait","Seconds":99,"End":true}}},
      {"StartAt":"T","States":{"T":{"Type":"Task","HeartbeatSeconds":10,"End":true,
        "Resource":"arn:aws:states:us-east-1:123456789012:activity:manual"}}}]}}})");
  const ExecutionName name = harness_.Start("m");
  ASSERT_TRUE(Take().has_value());
  harness_.Advance(6s);
  ASSERT_EQ(worker.tasks.size(), 2U);
  worker.Complete(worker.tasks[0], {.error = "E"});
  harness_.Settle();
  EXPECT_EQ(harness_.Describe(name).status, ExecutionStatus::kRunning);
  harness_.Advance(5s);
  EXPECT_EQ(harness_.Describe(name).error, "States.Timeout");
}

TEST_F(EngineTokensTest, APollWaitsForATask) {
  EXPECT_TRUE(harness_.engine().CreateActivity({}, "manual").ok());
  harness_.Deploy("m", kActivity);
  std::optional<ActivityTask> taken;
  const auto poll = harness_.engine().PollActivity(
      {.activity = "manual"},
      [&taken](Result<ActivityTask> task) { taken = std::move(task).value(); });
  harness_.Settle();
  EXPECT_FALSE(taken.has_value());
  harness_.Start("m");
  harness_.Settle();
  EXPECT_TRUE(taken.has_value());
}

// Nobody has begun the task then: no worker is lost with it.
TEST_F(EngineTokensTest, PollsThatCouldNotTakeTheTaskAreNoLostWorkers) {
  const ExecutionName name = StartActivity();
  for (int polls = 0; polls < 4; ++polls) {
    harness_.store().SetFreeBytes(0);
    // Until the engine looks again.
    harness_.Advance(2s);
    StatusCode code = StatusCode::kOk;
    auto poll = harness_.engine().PollActivity(
        {.activity = "manual"},
        [&code](const Result<ActivityTask>& task) { code = task.status().code(); });
    ASSERT_TRUE(poll.ok());
    harness_.Settle();
    EXPECT_EQ(code, StatusCode::kResourceExhausted);
    poll->reset();
    harness_.store().SetFreeBytes(std::nullopt);
    harness_.Advance(3s);
  }
  EXPECT_EQ(harness_.Describe(name).status, ExecutionStatus::kRunning);
  EXPECT_TRUE(Take().has_value());
}

TEST_F(EngineTokensTest, APollThatEndedIsNotAnswered) {
  StartActivity();
  bool is_answered = false;
  auto poll = harness_.engine().PollActivity(
      {.activity = "manual"}, [&is_answered](Result<ActivityTask>) { is_answered = true; });
  poll->reset();
  harness_.Settle();
  EXPECT_FALSE(is_answered);
}

// Where the history has no place for it the execution ends instead.
TEST(EngineTokensLimitTest, ATaskWhoseHistoryIsFullIsNotTaken) {
  Limits limits;
  limits.history_events_max = 4;
  test::EngineHarness harness(EngineOptions{.limits = limits});
  EXPECT_TRUE(harness.engine().CreateActivity({}, "manual").ok());
  harness.Deploy("m", kActivity);
  const ExecutionName name = harness.Start("m");
  Status status;
  const auto poll = harness.engine().PollActivity(
      {.activity = "manual"},
      [&status](const Result<ActivityTask>& task) { status = task.status(); });
  harness.Settle();
  EXPECT_EQ(harness.Describe(name).status, ExecutionStatus::kFailed);
  EXPECT_EQ(status.code(), StatusCode::kNotFound);
}

TEST_F(EngineTokensTest, ATokenIsGoodOnceAndForNothingElse) {
  const ExecutionName name = StartActivity();
  const auto task = Take();
  ASSERT_TRUE(task.has_value());
  EXPECT_EQ(Succeed(task->token + "A", "1").reason(), "InvalidToken");
  EXPECT_EQ(Succeed("", "1").reason(), "InvalidToken");
  EXPECT_EQ(Succeed(task->token, "{").reason(), "InvalidOutput");
  EXPECT_TRUE(End(task->token, {.error = "E", .cause = "why"}).ok());
  EXPECT_EQ(Succeed(task->token, "1").reason(), "TaskTimedOut");
  EXPECT_EQ(Heartbeat(task->token).reason(), "TaskTimedOut");
  const ExecutionInfo info = harness_.Describe(name);
  EXPECT_EQ(info.error, "E");
  EXPECT_EQ(info.cause, "why");
}

TEST_F(EngineTokensTest, WhoTookATaskHasItAfterACrashToo) {
  const ExecutionName name = StartActivity();
  const auto task = Take();
  ASSERT_TRUE(task.has_value());
  harness_.Crash();
  harness_.Advance(5s);
  EXPECT_FALSE(Take().has_value()) << "it is taken";
  EXPECT_TRUE(Succeed(task->token, "2").ok());
  EXPECT_EQ(harness_.Describe(name).output.view(), "2");
}

TEST_F(EngineTokensTest, ATaskNobodyTookIsOfferedAfterACrash) {
  StartActivity();
  harness_.Crash();
  harness_.Advance(3s);
  EXPECT_TRUE(Take().has_value());
}

TEST_F(EngineTokensTest, SilenceEndsATakenTask) {
  const ExecutionName name = StartActivity();
  const auto task = Take();
  ASSERT_TRUE(task.has_value());
  for (int i = 0; i < 5; ++i) {
    harness_.Advance(9s);
    EXPECT_TRUE(Heartbeat(task->token).ok());
  }
  harness_.Advance(10s);
  EXPECT_EQ(harness_.Describe(name).error, "States.Timeout");
  EXPECT_THAT(harness_.EventTypes(name), testing::Contains("ActivityTimedOut"));
}

// After a restart nobody has been heard of: silence counts from there.
TEST_F(EngineTokensTest, SilenceEndsATakenTaskAfterACrashToo) {
  const ExecutionName name = StartActivity();
  ASSERT_TRUE(Take());
  harness_.Crash();
  harness_.Advance(9s);
  EXPECT_EQ(harness_.Describe(name).status, ExecutionStatus::kRunning);
  harness_.Advance(1s);
  EXPECT_EQ(harness_.Describe(name).error, "States.Timeout");
}

TEST_F(EngineTokensTest, ATaskThatNobodyTakesTimesOut) {
  const ExecutionName name = StartActivity();
  harness_.Advance(101s);
  EXPECT_EQ(harness_.Describe(name).error, "States.Timeout");
}

TEST_F(EngineTokensTest, AnActivityThatNobodyMadeFailsItsTask) {
  harness_.Deploy("m", kActivity);
  const ExecutionName name = harness_.Start("m");
  harness_.Advance(3s);
  EXPECT_EQ(harness_.Describe(name).error, "ActivityDoesNotExist");
  const auto poll =
      harness_.engine().PollActivity({.activity = "manual"}, [](Result<ActivityTask>) {});
  EXPECT_EQ(poll.status().code(), StatusCode::kNotFound);
}

TEST_F(EngineTokensTest, ActivitiesAreMadeListedAndDeleted) {
  Engine& engine = harness_.engine();
  for (const char* name : {"b", "a", "c"})
    EXPECT_TRUE(engine.CreateActivity({}, name).ok());
  EXPECT_EQ(engine.CreateActivity({}, "no good").status().reason(), "InvalidName");
  const auto first = engine.ListActivities({}, 2, "");
  ASSERT_EQ(first->activities.size(), 2U);
  EXPECT_EQ(first->activities[0].name, "a");
  const auto rest = engine.ListActivities({}, 2, first->next);
  ASSERT_EQ(rest->activities.size(), 1U);
  EXPECT_TRUE(engine.DeleteActivity({}, "b").ok());
  EXPECT_EQ(engine.DescribeActivity({}, "b").status().reason(), "ActivityDoesNotExist");
  EXPECT_EQ(engine.DescribeActivity({}, "a")->created_at, first->activities[0].created_at);
}

TEST_F(EngineTokensTest, AFunctionThatGetsATokenIsAnsweredByIt) {
  harness_.Deploy("m", kCallback);
  std::string token;
  ServeAsk(&token);
  const ExecutionName name = harness_.Start("m");
  harness_.Settle();
  EXPECT_EQ(harness_.Describe(name).status, ExecutionStatus::kRunning);
  harness_.Crash();
  EXPECT_TRUE(Succeed(token, R"({"yes":true})").ok());
  EXPECT_EQ(harness_.Describe(name).output.view(), R"({"yes":true})");
  EXPECT_THAT(harness_.EventTypes(name),
              ElementsAre("ExecutionStarted",
                          "TaskStateEntered",
                          "TaskScheduled",
                          "TaskStarted",
                          "TaskSubmitted",
                          "TaskSucceeded",
                          "TaskStateExited",
                          "ExecutionSucceeded"));
  EXPECT_EQ(harness_.History(name).at(2).resource, "invoke.waitForTaskToken");
  EXPECT_THAT(harness_.History(name).at(4).output->str(), HasSubstr("asked"));
}

TEST_F(EngineTokensTest, EveryAttemptHasItsOwnToken) {
  harness_.Deploy("m", kCallback);
  std::string token;
  ServeAsk(&token);
  const ExecutionName name = harness_.Start("m");
  harness_.Settle();
  const std::string first = token;
  EXPECT_TRUE(End(first, {.error = "again"}).ok());
  harness_.Advance(2s);
  EXPECT_NE(token, first);
  EXPECT_EQ(Succeed(first, "1").reason(), "TaskTimedOut");
  EXPECT_TRUE(Succeed(token, "2").ok());
  EXPECT_EQ(harness_.Describe(name).output.view(), "2");
}

TEST_F(EngineTokensTest, AFunctionMayAnswerBeforeItReturns) {
  harness_.Deploy("m", kCallback);
  ScriptedWorker& worker = harness_.AddWorker({"ask"});
  const ExecutionName name = harness_.Start("m");
  ASSERT_EQ(worker.tasks.size(), 1U);
  const Task task = worker.tasks.front();
  json::Arena arena;
  const auto payload = json::Parse(task.payload.view(), arena);
  EXPECT_TRUE(Succeed(std::string(payload->Find("token")->string()), "3").ok());
  EXPECT_EQ(harness_.Describe(name).output.view(), "3");
  worker.Complete(task, {.output = "null"});
  harness_.Settle();
  EXPECT_EQ(harness_.Describe(name).output.view(), "3");
}

// The worker that had the task went with a crash: what nobody waits for is given to no other one.
TEST_F(EngineTokensTest, ATaskThatEndedWithItsTokenIsNotDeliveredAgain) {
  harness_.Deploy("m", kCallback);
  const ScriptedWorker& worker = harness_.AddWorker({"ask"});
  harness_.Start("m");
  harness_.Settle();
  ASSERT_EQ(worker.tasks.size(), 1U);
  json::Arena arena;
  const auto payload = json::Parse(worker.tasks.front().payload.view(), arena);
  const std::string token(payload->Find("token")->string());
  harness_.Crash();
  EXPECT_TRUE(Succeed(token, "3").ok());
  const ScriptedWorker& other = harness_.AddWorker({"ask"});
  harness_.Advance(5s);
  EXPECT_TRUE(other.tasks.empty());
  EXPECT_EQ(harness_.engine().Statistics().queued_tasks, 0U);
}

}  // namespace
}  // namespace pawl
