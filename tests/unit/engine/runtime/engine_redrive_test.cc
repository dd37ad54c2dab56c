// Redrives: executions that ended without success go on (Step Functions Developer Guide,
// "Redriving state machine executions").
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <map>

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

constexpr const char* kTwoSteps = R"({"StartAt":"A","States":{
    "A":{"Type":"Task","Resource":"a","Next":"B"},
    "B":{"Type":"Task","Resource":"b","Retry":[{"ErrorEquals":["Again"],"MaxAttempts":1,
        "IntervalSeconds":1}],"End":true}}})";

class EngineRedriveTest : public testing::Test {
 protected:
  // Functions give their input back; those in `broken_` fail with what stands there, those in
  // `broken_inputs_` for that input.
  void Serve(std::vector<std::string> functions) {
    ScriptedWorker& worker = harness_.AddWorker(functions);
    for (const std::string& function : functions) {
      worker.On(function, [this, function](const Task& task) {
        const std::string payload(task.payload.view());
        ++calls_[function + " " + payload];
        if (const auto broken = broken_.find(function); broken != broken_.end()) {
          return ScriptedWorker::Outcome{.error = broken->second, .cause = "as told"};
        }
        if (broken_inputs_.contains(payload)) {
          return ScriptedWorker::Outcome{.error = "Broken", .cause = payload};
        }
        return ScriptedWorker::Outcome{.output = payload};
      });
    }
  }

  ExecutionName Start(const std::string& definition, const std::string& input = "1") {
    harness_.Deploy("m", definition);
    const ExecutionName name = harness_.Start("m", input);
    harness_.Settle();
    return name;
  }

  // Redrives and settles.
  void Redrive(const ExecutionName& name) {
    const auto redriven = harness_.Redrive(name);
    ASSERT_TRUE(redriven.ok()) << redriven.status().ToString();
    harness_.Settle();
  }

  std::vector<std::string> EventsBehind(const ExecutionName& name, std::size_t count) {
    std::vector<std::string> types = harness_.EventTypes(name);
    types.erase(types.begin(), types.begin() + static_cast<std::ptrdiff_t>(count));
    return types;
  }

  std::size_t ArchivedRows() { return StateRows('C'); }

  std::size_t ResultRows() { return StateRows('R'); }

  std::size_t StateRows(char tag) {
    std::size_t count = 0;
    for (std::uint16_t shard = 0; shard < rows::kShards; ++shard) {
      storage::Range all = rows::OutboxOf(ShardId{shard});
      all.begin[2] = tag;
      all.end = rows::PrefixEnd(all.begin);
      count += storage::ScanAndWait(harness_.store(), all)->size();
    }
    return count;
  }

  EngineHarness harness_;
  std::map<std::string, std::string> broken_;
  std::set<std::string> broken_inputs_;
  std::map<std::string, int> calls_;
};

TEST_F(EngineRedriveTest, TheFailedStateIsTriedAgainAndNoOther) {
  Serve({"a", "b"});
  broken_["b"] = "Broken";
  const ExecutionName name = Start(kTwoSteps);
  EXPECT_EQ(harness_.Describe(name).status, ExecutionStatus::kFailed);
  EXPECT_EQ(harness_.Describe(name).redrive_status, RedriveStatus::kRedrivable);
  EXPECT_EQ(ArchivedRows(), 1U);
  const std::size_t before = harness_.EventTypes(name).size();
  broken_.clear();
  harness_.Advance(5s);
  Redrive(name);

  const ExecutionInfo info = harness_.Describe(name);
  EXPECT_EQ(info.status, ExecutionStatus::kSucceeded);
  EXPECT_EQ(info.output.view(), "1");
  EXPECT_FALSE(info.error.has_value());
  EXPECT_EQ(info.redrive_count, 1U);
  EXPECT_EQ(info.redriven_at, info.started_at + 5s);
  EXPECT_EQ(info.redrive_status, RedriveStatus::kNotRedrivable);
  EXPECT_EQ(info.redrive_status_reason, "Execution is SUCCEEDED and cannot be redriven");
  EXPECT_THAT(EventsBehind(name, before),
              ElementsAre("ExecutionRedriven",
                          "LambdaFunctionScheduled",
                          "LambdaFunctionStarted",
                          "LambdaFunctionSucceeded",
                          "TaskStateExited",
                          "ExecutionSucceeded"));
  const std::vector<EventInfo> history = harness_.History(name);
  EXPECT_EQ(history[before].redrive_count, 1U);
  EXPECT_EQ(history[before].previous_id, before);
  EXPECT_EQ(history[before + 1].previous_id, before + 1);
  EXPECT_EQ(calls_["a 1"], 1);
  EXPECT_EQ(calls_["b 1"], 2);
  EXPECT_EQ(ArchivedRows(), 0U);
}

TEST_F(EngineRedriveTest, ListsFollow) {
  Serve({"a", "b"});
  broken_["b"] = "Broken";
  const ExecutionName name = Start(kTwoSteps);
  Redrive(name);
  const auto listed = harness_.engine().ListExecutions({.state_machine = "m"});
  ASSERT_EQ(listed->executions.size(), 1U);
  EXPECT_EQ(listed->executions[0].status, ExecutionStatus::kFailed);
  EXPECT_EQ(listed->executions[0].redrive_count, 1U);
  broken_.clear();
  Redrive(name);
  const auto again = harness_.engine().ListExecutions({.state_machine = "m"});
  ASSERT_EQ(again->executions.size(), 1U);
  EXPECT_EQ(again->executions[0].status, ExecutionStatus::kSucceeded);
  EXPECT_EQ(again->executions[0].redrive_count, 2U);
}

