// Distributed Maps: iterations that are executions of their own (Step Functions Developer Guide,
// "Distributed mode").
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "engine/json/parse.h"
#include "tests/support/engine_harness.h"
#include "tests/support/map_runs.h"

namespace pawl {
namespace {

using namespace std::chrono_literals;
using test::EngineHarness;
using test::Numbers;
using test::ScriptedWorker;
using testing::ElementsAre;
using testing::HasSubstr;

// A distributed Map over the input whose iterations call "f".
std::string DistributedMap(const std::string& more = "") {
  return R"({"StartAt":"M","States":{"M":{"Type":"Map","Label":"items",)" + more + R"(
      "ItemProcessor":{"ProcessorConfig":{"Mode":"DISTRIBUTED","ExecutionType":"STANDARD"},
      "StartAt":"F","States":{"F":{"Type":"Task","Resource":"f","End":true}}},"End":true}}})";
}

class EngineMapRunsTest : public testing::Test {
 protected:
  // "f" gives its input back, or fails for the number 3.
  ScriptedWorker& Serve() {
    ScriptedWorker& worker = harness_.AddWorker({"f"});
    worker.On("f", [this](const Task& task) {
      ++calls_;
      if (fails_ && task.payload.view() == "3") {
        return ScriptedWorker::Outcome{.error = "Broken", .cause = "three"};
      }
      return ScriptedWorker::Outcome{.output = std::string(task.payload.view())};
    });
    return worker;
  }

  ExecutionName StartMap(const std::string& definition, const std::string& input) {
    harness_.Deploy("m", definition);
    const ExecutionName name = harness_.Start("m", input);
    harness_.Settle();
    return name;
  }

  MapRunInfo OnlyRun(const ExecutionName& name) { return test::LastMapRun(harness_, name); }

