// Tasks that a worker's built-in functions make: calls of AWS services, and HTTP tasks.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/execution_harness.h"

namespace pawl::interpreter {
namespace {

using test::CancelsTask;
using test::DispatchesTask;
using test::ExecutionHarness;
using testing::Contains;
using testing::ElementsAre;

constexpr char kPutItem[] = R"({"StartAt":"T","States":{"T":{"Type":"Task",
    "Resource":"arn:aws:states:::aws-sdk:dynamodb:putItem",
    "Parameters":{"TableName.$":"$.t","Item":{"id":{"S":"1"}}},"End":true}}})";
constexpr char kSendAndWait[] = R"({"StartAt":"T","States":{"T":{"Type":"Task",
    "Resource":"arn:aws:states:::sqs:sendMessage.waitForTaskToken",
    "Parameters":{"QueueUrl":"q","MessageBody":{"token.$":"$$.Task.Token"}},"End":true}}})";
constexpr char kRunJob[] = R"({"StartAt":"T","States":{"T":{"Type":"Task",
    "Resource":"arn:aws:states:::glue:startJobRun.sync","TimeoutSeconds":60,
    "Parameters":{"JobName":"etl"},
    "Retry":[{"ErrorEquals":["States.TaskFailed"],"IntervalSeconds":1}],"End":true}}})";

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

// Step Functions Developer Guide, "Run a job (.sync)".
TEST(ServiceTaskTest, AJobIsSubmittedAndThenItsEndIsWaitedFor) {
  ExecutionHarness run(kRunJob);
  EXPECT_EQ(run.TaskPayload(),
            R"({"Resource":"glue:startJobRun.sync","Parameters":{"JobName":"etl"}})");
  run.CompleteTask(R"({"JobRunId":"jr_1"})");
  EXPECT_THAT(run.NewEvents(), ElementsAre("TaskStarted", "TaskSubmitted"));
  EXPECT_EQ(run.PayloadOf(EventType::kTaskSubmitted), R"({"JobRunId":"jr_1"})");
  EXPECT_THAT(run.TakeEffects(), ElementsAre(DispatchesTask()));
  EXPECT_EQ(run.TaskPayload(),
            R"({"Resource":"glue:startJobRun.sync","Parameters":{"JobName":"etl"},)"
            R"("Started":{"JobRunId":"jr_1"}})");

  run.CompleteTask(R"({"JobRunState":"SUCCEEDED"})");
  EXPECT_EQ(run.Outcome(), R"(SUCCEEDED {"JobRunState":"SUCCEEDED"})");
  EXPECT_THAT(run.EventTypes(),
              ElementsAre("ExecutionStarted",
                          "TaskStateEntered",
                          "TaskScheduled",
                          "TaskStarted",
                          "TaskSubmitted",
                          "TaskSucceeded",
                          "TaskStateExited",
                          "ExecutionSucceeded"));
}

TEST(ServiceTaskTest, AJobThatFailsIsStartedAgainByARetry) {
  ExecutionHarness run(kRunJob);
  run.CompleteTask(R"({"JobRunId":"jr_1"})");
  run.FailTask("States.TaskFailed", R"({"JobRunState":"FAILED"})");
  EXPECT_THAT(run.NewEvents(), ElementsAre("TaskFailed"));
  run.AdvanceTime(std::chrono::seconds(1));
  EXPECT_EQ(run.TaskPayload(),
            R"({"Resource":"glue:startJobRun.sync","Parameters":{"JobName":"etl"}})");
}

TEST(ServiceTaskTest, ACallThatStartsNoJobFailsAsItDoesWithoutSync) {
  ExecutionHarness run(kRunJob);
  run.FailTask("Glue.EntityNotFoundException", "no such job");
  EXPECT_THAT(run.NewEvents(), ElementsAre("TaskStarted", "TaskFailed"));
}

// The time-out is that of the whole state, and what waits for the job is told to stop it.
TEST(ServiceTaskTest, AStateThatTimesOutTakesBackTheWaitForItsJob) {
  ExecutionHarness run(kRunJob);
  run.AdvanceTime(std::chrono::seconds(40));
  run.CompleteTask(R"({"JobRunId":"jr_1"})");
  run.TakeEffects();
  run.AdvanceTime(std::chrono::seconds(20));
  EXPECT_THAT(run.NewEvents(), ElementsAre("TaskTimedOut", "ExecutionFailed"));
  EXPECT_EQ(run.Outcome(), "FAILED States.Timeout");
  EXPECT_THAT(run.TakeEffects(), Contains(CancelsTask()));
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
