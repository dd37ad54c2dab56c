// Task states: scheduling, ends, time-outs and heartbeats.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/execution_harness.h"

namespace pawl::interpreter {
namespace {

using namespace std::chrono_literals;
using test::ArmsTimer;
using test::CancelsTask;
using test::DispatchesTask;
using test::ExecutionHarness;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

constexpr char kPlain[] =
    R"({"StartAt":"T","States":{"T":{"Type":"Task","Resource":"f","End":true}}})";
constexpr char kFiveSeconds[] =
    R"({"StartAt":"T","States":{"T":{"Type":"Task","Resource":"f","TimeoutSeconds":5,"End":true}}})";
constexpr char kHeartbeats[] = R"({"StartAt":"T","States":{"T":{"Type":"Task","Resource":"f",
    "TimeoutSeconds":60,"HeartbeatSeconds":10,"End":true}}})";

// The events and links of a direct Lambda ARN, as recorded (scenarios, test_lambda_invoke).
TEST(TaskStateTest, ATaskIsScheduledStartedAndSucceeds) {
  ExecutionHarness run(kPlain, R"({"a":1})");
  EXPECT_THAT(run.TakeEffects(), ElementsAre(DispatchesTask()));
  EXPECT_EQ(run.TaskPayload(), R"({"a":1})");

  run.CompleteTask("42");
  EXPECT_EQ(run.Outcome(), "SUCCEEDED 42");
  EXPECT_THAT(run.EventTypes(),
              ElementsAre("ExecutionStarted",
                          "TaskStateEntered",
                          "LambdaFunctionScheduled",
                          "LambdaFunctionStarted",
                          "LambdaFunctionSucceeded",
                          "TaskStateExited",
                          "ExecutionSucceeded"));
  EXPECT_THAT(run.Previous(), ElementsAre(0, 0, 2, 3, 4, 5, 6));
}

// Recorded: timeouts, test_fixed_timeout_lambda. The time-out has no cause.
TEST(TaskStateTest, ATaskThatRunsTooLongTimesOut) {
  ExecutionHarness run(kFiveSeconds);
  EXPECT_THAT(run.TakeEffects(), ElementsAre(ArmsTimer(5s), DispatchesTask()));
  run.LeaseTask();

  run.AdvanceTime(5s - 1us);
  EXPECT_EQ(run.Outcome(), "RUNNING");
  run.AdvanceTime(1us);
  EXPECT_THAT(run.TakeEffects(), ElementsAre(CancelsTask()));
  EXPECT_EQ(run.Outcome(), "FAILED States.Timeout");
  EXPECT_EQ(run.Cause(), "");
  EXPECT_THAT(run.EventTypes(),
              ElementsAre("ExecutionStarted",
                          "TaskStateEntered",
                          "LambdaFunctionScheduled",
                          "LambdaFunctionStarted",
                          "LambdaFunctionTimedOut",
                          "ExecutionFailed"));
  EXPECT_THAT(run.Previous(), ElementsAre(0, 0, 2, 3, 4, 5));
}

TEST(TaskStateTest, ATaskNoWorkerTookTimesOutWithoutHavingStarted) {
  ExecutionHarness run(kFiveSeconds);
  run.AdvanceTime(5s);
  EXPECT_THAT(run.NewEvents(), ElementsAre("LambdaFunctionTimedOut", "ExecutionFailed"));
}

// ASL specification, "Task State": HeartbeatSeconds is the time between two heartbeats.
TEST(TaskStateTest, ASilentWorkerTimesItsTaskOut) {
  ExecutionHarness run(kHeartbeats);
  run.LeaseTask();
  run.AdvanceTime(9s);
  run.Heartbeat();
  run.AdvanceTime(9s);
  EXPECT_EQ(run.Outcome(), "RUNNING");
  run.AdvanceTime(1s);
  EXPECT_EQ(run.Outcome(), "FAILED States.Timeout");
}

TEST(TaskStateTest, HeartbeatsDoNotPutTheTimeoutOff) {
  ExecutionHarness run(kHeartbeats);
  run.LeaseTask();
  for (int i = 0; i < 11; ++i) {
    run.AdvanceTime(5s);
    run.Heartbeat();
  }
  EXPECT_EQ(run.Outcome(), "RUNNING");
  run.AdvanceTime(5s);
  EXPECT_EQ(run.Outcome(), "FAILED States.Timeout");
}

