// What happens to a payload on its way through a state (ASL specification, "Input and Output
// Processing").
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/execution_harness.h"

namespace pawl::interpreter {
namespace {

using namespace std::chrono_literals;
using test::ExecutionHarness;
using testing::HasSubstr;

// One task with these fields.
std::string TaskMachine(const std::string& fields) {
  return R"({"StartAt":"T","States":{"T":{"Type":"Task","Resource":"f",)" + fields +
         R"("End":true}}})";
}

std::string PassMachine(const std::string& fields) {
  return R"({"StartAt":"A","States":{"A":{"Type":"Pass",)" + fields + R"("End":true}}})";
}

TEST(DataFlowTest, EveryFieldWorksOnWhatTheOneBeforeItGave) {
  ExecutionHarness run(TaskMachine(R"("InputPath":"$.in","Parameters":{"p.$":"$.x","fixed":true},
      "ResultSelector":{"s.$":"$.r"},"ResultPath":"$.in.out","OutputPath":"$.in",)"),
                       R"({"in":{"x":1},"other":2})");
  EXPECT_EQ(run.TaskPayload(), R"({"p":1,"fixed":true})");
  run.CompleteTask(R"({"r":5,"dropped":6})");
  // ResultPath works on the raw input, so "$.in" is still there for OutputPath.
  EXPECT_EQ(run.Outcome(), R"(SUCCEEDED {"x":1,"out":{"s":5}})");
}

TEST(DataFlowTest, DefaultsPassEverythingThrough) {
  ExecutionHarness run(TaskMachine(""), R"({"a":1})");
  EXPECT_EQ(run.TaskPayload(), R"({"a":1})");
  run.CompleteTask("[2]");
  EXPECT_EQ(run.Outcome(), "SUCCEEDED [2]");
}

// "If the value of InputPath is null ... the raw input is discarded, and the effective input is an
// empty JSON object"; likewise OutputPath.
TEST(DataFlowTest, ANullPathStandsForAnEmptyObject) {
  EXPECT_EQ(ExecutionHarness(TaskMachine(R"("InputPath":null,)"), R"({"a":1})").TaskPayload(),
            "{}");
  EXPECT_EQ(ExecutionHarness(PassMachine(R"("OutputPath":null,)"), R"({"a":1})").Outcome(),
            "SUCCEEDED {}");
}

// "If the value of ResultPath is null, that means that the state's result is discarded and its raw
// input becomes its result."
TEST(DataFlowTest, ANullResultPathDiscardsTheResult) {
  ExecutionHarness run(TaskMachine(R"("InputPath":"$.a","ResultPath":null,)"), R"({"a":1})");
  run.CompleteTask(R"("gone")");
  EXPECT_EQ(run.Outcome(), R"(SUCCEEDED {"a":1})");
}

// "If the input has not got such a field, it is created"; also the fields on the way.
TEST(DataFlowTest, ResultPathMakesTheFieldsOnItsWay) {
  EXPECT_EQ(ExecutionHarness(PassMachine(R"("Result":6,"ResultPath":"$.a.b.c",)"), R"({"x":0})")
                .Outcome(),
            R"(SUCCEEDED {"x":0,"a":{"b":{"c":6}}})");
  EXPECT_EQ(
      ExecutionHarness(PassMachine(R"("Result":6,"ResultPath":"$.x",)"), R"({"x":0})").Outcome(),
      R"(SUCCEEDED {"x":6})");
}

// "... the interpreter fails with States.ResultPathMatchFailure", which can be caught.
TEST(DataFlowTest, AResultPathThatCannotBeAppliedIsAnErrorOfItsOwn) {
  ExecutionHarness run(R"({"StartAt":"T","States":{
      "T":{"Type":"Task","Resource":"f","ResultPath":"$.a.b",
        "Catch":[{"ErrorEquals":["States.ResultPathMatchFailure"],"ResultPath":"$.e","Next":"S"}],"End":true},
      "S":{"Type":"Pass","InputPath":"$.e.Error","End":true}}})",
                       R"({"a":7})");
  run.CompleteTask("1");
  EXPECT_EQ(run.Outcome(), R"(SUCCEEDED "States.ResultPathMatchFailure")");
}

