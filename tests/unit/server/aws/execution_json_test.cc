// Shapes as in the answers of DescribeExecution that were recorded on AWS.
#include "server/aws/execution_json.h"

#include <gtest/gtest.h>

#include <chrono>

namespace pawl::aws {
namespace {

using std::chrono::seconds;

ExecutionInfo Execution(ExecutionStatus status) {
  return {.name = {.state_machine = "m", .name = "n"},
          .arn = "arn:e",
          .state_machine_arn = "arn:m",
          .status = status,
          .started_at = Timestamp(seconds(10)),
          .input = Bytes("{}"),
          .redrive_status = RedriveStatus::kRedrivable};
}

std::string ExecutionJson(const ExecutionInfo& execution) {
  std::string text;
  WriteExecution(text, execution);
  return text;
}

TEST(ExecutionJsonTest, ASucceededExecutionHasItsOutputAndIsNotRedrivable) {
  ExecutionInfo execution = Execution(ExecutionStatus::kSucceeded);
  execution.stopped_at = Timestamp(seconds(11));
  execution.output = Bytes("[1]");
  execution.redrive_status = RedriveStatus::kNotRedrivable;
  execution.redrive_status_reason = "Execution is SUCCEEDED and cannot be redriven";
  EXPECT_EQ(ExecutionJson(execution),
            R"({"executionArn":"arn:e","stateMachineArn":"arn:m","name":"n","status":"SUCCEEDED",)"
            R"("startDate":10.000,"stopDate":11.000,"input":"{}","inputDetails":{"included":true},)"
            R"("output":"[1]","outputDetails":{"included":true},"redriveCount":0,)"
            R"("redriveStatus":"NOT_REDRIVABLE","redriveStatusReason":)"
            R"("Execution is SUCCEEDED and cannot be redriven"})");
}

TEST(ExecutionJsonTest, AFailedExecutionHasErrorAndCauseAndIsRedrivable) {
  ExecutionInfo execution = Execution(ExecutionStatus::kFailed);
  execution.error = "E";
  execution.cause = "c";
  EXPECT_EQ(ExecutionJson(execution),
            R"({"executionArn":"arn:e","stateMachineArn":"arn:m","name":"n","status":"FAILED",)"
            R"("startDate":10.000,"input":"{}","inputDetails":{"included":true},"error":"E",)"
            R"("cause":"c","redriveCount":0,"redriveStatus":"REDRIVABLE"})");
}

// Recorded: timeouts, test_global_timeout.
TEST(ExecutionJsonTest, AnExecutionThatTimedOutHasNoError) {
  ExecutionInfo execution = Execution(ExecutionStatus::kTimedOut);
  execution.error = "States.Timeout";
  EXPECT_EQ(ExecutionJson(execution),
            R"({"executionArn":"arn:e","stateMachineArn":"arn:m","name":"n","status":"TIMED_OUT",)"
            R"("startDate":10.000,"input":"{}","inputDetails":{"included":true},"redriveCount":0,)"
            R"("redriveStatus":"REDRIVABLE"})");
}

TEST(ExecutionJsonTest, ARedrivenExecutionSaysHowOftenAndWhen) {
  ExecutionInfo execution = Execution(ExecutionStatus::kFailed);
  execution.redrive_count = 2;
  execution.redriven_at = Timestamp(seconds(12));
  EXPECT_NE(
      ExecutionJson(execution).find(R"("redriveCount":2,"redriveDate":12.000,"redriveStatus")"),
      std::string::npos);
}

TEST(ExecutionJsonTest, AnExecutionOfAMapRunNamesVersionAliasAndRun) {
  ExecutionInfo execution = Execution(ExecutionStatus::kRunning);
  execution.version = 3;
  execution.state_machine_version_arn = "arn:m:3";
  execution.alias = "live";
  execution.state_machine_alias_arn = "arn:m:live";
  std::string text;
  WriteExecutionItem(text, execution, "arn:r");
  EXPECT_EQ(text,
            R"({"executionArn":"arn:e","stateMachineArn":"arn:m","name":"n","status":"RUNNING",)"
            R"("startDate":10.000,"stateMachineVersionArn":"arn:m:3",)"
            R"("stateMachineAliasArn":"arn:m:live","mapRunArn":"arn:r","redriveCount":0})");
}

TEST(ExecutionJsonTest, PayloadsAreLeftOutWhereTheyAreNotWanted) {
  ExecutionInfo execution = Execution(ExecutionStatus::kSucceeded);
  execution.output = Bytes("[1]");
  std::string text;
  WriteExecution(text, execution, /*has_data=*/false);
  EXPECT_NE(text.find(R"("inputDetails":{"included":false},"outputDetails":{"included":false})"),
            std::string::npos);
}

}  // namespace
}  // namespace pawl::aws