TEST_F(EngineRedriveTest, RetriersAreFresh) {
  Serve({"a", "b"});
  broken_["b"] = "Again";
  const ExecutionName name = Start(kTwoSteps);
  ASSERT_TRUE(harness_.AdvanceUntilClosed(name, 60s));
  EXPECT_EQ(calls_["b 1"], 2);
  Redrive(name);
  EXPECT_EQ(harness_.Describe(name).status, ExecutionStatus::kRunning);
  broken_.clear();
  ASSERT_TRUE(harness_.AdvanceUntilClosed(name, 60s));
  EXPECT_EQ(calls_["b 1"], 4);
  EXPECT_EQ(harness_.Describe(name).status, ExecutionStatus::kSucceeded);
}

TEST_F(EngineRedriveTest, TheContextObjectTells) {
  Serve({"f"});
  broken_["f"] = "Broken";
  const ExecutionName name = Start(R"({"StartAt":"F","States":{"F":{"Type":"Task","Resource":"f",
      "Parameters":{"n.$":"$$.Execution.RedriveCount"},"Next":"P"},
      "P":{"Type":"Pass","Parameters":{"at.$":"$$.Execution.RedriveTime"},"End":true}}})");
  broken_.clear();
  Redrive(name);
  const ExecutionInfo info = harness_.Describe(name);
  EXPECT_EQ(calls_[R"(f {"n":0})"] + calls_[R"(f {"n":1})"] * 10, 11);
  EXPECT_EQ(info.output.view(), R"({"at":")" + FormatTimestamp(*info.redriven_at) + "\"}");
}

TEST_F(EngineRedriveTest, WhatIsNotRedrivableIsRefusedInItsWords) {
  Serve({"a", "b"});
  EXPECT_EQ(harness_.Redrive({.state_machine = "m", .name = "none"}).status().code(),
            StatusCode::kNotFound);
  const ExecutionName name = Start(kTwoSteps);
  const auto refused = harness_.Redrive(name);
  EXPECT_EQ(refused.status().reason(), "ExecutionNotRedrivable");
  EXPECT_THAT(refused.status().message(),
              HasSubstr("Execution is SUCCEEDED and cannot be redriven"));
}

TEST_F(EngineRedriveTest, TheTimeForItPasses) {
  EngineHarness harness{EngineOptions{.limits = {.redrive_period = 60s}}};
  harness.Deploy("m", R"({"StartAt":"F","States":{"F":{"Type":"Fail"}}})");
  const ExecutionName name = harness.Start("m");
  harness.Settle();
  harness.Advance(61s);
  EXPECT_EQ(harness.Describe(name).redrive_status_reason, "Execution redrivable period exceeded");
  EXPECT_THAT(harness.Redrive(name).status().message(),
              HasSubstr("Execution redrivable period exceeded"));
}

// Upkeep removes it from then on: a redrive would meet the removal.
TEST_F(EngineRedriveTest, TheTimeForItEndsWithTheRetention) {
  EngineHarness harness{EngineOptions{.retention = 60s}};
  EXPECT_EQ(harness.engine().options().limits.redrive_period, 60s);
}

TEST_F(EngineRedriveTest, AFullHistoryTakesNoMore) {
  EngineHarness harness{EngineOptions{.limits = {.history_events_max = 4}}};
  harness.Deploy("m", R"({"StartAt":"F","States":{"F":{"Type":"Fail"}}})");
  const ExecutionName name = harness.Start("m");
  harness.Settle();
  EXPECT_EQ(harness.Describe(name).redrive_status_reason, "Execution history event limit exceeded");
  EXPECT_EQ(harness.Redrive(name).status().reason(), "ExecutionNotRedrivable");
}

// The inner Map's items are as unfit as before: it fails before the last iteration had its turn to
// go on, and the outer Map's results, which its end needs, have to be read first.
TEST_F(EngineRedriveTest, AnIterationThatFailsAgainAtOnceEndsTheOthers) {
  const ExecutionName name = Start(R"({"StartAt":"O","States":{"O":{"Type":"Map","Iterator":{
      "StartAt":"C","States":{
          "C":{"Type":"Choice","Choices":[
              {"Variable":"$[0]","NumericEquals":1,"Next":"Soon"},
              {"Variable":"$[0]","NumericEquals":2,"Next":"Late"}],"Default":"D"},
          "D":{"Type":"Succeed"},
          "Late":{"Type":"Wait","Seconds":100,"End":true},
          "Soon":{"Type":"Wait","Seconds":1,"Next":"M"},
          "M":{"Type":"Map","ItemSelector":{"a.$":"$.absent"},"ItemProcessor":{
              "ProcessorConfig":{"Mode":"DISTRIBUTED","ExecutionType":"STANDARD"},
              "StartAt":"I","States":{"I":{"Type":"Pass","End":true}}},"End":true}}},
      "End":true}}})",
                                   "[[0],[1],[2]]");
  harness_.Advance(1s);
  ASSERT_EQ(harness_.Describe(name).error, "States.Runtime");
  harness_.Crash();
  Redrive(name);
  const ExecutionInfo info = harness_.Describe(name);
  EXPECT_EQ(info.status, ExecutionStatus::kFailed);
  EXPECT_EQ(info.error, "States.Runtime");
  EXPECT_EQ(info.redrive_count, 1U);
  EXPECT_THAT(harness_.EventTypes(name), testing::Contains("MapRunRedriven"));
}

