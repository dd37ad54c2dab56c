// One state run alone (API reference, TestState); what is inspected as recorded.
#include "engine/interpreter/state_test.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/unit/engine/interpreter/state_test_harness.h"

namespace pawl::interpreter {
namespace {

using namespace std::chrono_literals;
using test::TestedStateHarness;
using ::testing::HasSubstr;

std::string Text(const std::optional<Bytes>& payload) {
  return payload ? payload->str() : "none";
}

TEST(StateTestTest, APassShowsEachStepOfItsDataFlow) {
  TestedStateHarness pass(R"({"Type":"Pass","InputPath":"$.in","Parameters":{"p.$":"$.v"},
      "ResultPath":"$.out","OutputPath":"$.out","Next":"Later"})");
  pass.test.input = Bytes(R"({"in":{"v":1}})");
  EXPECT_EQ(pass.Outcome(), R"(SUCCEEDED {"p":1} -> Later)");
  const Inspection steps = pass.Run().inspection;
  EXPECT_EQ(steps.input.str(), R"({"in":{"v":1}})");
  EXPECT_EQ(Text(steps.after_input_path), R"({"v":1})");
  EXPECT_EQ(Text(steps.after_parameters), R"({"p":1})");
  EXPECT_EQ(Text(steps.after_result_selector), R"({"p":1})");
  EXPECT_EQ(Text(steps.after_result_path), R"({"in":{"v":1},"out":{"p":1}})");
  EXPECT_EQ(Text(steps.result), "none");
}

TEST(StateTestTest, AResultOfAPassHidesItsInput) {
  TestedStateHarness pass(R"({"Type":"Pass","Result":[1],"End":true})");
  const Inspection steps = pass.Run().inspection;
  EXPECT_EQ(Text(steps.result), "[1]");
  EXPECT_EQ(Text(steps.after_input_path), "none");
  EXPECT_EQ(Text(steps.after_parameters), "none");
}

TEST(StateTestTest, WhatFollowsIsNeverEntered) {
  TestedStateHarness first(R"({"StartAt":"A","States":{"A":{"Type":"Pass","Next":"B"},
      "B":{"Type":"Fail"}}})",
                           "A");
  EXPECT_EQ(first.Outcome(), "SUCCEEDED {} -> B");
}

TEST(StateTestTest, AChoiceLeadsWhereItsRuleSays) {
  TestedStateHarness choice(R"({"Type":"Choice","Default":"D","Choices":[
      {"Variable":"$.n","NumericLessThan":10,"Next":"Low"}]})");
  choice.test.input = Bytes(R"({"n":9})");
  EXPECT_EQ(choice.Outcome(), R"(SUCCEEDED {"n":9} -> Low)");
  EXPECT_EQ(Text(choice.Run().inspection.after_input_path), R"({"n":9})");
  EXPECT_EQ(Text(choice.Run().inspection.after_result_path), "none");
}

TEST(StateTestTest, AWaitEndsAtOnce) {
  TestedStateHarness wait(R"({"Type":"Wait","Seconds":86400,"Next":"N"})");
  EXPECT_EQ(wait.Outcome(), "SUCCEEDED {} -> N");
}

TEST(StateTestTest, AFailHasItsErrorOrNone) {
  EXPECT_EQ(TestedStateHarness(R"({"Type":"Fail","Error":"E","Cause":"c"})").Outcome(),
            "FAILED E: c");
  EXPECT_EQ(TestedStateHarness(R"({"Type":"Fail"})").Outcome(), "FAILED");
}

// As recorded: there is no event to speak of.
TEST(StateTestTest, ACauseDoesNotTellTheEvent) {
  TestedStateHarness pass(R"({"Type":"Pass","InputPath":"$.no","End":true})");
  EXPECT_THAT(pass.Outcome(), ::testing::StartsWith("FAILED States.Runtime: Invalid path '$.no'"));
}

