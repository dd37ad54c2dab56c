// States in the query language JSONata (Step Functions Developer Guide, "Transforming data with
// JSONata").
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/execution_harness.h"

namespace pawl::interpreter {
namespace {

using test::ExecutionHarness;
using testing::ElementsAre;
using testing::HasSubstr;

std::string QueryMachine(const std::string& states) {
  return R"({"QueryLanguage":"JSONata","StartAt":"A","States":{)" + states + "}}";
}

std::string QueryPass(const std::string& fields) {
  return QueryMachine(R"("A":{"Type":"Pass",)" + fields + R"("End":true})");
}

std::string Output(const std::string& output, const std::string& input = "{}") {
  return ExecutionHarness(QueryPass(R"("Output":)" + output + ","), input).Outcome();
}

TEST(QueryTest, OutputIsAnyValueWithExpressionsInIt) {
  EXPECT_EQ(Output(R"("{% $states.input.a + 1 %}")", R"({"a":1})"), "SUCCEEDED 2");
  EXPECT_EQ(Output(R"({"x":["{% 1 %}","{%2%}",{"y":"{% 'z' %}"}],"t":" {% 1 %} "})"),
            R"(SUCCEEDED {"x":[1,2,{"y":"z"}],"t":" {% 1 %} "})");
  EXPECT_EQ(Output("null"), "SUCCEEDED null");
}

TEST(QueryTest, WithoutOutputTheInputGoesOn) {
  EXPECT_EQ(ExecutionHarness(QueryPass(""), R"({"a":1})").Outcome(), R"(SUCCEEDED {"a":1})");
}

TEST(QueryTest, TheContextObjectIsAtHand) {
  EXPECT_EQ(
      Output(R"("{% $states.context.State.Name & $string($states.context.Execution.Input) %}")",
             "[1]"),
      R"(SUCCEEDED "A[1]")");
}

TEST(QueryTest, ArgumentsOfATaskAreComputedAndItsResultIsAtHand) {
  ExecutionHarness run(QueryMachine(R"(
      "A":{"Type":"Task","Resource":"f","Arguments":{"n":"{% $states.input.n * 2 %}"},
           "Output":{"r":"{% $states.result.v %}","n":"{% $states.input.n %}"},"End":true})"),
                       R"({"n":4})");
  EXPECT_EQ(run.TaskPayload(), R"({"n":8})");
  run.CompleteTask(R"({"v":true})");
  EXPECT_EQ(run.Outcome(), R"(SUCCEEDED {"r":true,"n":4})");
}

TEST(QueryTest, VariablesAreSharedWithStatesInJsonPath) {
  ExecutionHarness run(R"({"StartAt":"A","States":{
      "A":{"Type":"Pass","Assign":{"x.$":"$.n"},"Next":"B"},
      "B":{"Type":"Pass","QueryLanguage":"JSONata","Assign":{"y":"{% $x + 1 %}"},"Next":"C"},
      "C":{"Type":"Pass","InputPath":"$y","End":true}}})",
                       R"({"n":1})");
  EXPECT_EQ(run.Outcome(), "SUCCEEDED 2");
}

TEST(QueryTest, ChoicesAskForTheirCondition) {
  const std::string choice = QueryMachine(R"(
      "A":{"Type":"Choice","Choices":[
             {"Condition":"{% $states.input.n > 1 %}","Output":"many","Assign":{"v":1},"Next":"B"}],
           "Output":"few","Assign":{"v":2},"Default":"B"},
      "B":{"Type":"Pass","Output":"{% $states.input & $string($v) %}","End":true})");
  EXPECT_EQ(ExecutionHarness(choice, R"({"n":2})").Outcome(), R"(SUCCEEDED "many1")");
  EXPECT_EQ(ExecutionHarness(choice, R"({"n":1})").Outcome(), R"(SUCCEEDED "few2")");
}

TEST(QueryTest, ACatcherSeesTheErrorOutput) {
  ExecutionHarness run(QueryMachine(R"(
      "A":{"Type":"Task","Resource":"f","Catch":[{"ErrorEquals":["E"],
           "Output":{"e":"{% $states.errorOutput.Error %}","in":"{% $states.input %}"},"Next":"B"}],
           "End":true},
      "B":{"Type":"Succeed"})"),
                       "7");
  run.FailTask("E", "why");
  EXPECT_EQ(run.Outcome(), R"(SUCCEEDED {"e":"E","in":7})");
}

