// ItemReader, ItemBatcher and ResultWriter of distributed Maps (Step Functions Developer Guide).
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "tests/support/engine_harness.h"
#include "tests/support/map_runs.h"
#include "tests/support/memory_object_store.h"
#include "tests/support/temporary_directory.h"
#include "tests/unit/engine/runtime/definitions.h"

namespace pawl {
namespace {

using namespace std::chrono_literals;
using test::EngineHarness;
using test::kResultWriter;
using test::MemoryObjectStore;
using test::Numbers;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::StartsWith;

// A distributed Map whose iterations give their input back.
std::string MapWith(const std::string& fields, const std::string& more = "") {
  return R"({"StartAt":"M",)" + more + R"("States":{"M":{"Type":"Map","Label":"items",)" + fields +
         R"(,"ItemProcessor":{"ProcessorConfig":{"Mode":"DISTRIBUTED","ExecutionType":"STANDARD"},
      "StartAt":"P","States":{"P":{"Type":"Pass","End":true}}},"End":true}}})";
}

std::string Reader(const std::string& config, const std::string& key = "k") {
  return R"("ItemReader":{"Resource":"arn:aws:states:::s3:getObject","ReaderConfig":{)" + config +
         R"(},"Parameters":{"Bucket":"bkt","Key":")" + key + R"("}})";
}

class EngineMapItemsTest : public testing::Test {
 protected:
  EngineMapItemsTest() { objects_->AddBucket("bkt"); }

  void Put(const std::string& text, const std::string& key = "k") {
    objects_->Put({.bucket = "bkt", .key = key}, text);
  }

  ExecutionInfo Run(const std::string& definition, const std::string& input = "{}") {
    return harness_.Run(definition, input);
  }

  MapRunInfo OnlyRun(const ExecutionName& name) { return test::LastMapRun(harness_, name); }

  std::string Written(const MapRunInfo& run, const std::string& file) {
    return objects_->Get(
        {.bucket = "bkt", .key = "out/" + run.arn.substr(run.arn.rfind(':') + 1) + "/" + file});
  }

  std::vector<storage::Row> AllRowsOf(char tag) { return test::AllRowsOf(harness_, tag); }

  std::size_t RowsOf(char tag) { return AllRowsOf(tag).size(); }

  std::size_t LongestRowOf(char tag) {
    std::size_t longest = 0;
    for (const storage::Row& row : AllRowsOf(tag))
      longest = std::max(longest, row.value.size());
    return longest;
  }

  std::shared_ptr<MemoryObjectStore> objects_ = std::make_shared<MemoryObjectStore>();
  EngineHarness harness_{EngineOptions{}, objects_};
};

TEST_F(EngineMapItemsTest, ItemsComeFromCsv) {
  Put("a,b\n1,2\n3,4\n");
  const ExecutionInfo info = Run(MapWith(Reader(R"("InputType":"CSV")")));
  EXPECT_EQ(info.output.view(), R"([{"a":"1","b":"2"},{"a":"3","b":"4"}])");
  // As recorded: how many items there are, the events do not say.
  EXPECT_THAT(harness_.EventTypes(info.name),
              ElementsAre("ExecutionStarted",
                          "MapStateEntered",
                          "MapStateStarted",
                          "MapRunStarted",
                          "MapRunSucceeded",
                          "MapStateSucceeded",
                          "MapStateExited",
                          "ExecutionSucceeded"));
  EXPECT_EQ(harness_.History(info.name)[2].length, 0U);
  EXPECT_EQ(OnlyRun(info.name).items.total, 2U);
}

TEST_F(EngineMapItemsTest, ItemsComeFromJsonAndJsonLines) {
  Put("[1, {\"x\": 2}]");
  EXPECT_EQ(Run(MapWith(Reader(R"("InputType":"JSON")"))).output.view(), R"([1,{"x":2}])");
  EXPECT_EQ(Run(MapWith(Reader(R"("InputType":"JSON","MaxItems":1)"))).output.view(), "[1]");
  Put("1\n\"two\"\n");
  EXPECT_EQ(Run(MapWith(Reader(R"("InputType":"JSONL")"))).output.view(), R"([1,"two"])");
}

