// Calls of AWS services and HTTP tasks through the whole engine.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "engine/base/built_in_function.h"
#include "tests/support/engine_harness.h"

namespace pawl {
namespace {

using test::EngineHarness;
using test::ScriptedWorker;
using testing::ElementsAre;
using testing::HasSubstr;

const std::string kCallFunction(kAwsFunction);
const std::string kJobFunction(kAwsJobFunction);

std::string TaskOf(const std::string& call, const std::string& parameters) {
  return R"({"StartAt":"T","States":{"T":{"Type":"Task","Resource":"arn:aws:states:::)" + call +
         R"(","Parameters":)" + parameters + R"(,"End":true}}})";
}

class EngineServicesTest : public testing::Test {
 protected:
  // How a task ends that no worker serves.
  ExecutionInfo Unserved(const std::string& definition) {
    harness_.Deploy("unserved", definition);
    const ExecutionName name = harness_.Start("unserved");
    harness_.Advance(std::chrono::milliseconds(2'001));
    return harness_.Describe(name);
  }

  EngineHarness harness_;
};

TEST_F(EngineServicesTest, AWorkerThatServesAwsGetsTheCall) {
  const std::string function(kAwsFunction);
  harness_.AddWorker({function}).On(function, [](const Task& task) {
    return ScriptedWorker::Outcome{.output = R"({"sent":)" + task.payload.str() + "}"};
  });
  const ExecutionInfo info = harness_.Run(TaskOf("sns:publish", R"({"Message":{"a":1}})"));
  EXPECT_EQ(info.output.view(),
            R"({"sent":{"Resource":"sns:publish","Parameters":{"Message":{"a":1}}}})");
  const auto history = harness_.History(info.name);
  EXPECT_EQ(history.at(2).resource_type, "sns");
  EXPECT_EQ(history.at(2).resource, "publish");
}

// Recorded: services, test_dynamodb_put_get_item.
TEST_F(EngineServicesTest, TheHistoryNamesAServiceOfTheSdkAsTheDefinitionDoes) {
  harness_.AddWorker({std::string(kAwsFunction)}).Returns(std::string(kAwsFunction), "{}");
  const ExecutionInfo info = harness_.Run(TaskOf("aws-sdk:dynamodb:getItem", "{}"));
  for (const unsigned event : {2U, 3U, 4U}) {
    EXPECT_EQ(harness_.History(info.name).at(event).resource_type, "aws-sdk:dynamodb");
    EXPECT_EQ(harness_.History(info.name).at(event).resource, "getItem");
  }
}

// Step Functions Developer Guide, "Run a job (.sync)".
TEST_F(EngineServicesTest, AJobIsStartedByOneTaskAndWaitedForByAnother) {
  ScriptedWorker& worker = harness_.AddWorker({kCallFunction, kJobFunction});
  worker.Returns(kCallFunction, R"({"JobRunId":"jr"})");
  worker.On(kJobFunction,
            [](const Task& task) { return ScriptedWorker::Outcome{task.payload.str()}; });
  const ExecutionInfo info = harness_.Run(TaskOf("glue:startJobRun.sync", R"({"JobName":"etl"})"));
  EXPECT_EQ(info.output.view(),
            R"({"Resource":"glue:startJobRun.sync","Parameters":{"JobName":"etl"},)"
            R"("Started":{"JobRunId":"jr"}})");
  const auto history = harness_.History(info.name);
  for (const unsigned event : {2U, 3U, 4U, 5U}) {
    EXPECT_EQ(history.at(event).resource_type, "glue");
    EXPECT_EQ(history.at(event).resource, "startJobRun.sync");
  }
}

TEST_F(EngineServicesTest, ACrashStartsNoSecondJob) {
  // Long enough to be read back from the history.
  const std::string started = R"({"JobRunId":")" + std::string(5'000, 'j') + R"("})";
  harness_.AddWorker({kCallFunction, kJobFunction}).Returns(kCallFunction, started);
  harness_.Deploy("etl", TaskOf("glue:startJobRun.sync", "{}"));
  const ExecutionName name = harness_.Start("etl");
  harness_.Settle();
  harness_.Crash();
  harness_.AddWorker({kJobFunction}).On(kJobFunction, [](const Task& task) {
    return ScriptedWorker::Outcome{task.payload.str()};
  });
  harness_.Advance(std::chrono::seconds(3));
  EXPECT_THAT(harness_.Describe(name).output.str(), HasSubstr(R"("Started":)" + started));
}

TEST_F(EngineServicesTest, AWorkerHearsThatNobodyWaitsForItsJobAnyMore) {
  ScriptedWorker& worker = harness_.AddWorker({kCallFunction, kJobFunction});
  worker.Returns(kCallFunction, R"({"JobRunId":"jr"})");
  harness_.Deploy("etl", TaskOf("glue:startJobRun.sync", "{}"));
  const ExecutionName name = harness_.Start("etl");
  harness_.Settle();
  ASSERT_EQ(worker.tasks.size(), 1U);
  const TaskRef wait = worker.tasks.front().ref;
  EXPECT_TRUE(harness_.Stop(name).ok());
  harness_.Settle();
  EXPECT_THAT(worker.cancelled, ElementsAre(wait));
}

TEST_F(EngineServicesTest, WithoutAWorkerForAwsTheTaskSaysWhatToStart) {
  const ExecutionInfo info = Unserved(TaskOf("sqs:sendMessage", "{}"));
  EXPECT_EQ(info.error, "Pawl.NoWorker");
  EXPECT_THAT(info.cause.value_or(""), HasSubstr("python3-boto3"));
}

TEST_F(EngineServicesTest, WithoutAWorkerForHttpTheTaskSaysWhatToStart) {
  const ExecutionInfo info = Unserved(TaskOf("http:invoke",
                                             R"({"ApiEndpoint":"https://a.example","Method":"GET",
                 "Authentication":{"ConnectionArn":"c"}})"));
  EXPECT_EQ(info.error, "Pawl.NoWorker");
  EXPECT_THAT(info.cause.value_or(""), HasSubstr("--http-tasks"));
}

}  // namespace
}  // namespace pawl
