// Every kind of state through the whole engine: outcome and history.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/engine_harness.h"

namespace pawl {
namespace {

using test::EngineHarness;
using testing::ElementsAre;
using testing::HasSubstr;

class EngineStatesTest : public testing::Test {
 protected:
  EngineHarness harness_;

  std::string OutputOf(const std::string& definition, const std::string& input = "{}") {
    const ExecutionInfo info = harness_.Run(definition, input);
    if (info.status != ExecutionStatus::kSucceeded) {
      return std::string(ExecutionStatusName(info.status)) + " " + info.error.value_or("") + ": " +
             info.cause.value_or("");
    }
    return info.output.str();
  }
};

TEST_F(EngineStatesTest, APassStateRecordsFourEvents) {
  const ExecutionInfo info =
      harness_.Run(R"({"StartAt":"A","States":{"A":{"Type":"Pass","End":true}}})", R"({"x":1})");
  EXPECT_EQ(info.output.view(), R"({"x":1})");
  const auto events = harness_.History(info.name);
  EXPECT_THAT(
      harness_.EventTypes(info.name),
      ElementsAre("ExecutionStarted", "PassStateEntered", "PassStateExited", "ExecutionSucceeded"));
  EXPECT_EQ(events[1].previous_id, 0U);
  EXPECT_EQ(events[2].previous_id, 2U);
  EXPECT_EQ(events[3].previous_id, 3U);
  EXPECT_EQ(events[2].output->view(), R"({"x":1})");
  EXPECT_EQ(events[2].state, "A");
}

// A name that was drawn for the start is nobody's; one that is given may be.
TEST_F(EngineStatesTest, AStartWithoutANameReadsNothing) {
  harness_.Deploy("m", R"({"StartAt":"P","States":{"P":{"Type":"Pass","End":true}}})");
  // The definition is read for the first one.
  harness_.Start("m");
  int loads = 0;
  harness_.ObserveLoads([&loads](const storage::LoadRequest&) { ++loads; });
  harness_.Start("m");
  EXPECT_EQ(loads, 0);
  harness_.Start("m", "{}", "given");
  EXPECT_EQ(loads, 1);
  harness_.ObserveLoads({});
}

TEST_F(EngineStatesTest, ResultPathPutsTheResultIntoTheRawInput) {
  EXPECT_EQ(OutputOf(R"({"StartAt":"A","States":{"A":{"Type":"Pass","InputPath":"$.in",
            "Parameters":{"v.$":"$.v","c":2},"ResultPath":"$.out","End":true}}})",
                     R"({"in":{"v":1}})"),
            R"({"in":{"v":1},"out":{"v":1,"c":2}})");
  EXPECT_EQ(OutputOf(R"({"StartAt":"A","States":{"A":{"Type":"Pass","Result":[1,2],
            "ResultPath":null,"End":true}}})",
                     R"({"in":1})"),
            R"({"in":1})");
  EXPECT_EQ(OutputOf(R"({"StartAt":"A","States":{"A":{"Type":"Pass","Result":{"b":7},
            "OutputPath":"$.b","End":true}}})"),
            "7");
}

TEST_F(EngineStatesTest, AFailedPathFailsTheExecutionWithStepFunctionsWords) {
  EXPECT_EQ(OutputOf(R"({"StartAt":"pass","States":{"pass":{"Type":"Pass",
            "InputPath":"$.NoSuchInputPath","End":true}}})"),
            "FAILED States.Runtime: An error occurred while executing the state 'pass' (entered at "
            "the event id #2). Invalid path '$.NoSuchInputPath' : No results for path: "
            "$['NoSuchInputPath']");
}

TEST_F(EngineStatesTest, TheContextObjectIsSeen) {
  const std::string output = OutputOf(R"({"StartAt":"A","States":{"A":{"Type":"Pass",
      "Parameters":{"state.$":"$$.State.Name","in.$":"$$.Execution.Input.x",
      "start.$":"$$.Execution.StartTime"},"End":true}}})",
                                      R"({"x":"y"})");
  EXPECT_EQ(output, R"({"state":"A","in":"y","start":"2026-01-01T00:00:00.000Z"})");
}

