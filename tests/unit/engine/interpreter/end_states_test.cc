// Succeed and Fail (ASL specification, "Succeed State" and "Fail State").
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/execution_harness.h"

namespace pawl::interpreter {
namespace {

using test::ExecutionHarness;
using testing::ElementsAre;
using testing::HasSubstr;

std::string Fail(const std::string& fields) {
  return R"({"StartAt":"F","States":{"F":{"Type":"Fail")" + fields + "}}}";
}

TEST(EndStatesTest, SucceedEndsTheExecutionWithItsFilteredInput) {
  ExecutionHarness run(
      R"({"StartAt":"S","States":{"S":{"Type":"Succeed","InputPath":"$.a","OutputPath":"$.b"}}})",
      R"({"a":{"b":7}})");
  EXPECT_EQ(run.Outcome(), "SUCCEEDED 7");
  EXPECT_THAT(
      run.EventTypes(),
      ElementsAre(
          "ExecutionStarted", "SucceedStateEntered", "SucceedStateExited", "ExecutionSucceeded"));
}

// "A Succeed State ... either terminates a state machine successfully, ends a branch of a Parallel
// State, or ends an iteration of a Map State."
TEST(EndStatesTest, SucceedEndsOnlyItsBranch) {
  ExecutionHarness run(R"({"StartAt":"P","States":{
      "P":{"Type":"Parallel","Next":"After","Branches":[{"StartAt":"S","States":{"S":{"Type":"Succeed"}}}]},
      "After":{"Type":"Pass","Result":"after","End":true}}})");
  EXPECT_EQ(run.Outcome(), R"(SUCCEEDED "after")");
}

TEST(EndStatesTest, FailEndsTheExecutionWithErrorAndCause) {
  ExecutionHarness run(Fail(R"(,"Error":"ErrorA","Cause":"Kaiju attack")"));
  EXPECT_EQ(run.Outcome(), "FAILED ErrorA");
  EXPECT_EQ(run.Cause(), "Kaiju attack");
  EXPECT_THAT(run.EventTypes(),
              ElementsAre("ExecutionStarted", "FailStateEntered", "ExecutionFailed"));
  EXPECT_THAT(run.Previous(), ElementsAre(0, 0, 2));
}

// Error and Cause are optional.
TEST(EndStatesTest, FailNeedsNeitherErrorNorCause) {
  EXPECT_EQ(ExecutionHarness(Fail("")).Outcome(), "FAILED");
}

TEST(EndStatesTest, FailReadsErrorAndCauseFromItsInput) {
  ExecutionHarness run(Fail(R"(,"ErrorPath":"$.e","CausePath":"$.c")"),
                       R"({"e":"ErrorB","c":"of it"})");
  EXPECT_EQ(run.Outcome(), "FAILED ErrorB");
  EXPECT_EQ(run.Cause(), "of it");
}

TEST(EndStatesTest, FailComputesErrorAndCause) {
  ExecutionHarness run(
      Fail(R"x(,"ErrorPath":"States.Format('E{}', $.n)","CausePath":"States.JsonToString($.c)")x"),
      R"({"n":7,"c":[1]})");
  EXPECT_EQ(run.Outcome(), "FAILED E7");
  EXPECT_EQ(run.Cause(), "[1]");
  ExecutionHarness wrong(Fail(R"x(,"ErrorPath":"States.ArrayLength($.n)")x"), R"({"n":7})");
  EXPECT_THAT(wrong.Outcome(), testing::StartsWith("FAILED States.IntrinsicFailure"));
  ExecutionHarness number(Fail(R"x(,"ErrorPath":"States.ArrayLength($.n)")x"), R"({"n":[]})");
  EXPECT_THAT(number.Outcome(), testing::StartsWith("FAILED States.Runtime"));
}

// "... MUST resolve to a string."
TEST(EndStatesTest, AnErrorPathThatLeadsToNoStringIsARuntimeError) {
  ExecutionHarness number(Fail(R"(,"ErrorPath":"$.e")"), R"({"e":5})");
  EXPECT_EQ(number.Outcome(), "FAILED States.Runtime");
  EXPECT_THAT(number.Cause(), HasSubstr("must reference a string"));
  ExecutionHarness nothing(Fail(R"(,"CausePath":"$.c")"));
  EXPECT_EQ(nothing.Outcome(), "FAILED States.Runtime");
  EXPECT_THAT(nothing.Cause(), HasSubstr("could not be found in the input '{}'"));
}

}  // namespace
}  // namespace pawl::interpreter