TEST_F(EngineRedriveTest, NothingFollowsTheEndOfAnExecutionThatFailsAgainAtOnce) {
  const ExecutionName name = Start(R"({"StartAt":"P","States":{"P":{"Type":"Parallel","Branches":[
      {"StartAt":"S","States":{"S":{"Type":"Wait","Seconds":1,"Next":"M"},
          "M":{"Type":"Map","ItemSelector":{"a.$":"$.absent"},"ItemProcessor":{
              "ProcessorConfig":{"Mode":"DISTRIBUTED","ExecutionType":"STANDARD"},
              "StartAt":"I","States":{"I":{"Type":"Pass","End":true}}},"End":true}}},
      {"StartAt":"N","States":{"N":{"Type":"Map","ItemProcessor":{
              "ProcessorConfig":{"Mode":"DISTRIBUTED","ExecutionType":"STANDARD"},
              "StartAt":"T","States":{"T":{"Type":"Task","Resource":"kept","End":true}}},
          "End":true}}}],"End":true}}})",
                                   "[1]");
  harness_.AddWorker({"kept"});
  harness_.Advance(1s);
  ASSERT_EQ(harness_.Describe(name).error, "States.Runtime");
  Redrive(name);
  const ExecutionInfo info = harness_.Describe(name);
  EXPECT_EQ(info.status, ExecutionStatus::kFailed);
  EXPECT_EQ(info.redrive_count, 1U);
  const std::vector<std::string> types = harness_.EventTypes(name);
  EXPECT_EQ(std::count(types.begin(), types.end(), "MapRunRedriven"), 1);
  EXPECT_EQ(types.back(), "ExecutionFailed");
}

// Both happen in one turn, and the branch has not been joined when the other fails.
TEST_F(EngineRedriveTest, ABranchThatEndedJustBeforeTheFailureIsNotRunAgain) {
  const ExecutionName name = Start(R"({"StartAt":"P","States":{"P":{"Type":"Parallel","Branches":[
      {"StartAt":"A","States":{"A":{"Type":"Pass","End":true}}},
      {"StartAt":"C","States":{
          "C":{"Type":"Choice","Choices":[{"Variable":"$","IsNull":true,"Next":"F"}],
              "Default":"F"},
          "F":{"Type":"Fail"}}}],"End":true}}})");
  EXPECT_EQ(ArchivedRows(), 2U);
  EXPECT_EQ(ResultRows(), 1U);
  const std::size_t before = harness_.EventTypes(name).size();
  Redrive(name);
  EXPECT_THAT(EventsBehind(name, before),
              ElementsAre("ExecutionRedriven", "ParallelStateFailed", "ExecutionFailed"));
}

// The frame is the same, and so are the keys of the results.
TEST_F(EngineRedriveTest, ResultsOfAMapBeforeTheFailedOneAreNotKept) {
  const ExecutionName name = Start(R"({"StartAt":"A","States":{
      "A":{"Type":"Map","ItemProcessor":{"StartAt":"I","States":{"I":{"Type":"Pass","End":true}}},
          "Next":"B"},
      "B":{"Type":"Map","MaxConcurrency":1,"ItemProcessor":{"StartAt":"C","States":{
          "C":{"Type":"Choice","Choices":[{"Variable":"$","NumericEquals":1,"Next":"F"}],
              "Default":"S"},
          "S":{"Type":"Succeed"},
          "F":{"Type":"Fail"}}},"End":true}}})",
                                   Numbers(4));
  EXPECT_EQ(harness_.Describe(name).status, ExecutionStatus::kFailed);
  EXPECT_EQ(ResultRows(), 1U);
}

TEST_F(EngineRedriveTest, AFailStateFailsAgain) {
  const ExecutionName name = Start(R"({"StartAt":"F","States":{"F":{"Type":"Fail","Error":"E"}}})");
  Redrive(name);
  EXPECT_EQ(harness_.Describe(name).error, "E");
  EXPECT_THAT(harness_.EventTypes(name),
              ElementsAre("ExecutionStarted",
                          "FailStateEntered",
                          "ExecutionFailed",
                          "ExecutionRedriven",
                          "ExecutionFailed"));
  EXPECT_EQ(ArchivedRows(), 1U);
}

TEST_F(EngineRedriveTest, TheSameTokenIsTheSameRedrive) {
  const ExecutionName name = Start(R"({"StartAt":"F","States":{"F":{"Type":"Fail"}}})");
  const auto first = harness_.Redrive(name, "once");
  harness_.Advance(10s);
  const auto second = harness_.Redrive(name, "once");
  ASSERT_TRUE(second.ok()) << second.status().ToString();
  EXPECT_EQ(second->redriven_at, first->redriven_at);
  EXPECT_EQ(harness_.Describe(name).redrive_count, 1U);
  harness_.Advance(16min);
  EXPECT_NE(harness_.Redrive(name, "once")->redriven_at, first->redriven_at);
}

TEST_F(EngineRedriveTest, AStoppedWaitBeginsAnewAndTheDeadlineToo) {
  const ExecutionName name = Start(R"({"StartAt":"W","TimeoutSeconds":100,"States":{
      "W":{"Type":"Wait","Seconds":60,"End":true}}})");
  harness_.Advance(59s);
  ASSERT_TRUE(harness_.Stop(name).ok());
  harness_.Advance(50s);
  Redrive(name);
  harness_.Advance(59s);
  EXPECT_EQ(harness_.Describe(name).status, ExecutionStatus::kRunning);
  harness_.Advance(2s);
  EXPECT_EQ(harness_.Describe(name).status, ExecutionStatus::kSucceeded);
}

TEST_F(EngineRedriveTest, AnExecutionThatTimedOutGetsItsTimeAgain) {
  ScriptedWorker& worker = harness_.AddWorker({"f"});
  const ExecutionName name = Start(
      R"({"StartAt":"F","TimeoutSeconds":10,"States":{"F":{"Type":"Task","Resource":"f",
          "End":true}}})");
  ASSERT_EQ(worker.tasks.size(), 1U);
  harness_.Advance(11s);
  EXPECT_EQ(harness_.Describe(name).status, ExecutionStatus::kTimedOut);
  Redrive(name);
  ASSERT_EQ(worker.tasks.size(), 2U);
  // The first attempt's answer is late.
  worker.Complete(worker.tasks[0], {.output = "\"late\""});
  harness_.Settle();
  harness_.Advance(9s);
  EXPECT_EQ(harness_.Describe(name).status, ExecutionStatus::kRunning);
  worker.Complete(worker.tasks[1], {.output = "\"good\""});
  harness_.Settle();
  EXPECT_EQ(harness_.Describe(name).output.view(), "\"good\"");
}

