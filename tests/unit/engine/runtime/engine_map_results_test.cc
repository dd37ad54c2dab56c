// What a distributed Map's run leaves in its bucket when it does not succeed (Step Functions
// Developer Guide, "ResultWriter (Map)").
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <memory>
#include <set>
#include <string>

#include "engine/json/parse.h"
#include "engine/json/write.h"
#include "engine/rows/keys.h"
#include "tests/support/engine_harness.h"
#include "tests/support/map_runs.h"
#include "tests/support/memory_object_store.h"
#include "tests/unit/engine/runtime/definitions.h"

namespace pawl {
namespace {

using namespace std::chrono_literals;
using test::EngineHarness;
using test::kResultWriter;
using test::LastMapRun;
using test::MemoryObjectStore;
using test::Numbers;
using test::ScriptedWorker;
using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

constexpr const char* kReader =
    R"("ItemReader":{"Resource":"arn:aws:states:::s3:getObject","ReaderConfig":{"InputType":"JSON"},
       "Parameters":{"Bucket":"bkt","Key":"k"}},)";

// A distributed Map with a ResultWriter whose iterations call "f".
std::string WritingMap(const std::string& fields, const std::string& type = "STANDARD") {
  return R"({"StartAt":"M","TimeoutSeconds":1000,"States":{"M":{"Type":"Map","Label":"items",)" +
         std::string(kResultWriter) + "," + fields +
         R"("ItemProcessor":{"ProcessorConfig":{"Mode":"DISTRIBUTED","ExecutionType":")" + type +
         R"("},"StartAt":"F","States":{"F":{"Type":"Task","Resource":"f","End":true}}},
      "End":true}}})";
}

std::set<std::string> Texts(int begin, int end) {
  std::set<std::string> texts;
  for (int i = begin; i < end; ++i)
    texts.insert(std::to_string(i));
  return texts;
}

class EngineMapResultsTest : public testing::Test {
 protected:
  EngineMapResultsTest() { objects_->AddBucket("bkt"); }

  // "f" gives its input back, or fails for those in `broken_`.
  ScriptedWorker& Serve(EngineHarness& harness) {
    ScriptedWorker& worker = harness.AddWorker({"f"});
    worker.On("f", [this](const Task& task) {
      const std::string input(task.payload.view());
      if (broken_.contains(input)) return ScriptedWorker::Outcome{.error = "Broken"};
      return ScriptedWorker::Outcome{.output = input};
    });
    return worker;
  }

  void Serve() { Serve(harness_); }

  // A worker that keeps its tasks.
  ScriptedWorker& Keep() { return harness_.AddWorker({"f"}); }

  ExecutionName Start(const std::string& definition, const std::string& input = "{}") {
    harness_.Deploy("m", definition);
    const ExecutionName name = harness_.Start("m", input);
    harness_.Settle();
    return name;
  }

  MapRunInfo LastRun(const ExecutionName& name) { return LastMapRun(harness_, name); }

  // Ends the task of the execution with this input.
  static void Complete(ScriptedWorker& worker,
                       const std::string& input,
                       const ScriptedWorker::Outcome& outcome) {
    for (const Task& task : worker.tasks) {
      if (task.payload.view() == input) return worker.Complete(task, outcome);
    }
    FAIL() << "no task has the input " << input;
  }

  static objects::ObjectName FileOf(const MapRunInfo& run, const std::string& file) {
    return {.bucket = "bkt", .key = "out/" + run.arn.substr(run.arn.rfind(':') + 1) + "/" + file};
  }

  // A file of the run; empty if there is none.
  std::string Written(const MapRunInfo& run, const std::string& file) {
    const objects::ObjectName object = FileOf(run, file);
    return objects_->Has(object) ? objects_->Get(object) : "";
  }

  // The inputs in a file of the run, of the executions with this status.
  std::set<std::string> Inputs(const MapRunInfo& run,
                               const std::string& file,
                               const std::string& status = {}) {
    json::Arena arena;
    const std::string text = Written(run, file);
    std::set<std::string> inputs;
    if (text.empty()) return inputs;
    const auto parsed = json::Parse(text, arena);
    EXPECT_TRUE(parsed.ok()) << text;
    if (!parsed.ok()) return inputs;
    for (const json::Value record : parsed->items()) {
      if (!status.empty() && record.Find("Status")->string() != status) continue;
      const bool is_new = inputs.emplace(record.Find("Input")->string()).second;
      EXPECT_TRUE(is_new) << "twice in " << file << ": " << record.Find("Input")->string();
    }
    return inputs;
  }