  std::vector<ExecutionInfo> Children(const MapRunInfo& run) {
    return harness_.engine()
        .ListExecutions({.state_machine = run.listed_as, .page_size = 1'000})
        ->executions;
  }

  std::size_t RowsOf(char tag) { return test::AllRowsOf(harness_, tag).size(); }

  static constexpr Duration kRetention = 60s;

  EngineHarness harness_{EngineOptions{.retention = kRetention}};
  bool fails_ = false;
  int calls_ = 0;
};

TEST_F(EngineMapRunsTest, ResultsComeInTheOrderOfTheItems) {
  Serve();
  const ExecutionName name = StartMap(DistributedMap(), Numbers(100));
  const ExecutionInfo info = harness_.Describe(name);
  EXPECT_EQ(info.status, ExecutionStatus::kSucceeded);
  EXPECT_EQ(info.output.view(), Numbers(100));
  EXPECT_EQ(calls_, 100);
  EXPECT_THAT(harness_.EventTypes(name),
              ElementsAre("ExecutionStarted",
                          "MapStateEntered",
                          "MapStateStarted",
                          "MapRunStarted",
                          "MapRunSucceeded",
                          "MapStateSucceeded",
                          "MapStateExited",
                          "ExecutionSucceeded"));
  EXPECT_EQ(RowsOf('I') + RowsOf('J') + RowsOf('O'), 0U);
}

// A run is what the history tells of one, also where it runs out of places.
TEST(EngineMapRunsLimitTest, RunsAgreeWithAHistoryThatIsFull) {
  for (std::uint32_t room = 4; room <= 8; ++room) {
    Limits limits;
    limits.history_events_max = room;
    EngineHarness harness(EngineOptions{.limits = limits});
    harness.Deploy("m", DistributedMap());
    const ExecutionName name = harness.Start("m", "[]");
    harness.Settle();
    const auto types = harness.EventTypes(name);
    const auto count = [&types](const char* type) {
      return std::count(types.begin(), types.end(), type);
    };
    const auto runs = harness.engine().ListMapRuns(name, 10, "")->map_runs;
    EXPECT_EQ(types.size(), room);
    EXPECT_EQ(runs.size(), static_cast<std::size_t>(count("MapRunStarted"))) << room;
    const bool has_succeeded = !runs.empty() && runs[0].status == "SUCCEEDED";
    EXPECT_EQ(has_succeeded, count("MapRunSucceeded") == 1) << room;
  }
}

// A redrive that has no place for MapRunRedriven leaves the run as it was.
TEST(EngineMapRunsLimitTest, ARunThatIsNotRedrivenForWantOfPlaceHasFailed) {
  Limits limits;
  limits.history_events_max = 9;
  EngineHarness harness(EngineOptions{.limits = limits});
  harness.AddWorker({"f"}).Fails("f", "Broken");
  harness.Deploy("m", DistributedMap());
  const ExecutionName name = harness.Start("m", "[1]");
  harness.Settle();
  ASSERT_TRUE(harness.Redrive(name).ok());
  harness.Settle();
  EXPECT_THAT(harness.EventTypes(name),
              ElementsAre("ExecutionStarted",
                          "MapStateEntered",
                          "MapStateStarted",
                          "MapRunStarted",
                          "MapRunFailed",
                          "MapStateFailed",
                          "ExecutionFailed",
                          "ExecutionRedriven",
                          "ExecutionFailed"));
  EXPECT_EQ(test::LastMapRun(harness, name).status, "FAILED");
}

// An execution that was started in the group at hand is in no row yet when the end of another one
// asks for those that are open.
TEST_F(EngineMapRunsTest, AnEndMayFollowAStartInTheSameGroup) {
  harness_.AddWorker({"f"});
  harness_.Deploy("other", R"({"StartAt":"P","States":{"P":{"Type":"Pass","End":true}}})");
  const ExecutionName name = StartMap(DistributedMap(R"("MaxConcurrency":1,)"), Numbers(3));
  const std::string arn = OnlyRun(name).arn;
  harness_.Crash();
  ScriptedWorker& worker = harness_.AddWorker({"f"});
  harness_.Advance(10s);
  ASSERT_EQ(worker.tasks.size(), 1U);
  std::string neighbour = "n";
  while (rows::ShardOf({}, "other", neighbour) != worker.tasks[0].ref.execution.shard)
    neighbour += "n";
  worker.Complete(worker.tasks[0], {.output = "0"});
  // What is answered with the child's end arrives before that.
  harness_.engine().StartExecution(
      {.state_machine = "other", .name = neighbour}, [&](const Result<StartResponse>&) {
        harness_.engine().UpdateMapRun({.arn = arn, .max_concurrency = 2}, [](Result<bool>) {});
      });
  harness_.Settle();
  EXPECT_EQ(harness_.engine().Statistics().quarantined, 0U);
  for (std::size_t i = 1; i < worker.tasks.size(); ++i)
    worker.Complete(worker.tasks[i], {.output = std::string(worker.tasks[i].payload.view())});
  harness_.Settle();
  EXPECT_EQ(harness_.Describe(name).output.view(), Numbers(3));
}

TEST_F(EngineMapRunsTest, EachExecutionHasItsOwnHistory) {
  Serve();
  const ExecutionName name = StartMap(DistributedMap(), Numbers(3));
  const MapRunInfo run = OnlyRun(name);
  const auto children = Children(run);
  ASSERT_EQ(children.size(), 3U);
  EXPECT_THAT(children[0].arn, HasSubstr(":execution:m/items:"));
  EXPECT_THAT(harness_.EventTypes(children[0].name),
              ElementsAre("ExecutionStarted",
                          "TaskStateEntered",
                          "LambdaFunctionScheduled",
                          "LambdaFunctionStarted",
                          "LambdaFunctionSucceeded",
                          "TaskStateExited",
                          "ExecutionSucceeded"));
  // They are no executions of the state machine itself.
  EXPECT_EQ(harness_.engine().ListExecutions({.state_machine = "m"})->executions.size(), 1U);
  EXPECT_EQ(harness_.engine().ListExecutions({})->executions.size(), 1U);
}

TEST_F(EngineMapRunsTest, TheRunIsDescribed) {
  Serve();
  const ExecutionName name = StartMap(DistributedMap(R"("MaxConcurrency":7,)"), Numbers(5));
  const MapRunInfo run = OnlyRun(name);
  EXPECT_THAT(run.arn, HasSubstr(":mapRun:m/items:"));
  EXPECT_EQ(run.status, "SUCCEEDED");
  EXPECT_EQ(run.max_concurrency, 7U);
  EXPECT_EQ(run.items.succeeded, 5U);
  EXPECT_EQ(run.executions.total, 5U);
  const auto described = harness_.engine().DescribeMapRun({}, run.arn);
  ASSERT_TRUE(described.ok()) << described.status().ToString();
  EXPECT_EQ(described->arn, run.arn);
  EXPECT_EQ(described->items.succeeded, 5U);
  EXPECT_EQ(harness_.engine().DescribeMapRun({}, run.arn + "x").status().reason(),
            "ResourceNotFound");
}

TEST_F(EngineMapRunsTest, NoMoreRunAtOnceThanMaxConcurrency) {
  ScriptedWorker& worker = harness_.AddWorker({"f"});
  const ExecutionName name = StartMap(DistributedMap(R"("MaxConcurrency":4,)"), Numbers(10));
  EXPECT_EQ(worker.tasks.size(), 4U);
  const MapRunInfo run = OnlyRun(name);
  EXPECT_EQ(run.status, "RUNNING");
  EXPECT_EQ(run.executions.running, 4U);
  EXPECT_EQ(run.executions.pending, 6U);
  const std::deque<Task> first = std::exchange(worker.tasks, {});
  for (const Task& task : first)
    worker.Complete(task, {.output = "1"});
  harness_.Settle();
  EXPECT_EQ(worker.tasks.size(), 4U);
}

TEST_F(EngineMapRunsTest, AFailureFailsTheRunAndStopsTheRest) {
  fails_ = true;
  ScriptedWorker& worker = harness_.AddWorker({"f"});
  const ExecutionName name = StartMap(DistributedMap(), Numbers(10));
  ASSERT_EQ(worker.tasks.size(), 10U);
  worker.Complete(worker.tasks.front(), {.error = "Broken", .cause = "one"});
  harness_.Settle();
  const ExecutionInfo info = harness_.Describe(name);
  EXPECT_EQ(info.status, ExecutionStatus::kFailed);
  EXPECT_EQ(info.error, "States.ExceedToleratedFailureThreshold");
  EXPECT_THAT(harness_.EventTypes(name),
              ElementsAre("ExecutionStarted",
                          "MapStateEntered",
                          "MapStateStarted",
                          "MapRunStarted",
                          "MapRunFailed",
                          "MapStateFailed",
                          "ExecutionFailed"));
  const MapRunInfo run = OnlyRun(name);
  EXPECT_EQ(run.status, "FAILED");
  EXPECT_EQ(run.items.failed, 1U);
  EXPECT_EQ(run.items.aborted, 9U);
  for (const ExecutionInfo& child : Children(run))
    EXPECT_TRUE(child.status == ExecutionStatus::kAborted ||
                child.status == ExecutionStatus::kFailed);
  EXPECT_EQ(RowsOf('O'), 0U);
}

TEST_F(EngineMapRunsTest, FailuresAreToleratedUpToTheCount) {
  fails_ = true;
  Serve();
  const ExecutionName name = StartMap(DistributedMap(R"("ToleratedFailureCount":1,)"), Numbers(6));
  const ExecutionInfo info = harness_.Describe(name);
  EXPECT_EQ(info.status, ExecutionStatus::kSucceeded);
  EXPECT_EQ(info.output.view(), "[0,1,2,4,5]");
  EXPECT_EQ(OnlyRun(name).items.failed, 1U);
}

TEST_F(EngineMapRunsTest, FailuresAreToleratedUpToThePercentage) {
  fails_ = true;
  Serve();
  EXPECT_EQ(
      harness_
          .Describe(StartMap(DistributedMap(R"("ToleratedFailurePercentage":10,)"), Numbers(10)))
          .status,
      ExecutionStatus::kSucceeded);
  EXPECT_EQ(
      harness_
          .Describe(StartMap(DistributedMap(R"("ToleratedFailurePercentage":9.9,)"), Numbers(10)))
          .error,
      "States.ExceedToleratedFailureThreshold");
}

TEST_F(EngineMapRunsTest, RetryBeginsANewRun) {
  fails_ = true;
  Serve();
  const ExecutionName name =
      StartMap(DistributedMap(R"("Retry":[{"ErrorEquals":["States.ExceedToleratedFailureThreshold"],
          "IntervalSeconds":5}],)"),
               Numbers(5));
  fails_ = false;
  harness_.Advance(6s);
  EXPECT_EQ(harness_.Describe(name).output.view(), Numbers(5));
  const auto list = harness_.engine().ListMapRuns(name, 1, "");
  ASSERT_EQ(list->map_runs.size(), 1U);
  EXPECT_EQ(list->map_runs[0].status, "SUCCEEDED");
  const auto rest = harness_.engine().ListMapRuns(name, 1, list->next);
  ASSERT_EQ(rest->map_runs.size(), 1U);
  EXPECT_EQ(rest->map_runs[0].status, "FAILED");
  EXPECT_EQ(rest->next, "");
}