constexpr const char* kBranches = R"({"StartAt":"P","States":{"P":{"Type":"Parallel","Branches":[
    {"StartAt":"A","States":{"A":{"Type":"Task","Resource":"a","End":true}}},
    {"StartAt":"B","States":{"B":{"Type":"Task","Resource":"b","Next":"C"},
                             "C":{"Type":"Task","Resource":"c","End":true}}},
    {"StartAt":"W","States":{"W":{"Type":"Wait","Seconds":30,"End":true}}}],"End":true}}})";

TEST_F(EngineRedriveTest, BranchesThatSucceededAreNotRunAgain) {
  Serve({"a", "b", "c"});
  broken_["c"] = "Broken";
  const ExecutionName name = Start(kBranches);
  EXPECT_EQ(harness_.Describe(name).error, "Broken");
  broken_.clear();
  harness_.Crash();
  Serve({"a", "b", "c"});
  Redrive(name);
  harness_.Advance(31s);
  EXPECT_EQ(harness_.Describe(name).output.view(), "[1,1,1]");
  EXPECT_EQ(calls_["a 1"], 1);
  EXPECT_EQ(calls_["b 1"], 1);
  EXPECT_EQ(calls_["c 1"], 2);
}

TEST_F(EngineRedriveTest, IterationsThatSucceededAreNotRunAgain) {
  Serve({"f"});
  broken_inputs_ = {"2", "5"};
  const ExecutionName name = Start(R"({"StartAt":"M","States":{"M":{"Type":"Map",
      "MaxConcurrency":1,"ItemProcessor":{"StartAt":"F","States":{
      "F":{"Type":"Task","Resource":"f","End":true}}},"End":true}}})",
                                   Numbers(8));
  EXPECT_EQ(harness_.Describe(name).error, "Broken");
  broken_inputs_.erase("2");
  Redrive(name);
  EXPECT_EQ(harness_.Describe(name).error, "Broken");
  harness_.Crash();
  Serve({"f"});
  broken_inputs_.clear();
  Redrive(name);
  EXPECT_EQ(harness_.Describe(name).output.view(), Numbers(8));
  for (int i = 0; i < 8; ++i)
    EXPECT_EQ(calls_["f " + std::to_string(i)], i == 2 || i == 5 ? 2 : 1) << i;
}

TEST_F(EngineRedriveTest, WhatIsNestedGoesOnInside) {
  Serve({"f"});
  broken_inputs_ = {"4"};
  const ExecutionName name = Start(R"({"StartAt":"M","States":{"M":{"Type":"Map",
      "ItemProcessor":{"StartAt":"N","States":{"N":{"Type":"Map","MaxConcurrency":1,
      "ItemProcessor":{"StartAt":"F","States":{"F":{"Type":"Task","Resource":"f","End":true}}},
      "End":true}}},"End":true}}})",
                                   "[[1],[2,3,4,5],[6]]");
  EXPECT_EQ(harness_.Describe(name).error, "Broken");
  broken_inputs_.clear();
  Redrive(name);
  EXPECT_EQ(harness_.Describe(name).output.view(), "[[1],[2,3,4,5],[6]]");
  for (int i = 1; i < 7; ++i)
    EXPECT_LE(calls_["f " + std::to_string(i)], i == 4 || i == 6 ? 2 : 1) << i;
}

TEST_F(EngineRedriveTest, AFailureThatWasCaughtLeavesNothing) {
  Serve({"a", "b", "c", "d"});
  broken_["c"] = "Broken";
  broken_["d"] = "Broken too";
  std::string definition = kBranches;
  const std::string end = R"("End":true}}})";
  definition.replace(definition.rfind(end),
                     end.size(),
                     R"("Catch":[{"ErrorEquals":["States.ALL"],"Next":"D"}],"End":true},
      "D":{"Type":"Task","Resource":"d","ResultPath":null,"End":true}}})");
  const ExecutionName name = Start(definition);
  EXPECT_EQ(harness_.Describe(name).error, "Broken too");
  EXPECT_EQ(ArchivedRows(), 1U);
  broken_.clear();
  Redrive(name);
  EXPECT_EQ(harness_.Describe(name).status, ExecutionStatus::kSucceeded);
  EXPECT_EQ(calls_["c 1"], 1);
}

TEST_F(EngineRedriveTest, VariablesAreStillThere) {
  Serve({"f"});
  broken_["f"] = "Broken";
  const ExecutionName name = Start(R"({"StartAt":"S","States":{
      "S":{"Type":"Pass","Assign":{"x":7},"Next":"M"},
      "M":{"Type":"Map","ItemProcessor":{"StartAt":"T","States":{
        "T":{"Type":"Pass","Assign":{"y.$":"$"},"Next":"F"},
        "F":{"Type":"Task","Resource":"f","Parameters":{"x.$":"$x","y.$":"$y"},"End":true}}},
        "End":true}}})",
                                   "[1]");
  broken_.clear();
  harness_.Crash();
  Serve({"f"});
  Redrive(name);
  EXPECT_EQ(harness_.Describe(name).output.view(), R"([{"x":7,"y":1}])");
}

