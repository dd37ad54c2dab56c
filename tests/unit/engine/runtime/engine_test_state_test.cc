// Engine::TestState: one state alone, with a function on a worker.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/engine_harness.h"

namespace pawl::test {
namespace {

using namespace std::chrono_literals;
using ::testing::HasSubstr;

constexpr std::string_view kGreetTask = R"({"Type":"Task","Resource":"greet","Next":"Later"})";

constexpr std::string_view kHttpTask = R"({"Type":"Task","End":true,
    "Resource":"arn:aws:states:::http:invoke","Parameters":{"ApiEndpoint":"https://a.example",
    "Method":"GET","Authentication":{"ConnectionArn":"c"}}})";

class EngineTestStateTest : public ::testing::Test {
 protected:
  void Test(std::string_view definition,
            const std::string& input = "{}",
            ShownExchange shown_exchange = ShownExchange::kNone) {
    TestStateRequest request{.definition = std::string(definition)};
    request.test.input = Bytes(input);
    request.shown_exchange = shown_exchange;
    harness_.engine().TestState(std::move(request), [this](Result<StateTestResult> result) {
      result_ = std::move(result);
    });
    harness_.Settle();
  }

  // "SUCCEEDED output", "FAILED error", the message of a Status, or "waits".
  std::string Outcome() const {
    if (!result_) return "waits";
    if (!result_->ok()) return result_->status().message();
    const StateTestResult& result = result_->value();
    return std::string(interpreter::StateTestStatusName(result.status)) + " " +
           (result.output ? result.output->str() : result.error.value_or(""));
  }

  EngineHarness harness_;
  std::optional<Result<StateTestResult>> result_;
};

TEST_F(EngineTestStateTest, AFunctionIsCalledOnItsWorker) {
  ScriptedWorker& worker = harness_.AddWorker({"greet"});
  worker.On("greet", [](const Task& task) {
    return ScriptedWorker::Outcome{.output = "[" + task.payload.str() + "]"};
  });
  Test(kGreetTask, R"({"a":1})");
  EXPECT_EQ(Outcome(), R"(SUCCEEDED [{"a":1}])");
  EXPECT_EQ(result_->value().next_state, "Later");
  ASSERT_EQ(worker.acks.size(), 1U);
  EXPECT_EQ(worker.acks[0].outcome, CompletionOutcome::kAccepted);
  EXPECT_EQ(harness_.engine().Statistics().executions_started, 0U);
}

TEST_F(EngineTestStateTest, AFunctionThatFailsFailsTheState) {
  harness_.AddWorker({"greet"}).Fails("greet", "Oops");
  Test(kGreetTask);
  EXPECT_EQ(Outcome(), "FAILED Oops");
}

TEST_F(EngineTestStateTest, AResultThatIsNoJsonFailsTheState) {
  harness_.AddWorker({"greet"}).Returns("greet", "{");
  Test(kGreetTask);
  EXPECT_EQ(Outcome(), "FAILED Runtime.MarshalError");
}

TEST_F(EngineTestStateTest, AnEventIsNotSent) {
  Test(R"({"Type":"Task","End":true,"Resource":"arn:aws:states:::lambda:invoke",
      "Parameters":{"FunctionName":"greet","InvocationType":"Event"}})");
  EXPECT_THAT(Outcome(), HasSubstr("only with RequestResponse"));
}

TEST_F(EngineTestStateTest, AnHttpTaskTellsItsExchange) {
  ScriptedWorker& worker = harness_.AddWorker({"pawl:http"});
  worker.On("pawl:http", [](const Task& task) {
    EXPECT_THAT(task.payload.str(), HasSubstr(R"(,"Trace":{"RevealSecrets":true}})"));
    return ScriptedWorker::Outcome{
        .output = R"({"Result":{"StatusCode":200},"Exchange":{"request":{"method":"GET"},)"
                  R"("response":{"statusCode":"200"}}})"};
  });
  Test(kHttpTask, "{}", ShownExchange::kWhole);
  EXPECT_EQ(Outcome(), R"(SUCCEEDED {"StatusCode":200})");
  const interpreter::Inspection& inspection = result_->value().inspection;
  EXPECT_EQ(inspection.http_request->view(), R"({"method":"GET"})");
  EXPECT_EQ(inspection.http_response->view(), R"({"statusCode":"200"})");
}

