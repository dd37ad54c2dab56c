// Choice states (ASL specification, "Choice State" and "Data-test Expression").
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/execution_harness.h"

namespace pawl::interpreter {
namespace {

using test::ExecutionHarness;
using testing::ElementsAre;
using testing::HasSubstr;

// Whether `rule` holds for `input`; the outcome where the execution fails.
std::string Try(const std::string& rule, const std::string& input) {
  ExecutionHarness run(R"({"StartAt":"C","States":{
      "C":{"Type":"Choice","Choices":[{)" +
                           rule + R"(,"Next":"Yes"}],"Default":"No"},
      "Yes":{"Type":"Pass","Result":true,"End":true},
      "No":{"Type":"Pass","Result":false,"End":true}}})",
                       input);
  return run.Outcome();
}

bool Holds(const std::string& rule, const std::string& input) {
  const std::string outcome = Try(rule, input);
  EXPECT_THAT(outcome, testing::AnyOf("SUCCEEDED true", "SUCCEEDED false"));
  return outcome == "SUCCEEDED true";
}

// `operation` applied to $.v.
std::string TestOf(const std::string& operation) {
  return R"("Variable":"$.v",)" + operation;
}

TEST(ChoiceStateTest, StringsCompareByCodeUnits) {
  EXPECT_TRUE(Holds(TestOf(R"("StringEquals":"a")"), R"({"v":"a"})"));
  EXPECT_TRUE(Holds(TestOf(R"("StringLessThan":"a")"), R"({"v":"B"})"));
  EXPECT_FALSE(Holds(TestOf(R"("StringGreaterThan":"b")"), R"({"v":"b"})"));
  EXPECT_TRUE(Holds(TestOf(R"("StringGreaterThanEquals":"b")"), R"({"v":"b"})"));
  EXPECT_TRUE(Holds(TestOf(R"("StringLessThanEquals":"b")"), R"({"v":"b"})"));
}

TEST(ChoiceStateTest, NumbersCompareByValue) {
  EXPECT_TRUE(Holds(TestOf(R"("NumericEquals":1)"), R"({"v":1.0})"));
  EXPECT_TRUE(Holds(TestOf(R"("NumericLessThan":9007199254740993)"), R"({"v":9007199254740992})"));
  EXPECT_TRUE(Holds(TestOf(R"("NumericGreaterThanEquals":2)"), R"({"v":2})"));
  EXPECT_FALSE(Holds(TestOf(R"("NumericGreaterThan":2)"), R"({"v":2})"));
}

TEST(ChoiceStateTest, TimestampsCompareByTheirMoment) {
  EXPECT_TRUE(Holds(TestOf(R"("TimestampEquals":"2020-01-01T00:00:00Z")"),
                    R"({"v":"2020-01-01T01:00:00+01:00"})"));
  EXPECT_TRUE(Holds(TestOf(R"("TimestampLessThan":"2020-01-01T00:00:00.5Z")"),
                    R"({"v":"2020-01-01T00:00:00Z"})"));
}

// "... if the type of the variable does not match, the comparison is false".
TEST(ChoiceStateTest, AValueOfAnotherTypeDoesNotCompare) {
  EXPECT_FALSE(Holds(TestOf(R"("StringEquals":"1")"), R"({"v":1})"));
  EXPECT_FALSE(Holds(TestOf(R"("NumericEquals":1)"), R"({"v":"1"})"));
  EXPECT_FALSE(Holds(TestOf(R"("BooleanEquals":true)"), R"({"v":"true"})"));
  EXPECT_FALSE(Holds(TestOf(R"("TimestampEquals":"2020-01-01T00:00:00Z")"), R"({"v":"then"})"));
}

// "StringMatches ... '*' matches zero or more characters ... '\\*' is a literal '*'".
TEST(ChoiceStateTest, StringMatchesKnowsStarsAndEscapes) {
  EXPECT_TRUE(Holds(TestOf(R"("StringMatches":"foo*.log")"), R"({"v":"foo23.log"})"));
  EXPECT_TRUE(Holds(TestOf(R"("StringMatches":"*.log")"), R"({"v":"zebra.log"})"));
  EXPECT_TRUE(Holds(TestOf(R"("StringMatches":"foo*.*")"), R"({"v":"foobar.zebra"})"));
  EXPECT_FALSE(Holds(TestOf(R"("StringMatches":"a\\*b")"), R"({"v":"axb"})"));
  EXPECT_TRUE(Holds(TestOf(R"("StringMatches":"a\\*b")"), R"({"v":"a*b"})"));
  EXPECT_TRUE(Holds(TestOf(R"("StringMatches":"a*b*c")"), R"({"v":"aXbbYcc"})"));
}

TEST(ChoiceStateTest, TypesAreTested) {
  EXPECT_TRUE(Holds(TestOf(R"("IsNull":true)"), R"({"v":null})"));
  EXPECT_TRUE(Holds(TestOf(R"("IsNumeric":true)"), R"({"v":1e3})"));
  EXPECT_TRUE(Holds(TestOf(R"("IsString":false)"), R"({"v":1})"));
  EXPECT_TRUE(Holds(TestOf(R"("IsBoolean":true)"), R"({"v":false})"));
  EXPECT_TRUE(Holds(TestOf(R"("IsTimestamp":true)"), R"({"v":"2001-01-01T12:00:00Z"})"));
  EXPECT_TRUE(Holds(TestOf(R"("IsTimestamp":false)"), R"({"v":"2001-01-01"})"));
}

// IsPresent is the one test that may look at nothing.
TEST(ChoiceStateTest, OnlyIsPresentMayLookAtAMissingValue) {
  EXPECT_TRUE(Holds(TestOf(R"("IsPresent":false)"), "{}"));
  EXPECT_TRUE(Holds(TestOf(R"("IsPresent":true)"), R"({"v":null})"));
  EXPECT_EQ(Try(TestOf(R"("StringEquals":"a")"), "{}"), "FAILED States.Runtime");
  EXPECT_EQ(Try(TestOf(R"("StringEqualsPath":"$.w")"), R"({"v":"a"})"), "FAILED States.Runtime");
}

TEST(ChoiceStateTest, OperandsMayBePaths) {
  EXPECT_TRUE(Holds(TestOf(R"("NumericLessThanPath":"$.w")"), R"({"v":1,"w":2})"));
  EXPECT_TRUE(
      Holds(R"("Variable":"$$.State.Name","StringEqualsPath":"$.name")", R"({"name":"C"})"));
}

TEST(ChoiceStateTest, AndOrAndNotCombineAndStopEarly) {
  const std::string one = R"({"Variable":"$.v","NumericEquals":1})";
  const std::string gone = R"({"Variable":"$.gone","NumericEquals":1})";
  const std::string two = R"({"Variable":"$.v","NumericEquals":2})";
  EXPECT_FALSE(Holds(R"("And":[)" + one + "," + two + "]", R"({"v":1})"));
  EXPECT_FALSE(Holds(R"("And":[)" + two + "," + gone + "]", R"({"v":1})"));
  EXPECT_TRUE(Holds(R"("Or":[)" + one + "," + gone + "]", R"({"v":1})"));
  EXPECT_TRUE(Holds(R"("Not":)" + two, R"({"v":1})"));
}

TEST(ChoiceStateTest, TheFirstRuleThatHoldsWins) {
  ExecutionHarness run(R"({"StartAt":"C","States":{
      "C":{"Type":"Choice","Choices":[
        {"Variable":"$.n","NumericGreaterThan":9,"Next":"A"},
        {"Variable":"$.n","NumericGreaterThan":5,"Next":"B"},
        {"Variable":"$.n","NumericGreaterThan":1,"Next":"A"}]},
      "A":{"Type":"Pass","Result":"A","End":true},
      "B":{"Type":"Pass","Result":"B","End":true}}})",
                       R"({"n":7})");
  EXPECT_EQ(run.Outcome(), R"(SUCCEEDED "B")");
}