// No worker owes a heartbeat for a task that nobody took.
TEST(TaskStateTest, ATaskInTheQueueHasNoHeartbeat) {
  ExecutionHarness run(kHeartbeats);
  run.AdvanceTime(59s);
  EXPECT_EQ(run.Outcome(), "RUNNING");
}

// ASL specification, "Task State": TimeoutSecondsPath is a reference path into the input.
TEST(TaskStateTest, TimeoutsAreReadFromTheInput) {
  ExecutionHarness run(R"({"StartAt":"T","States":{"T":{"Type":"Task","Resource":"f",
      "TimeoutSecondsPath":"$.t","HeartbeatSecondsPath":"$.h","End":true}}})",
                       R"({"t":7,"h":3})");
  EXPECT_THAT(run.TakeEffects(), ElementsAre(ArmsTimer(7s), DispatchesTask()));
  EXPECT_EQ(std::get<TaskWait>(run.frame().wait).heartbeat, 3s);
}

TEST(TaskStateTest, ATimeoutThatIsNoPositiveIntegerFailsTheExecution) {
  for (const char* value : {"0", "-1", "1.5", "\"7\"", "100000000"}) {
    ExecutionHarness run(R"({"StartAt":"T","States":{"T":{"Type":"Task","Resource":"f",
        "TimeoutSecondsPath":"$.t","End":true}}})",
                         std::string(R"({"t":)") + value + "}");
    EXPECT_EQ(run.Outcome(), "FAILED States.Runtime") << value;
  }
}

// Recorded: error_handling, test_task_lambda_data_limit_exceeded_on_large_utf8_response.
TEST(TaskStateTest, AResultOverTheLimitFailsTheTask) {
  ExecutionHarness run(kPlain);
  run.CompleteTask('"' + std::string(256 * 1024 - 1, 'x') + '"');
  EXPECT_EQ(run.Outcome(), "FAILED States.DataLimitExceeded");
  EXPECT_EQ(run.Cause(),
            "The state/task 'arn:aws:lambda:us-east-1:123456789012:function:f' returned a result "
            "with a size exceeding the maximum number of bytes service limit.");
  EXPECT_THAT(run.NewEvents(),
              ElementsAre("LambdaFunctionStarted", "LambdaFunctionFailed", "ExecutionFailed"));
}

TEST(TaskStateTest, AResultOfExactlyTheLimitIsTaken) {
  ExecutionHarness run(kPlain);
  const std::string largest = '"' + std::string(256 * 1024 - 2, 'x') + '"';
  run.CompleteTask(largest);
  EXPECT_EQ(run.Outcome(), "SUCCEEDED " + largest);
}

// Step Functions Developer Guide, "Invoke Lambda": the parameters name the function and its
// payload.
TEST(TaskStateTest, LambdaInvokeTakesFunctionAndPayloadFromItsParameters) {
  ExecutionHarness run(R"({"StartAt":"T","States":{"T":{"Type":"Task",
      "Resource":"arn:aws:states:::lambda:invoke",
      "Parameters":{"FunctionName":"g:3","Payload.$":"$.p"},"OutputPath":"$.Payload","End":true}}})",
                       R"({"p":[1,2]})");
  EXPECT_EQ(run.TaskPayload(), "[1,2]");
  EXPECT_EQ(std::get<TaskWait>(run.frame().wait).function_name, "g");
  EXPECT_EQ(std::get<TaskWait>(run.frame().wait).qualifier, "3");
  run.CompleteTask("7");
  EXPECT_EQ(run.Outcome(), "SUCCEEDED 7");
  EXPECT_THAT(run.NewEvents(),
              ElementsAre("TaskStarted", "TaskSucceeded", "TaskStateExited", "ExecutionSucceeded"));
}