// A catcher whose own expression fails does not catch that.
TEST(QueryTest, ACatcherDoesNotCatchItsOwnFailure) {
  ExecutionHarness run(QueryMachine(R"(
      "A":{"Type":"Task","Resource":"f","Catch":[{"ErrorEquals":["States.ALL"],
           "Output":"{% $nothing %}","Next":"B"}],"End":true},
      "B":{"Type":"Succeed"})"));
  run.FailTask("E");
  EXPECT_EQ(run.Outcome(), "FAILED States.QueryEvaluationError");
}

TEST(QueryTest, MapsTakeTheirItemsFromAnExpression) {
  ExecutionHarness run(QueryMachine(R"(
      "A":{"Type":"Map","Items":"{% $states.input.list[n > 1] %}","MaxConcurrency":"{% 1 + 0 %}",
           "ItemSelector":{"i":"{% $states.context.Map.Item.Index %}",
                           "v":"{% $states.context.Map.Item.Value.n + $states.input.add %}"},
           "ItemProcessor":{"StartAt":"T","States":{"T":{"Type":"Task","Resource":"f",
             "End":true}}},"Output":"{% $sum($states.result) %}","End":true})"),
                       R"({"add":10,"list":[{"n":1},{"n":2},{"n":3}]})");
  EXPECT_EQ(run.TaskPayload(), R"({"i":0,"v":12})");
  run.CompleteTask("5");
  EXPECT_EQ(run.TaskPayload(), R"({"i":1,"v":13})");
  run.CompleteTask("6");
  EXPECT_EQ(run.Outcome(), "SUCCEEDED 11");
}

TEST(QueryTest, ParallelBranchesGetTheArguments) {
  ExecutionHarness run(QueryMachine(R"(
      "A":{"Type":"Parallel","Arguments":"{% $states.input + 1 %}","Branches":[
        {"StartAt":"B","States":{"B":{"Type":"Pass","Output":"{% $states.input * 2 %}","End":true}}}],
        "End":true})"),
                       "1");
  EXPECT_EQ(run.Outcome(), "SUCCEEDED [4]");
}

TEST(QueryTest, WaitsAndFailuresAreComputed) {
  ExecutionHarness wait(
      QueryMachine(R"("A":{"Type":"Wait","Seconds":"{% $states.input %}","End":true})"), "5");
  wait.AdvanceTime(std::chrono::seconds(4));
  EXPECT_EQ(wait.Outcome(), "RUNNING");
  wait.AdvanceTime(std::chrono::seconds(1));
  EXPECT_EQ(wait.Outcome(), "SUCCEEDED 5");
  ExecutionHarness fail(
      QueryMachine(
          R"("A":{"Type":"Fail","Error":"{% 'E' & $states.input %}","Cause":"{% 'c' %}"})"),
      "1");
  EXPECT_EQ(fail.Outcome(), "FAILED E1");
  EXPECT_EQ(fail.Cause(), "c");
}

// Recorded: assign, test_undefined_reference[BASE_UNDEFINED_OUTPUT_FIELD].
TEST(QueryTest, AFailedExpressionIsRecordedAsStepFunctionsDoes) {
  ExecutionHarness run(QueryPass(R"("Output":{"result":"{% $doesNotExist %}"},)"));
  EXPECT_EQ(run.Outcome(), "FAILED States.QueryEvaluationError");
  EXPECT_EQ(run.Cause(),
            "An error occurred while executing the state 'A' "
            "(entered at the event id #2). The JSONata expression '$doesNotExist' specified for "
            "the field 'Output/result' returned nothing (undefined).");
  EXPECT_THAT(
      run.EventTypes(),
      ElementsAre("ExecutionStarted", "PassStateEntered", "EvaluationFailed", "ExecutionFailed"));
  EXPECT_THAT(run.Previous(), ElementsAre(0, 0, 0, 3));
  EXPECT_EQ(run.history().at(2).location, "Output/result");
}

// Recorded: scenarios, test_map_state_items_eval_jsonata_fail.
TEST(QueryTest, ItemsOfAnotherTypeFailTheMap) {
  ExecutionHarness run(QueryMachine(R"("A":{"Type":"Map","Items":"{% 'string' %}","ItemProcessor":{
      "StartAt":"P","States":{"P":{"Type":"Pass","End":true}}},"End":true})"));
  EXPECT_THAT(
      run.Cause(),
      HasSubstr("The JSONata expression ''string'' specified for the field 'Items' returned "
                "an unexpected result type. Expected 'array', but was 'string' for value: "
                "\"string\""));
  EXPECT_THAT(run.EventTypes(),
              ElementsAre("ExecutionStarted",
                          "MapStateEntered",
                          "EvaluationFailed",
                          "MapStateFailed",
                          "ExecutionFailed"));
}

TEST(QueryTest, ErrorsOfTheLanguageAreNamed) {
  ExecutionHarness run(QueryPass(R"("Output":"{% $uppercase(1) %}",)"));
  EXPECT_THAT(run.Cause(), HasSubstr("threw an error during evaluation. T0410: "));
  ExecutionHarness function(QueryPass(R"("Output":"{% function($x){$x} %}",)"));
  EXPECT_THAT(function.Cause(), HasSubstr("returned an unsupported result type."));
}

TEST(QueryTest, RandomNumbersAreTheSameWhenATurnIsTakenAgain) {
  const std::string machine = QueryPass(R"("Output":"{% $uuid() %}",)");
  EXPECT_EQ(ExecutionHarness(machine).Outcome(), ExecutionHarness(machine).Outcome());
}

}  // namespace
}  // namespace pawl::interpreter