TEST_F(EngineMapItemsTest, AReaderWithoutItemsGivesNone) {
  Put("[]");
  EXPECT_EQ(Run(MapWith(Reader(R"("InputType":"JSON")"))).output.view(), "[]");
}

TEST_F(EngineMapItemsTest, ItemsComeFromAListing) {
  Put("1", "in/a");
  Put("22", "in/b");
  Put("3", "other");
  const ExecutionInfo info =
      Run(MapWith(
              R"("ItemReader":{"Resource":"arn:aws:states:::s3:listObjectsV2",
         "Parameters":{"Bucket.$":"$.b","Prefix":"in/"}},
         "ItemSelector":{"k.$":"$$.Map.Item.Value.Key","n.$":"$$.Map.Item.Index"})"),
          R"({"b":"bkt"})");
  EXPECT_EQ(info.output.view(), R"([{"k":"in/a","n":0},{"k":"in/b","n":1}])");
}

TEST_F(EngineMapItemsTest, FieldsOfTheReaderAreComputed) {
  Put(R"({"a":{"list":[1,2,3]}})");
  EXPECT_EQ(Run(MapWith(Reader(R"("InputType":"JSON","ItemsPointer":"/a/list",
                                  "MaxItemsPath":"$.most")")),
                R"({"most":2})")
                .output.view(),
            "[1,2]");
  const ExecutionInfo info =
      Run(MapWith(R"("ItemReader":{"Resource":"arn:aws:states:::s3:getObject","ReaderConfig":{
                 "InputType":"JSON","ItemsPointer":"{% '/a/' & $states.input.list %}",
                 "MaxItems":"{% 1 + 1 %}"},
                 "Arguments":{"Bucket":"bkt","Key":"{% $states.input.key %}"}},
                 "ItemSelector":{"v":"{% $states.context.Map.Item.Value %}"})",
                  R"("QueryLanguage":"JSONata",)"),
          R"({"list":"list","key":"k"})");
  EXPECT_EQ(info.output.view(), R"([{"v":1},{"v":2}])");
}

// Step Functions Developer Guide, "Context object": Map.Item.Key is there for the members of an
// object alone, not for elements that look like them.
TEST_F(EngineMapItemsTest, TheSelectorSeesTheKeyOfAMember) {
  const std::string selector =
      R"(,"ItemSelector":{"k.$":"$$.Map.Item.Key","v.$":"$$.Map.Item.Value.Value"})";
  Put(R"({"a":1,"b":{"c":2}})");
  EXPECT_EQ(Run(MapWith(Reader(R"("InputType":"JSON")") + selector)).output.view(),
            R"([{"k":"a","v":1},{"k":"b","v":{"c":2}}])");
  Put(R"([{"Key":"a","Value":1}])");
  const ExecutionInfo elements = Run(MapWith(Reader(R"("InputType":"JSON")") + selector));
  EXPECT_EQ(elements.error, "States.Runtime");
  EXPECT_THAT(elements.cause.value_or(""), HasSubstr("Map.Item.Key"));
}

TEST_F(EngineMapItemsTest, KeysOfMembersAreKnownAlsoInJsonata) {
  Put(R"({"a":1,"b":2})");
  EXPECT_EQ(Run(MapWith(R"("ItemReader":{"Resource":"arn:aws:states:::s3:getObject",
                          "ReaderConfig":{"InputType":"JSON"},
                          "Arguments":{"Bucket":"bkt","Key":"k"}},
                          "ItemSelector":"{% $states.context.Map.Item.Key %}")",
                        R"("QueryLanguage":"JSONata",)"))
                .output.view(),
            R"(["a","b"])");
}