// Recorded: services, test_task_service_lambda, test_invoke and test_invoke_json_values.
TEST(TaskStateTest, LambdaInvokeReadsAPayloadThatIsTextAsJson) {
  const auto payload_for = [](const std::string& value) {
    ExecutionHarness run(R"({"StartAt":"T","States":{"T":{"Type":"Task",
        "Resource":"arn:aws:states:::lambda:invoke",
        "Parameters":{"FunctionName":"g","Payload.$":"$"},"End":true}}})",
                         value);
    return run.TaskPayload();
  };
  EXPECT_EQ(payload_for(R"("{\"a\": 0.0}")"), R"({"a": 0.0})");
  EXPECT_EQ(payload_for(R"("\"HelloWorld\"")"), R"("HelloWorld")");
  EXPECT_EQ(payload_for("null"), "{}");
  EXPECT_EQ(payload_for(R"("no JSON")"), R"("no JSON")");
}

constexpr char kInvokeWithLog[] = R"({"StartAt":"T","States":{"T":{"Type":"Task",
    "Resource":"arn:aws:states:::lambda:invoke",
    "Parameters":{"FunctionName":"g","LogType.$":"$"},"End":true}}})";
// Of a function's log "log": Base64 of it, as Lambda's own API gives it.
constexpr char kLogInBase64[] = "bG9n";

TaskEnded EndedWithLog(const ExecutionHarness& run) {
  return {.wait_number = run.frame().wait_number, .output = Bytes("1"), .log_tail = "log"};
}

constexpr char kInvokeWithContext[] = R"({"StartAt":"T","States":{"T":{"Type":"Task",
    "Resource":"arn:aws:states:::lambda:invoke",
    "Parameters":{"FunctionName":"g","ClientContext.$":"$"},"End":true}}})";

// It was ignored once, and the latest version was called.
TEST(TaskStateTest, AQualifierIsAString) {
  constexpr char kQualified[] = R"({"StartAt":"T","States":{"T":{"Type":"Task",
      "Resource":"arn:aws:states:::lambda:invoke",
      "Parameters":{"FunctionName":"g","Qualifier.$":"$"},"End":true}}})";
  EXPECT_EQ(ExecutionHarness(kQualified, R"("5")").Call().qualifier, "5");
  ExecutionHarness run(kQualified, "5");
  EXPECT_EQ(run.Outcome(), "FAILED States.Runtime");
  EXPECT_THAT(run.Cause(), HasSubstr("The parameter 'Qualifier' of the lambda:invoke"));
}

// AWS Lambda, Invoke: "ClientContext".
TEST(TaskStateTest, LambdaInvokeHandsOverTheClientContext) {
  ExecutionHarness run(kInvokeWithContext, R"("eyJjdXN0b20iOnsiYSI6MX19")");
  EXPECT_EQ(run.Call().client_context, R"({"custom":{"a":1}})");
  EXPECT_EQ(ExecutionHarness(kInvokeWithContext, "null").Call().client_context, "");
}

TEST(TaskStateTest, AClientContextThatIsNoneIsRefusedAsByLambda) {
  const std::string long_text = '"' + std::string(3'584, 'e') + '"';
  for (const std::string& input :
       {std::string(R"("{}")"), std::string(R"("WzFd")"), std::string("{}"), long_text}) {
    ExecutionHarness run(kInvokeWithContext, input);
    EXPECT_EQ(run.Outcome(), "FAILED Lambda.InvalidRequestContentException");
    EXPECT_THAT(run.Cause(),
                HasSubstr("must be a valid Base64-encoded JSON object. (Service: AWSLambda; "
                          "Status Code: 400; Error Code: InvalidRequestContentException; "));
    EXPECT_THAT(run.EventTypes(),
                ElementsAre("ExecutionStarted",
                            "TaskStateEntered",
                            "TaskScheduled",
                            "TaskStarted",
                            "TaskFailed",
                            "ExecutionFailed"));
  }
}

// Recorded: services, test_invoke_unsupported_param.
TEST(TaskStateTest, LambdaInvokeGivesTheLogThatItWasAskedFor) {
  ExecutionHarness run(kInvokeWithLog, R"("Tail")");
  EXPECT_TRUE(std::get<TaskWait>(run.frame().wait).wants_log);
  EXPECT_TRUE(run.Send(kRootFrame, EndedWithLog(run)));
  const std::string log = kLogInBase64;
  EXPECT_THAT(run.Outcome(), HasSubstr(R"("LogResult":")" + log + R"(","Payload":1)"));
  EXPECT_THAT(run.Outcome(), HasSubstr(R"("AllHttpHeaders":{"X-Amz-Log-Result":[")" + log));
  EXPECT_THAT(run.Outcome(), HasSubstr(R"(,"X-Amz-Log-Result":")" + log));
}

TEST(TaskStateTest, ALogThatGotLostIsEmpty) {
  ExecutionHarness run(kInvokeWithLog, R"("Tail")");
  run.CompleteTask("1");
  EXPECT_THAT(run.Outcome(), HasSubstr(R"("LogResult":"","Payload":1)"));
}

TEST(TaskStateTest, ALogThatNobodyAskedForIsNotTold) {
  ExecutionHarness run(kInvokeWithLog, R"("None")");
  EXPECT_FALSE(std::get<TaskWait>(run.frame().wait).wants_log);
  EXPECT_TRUE(run.Send(kRootFrame, EndedWithLog(run)));
  EXPECT_THAT(run.Outcome(), Not(HasSubstr("Log")));
}

// The wait number is the fence: an answer to an earlier wait is for nobody.
TEST(TaskStateTest, AnswersToAnotherWaitAreIgnored) {
  ExecutionHarness run(R"({"StartAt":"T","States":{"T":{"Type":"Task","Resource":"f",
      "Retry":[{"ErrorEquals":["E"]}],"End":true}}})");
  const std::uint32_t first = run.frame().wait_number;
  run.FailTask("E");
  run.AdvanceTime(1s);
  EXPECT_FALSE(run.Send(kRootFrame, TaskEnded{.wait_number = first, .output = Bytes(R"("late")")}));
  EXPECT_FALSE(run.Send(kRootFrame, TaskEnded{.wait_number = first + 9, .error = "forged"}));
  EXPECT_FALSE(run.Send(FrameNumber{77}, TaskEnded{.wait_number = first, .output = Bytes("1")}));
  run.CompleteTask(R"("in time")");
  EXPECT_EQ(run.Outcome(), R"(SUCCEEDED "in time")");
}