TEST_F(EngineMapRunsTest, StoppingTheExecutionStopsTheRun) {
  ScriptedWorker& worker = harness_.AddWorker({"f"});
  const ExecutionName name = StartMap(DistributedMap(), Numbers(3));
  ASSERT_EQ(worker.tasks.size(), 3U);
  ASSERT_TRUE(harness_.Stop(name).ok());
  harness_.Settle();
  const MapRunInfo run = OnlyRun(name);
  EXPECT_EQ(run.status, "ABORTED");
  for (const ExecutionInfo& child : Children(run))
    EXPECT_EQ(child.status, ExecutionStatus::kAborted);
  EXPECT_EQ(worker.cancelled.size(), 3U);
  EXPECT_EQ(RowsOf('O'), 0U);
}

// Not recorded on AWS; its API has the event. What closes the execution follows it.
TEST_F(EngineMapRunsTest, ARunThatIsAbortedHasItsEvent) {
  harness_.AddWorker({"f"});
  const ExecutionName name = StartMap(DistributedMap(), Numbers(3));
  ASSERT_TRUE(harness_.Stop(name).ok());
  harness_.Settle();
  EXPECT_THAT(harness_.EventTypes(name),
              ElementsAre("ExecutionStarted",
                          "MapStateEntered",
                          "MapStateStarted",
                          "MapRunStarted",
                          "MapRunAborted",
                          "ExecutionAborted"));
  const std::vector<EventInfo> history = harness_.History(name);
  EXPECT_EQ(history[4].previous_id, history[3].id);
  EXPECT_EQ(history[5].previous_id, history[4].id);
}

