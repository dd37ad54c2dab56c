// lambda:invoke with InvocationType Event and DryRun (Step Functions Developer Guide, "Invoke an
// AWS Lambda function"; AWS Lambda API Reference, "Invoke").
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "engine/runtime/function_events.h"
#include "tests/support/engine_harness.h"

namespace pawl {
namespace {

using namespace std::chrono_literals;
using test::EngineHarness;
using test::ScriptedWorker;
using testing::ElementsAre;
using testing::HasSubstr;

std::string Invoking(const std::string& more, const std::string& suffix = "") {
  return R"({"StartAt":"I","States":{"I":{"Type":"Task",
      "Resource":"arn:aws:states:::lambda:invoke)" +
         suffix + R"(","Parameters":{"FunctionName":"work",)" + more + R"(},"End":true}}})";
}

const char* const kEvent = R"("InvocationType":"Event","Payload":{"n":1})";

class EngineFunctionEventsTest : public testing::Test {
 protected:
  // The one event there is.
  static ExecutionInfo EventIn(EngineHarness& harness) {
    const auto listed =
        harness.engine().ListExecutions({.state_machine = runtime::kEventStateMachine});
    EXPECT_TRUE(listed.ok()) << listed.status().ToString();
    if (!listed.ok() || listed->executions.size() != 1) {
      ADD_FAILURE() << "not one event";
      return {};
    }
    return harness.Describe(listed->executions.front().name);
  }

  EngineHarness harness_;
};

TEST_F(EngineFunctionEventsTest, AnEventIsAnsweredBeforeItsFunctionRuns) {
  ScriptedWorker& worker = harness_.AddWorker({"work"});
  harness_.Deploy("m", Invoking(kEvent));
  const ExecutionName name = harness_.Start("m");
  harness_.Settle();
  const ExecutionInfo info = harness_.Describe(name);
  EXPECT_EQ(info.status, ExecutionStatus::kSucceeded) << info.cause.value_or("");
  EXPECT_THAT(std::string(info.output.view()), HasSubstr(R"("Payload":"")"));
  EXPECT_THAT(std::string(info.output.view()), HasSubstr(R"("HttpStatusCode":202)"));
  EXPECT_THAT(std::string(info.output.view()), HasSubstr(R"("StatusCode":202)"));
  EXPECT_THAT(harness_.EventTypes(name),
              ElementsAre("ExecutionStarted",
                          "TaskStateEntered",
                          "TaskScheduled",
                          "TaskStarted",
                          "TaskSucceeded",
                          "TaskStateExited",
                          "ExecutionSucceeded"));
  ASSERT_EQ(worker.tasks.size(), 1U);
  EXPECT_EQ(worker.tasks.front().payload.view(), R"({"n":1})");
  EXPECT_EQ(EventIn(harness_).status, ExecutionStatus::kRunning);
}

// As on AWS: after one minute, and after two more.
TEST_F(EngineFunctionEventsTest, AFunctionThatFailsIsTriedAgainLater) {
  ScriptedWorker& worker = harness_.AddWorker({"work"});
  int calls = 0;
  worker.On("work", [&](const Task&) -> ScriptedWorker::Outcome {
    if (++calls < 3) return {.error = "Boom"};
    return {.output = "null"};
  });
  harness_.Deploy("m", Invoking(kEvent));
  harness_.Start("m");
  harness_.Settle();
  EXPECT_EQ(calls, 1);
  harness_.Advance(61s);
  EXPECT_EQ(calls, 2);
  harness_.Advance(121s);
  EXPECT_EQ(calls, 3);
  EXPECT_EQ(EventIn(harness_).status, ExecutionStatus::kSucceeded);
}

