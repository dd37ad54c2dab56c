// Executions that are tests: tasks that are mocked end without a worker.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>

#include "engine/interpreter/task_mocks.h"
#include "tests/support/engine_harness.h"

namespace pawl::test {
namespace {

using interpreter::MockedEnd;
using testing::ElementsAre;
using testing::HasSubstr;

// State 'S' of case 'c' throws once and then returns once.
class Mocks final : public interpreter::TaskMocks {
 public:
  Status Check(std::string_view, std::string_view test_case) const override {
    return test_case == "c" ? OkStatus() : NotFound("there is a case 'c' alone");
  }

  Result<std::optional<MockedEnd>> Find(std::string_view state_machine,
                                        std::string_view test_case,
                                        std::string_view state,
                                        std::uint32_t call) const override {
    EXPECT_EQ(state_machine, "m");
    RETURN_IF_ERROR(Check(state_machine, test_case));
    if (state == "S" && call == 0) return std::optional(MockedEnd{.error = "E", .cause = "c"});
    if (state == "S" && call == 1) {
      return std::optional(MockedEnd{.output = Bytes(R"({"Payload":1})")});
    }
    if (state == "S") return NotFound("nothing of call 2");
    return std::optional<MockedEnd>();
  }
};

std::string Machine(const std::string& task, const std::string& retry_max = "5") {
  return R"({"StartAt": "S", "States": {"S": {"Type": "Task", "Retry": [{"ErrorEquals": ["E"],
      "IntervalSeconds": 1, "MaxAttempts": )" +
         retry_max + "}], " + task + R"(, "Next": "T"}, "T": {"Type": "Task", "Resource": "real",
      "End": true}}})";
}

class EngineMocksTest : public testing::Test {
 protected:
  ExecutionName Start(const std::string& definition, std::string name = "") {
    harness_.Deploy("m", definition);
    const auto started = harness_.TryStart(
        {.state_machine = "m", .name = std::move(name), .input = "7", .test_case = "c"});
    EXPECT_TRUE(started.ok()) << started.status().message();
    harness_.Settle();
    return started.value().name;
  }

  EngineHarness harness_{EngineOptions{.task_mocks = std::make_shared<Mocks>()}};
};

TEST_F(EngineMocksTest, AMockedTaskIsNotRunAndOthersAre) {
  harness_.AddWorker({"real", "mocked"}).Returns("real", "\"done\"");
  const ExecutionName name = Start(Machine(R"("Resource": "mocked")"));
  harness_.Advance(std::chrono::seconds(1));
  EXPECT_EQ(harness_.Describe(name).output.view(), "\"done\"");
  EXPECT_THAT(harness_.EventTypes(name),
              ElementsAre("ExecutionStarted",
                          "TaskStateEntered",
                          "LambdaFunctionScheduled",
                          "LambdaFunctionStarted",
                          "LambdaFunctionFailed",
                          "LambdaFunctionScheduled",
                          "LambdaFunctionStarted",
                          "LambdaFunctionSucceeded",
                          "TaskStateExited",
                          "TaskStateEntered",
                          "LambdaFunctionScheduled",
                          "LambdaFunctionStarted",
                          "LambdaFunctionSucceeded",
                          "TaskStateExited",
                          "ExecutionSucceeded"));
}

TEST_F(EngineMocksTest, TheMockIsTheWholeResultOfAService) {
  harness_.AddWorker({"real"}).On("real", [](const Task& task) {
    return ScriptedWorker::Outcome{.output = task.payload.str()};
  });
  const ExecutionName name = Start(Machine(R"("Resource": "arn:aws:states:::lambda:invoke",
      "Parameters": {"FunctionName": "f"})"));
  harness_.Advance(std::chrono::seconds(1));
  EXPECT_EQ(harness_.Describe(name).output.view(), R"({"Payload":1})");
}

TEST_F(EngineMocksTest, NobodyIsWaitedForWithAToken) {
  harness_.AddWorker({"real"}).Returns("real", "1");
  const ExecutionName name =
      Start(Machine(R"("Resource": "arn:aws:states:::sqs:sendMessage.waitForTaskToken",
      "Parameters": {"QueueUrl": "q", "MessageBody.$": "$$.Task.Token"})"));
  harness_.Advance(std::chrono::seconds(1));
  EXPECT_EQ(harness_.Describe(name).status, ExecutionStatus::kSucceeded);
  const auto types = harness_.EventTypes(name);
  EXPECT_THAT(std::vector<std::string>(types.begin() + 5, types.begin() + 9),
              ElementsAre("TaskScheduled", "TaskStarted", "TaskSubmitted", "TaskSucceeded"));
}

TEST_F(EngineMocksTest, ATestGoesOnAfterACrash) {
  const ExecutionName name = Start(Machine(R"("Resource": "mocked")"));
  harness_.Crash();
  harness_.AddWorker({"real"}).Returns("real", "1");
  harness_.Advance(std::chrono::seconds(1));
  EXPECT_EQ(harness_.Describe(name).status, ExecutionStatus::kSucceeded);
}

TEST_F(EngineMocksTest, EachVisitIsAnotherCallAlsoAfterACrash) {
  harness_.Deploy("m", R"({"StartAt": "S", "States": {"S": {"Type": "Task", "Resource": "mocked",
      "Catch": [{"ErrorEquals": ["E"], "Next": "W"}], "End": true},
      "W": {"Type": "Wait", "Seconds": 5, "Next": "S"}}})");
  const ExecutionName name =
      harness_.TryStart({.state_machine = "m", .test_case = "c"}).value().name;
  harness_.Crash();
  harness_.Advance(std::chrono::seconds(6));
  EXPECT_EQ(harness_.Describe(name).output.view(), R"({"Payload":1})");
}