TEST(StateTestTest, VariablesAreThoseGivenAndThoseAssigned) {
  TestedStateHarness pass(R"({"Type":"Pass","QueryLanguage":"JSONata","End":true,
      "Assign":{"b":"{% $a + 1 %}"},"Output":"{% $a %}"})");
  pass.test.variables = Bytes(R"({"a":1})");
  const StateTestResult result = pass.Run();
  EXPECT_EQ(Text(result.output), "1");
  EXPECT_EQ(result.inspection.variables.at("a").str(), "1");
  EXPECT_EQ(result.inspection.variables.at("b").str(), "2");
}

TEST(StateTestTest, ATaskWithoutAMockAsksForItsFunction) {
  TestedStateHarness task(R"({"Type":"Task","Resource":"arn:aws:states:::lambda:invoke","End":true,
      "Parameters":{"FunctionName":"f:live","Payload.$":"$.x"},"OutputPath":"$.Payload"})");
  task.test.input = Bytes(R"({"x":[1]})");
  const auto outcome = task.RunOnce();
  ASSERT_TRUE(std::holds_alternative<TaskCall>(outcome));
  EXPECT_EQ(std::get<TaskCall>(outcome).function, "f");
  EXPECT_EQ(std::get<TaskCall>(outcome).qualifier, "live");
  EXPECT_EQ(std::get<TaskCall>(outcome).payload.str(), "[1]");
  EXPECT_EQ(task.Outcome(CalledFunction{.output = Bytes("42")}), "SUCCEEDED 42");
  EXPECT_EQ(task.Outcome(CalledFunction{.error = "E", .cause = "c"}), "FAILED E: c");
}

TEST(StateTestTest, AMockedResultIsTheRawResult) {
  TestedStateHarness task(R"({"Type":"Task","Resource":"arn:aws:states:::sqs:sendMessage",
      "Parameters":{"QueueUrl":"q"},"ResultSelector":{"id.$":"$.MessageId"},"ResultPath":"$.sent",
      "Next":"N"})");
  task.test.input = Bytes(R"({"a":1})");
  task.MockResult(R"({"MessageId":"m"})");
  EXPECT_EQ(task.Outcome(), R"(SUCCEEDED {"a":1,"sent":{"id":"m"}} -> N)");
  const Inspection steps = task.Run().inspection;
  EXPECT_EQ(Text(steps.after_parameters), R"({"QueueUrl":"q"})");
  EXPECT_EQ(Text(steps.result), R"({"MessageId":"m"})");
}

TEST(StateTestTest, JsonataShowsItsArguments) {
  TestedStateHarness task(R"({"Type":"Task","QueryLanguage":"JSONata","End":true,"Resource":"f",
      "Arguments":{"n":"{% 1 + 1 %}"}})");
  task.MockResult("3");
  const Inspection steps = task.Run().inspection;
  EXPECT_EQ(Text(steps.after_arguments), R"({"n":2})");
  EXPECT_EQ(Text(steps.after_input_path), "none");
  EXPECT_EQ(Text(steps.after_result_path), "none");
}

constexpr std::string_view kRetried = R"({"Type":"Task","Resource":"f","End":true,
    "Retry":[{"ErrorEquals":["Other"]},
             {"ErrorEquals":["E"],"IntervalSeconds":1,"MaxAttempts":5,"BackoffRate":2}],
    "Catch":[{"ErrorEquals":["E"],"ResultPath":"$.error","Next":"Handler"}]})";

TEST(StateTestTest, AMatchingRetrierMakesTheErrorRetriable) {
  TestedStateHarness task(kRetried);
  task.MockError("E", "c");
  task.test.retrier_retry_count = 4;
  EXPECT_EQ(task.Outcome(), "RETRIABLE E: c");
  const Inspection steps = task.Run().inspection;
  EXPECT_EQ(steps.retry_index, 1U);
  EXPECT_EQ(steps.retry_backoff, 16s);
}