// A text that is JSON is the event itself, as with a call that is waited for.
TEST_F(EngineFunctionEventsTest, APayloadIsHandedOverAsItIs) {
  for (const auto& [payload, expected] : {std::pair(R"("Payload":"{\"a\":1}")", R"({"a":1})"),
                                          std::pair(R"("Payload":"word")", R"("word")"),
                                          std::pair(R"("Payload":[1,2])", "[1,2]"),
                                          std::pair(R"("Payload":7)", "7"),
                                          std::pair(R"("Qualifier":"$LATEST")", "{}")}) {
    EngineHarness harness;
    ScriptedWorker& worker = harness.AddWorker({"work"});
    harness.Run(Invoking(R"("InvocationType":"Event",)" + std::string(payload)));
    ASSERT_EQ(worker.tasks.size(), 1U) << payload;
    EXPECT_EQ(worker.tasks.front().payload.view(), expected);
  }
}

TEST_F(EngineFunctionEventsTest, ADryRunCallsNothing) {
  ScriptedWorker& worker = harness_.AddWorker({"work"});
  const ExecutionInfo info = harness_.Run(Invoking(R"("InvocationType":"DryRun")"));
  EXPECT_EQ(info.status, ExecutionStatus::kSucceeded);
  EXPECT_THAT(std::string(info.output.view()), HasSubstr(R"("StatusCode":204)"));
  EXPECT_TRUE(worker.tasks.empty());
  EXPECT_EQ(
      harness_.engine().DescribeStateMachine({}, runtime::kEventStateMachine, 0).status().code(),
      StatusCode::kNotFound);
}

TEST_F(EngineFunctionEventsTest, TheTypeCanBeComputed) {
  ScriptedWorker& worker = harness_.AddWorker({"work"});
  harness_.Run(Invoking(R"("InvocationType.$":"$")"), R"("Event")");
  EXPECT_EQ(worker.tasks.size(), 1U);
  EXPECT_EQ(EventIn(harness_).status, ExecutionStatus::kRunning);
}

TEST_F(EngineFunctionEventsTest, AComputedTypeThatIsNoneIsRefusedAsByLambda) {
  for (const auto& [input, found] : {std::pair(R"("Later")", "Later"), std::pair("7", "7")}) {
    const ExecutionInfo info = harness_.Run(Invoking(R"("InvocationType.$":"$")"), input);
    EXPECT_EQ(info.status, ExecutionStatus::kFailed);
    EXPECT_EQ(info.error, "Lambda.AWSLambdaException");
    EXPECT_THAT(info.cause.value_or(""),
                HasSubstr("Value '" + std::string(found) + "' at 'invocationType'"));
    EXPECT_THAT(info.cause.value_or(""), HasSubstr("Error Code: ValidationException"));
  }
}

TEST_F(EngineFunctionEventsTest, AFunctionThatNobodyAnnouncesIsNotThere) {
  for (const char* type : {"Event", "DryRun"}) {
    harness_.Deploy("m", Invoking(R"("InvocationType":")" + std::string(type) + '"'));
    const ExecutionName name = harness_.Start("m");
    harness_.Settle();
    EXPECT_EQ(harness_.Describe(name).status, ExecutionStatus::kRunning);
    harness_.Advance(5s);
    const ExecutionInfo info = harness_.Describe(name);
    EXPECT_EQ(info.status, ExecutionStatus::kFailed);
    EXPECT_EQ(info.error, "Lambda.ResourceNotFoundException");
    EXPECT_THAT(info.cause.value_or(""), HasSubstr("function:work"));
  }
}

TEST_F(EngineFunctionEventsTest, AWorkerThatComesWithinTheGraceIsInTime) {
  harness_.Deploy("m", Invoking(kEvent));
  const ExecutionName name = harness_.Start("m");
  harness_.Settle();
  ScriptedWorker& worker = harness_.AddWorker({"work"});
  harness_.Advance(2s);
  EXPECT_EQ(harness_.Describe(name).status, ExecutionStatus::kSucceeded);
  EXPECT_EQ(worker.tasks.size(), 1U);
}

TEST_F(EngineFunctionEventsTest, ATokenIsWaitedForBehindTheEvent) {
  ScriptedWorker& worker = harness_.AddWorker({"work"});
  harness_.Deploy("m",
                  Invoking(R"("InvocationType":"Event","Payload":{"t.$":"$$.Task.Token"})",
                           ".waitForTaskToken"));
  const ExecutionName name = harness_.Start("m");
  harness_.Settle();
  EXPECT_EQ(harness_.Describe(name).status, ExecutionStatus::kRunning);
  EXPECT_EQ(harness_.EventTypes(name).back(), "TaskSubmitted");
  ASSERT_EQ(worker.tasks.size(), 1U);
  const std::string payload(worker.tasks.front().payload.view());
  const std::string token = payload.substr(6, payload.size() - 8);
  Status ended = Internal("not answered");
  harness_.engine().EndTask(
      token, {.output = Bytes("42")}, [&](const Result<bool>& done) { ended = done.status(); });
  harness_.Settle();
  EXPECT_TRUE(ended.ok()) << ended.ToString();
  EXPECT_EQ(harness_.Describe(name).output.view(), "42");
}

// What the task may be given, the event can hold: quotes are not written twice.
TEST_F(EngineFunctionEventsTest, APayloadAsLargeAsTheTasksIsTaken) {
  for (const char* text : {"x", "\\\""}) {
    std::string payload = "\"";
    while (payload.size() < 262'144 - 90)
      payload += text;
    payload += '"';
    EngineHarness harness;
    ScriptedWorker& worker = harness.AddWorker({"work"});
    const ExecutionInfo info =
        harness.Run(Invoking(R"("InvocationType":"Event","Payload.$":"$")"), payload);
    EXPECT_EQ(info.status, ExecutionStatus::kSucceeded) << info.error.value_or("");
    ASSERT_EQ(worker.tasks.size(), 1U);
    EXPECT_EQ(worker.tasks.front().payload.view(), payload);
  }
}

// As on AWS: what the caller was told, in every attempt.
TEST_F(EngineFunctionEventsTest, AllAttemptsHaveTheRequestIdThatTheCallerWasTold) {
  ScriptedWorker& worker = harness_.AddWorker({"work"});
  std::vector<std::string> ids;
  worker.On("work", [&](const Task& task) -> ScriptedWorker::Outcome {
    ids.push_back(task.request_id);
    return {.error = "Boom"};
  });
  const ExecutionInfo info = harness_.Run(Invoking(kEvent));
  harness_.Advance(200s);
  ASSERT_EQ(ids.size(), 3U);
  EXPECT_EQ(ids[1], ids[0]);
  EXPECT_EQ(ids[2], ids[0]);
  EXPECT_THAT(std::string(info.output.view()), HasSubstr(R"("RequestId":")" + ids[0] + '"'));
}

// The event's execution is there once, whatever was the last to reach the disk.
TEST_F(EngineFunctionEventsTest, ACrashAtAnyMomentLosesAndDoublesNothing) {
  int kept = 0;
  for (int polls = 0; polls < 30; ++polls) {
    EngineHarness harness;
    harness.AddWorker({"work"});
    harness.Deploy("m", Invoking(kEvent));
    const ExecutionName name = harness.Start("m");
    for (int i = 0; i < polls; ++i)
      static_cast<void>(static_cast<runtime::EngineImpl&>(harness.engine()).Poll());
    harness.Crash();
    harness.AddWorker({"work"}).Returns("work", "null");
    harness.Settle();
    harness.Advance(10s);
    const auto started = harness.engine().DescribeExecution(name);
    if (!started.ok()) continue;  // the start itself was lost with its answer
    ++kept;
    EXPECT_EQ(started->status, ExecutionStatus::kSucceeded) << polls;
    EXPECT_EQ(EventIn(harness).status, ExecutionStatus::kSucceeded) << polls;
    EXPECT_EQ(harness.engine().Statistics().quarantined, 0U);
  }
  EXPECT_GT(kept, 10);
}

}  // namespace
}  // namespace pawl
