// Parallel and Map (ASL specification, "Parallel State" and "Map State").
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/execution_harness.h"

namespace pawl::interpreter {
namespace {

using namespace std::chrono_literals;
using test::ArmsTimer;
using test::CancelsTask;
using test::DispatchesTask;
using test::ExecutionHarness;
using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::SizeIs;
using testing::StartsWith;

// A machine of this state, and of the state "Caught" where it leads to it.
std::string MachineOfOne(const std::string& name, const std::string& state) {
  const bool is_caught = state.find(R"("Next":"Caught")") != std::string::npos;
  return R"({"StartAt":")" + name + R"(","States":{")" + name + R"(":)" + state +
         (is_caught ? R"(,"Caught":{"Type":"Pass","End":true}}})" : "}}");
}

// Branches "A" and "B", a task each.
std::string TwoTasks(const std::string& fields = {}) {
  return MachineOfOne("P", R"({"Type":"Parallel",)" + fields + R"("Branches":[
      {"StartAt":"A","States":{"A":{"Type":"Task","Resource":"f","End":true}}},
      {"StartAt":"B","States":{"B":{"Type":"Task","Resource":"f","End":true}}}],"End":true})");
}

// A Map "M" with a task "T" for each item.
std::string TaskMap(const std::string& fields = {}) {
  return MachineOfOne("M", R"({"Type":"Map",)" + fields + R"("ItemProcessor":{
      "StartAt":"T","States":{"T":{"Type":"Task","Resource":"f","End":true}}},"End":true})");
}

std::string Items(int count) {
  std::string text = "[";
  for (int i = 0; i < count; ++i)
    text += (i > 0 ? "," : "") + std::to_string(i);
  return text + "]";
}

TEST(ParallelTest, EveryBranchGetsTheInputAndTheOutputsKeepTheirOrder) {
  ExecutionHarness run(TwoTasks(R"("Parameters":{"v.$":"$.x"},)"), R"({"x":1})");
  EXPECT_THAT(run.TakeEffects(), ElementsAre(DispatchesTask(), DispatchesTask()));
  EXPECT_EQ(run.TaskPayload(run.In("A")), R"({"v":1})");
  EXPECT_EQ(run.TaskPayload(run.In("B")), R"({"v":1})");

  run.CompleteTask(R"("b")", run.In("B"));
  EXPECT_THAT(run.States(), ElementsAre("P", "A"));
  run.CompleteTask(R"("a")", run.In("A"));
  EXPECT_EQ(run.Outcome(), R"(SUCCEEDED ["a","b"])");
}

// All frames are looked at for those that end with a join; the others stay as they are stored.
TEST(ParallelTest, AFailureThatIsCaughtChangesNoFrameOfItsNeighbours) {
  ExecutionHarness run(R"({"StartAt":"P","States":{"P":{"Type":"Parallel","End":true,"Branches":[
      {"StartAt":"Q","States":{
        "Q":{"Type":"Parallel","Branches":[
          {"StartAt":"A","States":{"A":{"Type":"Task","Resource":"f","End":true}}},
          {"StartAt":"B","States":{"B":{"Type":"Task","Resource":"f","End":true}}}],
          "Catch":[{"ErrorEquals":["States.ALL"],"Next":"W"}],"End":true},
        "W":{"Type":"Wait","Seconds":9,"End":true}}},
      {"StartAt":"C","States":{"C":{"Type":"Task","Resource":"f","End":true}}}]}}})");
  const FrameNumber neighbour = run.In("C");
  run.FailTask("E", {}, run.In("A"));
  EXPECT_THAT(run.States(), ElementsAre("P", "W", "C"));
  for (const FrameChange& change : run.turns().back().frames) {
    const auto* put = std::get_if<FramePut>(&change);
    EXPECT_TRUE(put == nullptr || put->frame.number != neighbour);
  }
  run.CompleteTask("1", neighbour);
  run.AdvanceTime(9s);
  EXPECT_THAT(run.Outcome(), StartsWith("SUCCEEDED"));
}

// "passing each ... a copy of its input": also where the input is drawn at random, and where the
// branches start in different turns.
TEST(ParallelTest, BranchesGetTheSameInputThoughItIsRandom) {
  Limits limits;
  limits.turn_transitions_max = 2;
  ExecutionHarness run(TwoTasks(R"-("Parameters":{"id.$":"States.UUID()"},)-"), "{}", limits);
  EXPECT_EQ(run.TaskPayload(run.In("A")), run.TaskPayload(run.In("B")));
}