  // Everything of the files, as one list.
  std::set<std::string> AllInputs(const MapRunInfo& run) {
    std::set<std::string> all;
    for (const char* file : {"SUCCEEDED_0.json", "FAILED_0.json", "PENDING_0.json"})
      all.merge(Inputs(run, file));
    return all;
  }

  std::shared_ptr<MemoryObjectStore> objects_ = std::make_shared<MemoryObjectStore>();
  EngineHarness harness_{EngineOptions{}, objects_};
  std::set<std::string> broken_;
};

TEST_F(EngineMapResultsTest, AFailedRunWritesWhatEndedWhatWasStoppedAndWhatIsPending) {
  ScriptedWorker& worker = Keep();
  const ExecutionName name = Start(WritingMap(R"("MaxConcurrency":3,)"), Numbers(9));
  ASSERT_EQ(worker.tasks.size(), 3U);
  Complete(worker, "0", {.output = "\"good\""});
  harness_.Settle();
  Complete(worker, "1", {.error = "Broken", .cause = "one"});
  harness_.Settle();

  EXPECT_EQ(harness_.Describe(name).error, "States.ExceedToleratedFailureThreshold");
  EXPECT_THAT(harness_.EventTypes(name),
              ElementsAre("ExecutionStarted",
                          "MapStateEntered",
                          "MapStateStarted",
                          "MapRunStarted",
                          "MapRunFailed",
                          "MapStateFailed",
                          "ExecutionFailed"));
  const MapRunInfo run = LastRun(name);
  EXPECT_EQ(run.status, "FAILED");
  EXPECT_EQ(Inputs(run, "SUCCEEDED_0.json"), Texts(0, 1));
  EXPECT_EQ(Inputs(run, "FAILED_0.json", "FAILED"), Texts(1, 2));
  EXPECT_EQ(Inputs(run, "FAILED_0.json", "ABORTED"), Texts(2, 4));
  EXPECT_EQ(Inputs(run, "PENDING_0.json", "PENDING"), Texts(4, 9));
  const std::string manifest = Written(run, "manifest.json");
  for (const char* file : {"SUCCEEDED_0.json", "FAILED_0.json", "PENDING_0.json"})
    EXPECT_THAT(manifest, HasSubstr(file));
  // What was never started has no ARN and no dates; what was stopped has them.
  EXPECT_THAT(Written(run, "PENDING_0.json"), Not(HasSubstr("ExecutionArn")));
  EXPECT_THAT(Written(run, "PENDING_0.json"), Not(HasSubstr("Date")));
  const std::string failed = Written(run, "FAILED_0.json");
  const std::string stopped = failed.substr(failed.find(R"("Input":"2")"));
  EXPECT_THAT(stopped, HasSubstr("StartDate"));
  EXPECT_THAT(stopped, HasSubstr("StopDate"));

  EXPECT_EQ(run.items.succeeded, 1U);
  EXPECT_EQ(run.items.failed, 1U);
  EXPECT_EQ(run.items.aborted, 2U);
  EXPECT_EQ(run.items.pending, 5U);
  EXPECT_EQ(run.items.total, 9U);
  EXPECT_EQ(run.items.results_written, 4U);
  EXPECT_EQ(run.executions.pending, 5U);
  EXPECT_EQ(run.executions.running, 0U);
  EXPECT_EQ(run.executions.total, 9U);
}

// Two jobs write the results of one run after the shard was read again. The first was posted
// before, and its successor must not run when what it answered is recorded: it would find no
// results.
TEST_F(EngineMapResultsTest, AJobOfBeforeTheShardWasReadAgainWritesNothing) {
  ScriptedWorker& worker = Keep();
  const ExecutionName name = Start(WritingMap(""), Numbers(2));
  Complete(worker, "0", {.output = "10"});
  Complete(worker, "1", {.output = "11"});
  while (harness_.PollExecutors()) {
  }

  ExecutionName other = name;
  for (int i = 0;
       other == name || rows::ShardOf({}, "m", other.name) != rows::ShardOf({}, "m", name.name);
       ++i) {
    other.name = "other" + std::to_string(i);
  }
  bool is_answered = false;
  harness_.store().FailNextCommit(storage::CommitResult::kUnknown);
  harness_.engine().StartExecution({.state_machine = "m", .name = other.name, .input = "[]"},
                                   [&](const Result<StartResponse>& response) {
                                     EXPECT_FALSE(response.ok());
                                     is_answered = true;
                                   });
  while (harness_.PollExecutors()) {
  }
  EXPECT_TRUE(is_answered);

  harness_.Settle();
  EXPECT_EQ(harness_.Describe(name).status, ExecutionStatus::kSucceeded);
  const MapRunInfo run = LastRun(name);
  EXPECT_EQ(Inputs(run, "SUCCEEDED_0.json"), Texts(0, 2));
  EXPECT_THAT(Written(run, "manifest.json"), HasSubstr("SUCCEEDED_0.json"));
}