// Recorded: base, test_query_runtime_memory and others: the words before the reason.
TEST(DataFlowTest, APathThatFindsNothingIsARuntimeError) {
  for (const char* field : {R"("InputPath":"$.no",)", R"("OutputPath":"$.no",)"}) {
    ExecutionHarness run(PassMachine(field));
    EXPECT_EQ(run.Outcome(), "FAILED States.Runtime");
    EXPECT_THAT(run.Cause(),
                HasSubstr("An error occurred while executing the state 'A' (entered at the event "
                          "id #2). Invalid path '$.no' : "));
  }
  ExecutionHarness run(PassMachine(R"("Parameters":{"v.$":"$.no"},)"));
  EXPECT_EQ(run.Outcome(), "FAILED States.Runtime");
  EXPECT_THAT(run.Cause(),
              HasSubstr("The JSONPath '$.no' specified for the field 'v.$' could not be found in "
                        "the input '{}'"));
}

// "States.IntrinsicFailure" is no runtime error: it is caught like any other.
TEST(DataFlowTest, AFailedIntrinsicFunctionCanBeCaught) {
  ExecutionHarness run(R"-({"StartAt":"T","States":{
      "T":{"Type":"Task","Resource":"f","Parameters":{"v.$":"States.StringToJson($.text)"},
        "Catch":[{"ErrorEquals":["States.IntrinsicFailure"],"Next":"S"}],"End":true},
      "S":{"Type":"Pass","InputPath":"$.Error","End":true}}})-",
                       R"({"text":"{"})");
  EXPECT_EQ(run.Outcome(), R"(SUCCEEDED "States.IntrinsicFailure")");
}

TEST(DataFlowTest, TheOutputOfAStateIsLimited) {
  Limits limits;
  limits.payload_bytes_max = 1'000;
  ExecutionHarness run(PassMachine(R"("Parameters":{"a.$":"$","b.$":"$"},)"),
                       '"' + std::string(600, 'x') + '"',
                       limits);
  EXPECT_EQ(run.Outcome(), "FAILED States.DataLimitExceeded");
}

TEST(DataFlowTest, TheParametersOfATaskAreLimited) {
  Limits limits;
  limits.payload_bytes_max = 1'000;
  ExecutionHarness run(TaskMachine(R"("Parameters":{"a.$":"$","b.$":"$"},)"),
                       '"' + std::string(600, 'x') + '"',
                       limits);
  EXPECT_EQ(run.Outcome(), "FAILED States.DataLimitExceeded");
}

// Step Functions Developer Guide, "Context object". After a turn of its own, so that the input of
// the execution is a row by then.
TEST(DataFlowTest, TheContextObjectIsThere) {
  ExecutionHarness run(R"({"StartAt":"W","States":{
      "W":{"Type":"Wait","Seconds":2,"Next":"A"},
      "A":{"Type":"Pass","Parameters":{"input.$":"$$.Execution.Input.x","id.$":"$$.Execution.Id",
        "start.$":"$$.Execution.StartTime","entered.$":"$$.State.EnteredTime",
        "machine.$":"$$.StateMachine.Name","state.$":"$$.State.Name"},"End":true}}})",
                       R"({"x":"y"})");
  run.AdvanceTime(2s);
  EXPECT_EQ(run.Outcome(),
            R"(SUCCEEDED {"input":"y","id":"arn:aws:states:us-east-1:123456789012:execution:)"
            R"(machine:run","start":"2026-01-01T00:00:00.000Z",)"
            R"("entered":"2026-01-01T00:00:02.000Z","machine":"machine","state":"A"})");
}

// A state that changes nothing repeats no bytes: its events refer to the one that holds them.
TEST(DataFlowTest, APayloadIsStoredOnce) {
  ExecutionHarness run(R"({"StartAt":"A","States":{"A":{"Type":"Pass","Next":"B"},
      "B":{"Type":"Pass","End":true}}})",
                       R"({"a":1})");
  for (const HistoryEvent& event : run.history()) {
    ASSERT_TRUE(event.payload.has_value());
    EXPECT_EQ(event.payload->home, 1U);
  }
}

// UUIDs and random numbers come from the execution's seed.
TEST(DataFlowTest, RandomnessIsThatOfTheSeed) {
  const std::string uuid = PassMachine(R"-("Parameters":{"id.$":"States.UUID()"},)-");
  const auto draw = [&](std::uint64_t seed) {
    return ExecutionHarness(uuid, "{}", {}, seed).Outcome();
  };
  EXPECT_EQ(draw(1), draw(1));
  EXPECT_NE(draw(1), draw(2));
}

}  // namespace
}  // namespace pawl::interpreter