TEST_F(EngineMapItemsTest, ASliceMayHoldMembersAndElements) {
  Put(R"({"a":1})", "in/a");
  Put("[2]", "in/b");
  Put(R"({"c":3})", "in/c");
  EXPECT_EQ(Run(MapWith(R"("ItemReader":{"Resource":"arn:aws:states:::s3:listObjectsV2",
                          "ReaderConfig":{"InputType":"JSON","Transformation":"LOAD_AND_FLATTEN"},
                          "Arguments":{"Bucket":"bkt","Prefix":"in/"}},
                          "ItemSelector":{"k":"{% [$states.context.Map.Item.Key, 'none'][0] %}"})",
                        R"("QueryLanguage":"JSONata",)"))
                .output.view(),
            R"([{"k":"a"},{"k":"none"},{"k":"c"}])");
}

// Step Functions Developer Guide, "Context object": Map.Item.Source.
TEST_F(EngineMapItemsTest, TheSelectorSeesWhereAnItemComesFrom) {
  const std::string selector = R"("ItemSelector":{"s.$":"$$.Map.Item.Source"})";
  EXPECT_EQ(Run(MapWith(selector), "[1]").output.view(), R"([{"s":"STATE_DATA"}])");
  Put("[1]", "in/a");
  const std::string reader = Reader(R"("InputType":"JSON")", "in/a");
  EXPECT_EQ(Run(MapWith(reader + "," + selector)).output.view(), R"([{"s":"S3://bkt/in/a"}])");
  const std::string listing = R"("ItemReader":{"Resource":"arn:aws:states:::s3:listObjectsV2",
                                 "Parameters":{"Bucket":"bkt","Prefix":"in/"}},)";
  EXPECT_EQ(Run(MapWith(listing + selector)).output.view(), R"([{"s":"S3://bkt"}])");
}

TEST_F(EngineMapItemsTest, SourcesAreKnownAlsoInJsonata) {
  const std::string selector = R"("ItemSelector":"{% $states.context.Map.Item.Source %}")";
  const std::string jsonata = R"("QueryLanguage":"JSONata",)";
  EXPECT_EQ(Run(MapWith(R"("Items":[1,2],)" + selector, jsonata)).output.view(),
            R"(["STATE_DATA","STATE_DATA"])");
  Put("[1,2]", "in/a");
  Put("[]", "in/b");
  Put("[3]", "in/c");
  EXPECT_EQ(Run(MapWith(R"("ItemReader":{"Resource":"arn:aws:states:::s3:listObjectsV2",
                          "ReaderConfig":{"InputType":"JSON","Transformation":"LOAD_AND_FLATTEN"},
                          "Arguments":{"Bucket":"bkt","Prefix":"in/"}},)" +
                            selector,
                        jsonata))
                .output.view(),
            R"(["S3://bkt/in/a","S3://bkt/in/a","S3://bkt/in/c"])");
}

TEST_F(EngineMapItemsTest, TheItemsOfAnInlineMapHaveNoSource) {
  const ExecutionInfo info = Run(R"({"StartAt":"M","States":{"M":{"Type":"Map","End":true,
      "ItemSelector":{"s.$":"$$.Map.Item.Source"},
      "ItemProcessor":{"StartAt":"P","States":{"P":{"Type":"Pass","End":true}}}}}})",
                                 "[1]");
  EXPECT_EQ(info.error, "States.Runtime");
  EXPECT_THAT(info.cause.value_or(""), HasSubstr("Map.Item.Source"));
}

TEST_F(EngineMapItemsTest, TheSelectorSeesTheStatesInputToo) {
  Put("[5]");
  EXPECT_EQ(
      Run(MapWith(Reader(R"("InputType":"JSON")") +
                  R"(,"InputPath":"$.in","ItemSelector":{"all.$":"$","v.$":"$$.Map.Item.Value"})"),
          R"({"in":{"x":1}})")
          .output.view(),
      R"([{"all":{"x":1},"v":5}])");
}

// Recorded on AWS: duplicate headers.
TEST_F(EngineMapItemsTest, AReaderThatFailsFailsTheRun) {
  Put("1,2\n");
  const ExecutionInfo info = Run(
      MapWith(Reader(R"("InputType":"CSV","CSVHeaderLocation":"GIVEN","CSVHeaders":["H1","H1"])")));
  EXPECT_EQ(info.error, "States.ItemReaderFailed");
  EXPECT_EQ(info.cause, "CSV headers cannot contain duplicates.");
  EXPECT_THAT(harness_.EventTypes(info.name),
              ElementsAre("ExecutionStarted",
                          "MapStateEntered",
                          "MapStateStarted",
                          "MapRunStarted",
                          "MapRunFailed",
                          "MapStateFailed",
                          "ExecutionFailed"));
  EXPECT_EQ(OnlyRun(info.name).status, "FAILED");
}