TEST_F(EngineStatesTest, ChoiceTakesTheFirstRuleThatHolds) {
  const std::string definition = R"({"StartAt":"C","States":{
      "C":{"Type":"Choice","Choices":[
        {"And":[{"Variable":"$.n","IsPresent":true},{"Variable":"$.n","NumericGreaterThan":10}],"Next":"Big"},
        {"Variable":"$.n","NumericEqualsPath":"$.m","Next":"Same"},
        {"Not":{"Variable":"$.s","IsPresent":false},"Next":"Text"}],"Default":"Other"},
      "Big":{"Type":"Pass","Result":"big","End":true},
      "Same":{"Type":"Pass","Result":"same","End":true},
      "Text":{"Type":"Pass","Result":"text","End":true},
      "Other":{"Type":"Succeed"}}})";
  EXPECT_EQ(OutputOf(definition, R"({"n":11})"), R"("big")");
  EXPECT_EQ(OutputOf(definition, R"({"n":3,"m":3.0})"), R"("same")");
  EXPECT_EQ(OutputOf(definition, R"({"n":3,"m":4,"s":""})"), R"("text")");
  EXPECT_EQ(OutputOf(definition, R"({"n":3,"m":4})"), R"({"n":3,"m":4})");
  EXPECT_THAT(OutputOf(definition, R"({"n":3})"), HasSubstr("States.Runtime"));
}

TEST_F(EngineStatesTest, NoRuleAndNoDefaultIsNoChoiceMatched) {
  EXPECT_THAT(OutputOf(R"({"StartAt":"C","States":{"C":{"Type":"Choice","Choices":[
      {"Variable":"$.a","StringMatches":"x*z","Next":"E"}]},"E":{"Type":"Succeed"}}})",
                       R"({"a":"xy"})"),
              HasSubstr("FAILED States.NoChoiceMatched"));
}

TEST_F(EngineStatesTest, WaitEndsAtItsTimeAndNotBefore) {
  harness_.Deploy("wait",
                  R"({"StartAt":"W","States":{"W":{"Type":"Wait","Seconds":5,"End":true}}})");
  const ExecutionName name = harness_.Start("wait");
  harness_.Advance(std::chrono::milliseconds(4'999));
  EXPECT_EQ(harness_.Describe(name).status, ExecutionStatus::kRunning);
  harness_.Advance(std::chrono::milliseconds(1));
  EXPECT_EQ(harness_.Describe(name).status, ExecutionStatus::kSucceeded);
}

TEST_F(EngineStatesTest, ALongWaitIsParkedAndWakesUp) {
  harness_.Deploy("wait",
                  R"({"StartAt":"W","States":{"W":{"Type":"Wait","Seconds":3600,"End":true}}})");
  const ExecutionName name = harness_.Start("wait");
  harness_.Advance(std::chrono::minutes(59));
  EXPECT_EQ(harness_.Describe(name).status, ExecutionStatus::kRunning);
  harness_.Advance(std::chrono::minutes(1));
  EXPECT_EQ(harness_.Describe(name).status, ExecutionStatus::kSucceeded);
}

TEST_F(EngineStatesTest, FailEndsTheExecutionWithItsErrorAndCause) {
  const ExecutionInfo info = harness_.Run(
      R"({"StartAt":"F","States":{"F":{"Type":"Fail","ErrorPath":"$.e","Cause":"because"}}})",
      R"({"e":"Custom"})");
  EXPECT_EQ(info.status, ExecutionStatus::kFailed);
  EXPECT_EQ(info.error, "Custom");
  EXPECT_EQ(info.cause, "because");
  EXPECT_THAT(harness_.EventTypes(info.name),
              ElementsAre("ExecutionStarted", "FailStateEntered", "ExecutionFailed"));
}

TEST_F(EngineStatesTest, ParallelJoinsItsBranchesInOrder) {
  const ExecutionInfo info = harness_.Run(R"({"StartAt":"P","States":{"P":{"Type":"Parallel",
      "Branches":[{"StartAt":"A","States":{"A":{"Type":"Pass","Result":1,"End":true}}},
                  {"StartAt":"B","States":{"B":{"Type":"Pass","Result":2,"End":true}}}],
      "ResultPath":"$.both","End":true}}})",
                                          R"({"x":0})");
  EXPECT_EQ(info.output.view(), R"({"x":0,"both":[1,2]})");
  const auto events = harness_.History(info.name);
  EXPECT_EQ(events[2].type, EventType::kParallelStateStarted);
  // As recorded from Step Functions: the exit points to the event before ParallelStateSucceeded.
  EXPECT_EQ(events[7].type, EventType::kParallelStateSucceeded);
  EXPECT_EQ(events[8].type, EventType::kParallelStateExited);
  EXPECT_EQ(events[8].previous_id, events[7].previous_id);
}