// Recorded: ParallelStateSucceeded and ParallelStateExited share their predecessor; each branch
// begins at ParallelStateStarted.
TEST(ParallelTest, BranchesHaveThreadsOfEventsOfTheirOwn) {
  ExecutionHarness run(TwoTasks());
  run.CompleteTask("1", run.In("A"));
  run.CompleteTask("2", run.In("B"));
  EXPECT_THAT(run.EventTypes(),
              ElementsAre("ExecutionStarted",
                          "ParallelStateEntered",
                          "ParallelStateStarted",
                          "TaskStateEntered",
                          "LambdaFunctionScheduled",
                          "TaskStateEntered",
                          "LambdaFunctionScheduled",
                          "LambdaFunctionStarted",
                          "LambdaFunctionSucceeded",
                          "TaskStateExited",
                          "LambdaFunctionStarted",
                          "LambdaFunctionSucceeded",
                          "TaskStateExited",
                          "ParallelStateSucceeded",
                          "ParallelStateExited",
                          "ExecutionSucceeded"));
  EXPECT_THAT(run.Previous(), ElementsAre(0, 0, 2, 3, 4, 3, 6, 5, 8, 9, 7, 11, 12, 13, 13, 15));
}

// Recorded: assign, MAP_STATE_REFERENCE_IN_MAX_CONCURRENCY_PATH.
TEST(MapTest, AConcurrencyMayBeAnIntegerInText) {
  const auto concurrency = [](const std::string& value) {
    ExecutionHarness run(R"({"StartAt":"M","States":{"M":{"Type":"Map","ItemsPath":"$.items",
        "MaxConcurrencyPath":"$.most","ItemProcessor":{"StartAt":"P","States":{
        "P":{"Type":"Pass","End":true}}},"End":true}}})",
                         R"({"items":[1,2],"most":")" + value + R"("})");
    return run.Outcome();
  };
  EXPECT_EQ(concurrency("1"), "SUCCEEDED [1,2]");
  EXPECT_EQ(concurrency("1 "), "FAILED States.Runtime");
  EXPECT_EQ(concurrency("-1"), "FAILED States.Runtime");
}

// Recorded: scenarios, test_parallel_state: what follows points to the last event of a branch.
TEST(ParallelTest, BranchesThatEndAtOnceAreJoinedInTheirOrder) {
  ExecutionHarness run(R"({"StartAt":"P","States":{"P":{"Type":"Parallel","Branches":[
      {"StartAt":"A","States":{"A":{"Type":"Pass","End":true}}},
      {"StartAt":"B","States":{"B":{"Type":"Pass","End":true}}}],"End":true}}})");
  EXPECT_THAT(run.Previous(), ElementsAre(0, 0, 2, 3, 4, 3, 6, 7, 7, 9));
}

// "If any branch fails, due to an unhandled error or by transitioning to a Fail state, the entire
// Parallel State is considered to have failed and all the branches are stopped."
TEST(ParallelTest, ABranchThatFailsCancelsTheOthers) {
  ExecutionHarness run(
      TwoTasks(R"("Catch":[{"ErrorEquals":["E"],"ResultPath":"$.error","Next":"Caught"}],)"),
      R"({"x":1})");
  const FrameNumber other = run.In("A");
  const std::uint32_t wait = run.frame(other).wait_number;
  run.FailTask("E", "why", run.In("B"));
  EXPECT_THAT(run.TakeEffects(), ElementsAre(CancelsTask()));
  EXPECT_EQ(run.Outcome(), R"(SUCCEEDED {"x":1,"error":{"Error":"E","Cause":"why"}})");
  EXPECT_FALSE(run.Send(other, TaskEnded{.wait_number = wait, .output = Bytes("1")}));
}

TEST(ParallelTest, AnUncaughtBranchFailsTheExecution) {
  ExecutionHarness run(TwoTasks());
  run.FailTask("E", "why", run.In("A"));
  EXPECT_EQ(run.Outcome(), "FAILED E");
  EXPECT_THAT(run.NewEvents(),
              ElementsAre("LambdaFunctionStarted",
                          "LambdaFunctionFailed",
                          "TaskStateAborted",
                          "ParallelStateFailed",
                          "ExecutionFailed"));
}

