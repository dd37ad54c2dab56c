// Tasks that a worker's built-in functions make: calls of AWS services, and HTTP tasks.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/execution_harness.h"

namespace pawl::interpreter {
namespace {

using test::ExecutionHarness;
using testing::ElementsAre;

constexpr char kPutItem[] = R"({"StartAt":"T","States":{"T":{"Type":"Task",
    "Resource":"arn:aws:states:::aws-sdk:dynamodb:putItem",
    "Parameters":{"TableName.$":"$.t","Item":{"id":{"S":"1"}}},"End":true}}})";
constexpr char kSendAndWait[] = R"({"StartAt":"T","States":{"T":{"Type":"Task",
    "Resource":"arn:aws:states:::sqs:sendMessage.waitForTaskToken",
    "Parameters":{"QueueUrl":"q","MessageBody":{"token.$":"$$.Task.Token"}},"End":true}}})";

TEST(ServiceTaskTest, TheFunctionGetsTheResourceAndTheParameters) {
  ExecutionHarness run(kPutItem, R"({"t":"orders"})");
  EXPECT_EQ(run.TaskPayload(),
            R"({"Resource":"aws-sdk:dynamodb:putItem","Parameters":)"
            R"({"TableName":"orders","Item":{"id":{"S":"1"}}}})");
}

// Recorded: services, test_dynamodb_put_get_item.
TEST(ServiceTaskTest, TheAnswerIsTheResultAsItIs) {
  ExecutionHarness run(kPutItem, R"({"t":"orders"})");
  run.CompleteTask(R"({"Attributes":{}})");
  EXPECT_EQ(run.Outcome(), R"(SUCCEEDED {"Attributes":{}})");
  EXPECT_THAT(run.EventTypes(),
              ElementsAre("ExecutionStarted",
                          "TaskStateEntered",
                          "TaskScheduled",
                          "TaskStarted",
                          "TaskSucceeded",
                          "TaskStateExited",
                          "ExecutionSucceeded"));
  EXPECT_THAT(run.Previous(), ElementsAre(0, 0, 2, 3, 4, 5, 6));
}

// Recorded: error_handling, test_dynamodb_invalid_param.
TEST(ServiceTaskTest, AnErrorKeepsItsNameAndItsCause) {
  ExecutionHarness run(kPutItem, R"({"t":"orders"})");
  run.FailTask("DynamoDb.DynamoDbException", "no (Service: DynamoDb, Status Code: 400)");
  EXPECT_EQ(run.Outcome(), "FAILED DynamoDb.DynamoDbException");
  EXPECT_EQ(run.Cause(), "no (Service: DynamoDb, Status Code: 400)");
  EXPECT_THAT(run.NewEvents(), ElementsAre("TaskStarted", "TaskFailed", "ExecutionFailed"));
}

// Recorded: callback, test_sqs_wait_for_task_token.
TEST(ServiceTaskTest, ACallThatWasGivenATokenIsSubmittedAndThenWaits) {
  ExecutionHarness run(kSendAndWait);
  run.CompleteTask(R"({"MessageId":"m"})");
  EXPECT_THAT(run.NewEvents(), ElementsAre("TaskStarted", "TaskSubmitted"));
  EXPECT_EQ(run.PayloadOf(EventType::kTaskSubmitted), R"({"MessageId":"m"})");
  EXPECT_EQ(run.Outcome(), "RUNNING");

  EXPECT_TRUE(run.Send(kRootFrame,
                       TokenEnded{.wait_number = run.frame().wait_number, .output = Bytes("7")}));
  EXPECT_EQ(run.Outcome(), "SUCCEEDED 7");
}

TEST(ServiceTaskTest, AResultThatIsTooLargeNamesTheService) {
  ExecutionHarness run(kPutItem, R"({"t":"orders"})");
  run.CompleteTask('"' + std::string(256 * 1024, 'x') + '"');
  EXPECT_EQ(run.Outcome(), "FAILED States.DataLimitExceeded");
  EXPECT_EQ(run.Cause(),
            "The state/task 'aws-sdk:dynamodb' returned a result with a size exceeding the maximum "
            "number of bytes service limit.");
}

// A call that can never be made is not tried again.
TEST(ServiceTaskTest, RuntimeErrorsAreNotRetried) {
  ExecutionHarness run(R"({"StartAt":"T","States":{"T":{"Type":"Task",
      "Resource":"arn:aws:states:::http:invoke",
      "Parameters":{"ApiEndpoint":"http://a","Method":"GET",
                    "Authentication":{"ConnectionArn":"c"}},
      "Retry":[{"ErrorEquals":["States.ALL"]}],"End":true}}})");
  run.FailTask("States.Runtime", "not allowed");
  EXPECT_EQ(run.Outcome(), "FAILED States.Runtime");
  EXPECT_EQ(run.Cause(),
            "An error occurred while executing the state 'T' (entered at the event id #2). not "
            "allowed");
}

}  // namespace
}  // namespace pawl::interpreter