TEST_F(EngineMapRunsTest, ARunIsAbortedWhenItsExecutionTimesOut) {
  harness_.AddWorker({"f"});
  std::string definition = DistributedMap();
  definition.insert(1, R"("TimeoutSeconds":20,)");
  const ExecutionName name = StartMap(definition, Numbers(3));
  harness_.Advance(21s);
  EXPECT_EQ(harness_.Describe(name).status, ExecutionStatus::kTimedOut);
  EXPECT_EQ(OnlyRun(name).status, "ABORTED");
  EXPECT_EQ(OnlyRun(name).items.aborted, 3U);
  const std::vector<std::string> types = harness_.EventTypes(name);
  EXPECT_EQ(types[types.size() - 2], "MapRunAborted");
  EXPECT_EQ(types.back(), "ExecutionTimedOut");
}

// Another branch fails; the runs beside it and below are aborted, and a Catch goes on.
TEST_F(EngineMapRunsTest, RunsThatACatchTakesAwayAreAborted) {
  ScriptedWorker& worker = harness_.AddWorker({"f", "g"});
  const std::string map = R"({"Type":"Map","Label":"LABEL","ItemProcessor":{
      "ProcessorConfig":{"Mode":"DISTRIBUTED","ExecutionType":"STANDARD"},
      "StartAt":"XF","States":{"XF":{"Type":"Task","Resource":"f","End":true}}},"End":true})";
  const auto labelled = [&map](const std::string& label) {
    std::string text = map;
    text.replace(text.find("LABEL"), 5, label);
    for (std::size_t at = text.find("XF"); at != std::string::npos; at = text.find("XF"))
      text.replace(at, 1, label);
    return text;
  };
  const ExecutionName name = StartMap(
      R"({"StartAt":"P","States":{"P":{"Type":"Parallel","Branches":[
        {"StartAt":"A","States":{"A":)" +
          labelled("one") + R"(}},
        {"StartAt":"Q","States":{"Q":{"Type":"Parallel","Branches":[
          {"StartAt":"B","States":{"B":)" +
          labelled("two") + R"(}}],"End":true}}},
        {"StartAt":"G","States":{"G":{"Type":"Task","Resource":"g","End":true}}}],
      "Catch":[{"ErrorEquals":["States.ALL"],"Next":"C"}],"End":true},
      "C":{"Type":"Pass","End":true}}})",
      "[1,2]");
  ASSERT_EQ(worker.tasks.size(), 5U);
  const auto broken = std::find_if(worker.tasks.begin(), worker.tasks.end(), [](const Task& task) {
    return task.function == "g";
  });
  worker.Complete(*broken, {.error = "Broken"});
  harness_.Settle();
  EXPECT_EQ(harness_.Describe(name).status, ExecutionStatus::kSucceeded);
  const auto runs = harness_.engine().ListMapRuns(name, 10, "");
  ASSERT_EQ(runs->map_runs.size(), 2U);
  for (const MapRunInfo& run : runs->map_runs)
    EXPECT_EQ(run.status, "ABORTED");
  const std::vector<std::string> types = harness_.EventTypes(name);
  EXPECT_EQ(std::count(types.begin(), types.end(), "MapRunAborted"), 2);
  const auto first = std::find(types.begin(), types.end(), "MapRunAborted");
  EXPECT_EQ(*(first + 1), "MapStateAborted");
  EXPECT_EQ(worker.cancelled.size(), 4U);
}