TEST(ParallelTest, ARetriedParallelStartsAllBranchesAgain) {
  ExecutionHarness run(TwoTasks(R"("Retry":[{"ErrorEquals":["E"]}],)"));
  run.CompleteTask(R"("of the first attempt")", run.In("A"));
  run.FailTask("E", "why", run.In("B"));
  EXPECT_THAT(run.TakeEffects(), ElementsAre(ArmsTimer(1s)));
  run.AdvanceTime(1s);
  EXPECT_THAT(run.States(), ElementsAre("P", "A", "B"));
  run.CompleteTask("2", run.In("B"));
  run.CompleteTask("1", run.In("A"));
  EXPECT_EQ(run.Outcome(), "SUCCEEDED [1,2]");
}

// Everything below a failed branch goes with it, at any depth.
TEST(ParallelTest, CancellingReachesNestedBranches) {
  ExecutionHarness run(
      R"({"StartAt":"P","States":{"P":{"Type":"Parallel","Branches":[
      {"StartAt":"Q","States":{"Q":{"Type":"Parallel","Branches":[
        {"StartAt":"A","States":{"A":{"Type":"Task","Resource":"f","End":true}}},
        {"StartAt":"B","States":{"B":{"Type":"Task","Resource":"f","End":true}}}],"End":true}}},
      {"StartAt":"C","States":{"C":{"Type":"Task","Resource":"f","End":true}}}],
      "Catch":[{"ErrorEquals":["States.ALL"],"Next":"Caught"}],"End":true},
      "Caught":{"Type":"Wait","Seconds":1,"End":true}}})");
  run.CompleteTask("1", run.In("A"));
  run.FailTask("E", "why", run.In("C"));
  EXPECT_THAT(run.TakeEffects(), ElementsAre(CancelsTask(), ArmsTimer(1s)));
  EXPECT_THAT(run.NewEvents(),
              ElementsAre("LambdaFunctionStarted",
                          "LambdaFunctionFailed",
                          "ParallelStateAborted",
                          "ParallelStateFailed",
                          "ParallelStateExited",
                          "WaitStateEntered"));
  EXPECT_THAT(run.States(), ElementsAre("Caught"));
}

// A runtime error passes every catcher on its way (recorded: test_catch_states_runtime).
TEST(ParallelTest, ARuntimeErrorInABranchEndsTheExecution) {
  ExecutionHarness run(
      R"({"StartAt":"P","States":{"P":{"Type":"Parallel","Branches":[
      {"StartAt":"A","States":{"A":{"Type":"Pass","InputPath":"$.no","End":true}}}],
      "Catch":[{"ErrorEquals":["States.ALL"],"Next":"Caught"}],"End":true},
      "Caught":{"Type":"Pass","End":true}}})");
  EXPECT_EQ(run.Outcome(), "FAILED States.Runtime");
}

TEST(ParallelTest, ResultSelectorSeesTheJoinedArray) {
  ExecutionHarness run(
      TwoTasks(R"("ResultSelector":{"second.$":"$[1]"},"ResultPath":"$.r","OutputPath":"$.r",)"));
  run.CompleteTask("1", run.In("A"));
  run.CompleteTask("2", run.In("B"));
  EXPECT_EQ(run.Outcome(), R"(SUCCEEDED {"second":2})");
}

TEST(ParallelTest, AResultOfExactlyTheLimitIsJoined) {
  Limits limits;
  limits.payload_bytes_max = 100;
  ExecutionHarness run(TwoTasks(), "{}", limits);
  const std::string half(46,
                         'x');  // ["…46…","…47…"]
                                // has 100 bytes
  run.CompleteTask('"' + half + '"', run.In("A"));
  run.CompleteTask('"' + half + "y\"", run.In("B"));
  EXPECT_EQ(run.Outcome(), "SUCCEEDED [\"" + half + "\",\"" + half + "y\"]");
}

TEST(ParallelTest, AJoinedResultOverTheLimitFails) {
  Limits limits;
  limits.payload_bytes_max = 100;
  ExecutionHarness run(TwoTasks(), "{}", limits);
  run.CompleteTask('"' + std::string(47, 'x') + '"', run.In("A"));
  run.CompleteTask('"' + std::string(47, 'x') + '"', run.In("B"));
  EXPECT_EQ(run.Outcome(), "FAILED States.DataLimitExceeded");
  EXPECT_THAT(run.Cause(), HasSubstr("The state/task 'P' returned a result with a size exceeding"));
}