// The crash falls into every moment, once each.
TEST_F(EngineRedriveTest, NothingIsLostOrDoneTwiceInACrash) {
  int redriven = 0;
  for (int polls = 0; polls < 30; ++polls) {
    EngineHarness harness;
    harness.Deploy("m", R"({"StartAt":"M","States":{"M":{"Type":"Map","MaxConcurrency":2,
        "ItemProcessor":{"StartAt":"C","States":{
          "C":{"Type":"Choice","Choices":[{"Variable":"$$.Execution.RedriveCount",
            "NumericEquals":0,"Next":"Is3"}],"Default":"P"},
          "Is3":{"Type":"Choice","Choices":[{"Variable":"$","NumericEquals":3,"Next":"F"}],
            "Default":"P"},
          "F":{"Type":"Task","Resource":"no-such-function","End":true},
          "P":{"Type":"Pass","End":true}}},"End":true}}})");
    const ExecutionName name = harness.Start("m", Numbers(6));
    harness.Advance(5s);
    ASSERT_EQ(harness.Describe(name).status, ExecutionStatus::kFailed);
    ScriptedWorker& worker = harness.AddWorker({"no-such-function"});
    worker.Returns("no-such-function", "3");
    bool is_answered = false;
    harness.engine().RedriveExecution(
        {.name = name}, [&](const Result<RedriveResponse>& answer) { is_answered = answer.ok(); });
    for (int i = 0; i < polls; ++i)
      static_cast<void>(static_cast<runtime::EngineImpl&>(harness.engine()).Poll());
    harness.Crash();
    harness.AddWorker({"no-such-function"}).Returns("no-such-function", "3");
    harness.Settle();
    harness.Advance(10s);
    const ExecutionInfo info = harness.Describe(name);
    if (!is_answered && info.redrive_count == 0) continue;
    ++redriven;
    EXPECT_EQ(info.status, ExecutionStatus::kSucceeded) << polls;
    EXPECT_EQ(info.output.view(), Numbers(6)) << polls;
    EXPECT_EQ(harness.engine().Statistics().quarantined, 0U);
  }
  EXPECT_GE(redriven, 20);
}

// --- Distributed Maps ---

std::string Distributed(const std::string& type, const std::string& more = "") {
  return R"({"StartAt":"M","States":{"M":{"Type":"Map","Label":"items",)" + more + R"(
      "ItemProcessor":{"ProcessorConfig":{"Mode":"DISTRIBUTED","ExecutionType":")" +
         type + R"("},"StartAt":"A","States":{"A":{"Type":"Task","Resource":"a","Next":"F"},
      "F":{"Type":"Task","Resource":"f","End":true}}},"End":true}}})";
}

class EngineRedriveMapTest : public EngineRedriveTest {
 protected:
  MapRunInfo OnlyRun(const ExecutionName& name) {
    const auto list = harness_.engine().ListMapRuns(name, 10, "");
    EXPECT_EQ(list->map_runs.size(), 1U);
    return list->map_runs.empty() ? MapRunInfo{} : list->map_runs[0];
  }
};

