// Assign and what sees it (Step Functions Developer Guide, "Passing data between states with
// variables").
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/execution_harness.h"

namespace pawl::interpreter {
namespace {

using test::ExecutionHarness;
using testing::ElementsAre;
using testing::HasSubstr;

std::string PathMachine(const std::string& states) {
  return R"({"StartAt":"A","States":{)" + states + "}}";
}

TEST(VariablesTest, AreSeenByEveryLaterState) {
  ExecutionHarness run(PathMachine(R"x(
      "A":{"Type":"Pass","Assign":{"x.$":"$.in","fixed":[1]},"Next":"B"},
      "B":{"Type":"Pass","Result":{"dropped":true},"Next":"C"},
      "C":{"Type":"Pass","Parameters":{"x.$":"$x.deep","f.$":"$fixed[0]",
           "n.$":"States.ArrayLength($fixed)"},"End":true})x"),
                       R"({"in":{"deep":5}})");
  EXPECT_EQ(run.Outcome(), R"(SUCCEEDED {"x":5,"f":1,"n":1})");
}

TEST(VariablesTest, AreRecordedWhereTheStateIsLeft) {
  ExecutionHarness run(
      PathMachine(R"("A":{"Type":"Pass","Assign":{"x":"text","y.$":"$.n"},"End":true})"),
      R"({"n":1})");
  const auto& exited = run.history().at(2);
  ASSERT_EQ(exited.type, EventType::kPassStateExited);
  EXPECT_THAT(exited.assigned,
              ElementsAre(Assignment{.name = "x", .value = Bytes(R"("text")")},
                          Assignment{.name = "y", .value = Bytes("1")}));
}

// "All values are evaluated on the variables as they were when the state was entered."
TEST(VariablesTest, OfOneAssignAreSetTogether) {
  ExecutionHarness run(PathMachine(R"(
      "A":{"Type":"Pass","Assign":{"x":1,"y":2},"Next":"B"},
      "B":{"Type":"Pass","Assign":{"x.$":"$y","y.$":"$x"},"OutputPath":"$x","Next":"C"},
      "C":{"Type":"Pass","Parameters":{"x.$":"$x","y.$":"$y","in.$":"$"},"End":true})"));
  EXPECT_EQ(run.Outcome(), R"(SUCCEEDED {"x":2,"y":1,"in":1})");
}

TEST(VariablesTest, ComeFromTheResultOfATask) {
  ExecutionHarness run(PathMachine(R"(
      "A":{"Type":"Task","Resource":"f","Assign":{"r.$":"$.a"},"ResultPath":null,"Next":"B"},
      "B":{"Type":"Pass","InputPath":"$r","End":true})"));
  run.CompleteTask(R"({"a":[7]})");
  EXPECT_EQ(run.Outcome(), "SUCCEEDED [7]");
}

TEST(VariablesTest, OfARuleAreSetInPlaceOfTheChoices) {
  const std::string choice = PathMachine(R"(
      "A":{"Type":"Choice","Choices":[{"Variable":"$.n","NumericEquals":1,"Assign":{"v":"rule"},
           "Next":"B"}],"Assign":{"v":"default"},"Default":"B"},
      "B":{"Type":"Pass","InputPath":"$v","End":true})");
  EXPECT_EQ(ExecutionHarness(choice, R"({"n":1})").Outcome(), R"(SUCCEEDED "rule")");
  EXPECT_EQ(ExecutionHarness(choice, R"({"n":2})").Outcome(), R"(SUCCEEDED "default")");
}

TEST(VariablesTest, OfACatcherComeFromTheErrorOutput) {
  ExecutionHarness run(PathMachine(R"(
      "A":{"Type":"Task","Resource":"f","Assign":{"v":"success"},"Catch":[{"ErrorEquals":["E"],
           "Assign":{"v.$":"$.Error"},"Next":"B"}],"End":true},
      "B":{"Type":"Pass","InputPath":"$v","End":true})"));
  run.FailTask("E");
  EXPECT_EQ(run.Outcome(), R"(SUCCEEDED "E")");
}

TEST(VariablesTest, AreSeenInBranchesWhoseOwnEndWithThem) {
  ExecutionHarness run(PathMachine(R"(
      "A":{"Type":"Pass","Assign":{"x":1},"Next":"P"},
      "P":{"Type":"Parallel","Next":"C","Branches":[
        {"StartAt":"L","States":{"L":{"Type":"Pass","Assign":{"own.$":"$x"},"Next":"L2"},
                                 "L2":{"Type":"Pass","InputPath":"$own","End":true}}},
        {"StartAt":"R","States":{"R":{"Type":"Task","Resource":"f","Assign":{"own":2},"Next":"R2"},
                                 "R2":{"Type":"Pass","InputPath":"$own","End":true}}}]},
      "C":{"Type":"Choice","Choices":[{"Variable":"$own","IsPresent":true,"Next":"F"}],
           "Default":"D"},
      "D":{"Type":"Succeed"}, "F":{"Type":"Fail"})"));
  run.CompleteTask("0");
  EXPECT_EQ(run.Outcome(), "SUCCEEDED [1,2]");
}

// "Variable scope": a name that is set around a Parallel or Map is not set inside it.
TEST(VariablesTest, OfAScopeAroundCannotBeSetInside) {
  const auto outcome = [](const std::string& inner) {
    ExecutionHarness run(
        PathMachine(R"("A":{"Type":"Pass","Assign":{"x":1},"Next":"P"},"P":)" + inner),
        R"({"items":[0]})");
    return run.Outcome() + run.Cause();
  };
  const char* const refused = "The variable 'x' belongs to a scope around this one";
  EXPECT_THAT(outcome(R"({"Type":"Parallel","End":true,"Branches":[
      {"StartAt":"B","States":{"B":{"Type":"Pass","Assign":{"x":2},"End":true}}}]})"),
              AllOf(HasSubstr("FAILED States.Runtime"), HasSubstr(refused)));
  EXPECT_THAT(outcome(R"({"Type":"Map","End":true,"ItemsPath":"$.items",
      "ItemProcessor":{"StartAt":"B","States":{"B":{"Type":"Parallel","End":true,"Branches":[
      {"StartAt":"C","States":{"C":{"Type":"Pass","Assign":{"y":1,"x":2},"End":true}}}]}}}})"),
              AllOf(HasSubstr("FAILED States.Runtime"), HasSubstr(refused)));
  // The catcher of the Parallel is outside.
  EXPECT_EQ(outcome(R"({"Type":"Parallel","Branches":[
      {"StartAt":"B","States":{"B":{"Type":"Fail","Error":"E"}}}],"End":true,
      "Catch":[{"ErrorEquals":["E"],"Assign":{"x":2},"Next":"Z"}]},
      "Z":{"Type":"Pass","InputPath":"$x","End":true})"),
            "SUCCEEDED 2");
}

TEST(VariablesTest, AreSeenByTheItemsOfAMap) {
  ExecutionHarness run(PathMachine(R"(
      "A":{"Type":"Pass","Assign":{"items":[1,2],"k":"v"},"Next":"M"},
      "M":{"Type":"Map","ItemsPath":"$items","ItemSelector":{"i.$":"$$.Map.Item.Value","k.$":"$k"},
           "MaxConcurrency":1,"ItemProcessor":{"StartAt":"T","States":{
             "T":{"Type":"Task","Resource":"f","End":true}}},"End":true})"));
  EXPECT_EQ(run.TaskPayload(), R"({"i":1,"k":"v"})");
  run.CompleteTask(R"("a")");
  EXPECT_EQ(run.TaskPayload(), R"({"i":2,"k":"v"})");
  run.CompleteTask(R"("b")");
  EXPECT_EQ(run.Outcome(), R"(SUCCEEDED ["a","b"])");
}

TEST(VariablesTest, ThatNobodySetFailTheState) {
  ExecutionHarness run(PathMachine(R"("A":{"Type":"Pass","InputPath":"$nobody","End":true})"));
  EXPECT_THAT(run.Outcome(), HasSubstr("FAILED States.Runtime"));
  EXPECT_THAT(run.Cause(), HasSubstr("nobody"));
}

TEST(VariablesTest, HaveASizeLimitEachAndTogether) {
  const std::string each = PathMachine(R"("A":{"Type":"Pass","Assign":{"v.$":"$"},"End":true})");
  const std::string text = '"' + std::string(100, 'x') + '"';
  EXPECT_THAT(ExecutionHarness(each, text, {.variable_bytes_max = 101}).Outcome(),
              HasSubstr("FAILED States.DataLimitExceeded"));
  EXPECT_THAT(ExecutionHarness(each, text, {.variable_bytes_max = 102}).Outcome(),
              HasSubstr("SUCCEEDED"));
  const std::string both =
      PathMachine(R"("A":{"Type":"Pass","Assign":{"v.$":"$","w.$":"$"},"End":true})");
  EXPECT_THAT(ExecutionHarness(both, text, {.assign_bytes_max = 203}).Outcome(),
              HasSubstr("FAILED States.DataLimitExceeded"));
  const std::string twice = PathMachine(R"(
      "A":{"Type":"Pass","Assign":{"v.$":"$"},"Next":"B"},
      "B":{"Type":"Pass","Assign":{"w.$":"$"},"Next":"C"},
      "C":{"Type":"Pass","Assign":{"w.$":"$"},"End":true})");
  EXPECT_THAT(ExecutionHarness(twice, text, {.variables_bytes_max = 203}).Outcome(),
              HasSubstr("FAILED States.DataLimitExceeded"));
  EXPECT_THAT(ExecutionHarness(twice, text, {.variables_bytes_max = 204}).Outcome(),
              HasSubstr("SUCCEEDED"));
}

}  // namespace
}  // namespace pawl::interpreter
