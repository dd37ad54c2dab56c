// Wait states (ASL specification, "Wait State").
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/execution_harness.h"

namespace pawl::interpreter {
namespace {

using namespace std::chrono_literals;
using test::ArmsTimer;
using test::ExecutionHarness;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

std::string WaitWith(const std::string& fields) {
  return R"({"StartAt":"W","States":{"W":{"Type":"Wait",)" + fields + R"(,"End":true}}})";
}

TEST(WaitStateTest, WaitsForSeconds) {
  ExecutionHarness run(WaitWith(R"("Seconds":10)"), R"({"keep":1})");
  EXPECT_THAT(run.TakeEffects(), ElementsAre(ArmsTimer(10s)));
  run.AdvanceTime(10s - 1us);
  EXPECT_EQ(run.Outcome(), "RUNNING");
  run.AdvanceTime(1us);
  EXPECT_EQ(run.Outcome(), R"(SUCCEEDED {"keep":1})");
  EXPECT_THAT(run.Previous(), ElementsAre(0, 0, 2, 3));
}

TEST(WaitStateTest, WaitsUntilATimestamp) {
  ExecutionHarness run(WaitWith(R"("Timestamp":"2026-01-01T00:01:00Z")"));
  EXPECT_THAT(run.TakeEffects(), ElementsAre(ArmsTimer(60s)));
}

TEST(WaitStateTest, APastTimestampIsNoWait) {
  ExecutionHarness run(WaitWith(R"("Timestamp":"2016-03-14T01:59:00Z")"));
  EXPECT_THAT(run.TakeEffects(), IsEmpty());
  EXPECT_EQ(run.Outcome(), "SUCCEEDED {}");
}

TEST(WaitStateTest, NoSecondsAreNoWait) {
  ExecutionHarness run(WaitWith(R"("SecondsPath":"$.s")"), R"({"s":0})");
  EXPECT_EQ(run.Outcome(), R"(SUCCEEDED {"s":0})");
}

TEST(WaitStateTest, ReadsSecondsAndTimestampsFromItsInput) {
  ExecutionHarness from_seconds(WaitWith(R"("SecondsPath":"$.s","InputPath":"$.in")"),
                                R"({"in":{"s":30}})");
  EXPECT_THAT(from_seconds.TakeEffects(), ElementsAre(ArmsTimer(30s)));
  ExecutionHarness from_timestamp(WaitWith(R"("TimestampPath":"$.t")"),
                                  R"({"t":"2026-01-01T02:00:00+01:00"})");
  EXPECT_THAT(from_timestamp.TakeEffects(), ElementsAre(ArmsTimer(3600s)));
}

// Step Functions Developer Guide, "Wait": seconds are an integer from 0 to 99,999,999.
TEST(WaitStateTest, SecondsThatAreNoneFailTheExecution) {
  for (const char* value : {"-1", "1.5", "\"3\"", "100000000", "null"}) {
    ExecutionHarness run(WaitWith(R"("SecondsPath":"$.s")"), std::string(R"({"s":)") + value + "}");
    EXPECT_EQ(run.Outcome(), "FAILED States.Runtime") << value;
  }
}

// Recorded: base, test_base_wait_seconds_path.
TEST(WaitStateTest, WhyTheSecondsAreNoneIsSaidInStepFunctionsWords) {
  ExecutionHarness fraction(WaitWith(R"("SecondsPath":"$.s")"), R"({"s":-1.5})");
  EXPECT_THAT(fraction.Cause(),
              HasSubstr("The SecondsPath parameter cannot be parsed as a long value: $.s == -1.5"));
  ExecutionHarness negative(WaitWith(R"("SecondsPath":"$.s")"), R"({"s":-1})");
  EXPECT_THAT(negative.Cause(),
              HasSubstr("The SecondsPath parameter references a negative value: $.s == -1"));
}

TEST(WaitStateTest, ATimestampThatIsNoneFailsTheExecution) {
  for (const char* value : {"\"2026-13-01T00:00:00Z\"", "\"2026-01-01\"", "5"}) {
    ExecutionHarness run(WaitWith(R"("TimestampPath":"$.t")"),
                         std::string(R"({"t":)") + value + "}");
    EXPECT_EQ(run.Outcome(), "FAILED States.Runtime") << value;
    EXPECT_THAT(run.Cause(), HasSubstr("ISO-8601")) << value;
  }
}

TEST(WaitStateTest, ATimerThatGoesOffTooEarlyOrTwiceIsIgnored) {
  ExecutionHarness run(WaitWith(R"("Seconds":10)"));
  run.AdvanceTime(9s);
  EXPECT_FALSE(run.Send(kRootFrame, TimerFired{}));
  run.AdvanceTime(1s);
  EXPECT_FALSE(run.Send(kRootFrame, TimerFired{}));
  EXPECT_FALSE(run.Send(kRootFrame, Continue{}));
}

// Recorded: timeouts, test_global_timeout: the whole execution is TIMED_OUT.
TEST(WaitStateTest, TheExecutionsTimeoutEndsTheWait) {
  ExecutionHarness run(
      R"({"StartAt":"W","TimeoutSeconds":5,"States":{"W":{"Type":"Wait","Seconds":60,"End":true}}})");
  EXPECT_THAT(run.TakeEffects(), ElementsAre(ArmsTimer(5s), ArmsTimer(60s)));
  run.AdvanceTime(5s);
  EXPECT_EQ(run.Outcome(), "TIMED_OUT States.Timeout");
  EXPECT_THAT(run.NewEvents(), ElementsAre("ExecutionTimedOut"));
  run.AdvanceTime(60s);
  EXPECT_THAT(run.NewEvents(), IsEmpty());
}

}  // namespace
}  // namespace pawl::interpreter