TEST_F(EngineRedriveMapTest, ExecutionsThatFailedGoOnInTheSameRun) {
  Serve({"a", "f"});
  broken_inputs_ = {"3", "70"};
  const ExecutionName name =
      Start(Distributed("STANDARD", R"("ToleratedFailureCount":1,)"), Numbers(200));
  EXPECT_EQ(harness_.Describe(name).error, "States.ExceedToleratedFailureThreshold");
  const MapRunInfo before = OnlyRun(name);
  EXPECT_EQ(before.status, "FAILED");
  EXPECT_EQ(before.items.failed, 2U);
  broken_inputs_.clear();
  harness_.Crash();
  Serve({"a", "f"});
  Redrive(name);
  EXPECT_EQ(harness_.Describe(name).output.view(), Numbers(200));
  const MapRunInfo run = OnlyRun(name);
  EXPECT_EQ(run.arn, before.arn);
  EXPECT_EQ(run.status, "SUCCEEDED");
  EXPECT_EQ(run.redrive_count, 1U);
  EXPECT_EQ(run.started_at, before.started_at);
  EXPECT_EQ(run.items.succeeded, 200U);
  EXPECT_EQ(run.items.failed + run.items.aborted + run.items.pending, 0U);
  EXPECT_EQ(run.executions.succeeded, 200U);
  const auto children =
      harness_.engine().ListExecutions({.state_machine = run.listed_as, .page_size = 1'000});
  EXPECT_EQ(children->executions.size(), 200U);
  int redriven = 0;
  for (const ExecutionInfo& child : children->executions) {
    EXPECT_EQ(child.status, ExecutionStatus::kSucceeded);
    if (child.redrive_count > 0) ++redriven;
  }
  EXPECT_GE(redriven, 2);
  EXPECT_EQ(calls_["a 3"] + calls_["f 3"], 3);
}

TEST_F(EngineRedriveMapTest, ItsEventsTell) {
  Serve({"a", "f"});
  broken_["f"] = "Broken";
  const ExecutionName name = Start(Distributed("STANDARD"), "[1]");
  const std::size_t before = harness_.EventTypes(name).size();
  broken_.clear();
  Redrive(name);
  EXPECT_THAT(EventsBehind(name, before),
              ElementsAre("ExecutionRedriven",
                          "MapRunRedriven",
                          "MapRunSucceeded",
                          "MapStateSucceeded",
                          "MapStateExited",
                          "ExecutionSucceeded"));
  const EventInfo event = harness_.History(name)[before + 1];
  EXPECT_EQ(event.map_run_arn, OnlyRun(name).arn);
  EXPECT_EQ(event.redrive_count, 1U);
}

TEST_F(EngineRedriveMapTest, AnExecutionOfARunIsNotRedrivenAlone) {
  Serve({"a", "f"});
  broken_["f"] = "Broken";
  const ExecutionName name = Start(Distributed("STANDARD"), "[1]");
  const MapRunInfo run = OnlyRun(name);
  const auto children = harness_.engine().ListExecutions({.state_machine = run.listed_as});
  ASSERT_EQ(children->executions.size(), 1U);
  const ExecutionInfo child = harness_.Describe(children->executions[0].name);
  EXPECT_EQ(child.redrive_status, RedriveStatus::kRedrivableByMapRun);
  EXPECT_EQ(child.map_run_arn, run.arn);
  EXPECT_EQ(harness_.Redrive(child.name).status().reason(), "ExecutionNotRedrivable");
}

TEST_F(EngineRedriveMapTest, ExpressExecutionsStartAnew) {
  Serve({"a", "f"});
  broken_inputs_ = {"2"};
  const ExecutionName name = Start(Distributed("EXPRESS", R"("MaxConcurrency":1,)"), Numbers(5));
  EXPECT_EQ(harness_.Describe(name).status, ExecutionStatus::kFailed);
  broken_inputs_.clear();
  Redrive(name);
  EXPECT_EQ(harness_.Describe(name).output.view(), Numbers(5));
  EXPECT_EQ(calls_["a 1"], 1);
  EXPECT_EQ(calls_["a 2"], 2);
}

TEST_F(EngineRedriveMapTest, StoppedExecutionsGoOnToo) {
  ScriptedWorker& worker = harness_.AddWorker({"a", "f"});
  const ExecutionName name = Start(Distributed("STANDARD"), Numbers(300));
  EXPECT_EQ(worker.tasks.size(), 300U);
  ASSERT_TRUE(harness_.Stop(name).ok());
  harness_.Settle();
  EXPECT_EQ(OnlyRun(name).items.aborted, 300U);
  harness_.Crash();
  Serve({"a", "f"});
  Redrive(name);
  EXPECT_EQ(harness_.Describe(name).output.view(), Numbers(300));
  EXPECT_EQ(OnlyRun(name).items.succeeded, 300U);
}

TEST_F(EngineRedriveMapTest, ExecutionsOfARunThatTimedOutGoOnToo) {
  for (const char* type : {"STANDARD", "EXPRESS"}) {
    EngineHarness harness;
    ScriptedWorker& worker = harness.AddWorker({"a", "f"});
    std::string definition = Distributed(type, R"("MaxConcurrency":4,)");
    definition.insert(1, R"("TimeoutSeconds":30,)");
    harness.Deploy("m", definition);
    const ExecutionName name = harness.Start("m", Numbers(10));
    harness.Settle();
    ASSERT_EQ(worker.tasks.size(), 4U);
    // One of them goes as far as it can.
    const std::string item = worker.tasks[0].payload.str();
    worker.Complete(worker.tasks[0], {.output = item});
    harness.Settle();
    ASSERT_EQ(worker.tasks.size(), 5U);
    worker.Complete(worker.tasks[4], {.output = item});
    harness.Advance(31s);
    EXPECT_EQ(harness.Describe(name).status, ExecutionStatus::kTimedOut);
    const auto only = [&] { return harness.engine().ListMapRuns(name, 1, "")->map_runs[0]; };
    EXPECT_EQ(only().status, "ABORTED");
    EXPECT_EQ(only().executions.succeeded, 1U);
    EXPECT_EQ(only().executions.aborted, 4U);
    EXPECT_EQ(only().executions.pending, 5U);
    EXPECT_EQ(only().executions.running, 0U);
    harness.Crash();
    ScriptedWorker& second = harness.AddWorker({"a", "f"});
    ASSERT_TRUE(harness.Redrive(name).ok());
    harness.Advance(5s);
    EXPECT_EQ(only().status, "RUNNING");
    EXPECT_FALSE(only().stopped_at.has_value());
    EXPECT_EQ(only().redrive_count, 1U);
    EXPECT_EQ(only().executions.running, 4U);
    EXPECT_EQ(only().executions.pending, 5U);
    EXPECT_EQ(only().executions.pending_redrive, 0U);
    EXPECT_EQ(only().executions.total, 10U);
    while (!second.tasks.empty()) {
      const Task task = second.tasks.front();
      second.tasks.pop_front();
      second.Complete(task, {.output = task.payload.str()});
      second.session().Grant({{.function = task.function, .credits = 1}});
      harness.Settle();
    }
    EXPECT_EQ(harness.Describe(name).output.view(), Numbers(10)) << type;
    EXPECT_EQ(only().executions.succeeded, 10U);
    EXPECT_EQ(only().items.succeeded, 10U);
    EXPECT_EQ(only().items.aborted + only().items.pending + only().items.pending_redrive, 0U);
  }
}

TEST_F(EngineRedriveMapTest, StoppedExpressExecutionsStartAnew) {
  ScriptedWorker& worker = harness_.AddWorker({"a", "f"});
  const ExecutionName name = Start(Distributed("EXPRESS", R"("MaxConcurrency":5,)"), Numbers(20));
  ASSERT_EQ(worker.tasks.size(), 5U);
  ASSERT_TRUE(harness_.Stop(name).ok());
  harness_.Settle();
  EXPECT_EQ(OnlyRun(name).executions.aborted, 5U);
  EXPECT_EQ(OnlyRun(name).executions.pending, 15U);
  // Nobody waits for them any more.
  EXPECT_EQ(worker.cancelled.size(), 5U);
  worker.Vanish();
  Serve({"a", "f"});
  Redrive(name);
  harness_.Advance(5s);
  EXPECT_EQ(harness_.Describe(name).output.view(), Numbers(20));
  EXPECT_EQ(OnlyRun(name).executions.succeeded, 20U);
  EXPECT_EQ(OnlyRun(name).executions.aborted, 0U);
}

// The counts at each step: those that failed wait to be started again, the rest to be started.
TEST_F(EngineRedriveMapTest, CountsTellWhatWaitsToBeStartedAgain) {
  for (const char* type : {"STANDARD", "EXPRESS"}) {
    EngineHarness harness;
    ScriptedWorker& worker = harness.AddWorker({"a", "f"});
    harness.Deploy("m", Distributed(type, R"("MaxConcurrency":3,)"));
    const ExecutionName name = harness.Start("m", Numbers(8));
    harness.Settle();
    const auto only = [&] { return harness.engine().ListMapRuns(name, 1, "")->map_runs[0]; };
    worker.Complete(worker.tasks[1], {.error = "Broken"});
    harness.Settle();
    EXPECT_EQ(only().status, "FAILED");
    EXPECT_EQ(only().executions.failed, 1U);
    EXPECT_EQ(only().executions.aborted, 2U);
    EXPECT_EQ(only().executions.pending, 5U);
    EXPECT_EQ(only().executions.pending_redrive, 0U);
    worker.Vanish();
    ScriptedWorker& second = harness.AddWorker({"a", "f"});
    ASSERT_TRUE(harness.Redrive(name).ok());
    harness.engine().UpdateMapRun({.arn = only().arn, .max_concurrency = 1},
                                  [](const Result<bool>&) {});
    harness.Advance(5s);
    // All three were started in the turn of the redrive.
    EXPECT_EQ(only().executions.running, 3U) << type;
    EXPECT_EQ(only().executions.pending_redrive, 0U);
    EXPECT_EQ(only().executions.pending, 5U);
    ASSERT_GE(second.tasks.size(), 1U);
    second.Complete(second.tasks[0], {.error = "Broken"});
    harness.Settle();
    EXPECT_EQ(only().status, "FAILED");
    EXPECT_EQ(only().executions.failed, 1U);
    EXPECT_EQ(only().executions.aborted, 2U);
    second.Vanish();
    ScriptedWorker& third = harness.AddWorker({"a", "f"});
    ASSERT_TRUE(harness.Redrive(name).ok());
    harness.Advance(5s);
    // Now one at a time.
    EXPECT_EQ(only().executions.running, 1U) << type;
    EXPECT_EQ(only().executions.pending_redrive, 2U);
    EXPECT_EQ(only().items.pending_redrive, 2U);
    EXPECT_EQ(only().executions.pending, 5U);
    EXPECT_EQ(only().executions.failed + only().executions.aborted, 0U);
    EXPECT_EQ(only().executions.total, 8U);
    EXPECT_EQ(third.tasks.size(), 1U);
  }
}

TEST_F(EngineRedriveMapTest, ASecondFailureIsRedrivenAgain) {
  Serve({"a", "f"});
  broken_["f"] = "Broken";
  const ExecutionName name = Start(Distributed("STANDARD", R"("MaxConcurrency":3,)"), Numbers(150));
  for (int i = 0; i < 3; ++i)
    Redrive(name);
  EXPECT_EQ(OnlyRun(name).redrive_count, 3U);
  broken_.clear();
  Redrive(name);
  EXPECT_EQ(harness_.Describe(name).output.view(), Numbers(150));
  EXPECT_EQ(OnlyRun(name).executions.succeeded, 150U);
}

TEST_F(EngineRedriveMapTest, ARunThatGoesOnTakesOtherBounds) {
  ScriptedWorker& worker = harness_.AddWorker({"a", "f"});
  const ExecutionName name = Start(Distributed("STANDARD", R"("MaxConcurrency":1,)"), Numbers(9));
  EXPECT_EQ(worker.tasks.size(), 1U);
  std::optional<Result<bool>> answer;
  harness_.engine().UpdateMapRun({.arn = OnlyRun(name).arn,
                                  .max_concurrency = 4,
                                  .tolerated_failure_count = 2,
                                  .tolerated_failure_percentage = 7.5},
                                 [&](Result<bool> result) { answer = std::move(result); });
  harness_.Settle();
  EXPECT_EQ(worker.tasks.size(), 4U);
  ASSERT_TRUE(answer && answer->ok());
  EXPECT_TRUE(**answer);
  const MapRunInfo run = OnlyRun(name);
  EXPECT_EQ(run.max_concurrency, 4U);
  EXPECT_EQ(run.tolerated_failure_count, 2U);
  EXPECT_EQ(run.tolerated_failure_percentage, 7.5);
}

TEST_F(EngineRedriveMapTest, ALoweredToleranceFailsTheRunAtOnce) {
  for (const bool by_percentage : {false, true}) {
    EngineHarness harness;
    ScriptedWorker& worker = harness.AddWorker({"a", "f"});
    harness.Deploy("m", Distributed("STANDARD", R"("ToleratedFailureCount":5,)"));
    const ExecutionName name = harness.Start("m", Numbers(9));
    harness.Settle();
    worker.Complete(worker.tasks[0], {.error = "Broken"});
    worker.Complete(worker.tasks[1], {.error = "Broken"});
    harness.Settle();
    EXPECT_EQ(harness.Describe(name).status, ExecutionStatus::kRunning);
    MapRunList list = *harness.engine().ListMapRuns(name, 1, "");
    MapRunUpdate update{.arn = list.map_runs[0].arn};
    if (by_percentage) {
      // The first of both that is passed.
      update.tolerated_failure_percentage = 20;
    } else {
      update.tolerated_failure_count = 1;
    }
    harness.engine().UpdateMapRun(update, [](const Result<bool>& goes_on) {
      ASSERT_TRUE(goes_on.ok());
      EXPECT_TRUE(*goes_on);
    });
    harness.Settle();
    EXPECT_EQ(harness.Describe(name).error, "States.ExceedToleratedFailureThreshold");
    list = *harness.engine().ListMapRuns(name, 1, "");
    EXPECT_EQ(list.map_runs[0].status, "FAILED");
    EXPECT_EQ(list.map_runs[0].items.failed, 2U);
    EXPECT_EQ(list.map_runs[0].items.aborted, 7U);
    // It is over: nothing more changes.
    update.tolerated_failure_count = 9;
    harness.engine().UpdateMapRun(update, [](const Result<bool>& goes_on) {
      ASSERT_TRUE(goes_on.ok());
      EXPECT_FALSE(*goes_on);
    });
    harness.Settle();
    EXPECT_NE(harness.engine().ListMapRuns(name, 1, "")->map_runs[0].tolerated_failure_count, 9U);
  }
}

TEST_F(EngineRedriveMapTest, ARaisedToleranceLetsTheRunGoOn) {
  broken_inputs_ = {"1", "2"};
  ScriptedWorker& worker = harness_.AddWorker({"a"});
  const ExecutionName name = Start(Distributed("STANDARD", R"("MaxConcurrency":1,)"), Numbers(9));
  harness_.engine().UpdateMapRun({.arn = OnlyRun(name).arn, .tolerated_failure_count = 2},
                                 [](const Result<bool>&) {});
  harness_.Settle();
  worker.Vanish();
  Serve({"a", "f"});
  harness_.Advance(60s);
  EXPECT_EQ(harness_.Describe(name).output.view(), "[0,3,4,5,6,7,8]");
}

TEST_F(EngineRedriveMapTest, OtherBoundsOutliveACrash) {
  harness_.AddWorker({"a", "f"});
  const ExecutionName name = Start(Distributed("STANDARD", R"("MaxConcurrency":1,)"), Numbers(9));
  bool is_answered = false;
  harness_.engine().UpdateMapRun({.arn = OnlyRun(name).arn,
                                  .max_concurrency = 4,
                                  .tolerated_failure_count = 2,
                                  .tolerated_failure_percentage = 33},
                                 [&](const Result<bool>& goes_on) { is_answered = goes_on.ok(); });
  while (!is_answered)
    ASSERT_TRUE(static_cast<runtime::EngineImpl&>(harness_.engine()).Poll());
  harness_.Crash();
  ScriptedWorker& worker = harness_.AddWorker({"a", "f"});
  harness_.Advance(5s);
  EXPECT_EQ(worker.tasks.size(), 4U);
  const MapRunInfo run = OnlyRun(name);
  EXPECT_EQ(run.executions.running, 4U);
  EXPECT_EQ(run.max_concurrency, 4U);
  EXPECT_EQ(run.tolerated_failure_count, 2U);
  EXPECT_EQ(run.tolerated_failure_percentage, 33);
  // Also what the redrive begins with.
  ASSERT_TRUE(harness_.Stop(name).ok());
  harness_.Settle();
  Redrive(name);
  EXPECT_EQ(OnlyRun(name).max_concurrency, 4U);
}

TEST_F(EngineRedriveMapTest, ALoweredConcurrencyStartsNoMoreUntilFewerAreOpen) {
  ScriptedWorker& worker = harness_.AddWorker({"f"});
  harness_.Deploy("m", R"({"StartAt":"M","States":{"M":{"Type":"Map","MaxConcurrency":4,
      "ItemProcessor":{"ProcessorConfig":{"Mode":"DISTRIBUTED","ExecutionType":"STANDARD"},
      "StartAt":"F","States":{"F":{"Type":"Task","Resource":"f","End":true}}},"End":true}}})");
  const ExecutionName name = harness_.Start("m", Numbers(9));
  harness_.Settle();
  ASSERT_EQ(worker.tasks.size(), 4U);
  harness_.engine().UpdateMapRun({.arn = OnlyRun(name).arn, .max_concurrency = 2},
                                 [](const Result<bool>&) {});
  harness_.Settle();
  for (const std::size_t done : {0U, 1U}) {
    worker.Complete(worker.tasks[done], {.output = "1"});
    harness_.Settle();
  }
  EXPECT_EQ(worker.tasks.size(), 4U);
  worker.Complete(worker.tasks[2], {.output = "1"});
  harness_.Settle();
  EXPECT_EQ(worker.tasks.size(), 5U);
}

