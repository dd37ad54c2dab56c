// Retry and Catch (ASL specification, "Errors"; Step Functions Developer Guide, "Handling errors").
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/execution_harness.h"

namespace pawl::interpreter {
namespace {

using namespace std::chrono_literals;
using test::ArmsTimer;
using test::DispatchesTask;
using test::ExecutionHarness;
using testing::ElementsAre;
using testing::IsEmpty;

// A task with these fields, and the state "Caught" where they lead to it.
std::string FailingTask(const std::string& fields) {
  const bool is_caught = fields.find(R"("Next":"Caught")") != std::string::npos;
  return R"({"StartAt":"T","States":{"T":{"Type":"Task","Resource":"f","TimeoutSeconds":60,
      "HeartbeatSeconds":20,)" +
         fields + R"(,"End":true})" +
         (is_caught ? R"(,"Caught":{"Type":"Pass","End":true}}})" : "}}");
}

std::string Retry(const std::string& retrier) {
  return FailingTask(R"("Retry":[)" + retrier + "]");
}

std::string Catch(const std::string& error) {
  return FailingTask(R"("Catch":[{"ErrorEquals":[")" + error + R"("],"Next":"Caught"}])");
}

// The waits before each retry until the task has failed for good.
std::vector<Duration> Delays(const std::string& retrier, std::uint64_t seed = 1) {
  ExecutionHarness run(Retry(retrier), "{}", {}, seed);
  std::vector<Duration> delays;
  for (;;) {
    run.FailTask("E");
    if (run.Outcome() != "RUNNING") return delays;
    delays.push_back(std::get<TimerWait>(run.frame().wait).due - run.now());
    run.AdvanceTime(delays.back());
  }
}

// "IntervalSeconds ... the number of seconds before the first retry attempt".
TEST(RetryTest, TheFirstRetryWaitsForIntervalSeconds) {
  ExecutionHarness run(Retry(R"({"ErrorEquals":["E"],"IntervalSeconds":3})"));
  run.FailTask("E");
  EXPECT_THAT(run.TakeEffects(), ElementsAre(ArmsTimer(3s)));
  EXPECT_THAT(run.NewEvents(), ElementsAre("LambdaFunctionStarted", "LambdaFunctionFailed"));

  run.AdvanceTime(3s - 1us);
  EXPECT_THAT(run.TakeEffects(), IsEmpty());
  run.AdvanceTime(1us);
  EXPECT_THAT(run.TakeEffects(), ElementsAre(ArmsTimer(60s), DispatchesTask()));
  EXPECT_THAT(run.NewEvents(), ElementsAre("LambdaFunctionScheduled"));
}

// Defaults: IntervalSeconds 1, BackoffRate 2.0, MaxAttempts 3.
TEST(RetryTest, TheDefaultIsThreeRetriesThatDouble) {
  EXPECT_THAT(Delays(R"({"ErrorEquals":["E"]})"), ElementsAre(1s, 2s, 4s));
}

// The specification's example: 3, then 4.5 seconds, and MaxAttempts 2.
TEST(RetryTest, BackoffRateMultipliesTheInterval) {
  EXPECT_THAT(
      Delays(R"({"ErrorEquals":["E"],"IntervalSeconds":3,"MaxAttempts":2,"BackoffRate":1.5})"),
      ElementsAre(3s, 4500ms));
}

// "MaxAttempts ... value of 0 specifies that the error is never retried."
TEST(RetryTest, NoAttemptsAreNoRetry) {
  EXPECT_THAT(Delays(R"({"ErrorEquals":["E"],"MaxAttempts":0})"), IsEmpty());
}

// "MaxDelaySeconds ... sets the maximum value, in seconds, up to which a retry interval can grow".
TEST(RetryTest, MaxDelaySecondsBoundsTheDelay) {
  EXPECT_THAT(Delays(R"({"ErrorEquals":["E"],"IntervalSeconds":3,"MaxAttempts":4,
                  "MaxDelaySeconds":10})"),
              ElementsAre(3s, 6s, 10s, 10s));
}