TEST(TaskStateTest, AnswersAfterTheEndAreIgnored) {
  ExecutionHarness run(kPlain);
  const std::uint32_t wait = run.frame().wait_number;
  run.Stop("E", "c");
  EXPECT_FALSE(run.Send(kRootFrame, TaskEnded{.wait_number = wait, .output = Bytes("1")}));
  EXPECT_FALSE(run.Send(kRootFrame, interpreter::Stop{}));
  EXPECT_FALSE(run.Send(kRootFrame, Start{.input = Bytes("{}")}));
}

TEST(TaskStateTest, StoppingTakesTheTaskBack) {
  ExecutionHarness run(kPlain);
  run.Stop("Enough", "of this");
  EXPECT_THAT(run.TakeEffects(), ElementsAre(CancelsTask()));
  EXPECT_EQ(run.Outcome(), "ABORTED Enough");
  EXPECT_EQ(run.Cause(), "of this");
  EXPECT_THAT(run.NewEvents(), ElementsAre("ExecutionAborted"));
  EXPECT_THAT(run.States(), IsEmpty());
}

// Engine time may begin earlier after a restart, and a lease from before it: times in a history
// never decrease.
TEST(TaskStateTest, StartedIsRecordedWithTheTimeTheTaskWentOut) {
  ExecutionHarness run(kPlain);
  run.AdvanceTime(2s);
  run.LeaseTask();
  const Timestamp leased_at = run.now();
  run.AdvanceTime(3s);
  run.CompleteTask("1");
  EXPECT_EQ(run.history()[3].at, leased_at);
  EXPECT_EQ(run.history()[4].at, leased_at + 3s);
}

// What a worker does not send because of its size.
TEST(TaskStateTest, AResultThatIsTooLargeIsNamedByWhatTheStateCalls) {
  ExecutionHarness direct(
      R"({"StartAt":"T","States":{"T":{"Type":"Task","Resource":"f","End":true}}})");
  direct.FailTask("States.DataLimitExceeded");
  EXPECT_EQ(direct.Cause(),
            "The state/task 'arn:aws:lambda:us-east-1:123456789012:function:f' returned a result "
            "with a size exceeding the maximum number of bytes service limit.");
  ExecutionHarness invoked(R"({"StartAt":"T","States":{"T":{"Type":"Task",
      "Resource":"arn:aws:states:::lambda:invoke","Parameters":{"FunctionName":"f"},
      "End":true}}})");
  invoked.FailTask("States.DataLimitExceeded");
  EXPECT_EQ(invoked.Cause(),
            "The state/task 'lambda' returned a result with a size exceeding the maximum number "
            "of bytes service limit.");
}

}  // namespace
}  // namespace pawl::interpreter