TEST_F(EngineRedriveMapTest, BoundsThatCannotBeAreRefused) {
  std::optional<Status> status;
  const auto keep = [&](const Result<bool>& result) { status = result.status(); };
  harness_.engine().UpdateMapRun({.arn = "x", .tolerated_failure_percentage = 101}, keep);
  EXPECT_EQ(status->code(), StatusCode::kInvalidArgument);
  harness_.engine().UpdateMapRun({.arn = "x"}, keep);
  EXPECT_EQ(status->reason(), "ResourceNotFound");
}

TEST_F(EngineRedriveMapTest, NothingIsLostOrDoneTwiceInACrash) {
  int redriven = 0;
  for (int polls = 0; polls < 60; ++polls) {
    EngineHarness harness;
    harness.Deploy("m", R"({"StartAt":"M","States":{"M":{"Type":"Map","MaxConcurrency":3,
        "ItemProcessor":{"ProcessorConfig":{"Mode":"DISTRIBUTED","ExecutionType":"STANDARD"},
        "StartAt":"C","States":{
          "C":{"Type":"Choice","Choices":[{"Variable":"$","NumericGreaterThan":3,"Next":"R"}],
            "Default":"P"},
          "R":{"Type":"Task","Resource":"no-such-function","End":true},
          "P":{"Type":"Pass","End":true}}},"End":true}}})");
    const ExecutionName name = harness.Start("m", Numbers(8));
    harness.Advance(5s);
    ASSERT_EQ(harness.Describe(name).status, ExecutionStatus::kFailed);
    const auto serve = [&harness] {
      harness.AddWorker({"no-such-function"}).On("no-such-function", [](const Task& task) {
        return ScriptedWorker::Outcome{.output = std::string(task.payload.view())};
      });
    };
    serve();
    bool is_answered = false;
    harness.engine().RedriveExecution(
        {.name = name}, [&](const Result<RedriveResponse>& answer) { is_answered = answer.ok(); });
    for (int i = 0; i < polls; ++i)
      static_cast<void>(static_cast<runtime::EngineImpl&>(harness.engine()).Poll());
    harness.Crash();
    serve();
    harness.Settle();
    harness.Advance(10s);
    const ExecutionInfo info = harness.Describe(name);
    if (!is_answered && info.redrive_count == 0) continue;
    ++redriven;
    EXPECT_EQ(info.status, ExecutionStatus::kSucceeded) << polls;
    EXPECT_EQ(info.output.view(), Numbers(8)) << polls;
    EXPECT_EQ(harness.engine().ListMapRuns(name, 10, "")->map_runs[0].items.succeeded, 8U) << polls;
    EXPECT_EQ(harness.engine().Statistics().quarantined, 0U);
  }
  EXPECT_GE(redriven, 20);
}

}  // namespace
}  // namespace pawl
