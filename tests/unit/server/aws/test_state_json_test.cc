// Requests and answers of TestState, by the API model and as recorded.
#include "server/aws/test_state_json.h"

#include <gtest/gtest.h>

#include <chrono>

namespace pawl::aws {
namespace {

using interpreter::MockValidation;
using interpreter::StateTestStatus;

std::string TestStateJson(const StateTestResult& result, bool shows_inspection) {
  std::string text;
  WriteTestState(text, result, shows_inspection);
  return text;
}

TEST(TestStateJsonTest, ARequestNeedsNothingButItsDefinition) {
  const auto call = ReadTestState(R"({"definition":"{}"})");
  ASSERT_TRUE(call.ok());
  EXPECT_EQ(call->request.definition, "{}");
  EXPECT_EQ(call->request.test.input.str(), "{}");
  EXPECT_FALSE(call->request.test.mock);
  EXPECT_FALSE(call->shows_inspection);
}

TEST(TestStateJsonTest, ARequestHasItsMembers) {
  const auto call = ReadTestState(R"({"definition":"d","stateName":"S","input":"[1]",
      "variables":"{}","context":"{\"Task\":{}}","roleArn":"arn:r","inspectionLevel":"TRACE",
      "mock":{"errorOutput":{"error":"E","cause":"c"},"fieldValidationMode":"PRESENT"},
      "stateConfiguration":{"retrierRetryCount":4,"errorCausedByState":"I",
        "mapIterationFailureCount":2,"mapItemReaderData":"[]"}})");
  ASSERT_TRUE(call.ok());
  const interpreter::StateTest& test = call->request.test;
  EXPECT_EQ(call->request.state_name, "S");
  EXPECT_EQ(test.input.str(), "[1]");
  EXPECT_EQ(test.role_arn, "arn:r");
  EXPECT_EQ(test.mock->error_output->error, "E");
  EXPECT_EQ(test.mock->validation, MockValidation::kPresent);
  EXPECT_EQ(test.retrier_retry_count, 4U);
  EXPECT_EQ(test.map_iteration_failure_count, 2U);
  EXPECT_EQ(test.error_caused_by_state, "I");
  EXPECT_TRUE(call->shows_inspection);
}

TEST(TestStateJsonTest, TheExchangeOfAnHttpTaskIsOfLevelTrace) {
  const auto shown = [](const std::string& members) {
    return ReadTestState(R"({"definition":"d")" + members + "}").value().request.shown_exchange;
  };
  EXPECT_EQ(shown(""), ShownExchange::kNone);
  EXPECT_EQ(shown(R"(,"inspectionLevel":"DEBUG","revealSecrets":true)"), ShownExchange::kNone);
  EXPECT_EQ(shown(R"(,"inspectionLevel":"TRACE")"), ShownExchange::kWithoutSecrets);
  EXPECT_EQ(shown(R"(,"inspectionLevel":"TRACE","revealSecrets":true)"), ShownExchange::kWhole);

  StateTestResult result;
  result.inspection.input = Bytes("{}");
  result.inspection.http_request = Bytes(R"({"method":"GET"})");
  result.inspection.http_response = Bytes(R"({"statusCode":"200"})");
  EXPECT_EQ(TestStateJson(result, true),
            R"({"inspectionData":{"input":"{}","request":{"method":"GET"},)"
            R"("response":{"statusCode":"200"}},"status":"SUCCEEDED"})");
}

TEST(TestStateJsonTest, AWrongMemberIsNamed) {
  EXPECT_EQ(ReadTestState("{}").status().field(), "definition");
  EXPECT_EQ(ReadTestState(R"({"definition":"d","input":{}})").status().field(), "input");
  EXPECT_EQ(ReadTestState(R"({"definition":"d","inspectionLevel":"LOUD"})").status().field(),
            "inspectionLevel");
  EXPECT_EQ(ReadTestState(R"({"definition":"d","stateConfiguration":{"retrierRetryCount":-1}})")
                .status()
                .field(),
            "retrierRetryCount");
  EXPECT_FALSE(ReadTestState("[]").ok());
  EXPECT_FALSE(ReadTestState("{").ok());
}

TEST(TestStateJsonTest, AnAnswerOfLevelInfoTellsTheEndOnly) {
  StateTestResult result{.output = Bytes("[1]"), .next_state = "N"};
  result.inspection.max_concurrency = 1;
  EXPECT_EQ(TestStateJson(result, false),
            R"({"output":"[1]","nextState":"N","status":"SUCCEEDED"})");
}

TEST(TestStateJsonTest, InspectionDataHasTheStepsThatWereTaken) {
  StateTestResult result{.status = StateTestStatus::kRetriable, .error = "E", .cause = "c"};
  result.inspection.input = Bytes("{}");
  result.inspection.after_input_path = Bytes("1");
  result.inspection.tolerated_failure_percentage = 12.5;
  result.inspection.max_concurrency = 0;
  result.inspection.variables["v"] = Bytes("[2]");
  result.inspection.retry_index = 1;
  result.inspection.retry_backoff = std::chrono::seconds(16);
  EXPECT_EQ(TestStateJson(result, true),
            R"({"error":"E","cause":"c","inspectionData":{"input":"{}","afterInputPath":"1",)"
            R"("toleratedFailurePercentage":12.5,"maxConcurrency":0,"variables":"{\"v\":[2]}",)"
            R"("errorDetails":{"retryIndex":1,"retryBackoffIntervalSeconds":16}},)"
            R"("status":"RETRIABLE"})");
}

TEST(TestStateJsonTest, ADefinitionThatIsWrongIsToldInAwsWords) {
  const TestStateRequest request{.definition = R"({"Type":"Parallel","Branches":[],"End":true})"};
  const ApiError error = TestStateError(
      request, InvalidArgument("many lines", "definition").WithReason("InvalidDefinition"));
  EXPECT_EQ(error.code, "InvalidDefinition");
  EXPECT_EQ(error.message,
            "Invalid State Machine Definition: 'SCHEMA_VALIDATION_FAILED: Value cannot be empty "
            "at /States/StateName/Branches'");
}

TEST(TestStateJsonTest, AllOtherErrorsAreValidationExceptions) {
  const ApiError error = TestStateError({}, InvalidArgument("what", "mock"));
  EXPECT_EQ(error.code, "ValidationException");
  EXPECT_EQ(error.message, "what");
}

}  // namespace
}  // namespace pawl::aws