// InputPath comes before the rules, OutputPath after them.
TEST(ChoiceStateTest, PathsFilterWhatARuleSeesAndWhatPassesOn) {
  ExecutionHarness run(R"({"StartAt":"C","States":{
      "C":{"Type":"Choice","InputPath":"$.in","OutputPath":"$.out",
        "Choices":[{"Variable":"$.n","NumericEquals":1,"Next":"S"}]},
      "S":{"Type":"Succeed"}}})",
                       R"({"in":{"n":1,"out":"passed"}})");
  EXPECT_EQ(run.Outcome(), R"(SUCCEEDED "passed")");
}

// "... if no Default is specified, the interpreter will raise a States.NoChoiceMatched error."
TEST(ChoiceStateTest, NoRuleAndNoDefaultFail) {
  ExecutionHarness run(R"({"StartAt":"C","States":{
      "C":{"Type":"Choice","Choices":[{"Variable":"$.n","NumericEquals":1,"Next":"S"}]},
      "S":{"Type":"Succeed"}}})",
                       R"({"n":2})");
  EXPECT_EQ(run.Outcome(), "FAILED States.NoChoiceMatched");
  EXPECT_THAT(run.Cause(), HasSubstr("the state 'C' (entered at the event id #2)"));
  EXPECT_THAT(run.EventTypes(),
              ElementsAre("ExecutionStarted", "ChoiceStateEntered", "ExecutionFailed"));
}

}  // namespace
}  // namespace pawl::interpreter