TEST_F(EngineMapItemsTest, AReaderIsToldWhatItLacks) {
  const ExecutionInfo missing = Run(MapWith(Reader(R"("InputType":"CSV")", "absent")));
  EXPECT_EQ(missing.error, "States.ItemReaderFailed");
  EXPECT_THAT(missing.cause.value_or(""), HasSubstr("s3://bkt/absent"));
  const ExecutionInfo no_bucket = Run(MapWith(
      R"("ItemReader":{"Resource":"arn:aws:states:::s3:getObject","Parameters":{"Key":"k"}})"));
  EXPECT_EQ(no_bucket.cause, "ItemReader: expected the name of a bucket as 'Bucket', found none");
  EngineHarness bare;
  const ExecutionInfo no_store = bare.Run(MapWith(Reader(R"("InputType":"CSV")")));
  EXPECT_EQ(no_store.error, "States.ItemReaderFailed");
  EXPECT_THAT(no_store.cause.value_or(""), HasSubstr("--objects-directory"));
}

TEST_F(EngineMapItemsTest, AReaderIsTriedAgainByRetry) {
  const std::string definition = MapWith(Reader(R"("InputType":"JSON")") +
                                         R"(,"Retry":[{"ErrorEquals":["States.ItemReaderFailed"],
                                             "IntervalSeconds":5}])");
  const ExecutionInfo info = Run(definition);
  EXPECT_EQ(info.status, ExecutionStatus::kRunning);
  Put("[1]");
  harness_.Advance(6s);
  EXPECT_EQ(harness_.Describe(info.name).output.view(), "[1]");
}

TEST_F(EngineMapItemsTest, AStoreThatDoesNotAnswerIsAskedAgain) {
  Put("[1]");
  objects_->FailReadsFrom(0);
  const ExecutionInfo info = Run(MapWith(Reader(R"("InputType":"JSON")")));
  EXPECT_EQ(info.error, "States.ItemReaderFailed");
  EXPECT_EQ(objects_->read_count(), 3U);
}

TEST_F(EngineMapItemsTest, APercentageIsOfAllItems) {
  // Of the first item alone it would be passed at once.
  std::string items = "[\"bad\"";
  for (int i = 0; i < 2'499; ++i)
    items += ",\"good\"";
  Put(items + "]");
  const std::string map = R"({"StartAt":"M","States":{"M":{"Type":"Map","MaxConcurrency":1,)" +
                          Reader(R"("InputType":"JSON")") +
                          R"(,"ToleratedFailurePercentage":1,"ItemProcessor":{
        "ProcessorConfig":{"Mode":"DISTRIBUTED","ExecutionType":"STANDARD"},
        "StartAt":"C","States":{"C":{"Type":"Choice","Choices":[{"Variable":"$",
        "StringEquals":"bad","Next":"F"}],"Default":"S"},
        "F":{"Type":"Fail"},"S":{"Type":"Succeed"}}},"ResultPath":null,"End":true}}})";
  const ExecutionInfo info = Run(map);
  EXPECT_EQ(info.status, ExecutionStatus::kSucceeded);
  EXPECT_EQ(OnlyRun(info.name).items.failed, 1U);
  EXPECT_EQ(OnlyRun(info.name).items.succeeded, 2'499U);
}

// --- Batches ---

TEST_F(EngineMapItemsTest, ItemsOfTheInputAreBatched) {
  const ExecutionInfo info = Run(MapWith(R"("ItemsPath":"$.n","ItemBatcher":{"MaxItemsPerBatch":2,
                     "BatchInput":{"x.$":"$.x"}})"),
                                 R"({"n":[1,2,3],"x":9})");
  EXPECT_EQ(info.output.view(),
            R"([{"BatchInput":{"x":9},"Items":[1,2]},{"BatchInput":{"x":9},"Items":[3]}])");
  const MapRunInfo run = OnlyRun(info.name);
  EXPECT_EQ(run.items.succeeded, 3U);
  EXPECT_EQ(run.executions.succeeded, 2U);
  EXPECT_EQ(run.executions.total, 2U);
}