// Quotas: a payload has at most 262,144 bytes. The join does not wait for the rest of the items.
TEST(MapTest, ResultsOverTheLimitFailBeforeTheLastItem) {
  Limits limits;
  limits.payload_bytes_max = 300;
  ExecutionHarness run(TaskMap(R"("Catch":[{"ErrorEquals":["States.DataLimitExceeded"],
      "Next":"Caught"}],)"),
                       Items(3),
                       limits);
  run.CompleteTask('"' + std::string(150, 'x') + '"', run.Item(0));
  EXPECT_EQ(run.Outcome(), "RUNNING");
  run.CompleteTask('"' + std::string(150, 'x') + '"', run.Item(1));
  EXPECT_THAT(run.TakeEffects(), ElementsAre(CancelsTask()));
  EXPECT_THAT(run.Outcome(), StartsWith(R"(SUCCEEDED {"Error":"States.DataLimitExceeded")"));
}

// Recorded: scenarios, test_map_state_nested and aws-behaviour.md: the next MapIterationStarted
// points to the event before MapIterationSucceeded.
TEST(MapTest, IterationsAreLinkedAsRecorded) {
  ExecutionHarness run(
      R"({"StartAt":"M","States":{"M":{"Type":"Map","MaxConcurrency":1,
      "ItemProcessor":{"StartAt":"A","States":{"A":{"Type":"Pass","End":true}}},"End":true}}})",
      "[4,5]");
  EXPECT_EQ(run.Outcome(), "SUCCEEDED [4,5]");
  EXPECT_THAT(run.EventTypes(),
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
  EXPECT_THAT(run.Previous(), ElementsAre(0, 0, 2, 3, 4, 5, 6, 6, 8, 9, 10, 11, 11, 13));
}

// "MaxConcurrency ... an upper bound on the number of invocations of the Iterator that may run in
// parallel".
TEST(MapTest, MaxConcurrencyIsAWindow) {
  ExecutionHarness run(TaskMap(R"("MaxConcurrency":2,)"), Items(5));
  EXPECT_THAT(run.TakeEffects(), SizeIs(2));
  run.CompleteTask(R"("one")", run.Item(1));
  EXPECT_THAT(run.TakeEffects(), ElementsAre(DispatchesTask()));
  EXPECT_EQ(run.TaskPayload(run.Item(2)), "2");
  EXPECT_THAT(run.States(), ElementsAre("M", "T", "T"));
}

// Quotas: an inline Map runs up to 40 iterations at once.
TEST(MapTest, WithoutMaxConcurrencyFortyRunAtOnce) {
  ExecutionHarness run(TaskMap(), Items(100));
  EXPECT_THAT(run.TakeEffects(), SizeIs(40));
  for (int i = 0; i < 100; ++i)
    run.CompleteTask(std::to_string(i));
  EXPECT_EQ(run.Outcome(), "SUCCEEDED " + Items(100));
}

TEST(MapTest, MaxConcurrencyMayBeAPath) {
  ExecutionHarness run(TaskMap(R"("ItemsPath":"$.items","MaxConcurrencyPath":"$.n",)"),
                       R"({"items":[1,2,3,4],"n":3})");
  EXPECT_THAT(run.TakeEffects(), SizeIs(3));
}

// Recorded: scenarios, test_map_state_config_max_concurrency_path_negative and …_no_number.
TEST(MapTest, AMaxConcurrencyThatIsNoneFailsTheExecution) {
  for (const char* value : {"\"NoNumber\"", "1.5", "-1"}) {
    ExecutionHarness run(TaskMap(R"("ItemsPath":"$.items","MaxConcurrencyPath":"$.n",)"),
                         std::string(R"({"items":[1],"n":)") + value + "}");
    EXPECT_EQ(run.Outcome(), "FAILED States.Runtime") << value;
  }
}

TEST(MapTest, ItemSelectorSeesTheItemAndTheMapsInput) {
  ExecutionHarness run(TaskMap(
                           R"("InputPath":"$.in","ItemsPath":"$.items","MaxConcurrency":1,
      "ItemSelector":{"i.$":"$$.Map.Item.Index","v.$":"$$.Map.Item.Value","k.$":"$.k"},)"),
                       R"({"in":{"items":["a","b"],"k":9}})");
  EXPECT_EQ(run.TaskPayload(), R"({"i":0,"v":"a","k":9})");
  run.CompleteTask("0");
  EXPECT_EQ(run.TaskPayload(), R"({"i":1,"v":"b","k":9})");
}