TEST_F(EngineMapResultsTest, PendingInputsAreSelectedAndBatched) {
  objects_->Put({.bucket = "bkt", .key = "k"}, Numbers(2'506));
  broken_ = {R"({"Items":[{"n":0},{"n":1}]})"};
  Serve();
  const ExecutionName name = Start(WritingMap(std::string(kReader) + R"("MaxConcurrency":1,
      "ItemSelector":{"n.$":"$$.Map.Item.Value"},"ItemBatcher":{"MaxItemsPerBatch":2},)"));
  const MapRunInfo run = LastRun(name);
  EXPECT_EQ(run.status, "FAILED");
  const std::set<std::string> pending = Inputs(run, "PENDING_0.json");
  EXPECT_EQ(pending.size(), 1'252U);
  EXPECT_THAT(pending, Contains(R"({"Items":[{"n":2},{"n":3}]})"));
  EXPECT_THAT(pending, Contains(R"({"Items":[{"n":2504},{"n":2505}]})"));
  EXPECT_EQ(run.items.pending, 2'504U);
  EXPECT_EQ(run.executions.pending, 1'252U);
  EXPECT_EQ(run.executions.total, 1'253U);
  EXPECT_EQ(run.executions.results_written, 1U);
  EXPECT_EQ(run.items.results_written, 2U);
}

TEST_F(EngineMapResultsTest, CatchAppliesWhenAllIsWritten) {
  broken_ = {"1"};
  Serve();
  const ExecutionName name = Start(
      R"({"StartAt":"M","States":{"M":{"Type":"Map","MaxConcurrency":1,)" +
          std::string(kResultWriter) +
          R"(,"ItemProcessor":{"ProcessorConfig":{"Mode":"DISTRIBUTED","ExecutionType":"STANDARD"},
        "StartAt":"F","States":{"F":{"Type":"Task","Resource":"f","End":true}}},
      "Catch":[{"ErrorEquals":["States.ExceedToleratedFailureThreshold"],"Next":"C"}],"End":true},
      "C":{"Type":"Pass","End":true}}})",
      Numbers(4));
  EXPECT_THAT(harness_.Describe(name).output.str(),
              HasSubstr("States.ExceedToleratedFailureThreshold"));
  EXPECT_EQ(AllInputs(LastRun(name)), Texts(0, 4));
}

TEST_F(EngineMapResultsTest, RetryBeginsANewRunWithFilesOfItsOwn) {
  broken_ = {"1"};
  Serve();
  const ExecutionName name = Start(
      WritingMap(R"("Retry":[{"ErrorEquals":["States.ALL"],"IntervalSeconds":5}],)"), Numbers(4));
  const MapRunInfo first = LastRun(name);
  EXPECT_EQ(first.status, "FAILED");
  broken_.clear();
  harness_.Advance(6s);
  const MapRunInfo second = LastRun(name);
  EXPECT_NE(first.arn, second.arn);
  EXPECT_EQ(AllInputs(first), Texts(0, 4));
  EXPECT_EQ(Inputs(second, "SUCCEEDED_0.json"), Texts(0, 4));
}

TEST_F(EngineMapResultsTest, TheFirstFailureIsToldAlsoIfNothingCanBeWritten) {
  broken_ = {"1"};
  objects_->RefuseWrites();
  Serve();
  const ExecutionName name = Start(WritingMap(""), Numbers(4));
  EXPECT_EQ(harness_.Describe(name).error, "States.ExceedToleratedFailureThreshold");
  EXPECT_EQ(LastRun(name).status, "FAILED");
  EXPECT_EQ(LastRun(name).items.results_written, 0U);
}

TEST_F(EngineMapResultsTest, ItemsThatCannotBeReadAreInNoFile) {
  objects_->Put({.bucket = "bkt", .key = "k"}, "[0,1,2,nonsense");
  Keep();
  const ExecutionName name = Start(WritingMap(std::string(kReader) + R"("MaxConcurrency":1,)"));
  EXPECT_EQ(harness_.Describe(name).error, "States.ItemReaderFailed");
  EXPECT_EQ(AllInputs(LastRun(name)), Texts(0, 3));
  EXPECT_EQ(Inputs(LastRun(name), "PENDING_0.json"), Texts(1, 3));
}

TEST_F(EngineMapResultsTest, ARunWithoutExecutionsWritesNothing) {
  const ExecutionName name = Start(WritingMap(kReader));
  EXPECT_EQ(harness_.Describe(name).error, "States.ItemReaderFailed");
  EXPECT_EQ(Written(LastRun(name), "manifest.json"), "");
}

// The selector fails for the fourth item, when some executions are at work.
TEST_F(EngineMapResultsTest, AnInputThatCannotBeMadeFailsTheRunAfterItsResults) {
  Serve();
  const ExecutionName name = Start(WritingMap(R"("MaxConcurrency":1,
      "ItemSelector":{"v.$":"$$.Map.Item.Value.v"},)"),
                                   R"([{"v":0},{"v":1},{"v":2},{},{"v":4}])");
  EXPECT_EQ(harness_.Describe(name).error, "States.Runtime");
  const MapRunInfo run = LastRun(name);
  EXPECT_EQ(run.status, "FAILED");
  EXPECT_EQ(Inputs(run, "SUCCEEDED_0.json").size() + Inputs(run, "FAILED_0.json").size(), 3U);
  EXPECT_THAT(Inputs(run, "PENDING_0.json"), IsEmpty());
}

TEST_F(EngineMapResultsTest, ExpressExecutionsAreWrittenToo) {
  ScriptedWorker& worker = Keep();
  const ExecutionName name = Start(WritingMap(R"("MaxConcurrency":2,)", "EXPRESS"), Numbers(5));
  Complete(worker, "0", {.error = "Broken"});
  harness_.Settle();
  const MapRunInfo run = LastRun(name);
  EXPECT_EQ(Inputs(run, "FAILED_0.json", "FAILED"), Texts(0, 1));
  EXPECT_EQ(Inputs(run, "FAILED_0.json", "ABORTED"), Texts(1, 2));
  EXPECT_EQ(Inputs(run, "PENDING_0.json"), Texts(2, 5));
}

// --- Runs that are aborted ---

TEST_F(EngineMapResultsTest, AStoppedRunWritesWhatWasStartedAndWhatIsPending) {
  ScriptedWorker& worker = Keep();
  const ExecutionName name = Start(WritingMap(R"("MaxConcurrency":3,)"), Numbers(9));
  Complete(worker, "0", {.output = "0"});
  harness_.Settle();
  ASSERT_TRUE(harness_.Stop(name).ok());
  harness_.Settle();
  const MapRunInfo run = LastRun(name);
  EXPECT_EQ(run.status, "ABORTED");
  EXPECT_EQ(Inputs(run, "SUCCEEDED_0.json"), Texts(0, 1));
  EXPECT_EQ(Inputs(run, "FAILED_0.json", "ABORTED"), Texts(1, 4));
  EXPECT_THAT(Written(run, "FAILED_0.json"), HasSubstr("StartDate"));
  EXPECT_EQ(Inputs(run, "PENDING_0.json", "PENDING"), Texts(4, 9));
  EXPECT_EQ(run.items.results_written, 4U);
  EXPECT_EQ(run.executions.results_written, 4U);
  EXPECT_EQ(run.items.pending, 5U);
}

TEST_F(EngineMapResultsTest, AStoppedRunWritesTheBatchesThatWereNotStarted) {
  objects_->Put({.bucket = "bkt", .key = "k"}, Numbers(9));
  Keep();
  const ExecutionName name = Start(
      WritingMap(std::string(kReader) + R"("MaxConcurrency":1,"ItemBatcher":{"MaxItemsPerBatch":4},
                                "ItemSelector":{"i.$":"$$.Map.Item.Index"},)"));
  ASSERT_TRUE(harness_.Stop(name).ok());
  harness_.Settle();
  EXPECT_THAT(
      Inputs(LastRun(name), "PENDING_0.json"),
      ElementsAre(R"({"Items":[{"i":4},{"i":5},{"i":6},{"i":7}]})", R"({"Items":[{"i":8}]})"));
}

// Of a branch that ends because another one failed.
TEST_F(EngineMapResultsTest, ARunOfABranchThatIsEndedWritesWhatIsPending) {
  Keep();
  const std::string map = WritingMap(R"("MaxConcurrency":1,)");
  const std::string states = map.substr(map.find(R"("States")"));
  const ExecutionName name =
      Start(R"({"StartAt":"P","States":{"P":{"Type":"Parallel","End":true,"Branches":[
        {"StartAt":"W","States":{"W":{"Type":"Wait","Seconds":1,"Next":"E"},"E":{"Type":"Fail"}}},
        {"StartAt":"M",)" +
                states + "]}}}",
            Numbers(4));
  harness_.Advance(2s);
  const MapRunInfo run = LastRun(name);
  EXPECT_EQ(run.status, "ABORTED");
  EXPECT_EQ(Inputs(run, "FAILED_0.json", "ABORTED"), Texts(0, 1));
  EXPECT_EQ(Inputs(run, "PENDING_0.json"), Texts(1, 4));
}

// The turn that ends it is bounded; what it did not put down a redrive starts all the same.
TEST_F(EngineMapResultsTest, AStoppedRunPutsDownAsMuchAsATurnMayWrite) {
  constexpr std::size_t kItems = 80'000;
  constexpr std::size_t kPutDown = 4 * 1024 * 1024 / 65 + 1;
  std::string items = "[1";
  for (std::size_t i = 1; i < kItems; ++i)
    items += ",1";
  Keep();
  const ExecutionName name = Start(WritingMap(R"("MaxConcurrency":1,)"), items + "]");
  ASSERT_TRUE(harness_.Stop(name).ok());
  harness_.Settle();
  EXPECT_EQ(LastRun(name).executions.total, kItems);
  const std::string pending = Written(LastRun(name), "PENDING_0.json");
  EXPECT_EQ(std::count(pending.begin(), pending.end(), '{'), 2 * std::ptrdiff_t{kPutDown});
  ASSERT_TRUE(harness_.Redrive(name).ok());
  harness_.Settle();
  EXPECT_EQ(LastRun(name).executions.pending_redrive, kPutDown);
}

TEST_F(EngineMapResultsTest, ARunThatTimesOutWithItsExecutionWritesToo) {
  Keep();
  const ExecutionName name = Start(WritingMap(R"("MaxConcurrency":2,)"), Numbers(3));
  harness_.Advance(1'001s);
  EXPECT_EQ(harness_.Describe(name).status, ExecutionStatus::kTimedOut);
  const MapRunInfo run = LastRun(name);
  EXPECT_EQ(run.status, "ABORTED");
  EXPECT_EQ(Inputs(run, "FAILED_0.json", "ABORTED"), Texts(0, 2));
  EXPECT_EQ(Inputs(run, "PENDING_0.json"), Texts(2, 3));
}

TEST_F(EngineMapResultsTest, AStoppedRunWhoseResultsCannotBeWrittenIsOverAllTheSame) {
  Keep();
  objects_->RefuseWrites();
  const ExecutionName name = Start(WritingMap(""), Numbers(3));
  ASSERT_TRUE(harness_.Stop(name).ok());
  harness_.Settle();
  EXPECT_EQ(LastRun(name).status, "ABORTED");
  EXPECT_EQ(LastRun(name).items.results_written, 0U);
  EXPECT_TRUE(harness_.Redrive(name).ok());
}

// What was written before the redrive is not what the run that was redriven leaves.
TEST_F(EngineMapResultsTest, ARedrivenRunThatCannotWriteHasWrittenNothing) {
  broken_ = {"1"};
  Serve();
  const ExecutionName name = Start(WritingMap(R"("MaxConcurrency":1,)"), Numbers(3));
  EXPECT_EQ(LastRun(name).items.results_written, 2U);
  objects_->RefuseWrites();
  ASSERT_TRUE(harness_.Redrive(name).ok());
  harness_.Settle();
  EXPECT_EQ(LastRun(name).status, "FAILED");
  EXPECT_EQ(LastRun(name).items.results_written, 0U);
  EXPECT_EQ(LastRun(name).executions.results_written, 0U);
}

TEST_F(EngineMapResultsTest, NoRedriveBeginsWhileAStoppedRunWrites) {
  Keep();
  const ExecutionName name = Start(WritingMap(""), Numbers(3));
  ASSERT_TRUE(harness_.Stop(name).ok());
  const auto early = harness_.Redrive(name);
  EXPECT_EQ(early.status().reason(), "ExecutionNotRedrivable");
  harness_.Settle();
  EXPECT_TRUE(harness_.Redrive(name).ok());
}

// --- Crashes, stops and redrives ---

// An execution of a run that has a run itself, whose results are being written: it cannot go on
// yet, and is asked again.
TEST_F(EngineMapResultsTest, AnExecutionWhoseOwnRunWritesGoesOnLater) {
  ScriptedWorker& worker = Keep();
  const std::string map = WritingMap("");
  const ExecutionName name =
      Start(R"({"StartAt":"O","States":{"O":{"Type":"Map","Label":"outer","End":true,
        "ItemProcessor":{"ProcessorConfig":{"Mode":"DISTRIBUTED","ExecutionType":"STANDARD"},
          "StartAt":"M",)" +
                map.substr(map.find(R"("States")")) + "}}}",
            "[[0,1],[2]]");
  ASSERT_EQ(worker.tasks.size(), 3U);
  ASSERT_TRUE(harness_.Stop(name).ok());
  while (harness_.PollExecutors()) {
  }
  worker.Vanish();
  Serve();
  Status redriven = Internal("no answer");
  harness_.engine().RedriveExecution(
      {.name = name},
      [&redriven](const Result<RedriveResponse>& answer) { redriven = answer.status(); });
  while (harness_.PollExecutors()) {
  }
  ASSERT_TRUE(redriven.ok()) << redriven.ToString();
  harness_.Settle();
  EXPECT_EQ(harness_.Describe(name).status, ExecutionStatus::kRunning);
  harness_.Advance(2s);
  EXPECT_EQ(harness_.Describe(name).status, ExecutionStatus::kSucceeded);
  EXPECT_EQ(LastRun(name).items.succeeded, 2U);
}

// What a run puts down is made of its variables also when the branches around it end with it.
TEST_F(EngineMapResultsTest, ARunInANestedBranchThatIsEndedPutsDownWhatItsVariablesSay) {
  Keep();
  const std::string map = WritingMap(R"("MaxConcurrency":1,"ItemSelector":{"v.$":"$v"},)");
  const ExecutionName name = Start(R"({"StartAt":"S","States":{
        "S":{"Type":"Pass","Assign":{"v":"of the root"},"Next":"P"},
        "P":{"Type":"Parallel","End":true,"Branches":[
          {"StartAt":"W","States":{"W":{"Type":"Wait","Seconds":1,"Next":"E"},"E":{"Type":"Fail"}}},
          {"StartAt":"Q","States":{"Q":{"Type":"Parallel","End":true,"Branches":[
            {"StartAt":"M",)" + map.substr(map.find(R"("States")")) +
                                       "]}}}]}}}",
                                   Numbers(3));
  harness_.Advance(2s);
  EXPECT_EQ(harness_.Describe(name).status, ExecutionStatus::kFailed);
  EXPECT_THAT(Written(LastRun(name), "PENDING_0.json"), HasSubstr("of the root"));
}

// The crash falls into every moment, once each.
TEST_F(EngineMapResultsTest, NothingIsLostOrWrittenTwiceInACrash) {
  objects_->Put({.bucket = "bkt", .key = "k"}, Numbers(9));
  broken_ = {"4"};
  for (int polls = 0; polls < 60; ++polls) {
    EngineHarness harness({}, objects_);
    harness.Deploy("m", WritingMap(std::string(kReader) + R"("MaxConcurrency":3,)"));
    ScriptedWorker& worker = Serve(harness);
    const ExecutionName name = harness.Start("m");
    for (int i = 0; i < polls; ++i) {
      static_cast<void>(static_cast<runtime::EngineImpl&>(harness.engine()).Poll());
      worker.Work();
    }
    harness.Crash();
    Serve(harness);
    harness.Advance(20s);
    const auto info = harness.engine().DescribeExecution(name);
    if (!info.ok()) continue;  // the start itself was lost with its answer
    EXPECT_EQ(info->error, "States.ExceedToleratedFailureThreshold") << polls;
    const MapRunInfo run = LastMapRun(harness, name);
    EXPECT_EQ(run.status, "FAILED") << polls;
    EXPECT_EQ(AllInputs(run), Texts(0, 9)) << polls;
    EXPECT_EQ(Inputs(run, "FAILED_0.json", "FAILED"), Texts(4, 5)) << polls;
    EXPECT_EQ(run.items.succeeded + run.items.failed + run.items.aborted, run.items.results_written)
        << polls;
    EXPECT_EQ(run.items.results_written + run.items.pending, 9U) << polls;
    EXPECT_EQ(harness.engine().Statistics().quarantined, 0U);
  }
}

// The stop falls into every moment of a run that fails; a redrive then goes on to the end.
TEST_F(EngineMapResultsTest, ARunThatIsStoppedWhileItFailsIsRedriven) {
  constexpr int kItems = 200;
  int aborted = 0;
  for (int polls = 0; polls < 24; ++polls) {
    objects_ = std::make_shared<MemoryObjectStore>();
    objects_->Put({.bucket = "bkt", .key = "k"}, Numbers(kItems));
    EngineHarness harness({}, objects_);
    harness.Deploy("m", WritingMap(std::string(kReader) + R"("MaxConcurrency":3,)"));
    ScriptedWorker& worker = harness.AddWorker({"f"});
    const ExecutionName name = harness.Start("m");
    harness.Settle();
    ASSERT_EQ(worker.tasks.size(), 3U);
    worker.Complete(worker.tasks[0], {.error = "Broken"});
    for (int i = 0; i < polls; ++i)
      static_cast<void>(static_cast<runtime::EngineImpl&>(harness.engine()).Poll());
    static_cast<void>(harness.Stop(name));
    const bool crashes = polls % 2 == 1;
    crashes ? harness.Crash() : worker.Vanish();
    harness.Settle();
    const MapRunInfo before = LastMapRun(harness, name);
    EXPECT_NE(before.status, "RUNNING") << polls;
    if (before.status == "ABORTED") ++aborted;
    // By the run that fails, or by what stops it.
    EXPECT_EQ(objects_->WritesOf(FileOf(before, "manifest.json")), 1U) << polls;
    EXPECT_EQ(before.items.running, 0U);
    const std::set<std::string> written = AllInputs(before);
    for (const std::string& started : Texts(0, 3))
      EXPECT_THAT(written, Contains(started)) << polls;
    Serve(harness);
    harness.Advance(5s);
    ASSERT_TRUE(harness.Redrive(name).ok()) << polls;
    harness.Settle();
    const MapRunInfo run = LastMapRun(harness, name);
    EXPECT_EQ(run.status, "SUCCEEDED") << polls;
    EXPECT_EQ(run.items.succeeded, std::uint64_t{kItems}) << polls;
    EXPECT_EQ(run.items.results_written, std::uint64_t{kItems}) << polls;
    EXPECT_EQ(run.executions.total, std::uint64_t{kItems}) << polls;
    EXPECT_EQ(Inputs(run, "SUCCEEDED_0.json"), Texts(0, kItems)) << polls;
    EXPECT_THAT(Written(run, "manifest.json"), Not(HasSubstr("PENDING_0.json"))) << polls;
    EXPECT_EQ(harness.engine().Statistics().quarantined, 0U);
  }
  EXPECT_GE(aborted, 4);
}

TEST_F(EngineMapResultsTest, ARedriveWritesAllResultsAgain) {
  for (const char* type : {"STANDARD", "EXPRESS"}) {
    broken_ = {"2"};
    EngineHarness harness({}, objects_);
    harness.Deploy("m",
                   WritingMap(R"("MaxConcurrency":1,"ItemBatcher":{"MaxItemsPerBatch":1},)", type));
    harness.AddWorker({"f"}).On("f", [this](const Task& task) {
      const std::string input(task.payload.view());
      if (input == R"({"Items":[2]})" && !broken_.empty()) {
        return ScriptedWorker::Outcome{.error = "Broken"};
      }
      return ScriptedWorker::Outcome{.output = input};
    });
    const ExecutionName name = harness.Start("m", Numbers(6));
    harness.Settle();
    const MapRunInfo before = LastMapRun(harness, name);
    EXPECT_EQ(before.status, "FAILED");
    EXPECT_EQ(before.executions.total, 6U);
    EXPECT_EQ(before.executions.pending, 3U);
    broken_.clear();
    ASSERT_TRUE(harness.Redrive(name).ok());
    harness.Settle();
    const MapRunInfo run = LastMapRun(harness, name);
    EXPECT_EQ(run.arn, before.arn);
    EXPECT_EQ(run.status, "SUCCEEDED");
    EXPECT_EQ(run.items.succeeded, 6U);
    EXPECT_EQ(run.executions.total, 6U);
    EXPECT_EQ(run.executions.pending + run.executions.pending_redrive, 0U);
    EXPECT_EQ(Inputs(run, "SUCCEEDED_0.json").size(), 6U);
    EXPECT_EQ(run.executions.results_written, 6U);
  }
}

// What still waits to be started again when the redriven run fails is written as it ended before.
TEST_F(EngineMapResultsTest, ARedrivenRunThatFailsAgainWritesEverything) {
  ScriptedWorker& worker = Keep();
  const ExecutionName name = Start(WritingMap(R"("MaxConcurrency":4,)"), Numbers(9));
  ASSERT_EQ(worker.tasks.size(), 4U);
  worker.Complete(worker.tasks[0], {.error = "Broken"});
  harness_.Settle();
  EXPECT_EQ(AllInputs(LastRun(name)), Texts(0, 9));
  harness_.Crash();
  ScriptedWorker& second = Keep();
  ASSERT_TRUE(harness_.Redrive(name).ok());
  harness_.Advance(5s);
  EXPECT_EQ(LastRun(name).executions.pending_redrive, 5U);
  EXPECT_EQ(LastRun(name).executions.running, 4U);
  ASSERT_EQ(second.tasks.size(), 4U);
  second.Complete(second.tasks[1], {.error = "Broken"});
  harness_.Settle();
  const MapRunInfo run = LastRun(name);
  EXPECT_EQ(run.status, "FAILED");
  EXPECT_EQ(run.redrive_count, 1U);
  EXPECT_EQ(AllInputs(run), Texts(0, 9));
  EXPECT_EQ(Inputs(run, "PENDING_0.json"), Texts(4, 9));
  harness_.Crash();
  Serve();
  ASSERT_TRUE(harness_.Redrive(name).ok());
  harness_.Advance(5s);
  EXPECT_EQ(LastRun(name).items.succeeded, 9U);
  EXPECT_EQ(Inputs(LastRun(name), "SUCCEEDED_0.json"), Texts(0, 9));
}

// Executions of the run before may end between its failure and their stop: they are the run's no
// more.
TEST_F(EngineMapResultsTest, EndsThatComeTooLateAreNotCounted) {
  for (int polls = 0; polls < 30; ++polls) {
    EngineHarness harness({}, objects_);
    harness.Deploy("m", WritingMap(""));
    ScriptedWorker& worker = harness.AddWorker({"f"});
    const ExecutionName name = harness.Start("m", Numbers(4));
    harness.Settle();
    worker.Complete(worker.tasks[0], {.error = "Broken"});
    for (int i = 0; i < polls; ++i)
      static_cast<void>(static_cast<runtime::EngineImpl&>(harness.engine()).Poll());
    worker.Complete(worker.tasks[1], {.output = "1"});
    harness.Settle();
    const MapRunInfo run = LastMapRun(harness, name);
    EXPECT_EQ(run.status, "FAILED");
    EXPECT_EQ(run.items.succeeded + run.items.aborted + run.items.failed, 4U) << polls;
    EXPECT_EQ(AllInputs(run), Texts(0, 4)) << polls;
    EXPECT_EQ(Inputs(run, "SUCCEEDED_0.json").size(), run.items.succeeded) << polls;
    EXPECT_EQ(harness.engine().Statistics().quarantined, 0U);
  }
}

TEST_F(EngineMapResultsTest, OtherBoundsDoNotSaveARunThatHasFailed) {
  ScriptedWorker& worker = Keep();
  objects_->Put({.bucket = "bkt", .key = "k"}, Numbers(5'000));
  harness_.Deploy("m", WritingMap(std::string(kReader) + R"("MaxConcurrency":1,)"));
  const ExecutionName name = harness_.Start("m");
  harness_.Settle();
  worker.Complete(worker.tasks[0], {.error = "Broken"});
  auto& engine = static_cast<runtime::EngineImpl&>(harness_.engine());
  while (LastRun(name).items.failed == 0)
    ASSERT_TRUE(engine.Poll());
  ASSERT_EQ(LastRun(name).status, "RUNNING");
  engine.UpdateMapRun(
      {.arn = LastRun(name).arn, .max_concurrency = 9, .tolerated_failure_count = 100},
      [](const Result<bool>& updated) { EXPECT_TRUE(updated.ok()); });
  harness_.Settle();
  EXPECT_EQ(LastRun(name).status, "FAILED");
  EXPECT_EQ(Inputs(LastRun(name), "PENDING_0.json").size(), 4'999U);
}

}  // namespace
}  // namespace pawl