TEST_F(EngineMapItemsTest, BatchesGoOverSlices) {
  Put(Numbers(2'500));
  const ExecutionInfo info =
      Run(MapWith(Reader(R"("InputType":"JSON")") + R"(,"ItemBatcher":{"MaxItemsPerBatch":1500})"));
  EXPECT_THAT(info.output.str(), StartsWith(R"([{"Items":[0,1,2,)"));
  EXPECT_THAT(info.output.str(), HasSubstr(R"(1498,1499]},{"Items":[1500,1501,)"));
  EXPECT_EQ(OnlyRun(info.name).executions.total, 2U);
}

TEST_F(EngineMapItemsTest, SelectedItemsAreBatchedOverSlices) {
  // 6 MiB of items, of which the selector leaves little.
  std::string items = "[";
  for (int i = 0; i < 6'000; ++i) {
    items += (i > 0 ? "," : "") + std::string(R"({"n":)") + std::to_string(i) + R"(,"text":")" +
             std::string(1'000, 'x') + "\"}";
  }
  Put(items + "]");
  const std::string reader =
      Reader(R"("InputType":"JSON")") + R"(,"ItemSelector":{"n.$":"$$.Map.Item.Value.n"},)";
  const ExecutionInfo counted = Run(MapWith(reader + R"("ItemBatcher":{"MaxItemsPerBatch":2500})"));
  EXPECT_THAT(counted.output.str(), HasSubstr(R"({"n":2499}]},{"Items":[{"n":2500},)"));
  EXPECT_EQ(OnlyRun(counted.name).executions.total, 3U);
  // Fewer than fit, because as many as 4 MiB of items are not held.
  const ExecutionInfo unlimited = Run(MapWith(reader + R"("ItemBatcher":{"BatchInput":1})"));
  EXPECT_EQ(OnlyRun(unlimited.name).executions.total, 2U);
  EXPECT_EQ(OnlyRun(unlimited.name).items.succeeded, 6'000U);
}

TEST_F(EngineMapItemsTest, BatchesHoldToTheirBytes) {
  Put(R"(["aaaa","bbbb","cccc"])");
  EXPECT_EQ(Run(MapWith(Reader(R"("InputType":"JSON")") +
                        R"(,"ItemBatcher":{"MaxInputBytesPerBatchPath":"$.bytes"})"),
                R"({"bytes":27})")
                .output.view(),
            R"([{"Items":["aaaa","bbbb"]},{"Items":["cccc"]}])");
}

TEST_F(EngineMapItemsTest, AnItemThatFitsInNoBatchFailsTheRun) {
  const ExecutionInfo info = Run(MapWith(R"("ItemBatcher":{"MaxInputBytesPerBatch":20})"),
                                 R"([1,"01234567890123456789"])");
  EXPECT_EQ(info.error, "States.DataLimitExceeded");
  EXPECT_EQ(OnlyRun(info.name).status, "FAILED");
}

// --- Results ---

TEST_F(EngineMapItemsTest, ResultsAreWrittenWithAManifest) {
  const ExecutionInfo info = Run(MapWith(kResultWriter), "[1,2]");
  const MapRunInfo run = OnlyRun(info.name);
  EXPECT_THAT(info.output.str(), HasSubstr(R"("MapRunArn":")" + run.arn + R"(")"));
  EXPECT_THAT(info.output.str(), HasSubstr(R"("ResultWriterDetails":{"Bucket":"bkt","Key":"out/)"));
  EXPECT_THAT(Written(run, "manifest.json"), HasSubstr("SUCCEEDED_0.json"));
  const std::string results = Written(run, "SUCCEEDED_0.json");
  EXPECT_THAT(results, HasSubstr(R"("Input":"1")"));
  EXPECT_THAT(results, HasSubstr(R"("Output":"2")"));
  EXPECT_EQ(run.items.results_written, 2U);
  EXPECT_EQ(run.executions.results_written, 2U);
}

TEST_F(EngineMapItemsTest, ResultsOfExpressExecutionsAreWritten) {
  Put("[1,2]");
  std::string definition = MapWith(Reader(R"("InputType":"JSON")") + "," + kResultWriter);
  const std::string standard = R"("STANDARD")";
  definition.replace(definition.find(standard), standard.size(), R"("EXPRESS")");
  const ExecutionInfo info = Run(definition);
  ASSERT_EQ(info.status, ExecutionStatus::kSucceeded) << info.cause.value_or("");
  const std::string results = Written(OnlyRun(info.name), "SUCCEEDED_0.json");
  EXPECT_THAT(results, HasSubstr(R"("Input":"1")"));
  EXPECT_THAT(results, HasSubstr(":express:"));
}

TEST_F(EngineMapItemsTest, WrittenResultsAreNotHeldToAPayload) {
  Put("[\"" + std::string(200'000, 'x') + "\",\"" + std::string(200'000, 'y') + "\"]");
  const ExecutionInfo info =
      Run(MapWith(Reader(R"("InputType":"JSON")") + "," + std::string(kResultWriter)));
  EXPECT_EQ(info.status, ExecutionStatus::kSucceeded) << info.cause.value_or("");
}

TEST_F(EngineMapItemsTest, ResultsAreTransformed) {
  EXPECT_EQ(Run(MapWith(R"("ResultWriter":{"WriterConfig":{"Transformation":"FLATTEN"}})"),
                "[[1,2],[],[3]]")
                .output.view(),
            "[1,2,3]");
  const ExecutionInfo plain =
      Run(MapWith(R"("ResultWriter":{"WriterConfig":{"Transformation":"NONE"}})"), "[7]");
  EXPECT_THAT(plain.output.str(), HasSubstr(R"("Output":"7")"));
}

TEST_F(EngineMapItemsTest, AWriterThatFailsFailsTheRun) {
  objects_->RefuseWrites();
  const ExecutionInfo info = Run(MapWith(kResultWriter), "[1]");
  EXPECT_EQ(info.error, "States.ResultWriterFailed");
  EXPECT_EQ(OnlyRun(info.name).status, "FAILED");
  EngineHarness bare;
  EXPECT_THAT(bare.Run(MapWith(kResultWriter), "[1]").cause.value_or(""),
              HasSubstr("--objects-directory"));
}

// The same with threads, a directory as the buckets and no time but the clock's.
TEST(EngineMapItemsThreadsTest, BucketsAreDirectories) {
  const test::TemporaryDirectory directory;
  std::filesystem::create_directory(directory.path() / "bkt");
  test::WriteFile(directory.path() / "bkt" / "k", "[1,2,3]");
  const auto engine = Engine::Open({.objects_directory = directory.path().string()});
  ASSERT_TRUE(engine.ok()) << engine.status().ToString();
  const std::string definition = MapWith(Reader(R"("InputType":"JSON")") + "," + kResultWriter);
  ASSERT_TRUE((*engine)->Deploy({.name = "m", .definition = definition}).ok());
  const ExecutionName name{.state_machine = "m", .name = "e"};
  (*engine)->StartExecution({.state_machine = "m", .name = "e", .input = "{}"},
                            [](const Result<StartResponse>&) {});
  Result<ExecutionInfo> info = NotFound("not asked yet");
  do {
    info = (*engine)->WaitForExecution(name, 30s);
  } while (info.status().code() == StatusCode::kNotFound);
  ASSERT_TRUE(info.ok()) << info.status().ToString();
  EXPECT_EQ(info->status, ExecutionStatus::kSucceeded) << info->cause.value_or("");
  EXPECT_EQ(Engine::Open({.objects_directory = "/nowhere/at/all"}).status().code(),
            StatusCode::kNotFound);
}

TEST(EngineObjectStoreTest, AStoreOfTheProgramsOwnStandsAlone) {
  const auto store = std::make_shared<MemoryObjectStore>();
  EXPECT_TRUE(Engine::Open({.object_store = store}).ok());
  EXPECT_EQ(Engine::Open({.objects_directory = "/tmp", .object_store = store}).status().field(),
            "objects_directory");
}

// --- Crashes and sizes ---

// The crash falls into every moment of the run, once each.
TEST_F(EngineMapItemsTest, NothingIsLostOrDoneTwiceInACrash) {
  Put(Numbers(7));
  const std::string definition =
      MapWith(Reader(R"("InputType":"JSON")") +
              R"(,"MaxConcurrency":2,"ItemBatcher":{"MaxItemsPerBatch":2},)" + kResultWriter);
  for (int polls = 0; polls < 60; ++polls) {
    EngineHarness harness({}, objects_);
    harness.Deploy("m", definition);
    const ExecutionName name = harness.Start("m", "{}");
    for (int i = 0; i < polls; ++i)
      static_cast<void>(static_cast<runtime::EngineImpl&>(harness.engine()).Poll());
    harness.Crash();
    harness.Settle();
    harness.Advance(10s);
    const auto info = harness.engine().DescribeExecution(name);
    if (!info.ok()) continue;  // the start itself was lost with its answer
    ASSERT_EQ(info->status, ExecutionStatus::kSucceeded) << polls << info->cause.value_or("");
    const auto runs = harness.engine().ListMapRuns(name, 10, "");
    ASSERT_EQ(runs->map_runs.size(), 1U);
    EXPECT_EQ(runs->map_runs[0].items.succeeded, 7U) << polls;
    EXPECT_EQ(runs->map_runs[0].executions.succeeded, 4U) << polls;
    EXPECT_EQ(runs->map_runs[0].items.results_written, 7U) << polls;
    const std::string results = Written(runs->map_runs[0], "SUCCEEDED_0.json");
    for (const char* batch : {"[0,1]", "[2,3]", "[4,5]", "[6]"})
      EXPECT_THAT(results, HasSubstr(batch)) << polls;
    EXPECT_EQ(harness.engine().Statistics().quarantined, 0U);
  }
}

// What a run of any length holds: its frame and those of the executions that are open, a row for
// each of these, two slices of 1,000 items in memory, and a frame row of less than a kilobyte.
TEST_F(EngineMapItemsTest, AHundredThousandItemsTakeNoMoreThanAFew) {
  constexpr std::size_t kItems = 100'000;
  constexpr std::size_t kConcurrency = 8;
  std::string csv = "n\n";
  for (std::size_t i = 0; i < kItems; ++i)
    csv += std::to_string(i) + "\n";
  Put(csv);
  harness_.Deploy(
      "m", MapWith(Reader(R"("InputType":"CSV")") + R"(,"MaxConcurrency":8,)" + kResultWriter));
  const ExecutionName name = harness_.Start("m");
  auto& engine = static_cast<runtime::EngineImpl&>(harness_.engine());
  std::size_t rounds = 0;
  while (engine.Poll()) {
    if (++rounds % 5'000 != 0) continue;
    EXPECT_LE(RowsOf('I'), kConcurrency);
    EXPECT_GE(RowsOf('F'), 1U);
    EXPECT_LE(RowsOf('F'), kConcurrency + 1);
    EXPECT_LE(LongestRowOf('F'), 1'024U);
  }
  EXPECT_GT(rounds, 10'000U);
  // The file is read once, not from a cursor for each slice.
  EXPECT_LE(objects_->bytes_read(), csv.size());
  const MapRunInfo run = OnlyRun(name);
  EXPECT_EQ(run.status, "SUCCEEDED");
  EXPECT_EQ(run.items.succeeded, kItems);
  EXPECT_EQ(run.items.results_written, kItems);
  EXPECT_THAT(Written(run, "SUCCEEDED_0.json"), HasSubstr(R"({\"n\":\"99999\"})"));
  EXPECT_EQ(RowsOf('I') + RowsOf('J') + RowsOf('F'), 0U);
}

}  // namespace
}  // namespace pawl