// Inside the processor the context object still tells of the item, in a later turn too.
TEST(MapTest, StatesOfAnIterationSeeTheirItem) {
  ExecutionHarness run(
      R"({"StartAt":"M","States":{"M":{"Type":"Map","ItemProcessor":{
      "StartAt":"T","States":{"T":{"Type":"Task","Resource":"f","Next":"P"},
      "P":{"Type":"Pass","InputPath":"$$.Map.Item.Value","End":true}}},"End":true}}})",
      R"(["x","y"])");
  run.CompleteTask("0", run.Item(1));
  run.CompleteTask("0", run.Item(0));
  EXPECT_EQ(run.Outcome(), R"(SUCCEEDED ["x","y"])");
}

TEST(MapTest, NoItemsAreAnEmptyArray) {
  ExecutionHarness run(TaskMap(), "[]");
  EXPECT_EQ(run.Outcome(), "SUCCEEDED []");
  EXPECT_THAT(run.NewEvents(),
              ElementsAre("ExecutionStarted",
                          "MapStateEntered",
                          "MapStateStarted",
                          "MapStateSucceeded",
                          "MapStateExited",
                          "ExecutionSucceeded"));
}

TEST(MapTest, ItemsThatAreNoArrayFailTheExecution) {
  ExecutionHarness run(TaskMap(R"("ItemsPath":"$.a",)"), R"({"a":{}})");
  EXPECT_EQ(run.Outcome(), "FAILED States.Runtime");
  EXPECT_THAT(run.Cause(), HasSubstr(R"(Reference path "$.a" must point to array.)"));
}

// "If any iteration fails ... the entire Map State is considered to have failed and all the
// iterations are terminated." Items that have not started never do.
TEST(MapTest, AnIterationThatFailsEndsTheOthers) {
  ExecutionHarness run(
      TaskMap(R"("MaxConcurrency":3,"Catch":[{"ErrorEquals":["E"],"Next":"Caught"}],)"), Items(9));
  run.CompleteTask("0", run.Item(0));
  run.FailTask("E", "why", run.Item(2));
  EXPECT_EQ(run.Outcome(), R"(SUCCEEDED {"Error":"E","Cause":"why"})");
  EXPECT_THAT(run.NewEvents(),
              ElementsAre("LambdaFunctionStarted",
                          "LambdaFunctionFailed",
                          "MapIterationFailed",
                          "MapIterationAborted",
                          "TaskStateAborted",
                          "MapIterationAborted",
                          "TaskStateAborted",
                          "MapStateFailed",
                          "MapStateExited",
                          "PassStateEntered",
                          "PassStateExited",
                          "ExecutionSucceeded"));
}

// Recorded: scenarios, test_map_state_catch. The iteration that fails has no abort.
TEST(MapTest, ACaughtFailureIsRecordedAsStepFunctionsDoes) {
  ExecutionHarness run(
      R"({"StartAt":"M","States":{"M":{"Type":"Map","MaxConcurrency":1,
      "ItemProcessor":{"StartAt":"F","States":{"F":{"Type":"Fail","Error":"E","Cause":"c"}}},
      "Catch":[{"ErrorEquals":["E"],"Next":"S"}],"End":true},"S":{"Type":"Succeed"}}})",
      "[1]");
  EXPECT_THAT(run.EventTypes(),
              ElementsAre("ExecutionStarted",
                          "MapStateEntered",
                          "MapStateStarted",
                          "MapIterationStarted",
                          "FailStateEntered",
                          "MapIterationFailed",
                          "MapStateFailed",
                          "MapStateExited",
                          "SucceedStateEntered",
                          "SucceedStateExited",
                          "ExecutionSucceeded"));
  EXPECT_THAT(run.Previous(), ElementsAre(0, 0, 2, 3, 4, 5, 5, 7, 8, 9, 10));
}