// "FULL ... a random value between 0 and the delay computed".
TEST(RetryTest, FullJitterDrawsBetweenZeroAndTheDelay) {
  const std::string retrier =
      R"({"ErrorEquals":["E"],"IntervalSeconds":10,"BackoffRate":1,"MaxAttempts":50,
          "JitterStrategy":"FULL"})";
  const std::vector<Duration> delays = Delays(retrier);
  EXPECT_THAT(delays, testing::Each(testing::AllOf(testing::Ge(0s), testing::Le(10s))));
  EXPECT_GT(*std::max_element(delays.begin(), delays.end()), 8s);
  EXPECT_LT(*std::min_element(delays.begin(), delays.end()), 2s);
  EXPECT_EQ(delays, Delays(retrier));
  EXPECT_NE(delays, Delays(retrier, 2));
}

TEST(RetryTest, ADelayGrowsToNoMoreThanAYearAndADay) {
  EXPECT_EQ(Delays(R"({"ErrorEquals":["E"],"IntervalSeconds":99999999,"MaxAttempts":2})"),
            (std::vector<Duration>{31'622'400s, 31'622'400s}));
}

// The specification's example, "Complex Error scenarios": each retrier counts its own attempts.
TEST(RetryTest, EveryRetrierCountsForItself) {
  ExecutionHarness run(FailingTask(R"("Retry":[
      {"ErrorEquals":["ErrorA","ErrorB"],"IntervalSeconds":1,"BackoffRate":2,"MaxAttempts":2},
      {"ErrorEquals":["ErrorC"],"IntervalSeconds":5}],
      "Catch":[{"ErrorEquals":["States.ALL"],"Next":"Caught"}])"));
  for (const auto& [error, delay] : {std::pair("ErrorA", 1s), {"ErrorB", 2s}, {"ErrorC", 5s}}) {
    run.FailTask(error);
    EXPECT_THAT(run.TakeEffects(), ElementsAre(ArmsTimer(delay))) << error;
    run.AdvanceTime(delay);
  }
  run.FailTask("ErrorB", "why");
  EXPECT_EQ(run.Outcome(), R"(SUCCEEDED {"Error":"ErrorB","Cause":"why"})");
}

// A retrier that matched and is used up ends the matter: later ones are not asked.
TEST(RetryTest, TheFirstRetrierThatMatchesDecides) {
  ExecutionHarness run(
      Retry(R"({"ErrorEquals":["E"],"MaxAttempts":0},{"ErrorEquals":["States.ALL"]})"));
  run.FailTask("E");
  EXPECT_EQ(run.Outcome(), "FAILED E");
}

// Recorded: scenarios, test_lambda_invoke_with_retry_base: four attempts on one thread of events,
// then the catcher; $$.State.RetryCount counts.
TEST(RetryTest, AttemptsFollowEachOtherInTheHistory) {
  ExecutionHarness run(R"({"StartAt":"T","States":{"T":{"Type":"Task","Resource":"f",
      "Retry":[{"ErrorEquals":["States.ALL"],"MaxAttempts":1}],
      "ResultSelector":{"Retries.$":"$$.State.RetryCount"},"End":true}}})");
  run.FailTask("Exception");
  run.AdvanceTime(1s);
  run.CompleteTask("{}");
  EXPECT_EQ(run.Outcome(), R"(SUCCEEDED {"Retries":1})");
  EXPECT_THAT(run.EventTypes(),
              ElementsAre("ExecutionStarted",
                          "TaskStateEntered",
                          "LambdaFunctionScheduled",
                          "LambdaFunctionStarted",
                          "LambdaFunctionFailed",
                          "LambdaFunctionScheduled",
                          "LambdaFunctionStarted",
                          "LambdaFunctionSucceeded",
                          "TaskStateExited",
                          "ExecutionSucceeded"));
  EXPECT_THAT(run.Previous(), ElementsAre(0, 0, 2, 3, 4, 5, 6, 7, 8, 9));
}