TEST_F(EngineStatesTest, AParallelFailsWithTheFirstBranchThatFails) {
  const ExecutionInfo info = harness_.Run(R"({"StartAt":"P","States":{"P":{"Type":"Parallel",
      "Branches":[{"StartAt":"W","States":{"W":{"Type":"Wait","Seconds":9,"End":true}}},
                  {"StartAt":"F","States":{"F":{"Type":"Fail","Error":"E1","Cause":"c"}}}],
      "Catch":[{"ErrorEquals":["E1"],"ResultPath":"$.error","Next":"Done"}],"End":true},
      "Done":{"Type":"Succeed"}}})",
                                          R"({"x":0})");
  EXPECT_EQ(info.status, ExecutionStatus::kSucceeded);
  EXPECT_EQ(info.output.view(), R"({"x":0,"error":{"Error":"E1","Cause":"c"}})");
}

// The shape recorded from Step Functions for a Map with MaxConcurrency 1.
TEST_F(EngineStatesTest, AMapRunsItsItemsInOrder) {
  const ExecutionInfo info = harness_.Run(R"({"StartAt":"M","States":{"M":{"Type":"Map",
      "MaxConcurrency":1,"ItemSelector":{"v.$":"$$.Map.Item.Value","i.$":"$$.Map.Item.Index","k.$":"$.k"},
      "ItemsPath":"$.items","ItemProcessor":{"StartAt":"A","States":{"A":{"Type":"Pass","End":true}}},
      "End":true}}})",
                                          R"({"items":["a","b"],"k":true})");
  EXPECT_EQ(info.output.view(), R"([{"v":"a","i":0,"k":true},{"v":"b","i":1,"k":true}])");
  std::vector<EventId> previous;
  for (const EventInfo& event : harness_.History(info.name))
    previous.push_back(event.previous_id);
  EXPECT_THAT(harness_.EventTypes(info.name),
              ElementsAre("ExecutionStarted",
                          "MapStateEntered",
                          "MapStateStarted",
                          "MapIterationStarted",
                          "PassStateEntered",
                          "PassStateExited",
                          "MapIterationSucceeded",
                          "MapIterationStarted",
                          "PassStateEntered",
                          "PassStateExited",
                          "MapIterationSucceeded",
                          "MapStateSucceeded",
                          "MapStateExited",
                          "ExecutionSucceeded"));
  EXPECT_THAT(previous, ElementsAre(0, 0, 2, 3, 4, 5, 6, 6, 8, 9, 10, 11, 11, 13));
}

TEST_F(EngineStatesTest, AMapOfNothingGivesAnEmptyArray) {
  EXPECT_EQ(OutputOf(R"({"StartAt":"M","States":{"M":{"Type":"Map","Iterator":{"StartAt":"A",
      "States":{"A":{"Type":"Pass","End":true}}},"End":true}}})",
                     "[]"),
            "[]");
}

TEST_F(EngineStatesTest, AMapOverNoArrayFails) {
  EXPECT_THAT(OutputOf(R"({"StartAt":"M","States":{"M":{"Type":"Map","ItemsPath":"$.a","Iterator":{
      "StartAt":"A","States":{"A":{"Type":"Pass","End":true}}},"End":true}}})",
                       R"({"a":1})"),
              HasSubstr("must point to array"));
}

TEST_F(EngineStatesTest, AMapOfManyItemsGoesThroughManyTurns) {
  std::string input = "[";
  std::string expected = "[";
  for (int i = 0; i < 1'000; ++i) {
    input += (i > 0 ? "," : "") + std::to_string(i);
    expected += (i > 0 ? "," : "") + std::to_string(i);
  }
  EXPECT_EQ(OutputOf(R"({"StartAt":"M","States":{"M":{"Type":"Map","ItemProcessor":{"StartAt":"A",
      "States":{"A":{"Type":"Pass","End":true}}},"End":true}}})",
                     input + "]"),
            expected + "]");
}