// The last place of a history is kept for the event that closes it.
TEST_F(EngineMapRunsTest, AHistoryWithoutRoomHasNoEventOfAnAbortedRun) {
  EngineHarness harness{EngineOptions{.limits = {.history_events_max = 5}}};
  harness.AddWorker({"f"});
  harness.Deploy("m", DistributedMap());
  const ExecutionName name = harness.Start("m", "[1]");
  harness.Settle();
  ASSERT_TRUE(harness.Stop(name).ok());
  harness.Settle();
  EXPECT_EQ(harness.Describe(name).status, ExecutionStatus::kAborted);
  EXPECT_EQ(harness.EventTypes(name).back(), "ExecutionAborted");
  EXPECT_EQ(harness.EventTypes(name).size(), 5U);
}

TEST_F(EngineMapRunsTest, ItemsAreSelected) {
  Serve();
  const ExecutionName name =
      StartMap(DistributedMap(R"("ItemsPath":"$.list","ItemSelector":{"i.$":"$$.Map.Item.Index",
          "v.$":"$$.Map.Item.Value","all.$":"$.x"},)"),
               R"({"list":["a","b"],"x":9})");
  EXPECT_EQ(harness_.Describe(name).output.view(),
            R"([{"i":0,"v":"a","all":9},{"i":1,"v":"b","all":9}])");
}

TEST_F(EngineMapRunsTest, AnEmptyMapSucceeds) {
  const ExecutionName name = StartMap(DistributedMap(), "[]");
  EXPECT_EQ(harness_.Describe(name).output.view(), "[]");
  EXPECT_EQ(OnlyRun(name).status, "SUCCEEDED");
}