// The counts are those of one visit of the state.
TEST(RetryTest, AStateEnteredAgainCountsAnew) {
  ExecutionHarness run(R"({"StartAt":"T","States":{
      "T":{"Type":"Task","Resource":"f","Retry":[{"ErrorEquals":["E"],"MaxAttempts":1}],
        "Catch":[{"ErrorEquals":["E"],"Next":"T"}],"End":true}}})");
  for (int visit = 0; visit < 3; ++visit) {
    run.FailTask("E");
    EXPECT_THAT(run.TakeEffects(), ElementsAre(ArmsTimer(1s)));
    run.AdvanceTime(1s);
    run.FailTask("E");
    EXPECT_THAT(run.TakeEffects(), ElementsAre(DispatchesTask()));
  }
}

TEST(CatchTest, TheErrorOutputReplacesTheInputByDefault) {
  ExecutionHarness run(Catch("E"), R"({"a":1})");
  run.FailTask("E", "why");
  EXPECT_EQ(run.Outcome(), R"(SUCCEEDED {"Error":"E","Cause":"why"})");
}

// "ResultPath ... works exactly like a state's top-level ResultPath": on the raw input.
TEST(CatchTest, ResultPathPutsTheErrorOutputIntoTheRawInput) {
  ExecutionHarness run(FailingTask(R"("InputPath":"$.in","Catch":[
      {"ErrorEquals":["E"],"ResultPath":"$.error","Next":"Caught"}])"),
                       R"({"in":{"a":1}})");
  run.FailTask("E", "why");
  EXPECT_EQ(run.Outcome(), R"(SUCCEEDED {"in":{"a":1},"error":{"Error":"E","Cause":"why"}})");
}

TEST(CatchTest, ANullResultPathKeepsTheRawInput) {
  ExecutionHarness run(
      FailingTask(R"("Catch":[{"ErrorEquals":["E"],"ResultPath":null,"Next":"Caught"}])"),
      R"({"a":1})");
  run.FailTask("E");
  EXPECT_EQ(run.Outcome(), R"(SUCCEEDED {"a":1})");
}

TEST(CatchTest, TheFirstCatcherThatMatchesIsTaken) {
  ExecutionHarness run(R"({"StartAt":"T","States":{
      "T":{"Type":"Task","Resource":"f","Catch":[
        {"ErrorEquals":["A","B"],"Next":"First"},{"ErrorEquals":["States.ALL"],"Next":"Rest"}],"End":true},
      "First":{"Type":"Pass","Result":"first","End":true},
      "Rest":{"Type":"Pass","Result":"rest","End":true}}})");
  run.FailTask("B");
  EXPECT_EQ(run.Outcome(), R"(SUCCEEDED "first")");
}

TEST(CatchTest, AnErrorNobodyCatchesEndsTheExecution) {
  ExecutionHarness run(Catch("A"));
  run.FailTask("B", "why");
  EXPECT_EQ(run.Outcome(), "FAILED B");
  EXPECT_EQ(run.Cause(), "why");
}

// What happened to a task, and whether each of the names catches it.
class ErrorNameTest : public testing::Test {
 protected:
  static bool Catches(const std::string& name, const std::function<void(ExecutionHarness&)>& fail) {
    ExecutionHarness run(Catch(name));
    fail(run);
    return run.Outcome().starts_with("SUCCEEDED");
  }
};

// Developer Guide, "Error names": States.ALL, States.TaskFailed (all but States.Timeout).
TEST_F(ErrorNameTest, AFunctionsErrorIsCaughtByItsNameAndTheWildcards) {
  const auto fail = [](ExecutionHarness& run) { run.FailTask("E"); };
  EXPECT_TRUE(Catches("E", fail));
  EXPECT_TRUE(Catches("States.TaskFailed", fail));
  EXPECT_TRUE(Catches("States.ALL", fail));
  EXPECT_FALSE(Catches("States.Timeout", fail));
  EXPECT_FALSE(Catches("e", fail));
}