TEST_F(EngineStatesTest, NestedMapsSeeTheirOwnItem) {
  EXPECT_EQ(OutputOf(R"({"StartAt":"M","States":{"M":{"Type":"Map","ItemProcessor":{"StartAt":"N",
      "States":{"N":{"Type":"Map","InputPath":"$.list","ItemProcessor":{"StartAt":"A","States":{
        "A":{"Type":"Pass","Parameters":{"v.$":"$$.Map.Item.Value"},"OutputPath":"$.v","End":true}}},
        "End":true}}},"End":true}}})",
                     R"([{"list":[1,2]},{"list":[]},{"list":[3]}])"),
            "[[1,2],[],[3]]");
}

TEST_F(EngineStatesTest, AnEndlessLoopEndsAtTheHistoryLimit) {
  EngineOptions options;
  options.limits.history_events_max = 500;
  EngineHarness harness(options);
  const ExecutionInfo info = harness.Run(R"({"StartAt":"A","States":{"A":{"Type":"Pass","Next":"B"},
      "B":{"Type":"Pass","Next":"C"},"C":{"Type":"Choice","Choices":[{"Variable":"$.stop","IsPresent":true,
      "Next":"E"}],"Default":"A"},"E":{"Type":"Succeed"}}})");
  EXPECT_EQ(info.status, ExecutionStatus::kFailed);
  EXPECT_THAT(info.cause.value_or(""), HasSubstr("maximum number of history events (500)"));
  const auto events = harness.History(info.name);
  EXPECT_EQ(events.size(), 500U);
  EXPECT_EQ(events.back().type, EventType::kExecutionFailed);
}

TEST_F(EngineStatesTest, AnOutputOverTheLimitIsDataLimitExceeded) {
  EngineOptions options;
  options.limits.payload_bytes_max = 1'000;
  EngineHarness harness(options);
  const ExecutionInfo info = harness.Run(R"({"StartAt":"A","States":{"A":{"Type":"Pass",
      "Parameters":{"a.$":"$","b.$":"$"},"End":true}}})",
                                         '"' + std::string(600, 'x') + '"');
  EXPECT_EQ(info.error, "States.DataLimitExceeded");
}

TEST_F(EngineStatesTest, TheExecutionTimesOutAsAWhole) {
  harness_.Deploy("m", R"({"StartAt":"W","TimeoutSeconds":3,"States":{
      "W":{"Type":"Wait","Seconds":60,"End":true}}})");
  const ExecutionName name = harness_.Start("m");
  harness_.Advance(std::chrono::seconds(3));
  EXPECT_EQ(harness_.Describe(name).status, ExecutionStatus::kTimedOut);
  EXPECT_EQ(harness_.EventTypes(name).back(), "ExecutionTimedOut");
}

TEST_F(EngineStatesTest, AStoppedExecutionIsAborted) {
  harness_.Deploy("m", R"({"StartAt":"W","States":{"W":{"Type":"Wait","Seconds":60,"End":true}}})");
  const ExecutionName name = harness_.Start("m");
  EXPECT_TRUE(harness_.Stop(name).ok());
  const ExecutionInfo info = harness_.Describe(name);
  EXPECT_EQ(info.status, ExecutionStatus::kAborted);
  EXPECT_EQ(info.error, "Stopped");
  harness_.Advance(std::chrono::minutes(2));
  EXPECT_EQ(harness_.EventTypes(name).size(), 3U);
}

TEST(EngineLimitsTest, NoExecutionTakesLongerThanAnyMay) {
  EngineOptions options;
  options.limits.execution_duration_max = std::chrono::seconds(60);
  test::EngineHarness harness{options};
  harness.Deploy("m", R"({"StartAt":"W","States":{"W":{"Type":"Wait","Seconds":3600,
      "End":true}}})");
  const ExecutionName name = harness.Start("m");
  harness.Advance(std::chrono::seconds(59));
  EXPECT_EQ(harness.Describe(name).status, ExecutionStatus::kRunning);
  harness.Advance(std::chrono::seconds(30));
  EXPECT_EQ(harness.Describe(name).status, ExecutionStatus::kTimedOut);
  EXPECT_EQ(harness.Describe(name).error, "States.Timeout");
  // A redrive gives it the time again.
  ASSERT_TRUE(harness.Redrive(name).ok());
  harness.Advance(std::chrono::seconds(50));
  EXPECT_EQ(harness.Describe(name).status, ExecutionStatus::kRunning);
}

}  // namespace
}  // namespace pawl