// Recorded: scenarios, test_map_state_retry: MapStateFailed comes when no retry is left, and each
// attempt points to the event before MapIterationFailed.
TEST(MapTest, ARetriedMapHasNotFailedYet) {
  ExecutionHarness run(
      R"({"StartAt":"M","States":{"M":{"Type":"Map","MaxConcurrency":1,
      "ItemProcessor":{"StartAt":"F","States":{"F":{"Type":"Fail","Error":"E","Cause":"c"}}},
      "Retry":[{"ErrorEquals":["E"],"MaxAttempts":1}],"End":true}}})",
      "[1]");
  EXPECT_THAT(run.TakeEffects(), ElementsAre(ArmsTimer(1s)));
  run.AdvanceTime(1s);
  EXPECT_THAT(run.EventTypes(),
              ElementsAre("ExecutionStarted",
                          "MapStateEntered",
                          "MapStateStarted",
                          "MapIterationStarted",
                          "FailStateEntered",
                          "MapIterationFailed",
                          "MapStateStarted",
                          "MapIterationStarted",
                          "FailStateEntered",
                          "MapIterationFailed",
                          "MapStateFailed",
                          "ExecutionFailed"));
  EXPECT_THAT(run.Previous(), ElementsAre(0, 0, 2, 3, 4, 5, 5, 7, 8, 9, 9, 11));
  EXPECT_EQ(run.Outcome(), "FAILED E");
}

// Recorded: timeouts, test_service_lambda_map_timeout: the task that timed out is aborted as well,
// and all of these events share one predecessor.
TEST(MapTest, ATimeoutOfAnIterationIsRecordedAsStepFunctionsDoes) {
  ExecutionHarness run(
      R"({"StartAt":"M","States":{"M":{"Type":"Map","ItemProcessor":{
      "StartAt":"T","States":{"T":{"Type":"Task","Resource":"f","TimeoutSeconds":5,"End":true}}},
      "End":true}}})",
      "[1,2]");
  run.LeaseTask(run.Item(0));
  run.AdvanceTime(5s);
  EXPECT_THAT(run.NewEvents(),
              ElementsAre("LambdaFunctionStarted",
                          "LambdaFunctionTimedOut",
                          "MapIterationFailed",
                          "TaskStateAborted",
                          "MapIterationAborted",
                          "TaskStateAborted",
                          "MapStateFailed",
                          "ExecutionFailed"));
  const std::vector<EventId> previous = run.Previous();
  const EventId timed_out = run.history()[previous.size() - 7].id;
  for (std::size_t i = previous.size() - 6; i < previous.size() - 1; ++i)
    EXPECT_EQ(previous[i], timed_out) << run.EventTypes()[i];
}

TEST(MapTest, AnItemSelectorThatFailsFailsTheMap) {
  ExecutionHarness run(TaskMap(R"("ItemSelector":{"v.$":"$$.Map.Item.Value.v"},)"),
                       R"([{"v":1},{}])");
  EXPECT_EQ(run.Outcome(), "FAILED States.Runtime");
  EXPECT_THAT(run.EventTypes(),
              Contains("MapIteratio"
                       "nFailed"));
}

// Results are asked for when the join closes, and only then.
TEST(MapTest, ResultsAreAskedForOnce) {
  ExecutionHarness run(TaskMap(R"("MaxConcurrency":1,)"), Items(50));
  for (int i = 0; i < 49; ++i)
    run.CompleteTask("1");
  EXPECT_EQ(run.result_loads(), 0U);
  run.CompleteTask("1");
  EXPECT_EQ(run.result_loads(), 1U);
}

// A join that fails in the turn that opened it, within a loop: nothing of an earlier round is left.
TEST(MapTest, AMapEnteredAgainBeginsWithNothing) {
  ExecutionHarness run(
      R"({"StartAt":"M","States":{
      "M":{"Type":"Map","ItemsPath":"$.items","ResultPath":"$.items","ItemProcessor":{
        "StartAt":"T","States":{"T":{"Type":"Task","Resource":"f","End":true}}},"Next":"C"},
      "C":{"Type":"Choice","Choices":[{"Variable":"$.items[0]","NumericLessThan":3,"Next":"M"}],"Default":"S"},
      "S":{"Type":"Succeed"}}})",
      R"({"items":[0,0]})");
  for (int round = 1; round <= 3; ++round) {
    run.CompleteTask(std::to_string(round), run.Item(1));
    run.CompleteTask(std::to_string(round), run.Item(0));
  }
  EXPECT_EQ(run.Outcome(), R"(SUCCEEDED {"items":[3,3]})");
}

}  // namespace
}  // namespace pawl::interpreter

// pawl::interpreter