TEST_F(ErrorNameTest, ATimeoutIsNoFailedTask) {
  const auto time_out = [](ExecutionHarness& run) { run.AdvanceTime(60s); };
  EXPECT_TRUE(Catches("States.Timeout", time_out));
  EXPECT_TRUE(Catches("States.ALL", time_out));
  EXPECT_FALSE(Catches("States.TaskFailed", time_out));
  EXPECT_FALSE(Catches("States.HeartbeatTimeout", time_out));
}

// "States.HeartbeatTimeout ... is available inside the Catch and Retry fields"; the error itself is
// States.Timeout.
TEST_F(ErrorNameTest, ALostHeartbeatIsATimeoutOfTwoNames) {
  const auto fall_silent = [](ExecutionHarness& run) {
    run.LeaseTask();
    run.AdvanceTime(20s);
  };
  EXPECT_TRUE(Catches("States.HeartbeatTimeout", fall_silent));
  EXPECT_TRUE(Catches("States.Timeout", fall_silent));
  EXPECT_FALSE(Catches("States.TaskFailed", fall_silent));
}

// Recorded: error_handling, test_service_task_lambada_catch_state_all_data_limit_exceeded_…, though
// the Developer Guide says: "a terminal error that can't be caught by the States.ALL error type".
TEST_F(ErrorNameTest, AnExceededDataLimitIsCaughtByItsNameAndByAll) {
  const auto exceed = [](ExecutionHarness& run) {
    run.CompleteTask('"' + std::string(300'000, 'x') + '"');
  };
  EXPECT_TRUE(Catches("States.DataLimitExceeded", exceed));
  EXPECT_TRUE(Catches("States.ALL", exceed));
  EXPECT_FALSE(Catches("States.TaskFailed", exceed));
}

// Recorded: scenarios, test_catch_states_runtime: not even by name.
TEST(CatchTest, NothingCatchesARuntimeError) {
  for (const char* name : {"States.Runtime", "States.ALL", "States.TaskFailed"}) {
    ExecutionHarness run(FailingTask(R"("OutputPath":"$.no.such","Retry":[{"ErrorEquals":[")" +
                                     std::string(name) + R"("]}],"Catch":[{"ErrorEquals":[")" +
                                     name + R"("],"Next":"Caught"}])"));
    run.CompleteTask("{}");
    EXPECT_EQ(run.Outcome(), "FAILED States.Runtime") << name;
  }
}

// Recorded: error_handling, test_invoke_timeout: a time-out has no cause, its error output an empty
// one.
TEST(CatchTest, ACaughtTimeoutHasAnEmptyCause) {
  ExecutionHarness run(Catch("States.Timeout"));
  run.LeaseTask();
  run.AdvanceTime(60s);
  EXPECT_EQ(run.Outcome(), R"(SUCCEEDED {"Error":"States.Timeout","Cause":""})");
}

// The catcher's own output can be too large as well. It is not caught a second time: the state has
// failed for good.
TEST(CatchTest, AnErrorOutputOverTheLimitIsNotCaughtAgain) {
  Limits limits;
  limits.payload_bytes_max = 1'000;
  ExecutionHarness run(FailingTask(R"("Retry":[{"ErrorEquals":["E"],"MaxAttempts":0}],"Catch":[
      {"ErrorEquals":["E","States.DataLimitExceeded"],"ResultPath":"$.error","Next":"Caught"}])"),
                       R"({"a":")" + std::string(980, 'x') + R"("})",
                       limits);
  run.FailTask("E", "why");
  EXPECT_EQ(run.Outcome(), "FAILED States.DataLimitExceeded");
}

}  // namespace
}  // namespace pawl::interpreter