TEST_F(EngineMocksTest, WhatTheMockDoesNotSayFailsTheExecutionAndCallsNothing) {
  auto& worker = harness_.AddWorker({"mocked"});
  // What call 1 returns cannot be read, so there is a call 2.
  const ExecutionName name = Start(R"json({"StartAt": "S", "States": {"S": {"Type": "Task",
      "Resource": "mocked", "ResultSelector": {"x.$": "States.StringToJson($.Payload)"},
      "Retry": [{"ErrorEquals": ["States.ALL"], "IntervalSeconds": 1}], "End": true}}})json");
  harness_.Advance(std::chrono::seconds(30));
  const ExecutionInfo info = harness_.Describe(name);
  EXPECT_EQ(info.error, "States.Runtime");
  EXPECT_THAT(info.cause.value_or(""), HasSubstr("nothing of call 2"));
  EXPECT_TRUE(worker.tasks.empty());
}

TEST_F(EngineMocksTest, ATestCaseThatIsNotThereIsRefused) {
  harness_.Deploy("m", Machine(R"("Resource": "mocked")"));
  const auto refused = harness_.TryStart({.state_machine = "m", .test_case = "d"});
  EXPECT_EQ(refused.status().code(), StatusCode::kInvalidArgument);
  EXPECT_EQ(refused.status().field(), "test_case");
  EXPECT_THAT(refused.status().message(), HasSubstr("case 'c' alone"));
}

TEST_F(EngineMocksTest, AnotherTestCaseIsAnotherExecution) {
  Start(Machine(R"("Resource": "mocked")"), "n");
  const auto again =
      harness_.TryStart({.state_machine = "m", .name = "n", .input = "7", .test_case = "c"});
  EXPECT_TRUE(again.value().is_repeated);
  const auto other = harness_.TryStart({.state_machine = "m", .name = "n", .input = "7"});
  EXPECT_EQ(other.status().reason(), "ExecutionAlreadyExists");
}

TEST(EngineWithoutMocksTest, HasNoTests) {
  EngineHarness harness;
  harness.Deploy("m", Machine(R"("Resource": "real")"));
  const auto refused = harness.TryStart({.state_machine = "m", .test_case = "c"});
  EXPECT_THAT(refused.status().message(), HasSubstr("no mock configuration"));
}

TEST(EngineWithAnotherLambdaTest, FunctionsAreCalledThere) {
  EngineHarness harness(EngineOptions{.lambda_endpoint = "http://127.0.0.1:3001"});
  harness.AddWorker({"pawl:lambda", "f"}).On("pawl:lambda", [](const Task& task) {
    return ScriptedWorker::Outcome{.output = task.payload.str()};
  });
  const ExecutionInfo direct = harness.Run(
      R"({"StartAt": "S", "States": {"S": {"Type": "Task", "Resource":
         "arn:aws:lambda:us-east-1:123456789012:function:f:live", "End": true}}})",
      "[1]");
  EXPECT_EQ(direct.output.view(),
            R"({"Endpoint":"http://127.0.0.1:3001","FunctionName":"f","Qualifier":"live",)"
            R"("Payload":[1]})");
  const ExecutionInfo invoked = harness.Run(
      R"({"StartAt": "S", "States": {"S": {"Type": "Task", "Resource":
         "arn:aws:states:::lambda:invoke", "Parameters": {"FunctionName": "f", "Payload": 2},
         "OutputPath": "$.Payload", "End": true}}})");
  EXPECT_EQ(invoked.output.view(),
            R"({"Endpoint":"http://127.0.0.1:3001","FunctionName":"f","Payload":2})");
}

}  // namespace
}  // namespace pawl::test
