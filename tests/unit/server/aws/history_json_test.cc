// Shapes as in the answers of GetExecutionHistory that were recorded on AWS.
#include "server/aws/history_json.h"

#include <gtest/gtest.h>

#include <chrono>

namespace pawl::aws {
namespace {

using std::chrono::milliseconds;

constexpr Timestamp kAt = Timestamp(milliseconds(1'767'225'600'042));

std::string EventJson(EventInfo event) {
  event.at = kAt;
  std::string text;
  WriteHistoryEvent(text, event, {.region = "eu-west-3", .role_arn = "arn:aws:iam::1:role/r"});
  return text;
}

TEST(HistoryJsonTest, TheFirstEventNamesTheRole) {
  EXPECT_EQ(
      EventJson({.id = 1, .type = EventType::kExecutionStarted, .input = Bytes(R"({"a":1})")}),
      R"({"timestamp":1767225600.042,"type":"ExecutionStarted","id":1,"previousEventId":0,)"
      R"("executionStartedEventDetails":{"input":"{\"a\":1}",)"
      R"("inputDetails":{"truncated":false},"roleArn":"arn:aws:iam::1:role/r"}})");
}

TEST(HistoryJsonTest, StatesOfAllTypesShareTheNameOfTheirDetails) {
  EXPECT_EQ(EventJson({.id = 3,
                       .previous_id = 2,
                       .type = EventType::kChoiceStateExited,
                       .state = "Pick",
                       .output = Bytes("[]")}),
            R"({"timestamp":1767225600.042,"type":"ChoiceStateExited","id":3,)"
            R"("previousEventId":2,"stateExitedEventDetails":{"name":"Pick","output":"[]",)"
            R"("outputDetails":{"truncated":false}}})");
}

TEST(HistoryJsonTest, AStateThatIsLeftNamesWhatItAssigned) {
  EXPECT_EQ(EventJson({.id = 3,
                       .previous_id = 2,
                       .type = EventType::kPassStateExited,
                       .state = "Set",
                       .output = Bytes("1"),
                       .assigned_variables = {{.name = "a", .value = Bytes(R"("x")")},
                                              {.name = "b", .value = Bytes("{}")}}}),
            R"({"timestamp":1767225600.042,"type":"PassStateExited","id":3,"previousEventId":2,)"
            R"("stateExitedEventDetails":{"name":"Set","output":"1",)"
            R"("outputDetails":{"truncated":false},"assignedVariables":{"a":"\"x\"","b":"{}"},)"
            R"("assignedVariablesDetails":{"truncated":false}}})");
}

TEST(HistoryJsonTest, ADirectFunctionIsALambdaFunction) {
  EXPECT_EQ(EventJson({.id = 3,
                       .previous_id = 2,
                       .type = EventType::kLambdaFunctionScheduled,
                       .state = "Call",
                       .input = Bytes("1"),
                       .resource = "arn:aws:lambda:eu-west-3:1:function:f",
                       .timeout_seconds = 5}),
            R"({"timestamp":1767225600.042,"type":"LambdaFunctionScheduled","id":3,)"
            R"("previousEventId":2,"lambdaFunctionScheduledEventDetails":)"
            R"({"resource":"arn:aws:lambda:eu-west-3:1:function:f","input":"1",)"
            R"("inputDetails":{"truncated":false},"timeoutInSeconds":5}})");
}

TEST(HistoryJsonTest, AnIntegrationHasParametersAndARegion) {
  EXPECT_EQ(EventJson({.id = 3,
                       .previous_id = 2,
                       .type = EventType::kTaskScheduled,
                       .state = "Call",
                       .input = Bytes("{}"),
                       .resource = "invoke",
                       .resource_type = "lambda",
                       .heartbeat_seconds = 9}),
            R"({"timestamp":1767225600.042,"type":"TaskScheduled","id":3,"previousEventId":2,)"
            R"("taskScheduledEventDetails":{"resourceType":"lambda","resource":"invoke",)"
            R"("region":"eu-west-3","parameters":"{}","heartbeatInSeconds":9}})");
}

TEST(HistoryJsonTest, AnActivityHasItsArnAndTheWorkerThatTookIt) {
  EXPECT_EQ(EventJson({.id = 3,
                       .previous_id = 2,
                       .type = EventType::kActivityScheduled,
                       .state = "Ask",
                       .input = Bytes("1"),
                       .resource = "arn:a"}),
            R"({"timestamp":1767225600.042,"type":"ActivityScheduled","id":3,)"
            R"("previousEventId":2,"activityScheduledEventDetails":{"resource":"arn:a",)"
            R"("input":"1","inputDetails":{"truncated":false}}})");
  EXPECT_EQ(
      EventJson({.id = 4, .previous_id = 3, .type = EventType::kActivityStarted, .worker = "w"}),
      R"({"timestamp":1767225600.042,"type":"ActivityStarted","id":4,"previousEventId":3,)"
      R"("activityStartedEventDetails":{"workerName":"w"}})");
}

TEST(HistoryJsonTest, AFailedTaskSaysWhichServiceFailed) {
  EXPECT_EQ(EventJson({.id = 5,
                       .previous_id = 4,
                       .type = EventType::kTaskFailed,
                       .state = "Call",
                       .error = "E",
                       .cause = "c",
                       .resource = "invoke",
                       .resource_type = "lambda"}),
            R"({"timestamp":1767225600.042,"type":"TaskFailed","id":5,"previousEventId":4,)"
            R"("taskFailedEventDetails":{"resourceType":"lambda","resource":"invoke",)"
            R"("error":"E","cause":"c"}})");
}

TEST(HistoryJsonTest, AFailedEvaluationSaysWhere) {
  EXPECT_EQ(EventJson({.id = 3,
                       .type = EventType::kEvaluationFailed,
                       .state = "Sum",
                       .error = "States.QueryEvaluationError",
                       .cause = "c",
                       .location = "Output/total"}),
            R"({"timestamp":1767225600.042,"type":"EvaluationFailed","id":3,"previousEventId":0,)"
            R"("evaluationFailedEventDetails":{"error":"States.QueryEvaluationError","cause":"c",)"
            R"("location":"Output/total","state":"Sum"}})");
}

TEST(HistoryJsonTest, IterationsHaveAnIndexAndMapsALength) {
  EXPECT_EQ(EventJson({.id = 5,
                       .previous_id = 3,
                       .type = EventType::kMapIterationStarted,
                       .state = "Each",
                       .index = 0}),
            R"({"timestamp":1767225600.042,"type":"MapIterationStarted","id":5,)"
            R"("previousEventId":3,"mapIterationStartedEventDetails":{"name":"Each","index":0}})");
  EXPECT_EQ(EventJson({.id = 3,
                       .previous_id = 2,
                       .type = EventType::kMapStateStarted,
                       .state = "Each",
                       .length = 4}),
            R"({"timestamp":1767225600.042,"type":"MapStateStarted","id":3,"previousEventId":2,)"
            R"("mapStateStartedEventDetails":{"length":4}})");
}

TEST(HistoryJsonTest, SomeTypesHaveNoDetails) {
  EXPECT_EQ(EventJson({.id = 4, .previous_id = 3, .type = EventType::kLambdaFunctionStarted}),
            R"({"timestamp":1767225600.042,"type":"LambdaFunctionStarted","id":4,)"
            R"("previousEventId":3})");
}

}  // namespace
}  // namespace pawl::aws