// The crash falls into every moment of the run, once each.
TEST_F(EngineMapRunsTest, NothingIsLostOrDoneTwiceInACrash) {
  for (int polls = 0; polls < 40; ++polls) {
    EngineHarness harness;
    harness.Deploy("m", R"({"StartAt":"M","States":{"M":{"Type":"Map","MaxConcurrency":3,
        "ItemProcessor":{"ProcessorConfig":{"Mode":"DISTRIBUTED","ExecutionType":"STANDARD"},
        "StartAt":"P","States":{"P":{"Type":"Pass","End":true}}},"End":true}}})");
    const ExecutionName name = harness.Start("m", Numbers(8));
    for (int i = 0; i < polls; ++i)
      static_cast<void>(static_cast<runtime::EngineImpl&>(harness.engine()).Poll());
    harness.Crash();
    harness.Settle();
    harness.Advance(10s);
    const auto info = harness.engine().DescribeExecution(name);
    if (!info.ok()) continue;  // the start itself was lost with its answer
    EXPECT_EQ(info->output.view(), Numbers(8)) << polls;
    const auto runs = harness.engine().ListMapRuns(name, 10, "");
    ASSERT_EQ(runs->map_runs.size(), 1U);
    EXPECT_EQ(runs->map_runs[0].items.succeeded, 8U) << polls;
    EXPECT_EQ(harness.engine()
                  .ListExecutions({.state_machine = runs->map_runs[0].listed_as})
                  ->executions.size(),
              8U)
        << polls;
    EXPECT_EQ(harness.engine().Statistics().quarantined, 0U);
  }
}

TEST_F(EngineMapRunsTest, TooLargeAResultFailsTheRun) {
  ScriptedWorker& worker = harness_.AddWorker({"f"});
  worker.Returns("f", "\"" + std::string(100'000, 'x') + "\"");
  const ExecutionName name = StartMap(DistributedMap(), Numbers(5));
  EXPECT_EQ(harness_.Describe(name).error, "States.DataLimitExceeded");
}

TEST_F(EngineMapRunsTest, MapsNest) {
  Serve();
  const ExecutionName name = StartMap(
      R"({"StartAt":"M","States":{"M":{"Type":"Map","Label":"outer",
      "ItemProcessor":{"ProcessorConfig":{"Mode":"DISTRIBUTED","ExecutionType":"STANDARD"},
      "StartAt":"N","States":{"N":{"Type":"Map","Label":"inner",
      "ItemProcessor":{"ProcessorConfig":{"Mode":"DISTRIBUTED","ExecutionType":"STANDARD"},
      "StartAt":"F","States":{"F":{"Type":"Task","Resource":"f","End":true}}},"End":true}}},
      "End":true}}})",
      "[[1,2],[],[4]]");
  EXPECT_EQ(harness_.Describe(name).output.view(), "[[1,2],[],[4]]");
}

TEST_F(EngineMapRunsTest, RetentionRemovesRunsAndTheirExecutions) {
  Serve();
  const ExecutionName name = StartMap(DistributedMap(), Numbers(2));
  const MapRunInfo run = OnlyRun(name);
  harness_.Advance(kRetention + 30s);
  EXPECT_EQ(harness_.engine().DescribeExecution(name).status().code(), StatusCode::kNotFound);
  EXPECT_EQ(harness_.engine().DescribeMapRun({}, run.arn).status().code(), StatusCode::kNotFound);
  EXPECT_TRUE(Children(run).empty());
  EXPECT_EQ(RowsOf('M') + RowsOf('I') + RowsOf('J') + RowsOf('E'), 0U);
}

TEST_F(EngineMapRunsTest, ARunThatFailsAtOnceLeavesNothingOfTheJoinBeforeIt) {
  const ExecutionInfo info = harness_.Run(R"({"StartAt":"P","States":{
      "P":{"Type":"Parallel","Branches":[
          {"StartAt":"A","States":{"A":{"Type":"Pass","End":true}}},
          {"StartAt":"B","States":{"B":{"Type":"Pass","End":true}}}],"Next":"M"},
      "M":{"Type":"Map","ItemSelector":{"absent.$":"$.no.such"},"ItemProcessor":{
          "ProcessorConfig":{"Mode":"DISTRIBUTED","ExecutionType":"STANDARD"},
          "StartAt":"C","States":{"C":{"Type":"Pass","End":true}}},"End":true}}})",
                                          "1");
  EXPECT_EQ(info.error, "States.Runtime");
  EXPECT_THAT(test::AllRowsOf(harness_, 'R'), testing::IsEmpty());
}

}  // namespace
}  // namespace pawl