TEST(StateTestTest, ASpentRetrierLeavesTheErrorToTheCatcher) {
  TestedStateHarness task(kRetried);
  task.MockError("E", "c");
  task.test.retrier_retry_count = 5;
  EXPECT_EQ(task.Outcome(), R"(CAUGHT_ERROR E: c {"error":{"Error":"E","Cause":"c"}} -> Handler)");
  const Inspection steps = task.Run().inspection;
  EXPECT_EQ(steps.retry_index, 1U);
  EXPECT_EQ(steps.catch_index, 0U);
  EXPECT_EQ(steps.retry_backoff, std::nullopt);
}

TEST(StateTestTest, AnErrorThatNobodyKnowsFailsTheState) {
  TestedStateHarness task(kRetried);
  task.MockError("Stranger", "c");
  EXPECT_EQ(task.Outcome(), "FAILED Stranger: c");
  EXPECT_EQ(task.Run().inspection.retry_index, std::nullopt);
}

TEST(StateTestTest, ACatcherWhoseOwnFieldsFailHasNotCaught) {
  TestedStateHarness task(R"({"Type":"Task","QueryLanguage":"JSONata","Resource":"f","End":true,
      "Catch":[{"ErrorEquals":["E"],"Output":"{% $no.way() %}","Next":"H"}]})");
  task.MockError("E", "c");
  EXPECT_THAT(task.Outcome(), HasSubstr("FAILED States.QueryEvaluationError"));
}

TEST(StateTestTest, TheContextObjectIsMadeUp) {
  TestedStateHarness pass(R"({"Type":"Pass","Parameters":{"c.$":"$$"},"OutputPath":"$.c",
      "End":true})");
  pass.test.input = Bytes("[1]");
  EXPECT_THAT(pass.Outcome(), HasSubstr(R"("Input":[1])"));
  EXPECT_THAT(pass.Outcome(), HasSubstr(R"("RoleArn":null)"));
  EXPECT_THAT(pass.Outcome(), HasSubstr(R"("State":{"Name":"StateName","EnteredTime")"));
  EXPECT_THAT(pass.Outcome(), HasSubstr(":express:"));
}

TEST(StateTestTest, AContextObjectThatIsGivenIsTheWholeOfIt) {
  TestedStateHarness task(R"({"Type":"Task","Resource":"f","Parameters":{"c.$":"$$"},"End":true})");
  task.test.context = Bytes(R"({"Task":{"Token":"t"}})");
  task.MockResult("1");
  EXPECT_EQ(Text(task.Run().inspection.after_parameters), R"({"c":{"Task":{"Token":"t"}}})");
}

constexpr std::string_view kDistributedMap = R"({"Type":"Map","End":true,"ItemsPath":"$.items",
    "ItemSelector":{"i.$":"$$.Map.Item.Index","v.$":"$$.Map.Item.Value"},"MaxConcurrency":3,
    "ToleratedFailurePercentage":50,
    "ItemProcessor":{"ProcessorConfig":{"Mode":"DISTRIBUTED","ExecutionType":"STANDARD"},
      "StartAt":"I","States":{"I":{"Type":"Pass","End":true}}}})";

TEST(StateTestTest, AMapShowsWhatItsIterationsGet) {
  TestedStateHarness map(kDistributedMap);
  map.test.input = Bytes(R"({"items":["a","b"]})");
  map.MockResult("[7, 8]");
  EXPECT_EQ(map.Outcome(), "SUCCEEDED [7, 8]");
  const Inspection steps = map.Run().inspection;
  EXPECT_EQ(Text(steps.after_items_path), R"(["a", "b"])");
  EXPECT_EQ(Text(steps.after_item_selector), R"([{"i":0,"v":"a"},{"i":1,"v":"b"}])");
  EXPECT_EQ(steps.max_concurrency, 3);
  EXPECT_EQ(steps.tolerated_failure_percentage, 50);
  EXPECT_EQ(Text(steps.result), "none");
}