TEST_F(EngineTestStateTest, AnHttpTaskThatFailsTellsItsExchange) {
  harness_.AddWorker({"pawl:http"})
      .Returns("pawl:http",
               R"({"Error":{"Error":"States.Http.Socket","Cause":"gone"},)"
               R"("Exchange":{"request":{"method":"GET"}}})");
  Test(kHttpTask, "{}", ShownExchange::kWithoutSecrets);
  EXPECT_EQ(Outcome(), "FAILED States.Http.Socket");
  EXPECT_EQ(result_->value().cause, "gone");
  EXPECT_EQ(result_->value().inspection.http_request->view(), R"({"method":"GET"})");
  EXPECT_EQ(result_->value().inspection.http_response, std::nullopt);
}

TEST_F(EngineTestStateTest, AWorkerThatTellsNoExchangeIsUnderstood) {
  harness_.AddWorker({"pawl:http"}).Returns("pawl:http", R"({"StatusCode":200})");
  Test(kHttpTask, "{}", ShownExchange::kWhole);
  EXPECT_EQ(Outcome(), R"(SUCCEEDED {"StatusCode":200})");
  EXPECT_EQ(result_->value().inspection.http_request, std::nullopt);
}

TEST_F(EngineTestStateTest, AnExchangeIsToldOnlyWhereItIsAskedFor) {
  harness_.AddWorker({"pawl:http"}).On("pawl:http", [](const Task& task) {
    EXPECT_EQ(task.payload.str().find("Trace"), std::string::npos);
    return ScriptedWorker::Outcome{.output = R"({"Result":1,"Exchange":{}})"};
  });
  Test(kHttpTask);
  EXPECT_EQ(Outcome(), R"(SUCCEEDED {"Result":1,"Exchange":{}})");
}

TEST_F(EngineTestStateTest, AFunctionThatNobodyServesFailsAfterTheGrace) {
  Test(kGreetTask);
  EXPECT_EQ(Outcome(), "waits");
  harness_.Advance(3s);
  EXPECT_EQ(Outcome(), "FAILED Lambda.ResourceNotFoundException");
}

TEST_F(EngineTestStateTest, AFunctionHasFiveMinutes) {
  ScriptedWorker& worker = harness_.AddWorker({"greet"});
  Test(kGreetTask);
  harness_.Advance(5min);
  EXPECT_THAT(Outcome(), HasSubstr("within 300 s"));
  ASSERT_EQ(worker.tasks.size(), 1U);
  EXPECT_EQ(worker.cancelled.size(), 1U);
  worker.Complete(worker.tasks.front(), {.output = "1"});
  harness_.Settle();
  ASSERT_EQ(worker.acks.size(), 1U);
  EXPECT_EQ(worker.acks[0].outcome, CompletionOutcome::kSettled);
}

TEST_F(EngineTestStateTest, ATestOfAWorkerThatVanishedGoesToAnother) {
  ScriptedWorker& first = harness_.AddWorker({"greet"});
  Test(kGreetTask);
  first.Vanish();
  harness_.AddWorker({"greet"}).Returns("greet", "2");
  harness_.Settle();
  EXPECT_EQ(Outcome(), "waits");
  harness_.Advance(3s);
  EXPECT_EQ(Outcome(), "SUCCEEDED 2");
}

TEST_F(EngineTestStateTest, AnEngineThatStopsAnswers) {
  harness_.AddWorker({"greet"});
  Test(kGreetTask);
  harness_.Crash();
  EXPECT_THAT(Outcome(), HasSubstr("the engine stops"));
}

TEST_F(EngineTestStateTest, ADefinitionThatIsWrongIsRefused) {
  Test(R"({"Type":"Nothing"})");
  EXPECT_EQ(result_->status().reason(), "InvalidDefinition");
  EXPECT_THAT(Outcome(), HasSubstr("at /States/StateName/Type"));
}

TEST_F(EngineTestStateTest, AStateThatIsNotThereIsRefused) {
  TestStateRequest request{
      .definition = R"({"StartAt":"A","States":{"A":{"Type":"Pass","End":true}}})",
      .state_name = "B"};
  harness_.engine().TestState(request,
                              [this](Result<StateTestResult> result) { result_ = result; });
  EXPECT_EQ(Outcome(), "the definition has no state 'B'");
}

TEST_F(EngineTestStateTest, PayloadsKeepTheirBounds) {
  Test(kGreetTask, "\"" + std::string(256 * 1024, 'x') + "\"");
  EXPECT_EQ(result_->status().field(), "input");
}

TEST(TaskRefTest, OfATestIsReadBack) {
  const TaskRef ref{.execution = {.shard = ShardId{129}, .number = ExecutionNumber{7}},
                    .frame = FrameNumber{1},
                    .wait_number = 1};
  EXPECT_EQ(DecodeTaskRef(EncodeTaskRef(ref)), ref);
}

}  // namespace
}  // namespace pawl::test