TEST(StateTestTest, AStepThatIsTooLargeIsLeftOut) {
  TestedStateHarness map(R"({"Type":"Map","End":true,"ItemsPath":"$",
      "ItemSelector":{"all.$":"$"},
      "ItemProcessor":{"StartAt":"I","States":{"I":{"Type":"Pass","End":true}}}})");
  std::string items = "[0";
  for (int i = 1; i < 10'000; ++i)
    items += "," + std::to_string(i);
  map.test.input = Bytes(items + "]");
  map.MockResult("[]");
  EXPECT_EQ(map.Outcome(), "SUCCEEDED []");
  EXPECT_EQ(Text(map.Run().inspection.after_item_selector), "none");
}

TEST(StateTestTest, AMapFailsBeyondItsTolerance) {
  TestedStateHarness map(kDistributedMap);
  map.test.input = Bytes(R"({"items":["a","b"]})");
  map.MockResult("[7, 8]");
  map.test.map_iteration_failure_count = 1;
  EXPECT_EQ(map.Outcome(), "SUCCEEDED [7, 8]");
  map.test.map_iteration_failure_count = 2;
  EXPECT_EQ(map.Outcome(),
            "FAILED States.ExceedToleratedFailureThreshold: The specified tolerated failure "
            "threshold was exceeded");
}

TEST(StateTestTest, AMapWithoutItemsStillEndsByItsMock) {
  TestedStateHarness map(kDistributedMap);
  map.test.input = Bytes(R"({"items":[]})");
  map.MockError("E", "c");
  EXPECT_EQ(map.Outcome(), "FAILED E: c");
}

TEST(StateTestTest, AnItemReaderReadsWhatTheTestSays) {
  TestedStateHarness map(R"({"Type":"Map","QueryLanguage":"JSONata","End":true,
      "ItemReader":{"Resource":"arn:aws:states:::s3:getObject","Arguments":{"Bucket":"b"}},
      "ItemSelector":{"v":"{% $states.context.Map.Item.Value %}"},
      "ItemProcessor":{"ProcessorConfig":{"Mode":"DISTRIBUTED","ExecutionType":"STANDARD"},
        "StartAt":"I","States":{"I":{"Type":"Pass","End":true}}}})");
  map.test.map_item_reader_data = Bytes("[1,2]");
  map.MockResult("[3,4]");
  EXPECT_EQ(map.Outcome(), "SUCCEEDED [3,4]");
  EXPECT_EQ(Text(map.Run().inspection.after_item_selector), R"([{"v":1},{"v":2}])");
}

// As recorded: one of the two signs is told.
TEST(StateTestTest, ItemsOfTheContextObjectMustBeAnArray) {
  TestedStateHarness map(R"({"Type":"Map","End":true,"ItemsPath":"$$.Execution.Input",
      "ItemProcessor":{"StartAt":"I","States":{"I":{"Type":"Pass","End":true}}}})");
  map.MockResult("[]");
  EXPECT_EQ(map.Outcome(),
            R"(FAILED States.Runtime: Reference path "$.Execution.Input" must point to array.)");
  EXPECT_EQ(map.Run().inspection.max_concurrency, std::nullopt);
}

TEST(StateTestTest, AParallelIsItsMock) {
  TestedStateHarness parallel(R"({"Type":"Parallel","End":true,"ResultSelector":{"a.$":"$[0]"},
      "Branches":[{"StartAt":"B","States":{"B":{"Type":"Pass","End":true}}}]})");
  parallel.MockResult("[5]");
  EXPECT_EQ(parallel.Outcome(), R"(SUCCEEDED {"a":5})");
  EXPECT_EQ(Text(parallel.Run().inspection.after_input_path), "none");
}

}  // namespace
}  // namespace pawl::interpreter
