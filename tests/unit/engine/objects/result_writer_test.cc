// Step Functions Developer Guide, "ResultWriter (Map)".
#include "engine/objects/result_writer.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

#include "tests/support/memory_object_store.h"

namespace pawl::test {
namespace {

using objects::ChildResult;
using objects::ChildStatus;
using objects::OutputType;
using objects::ResultWriter;
using objects::ResultWriterOptions;
using objects::WriterTransformation;
using objects::WrittenCounts;
using ::testing::HasSubstr;

ChildResult Child(ChildStatus status, const std::string& output = "1") {
  return {.name = "child", .status = status, .input = "0", .output = output, .item_count = 2};
}

class ResultWriterTest : public ::testing::Test {
 protected:
  ResultWriterTest() { store.AddBucket("bucket"); }

  static ResultWriterOptions Options() {
    return {.bucket = "bucket",
            .prefix = "jobs",
            .map_run_arn = "arn:aws:states:us-east-1:1:mapRun:m/l:run-1",
            .transformation = WriterTransformation::kCompact};
  }

  // Writes successes with these outputs, and gives the Map state's output.
  std::string WriteAll(ResultWriterOptions options, const std::vector<std::string>& outputs) {
    ResultWriter writer(store, std::move(options));
    for (const std::string& output : outputs) {
      EXPECT_TRUE(writer.Append(Child(ChildStatus::kSucceeded, output)).ok());
    }
    return writer.Finish().value();
  }

  const std::string& Text(const std::string& key) const { return store.Get({"bucket", key}); }

  MemoryObjectStore store;
};

TEST_F(ResultWriterTest, GivesThePlaceOfTheManifest) {
  EXPECT_EQ(WriteAll(Options(), {"1", "[2]"}),
            R"({"MapRunArn":"arn:aws:states:us-east-1:1:mapRun:m/l:run-1","ResultWriterDetails":)"
            R"({"Bucket":"bucket","Key":"jobs/run-1/manifest.json"}})");
  EXPECT_EQ(Text("jobs/run-1/SUCCEEDED_0.json"), "[1,[2]]");
  EXPECT_EQ(
      Text("jobs/run-1/manifest.json"),
      R"({"DestinationBucket":"bucket","MapRunArn":"arn:aws:states:us-east-1:1:mapRun:m/l:run-1",)"
      R"("ResultFiles":{"FAILED":[],"PENDING":[],"SUCCEEDED":[{"Key":)"
      R"("jobs/run-1/SUCCEEDED_0.json","Size":7}]}})");
}

TEST_F(ResultWriterTest, EachOutcomeHasItsFiles) {
  ResultWriter writer(store, Options());
  for (const ChildStatus status : {ChildStatus::kSucceeded,
                                   ChildStatus::kFailed,
                                   ChildStatus::kTimedOut,
                                   ChildStatus::kAborted,
                                   ChildStatus::kPending}) {
    ASSERT_TRUE(writer.Append(Child(status)).ok());
  }
  ASSERT_TRUE(writer.Finish().ok());
  // What is pending has no result.
  EXPECT_EQ(writer.written(), (WrittenCounts{.executions = 4, .items = 8}));
  for (const char* const status : {R"("FAILED")", R"("TIMED_OUT")", R"("ABORTED")"}) {
    EXPECT_THAT(Text("jobs/run-1/FAILED_0.json"), HasSubstr(status));
  }
  EXPECT_THAT(Text("jobs/run-1/PENDING_0.json"), HasSubstr(R"("Status":"PENDING")"));
  EXPECT_EQ(Text("jobs/run-1/SUCCEEDED_0.json"), "[1]");
}

TEST_F(ResultWriterTest, LinesAreLines) {
  ResultWriterOptions options = Options();
  options.output_type = OutputType::kJsonLines;
  options.transformation = WriterTransformation::kFlatten;
  WriteAll(options, {"[1, 2]", "{\n\"a\": 3}"});
  EXPECT_EQ(Text("jobs/run-1/SUCCEEDED_0.jsonl"), "1\n2\n{\"a\":3}\n");
}

TEST_F(ResultWriterTest, FullFilesAreFollowedByOthers) {
  ResultWriterOptions options = Options();
  options.file_bytes_max = 5;
  WriteAll(options, {"1", "2", "3", "44444444", "5"});
  EXPECT_EQ(Text("jobs/run-1/SUCCEEDED_0.json"), "[1,2]");
  EXPECT_EQ(Text("jobs/run-1/SUCCEEDED_1.json"), "[3]");
  EXPECT_EQ(Text("jobs/run-1/SUCCEEDED_2.json"), "[44444444]");
  EXPECT_EQ(Text("jobs/run-1/SUCCEEDED_3.json"), "[5]");
  EXPECT_THAT(Text("jobs/run-1/manifest.json"), HasSubstr(R"(SUCCEEDED_3.json","Size":3}]}})"));
}

TEST_F(ResultWriterTest, KeysHaveThePrefixIfThereIsOne) {
  ResultWriterOptions options = Options();
  options.prefix = "";
  EXPECT_THAT(WriteAll(options, {}), HasSubstr(R"("Key":"run-1/manifest.json")"));
  options.prefix = "a/b/";
  EXPECT_THAT(WriteAll(options, {}), HasSubstr(R"("Key":"a/b/run-1/manifest.json")"));
}

TEST_F(ResultWriterTest, WithoutResultsThereIsTheManifestAlone) {
  WriteAll(Options(), {});
  EXPECT_FALSE(store.Has({"bucket", "jobs/run-1/SUCCEEDED_0.json"}));
  EXPECT_THAT(Text("jobs/run-1/manifest.json"), HasSubstr(R"("SUCCEEDED":[])"));
}

TEST_F(ResultWriterTest, AWriterThatGoesAwayLeavesNoManifest) {
  {
    ResultWriter writer(store, Options());
    ASSERT_TRUE(writer.Append(Child(ChildStatus::kSucceeded)).ok());
  }
  EXPECT_FALSE(store.Has({"bucket", "jobs/run-1/SUCCEEDED_0.json"}));
  EXPECT_FALSE(store.Has({"bucket", "jobs/run-1/manifest.json"}));
}

TEST_F(ResultWriterTest, ErrorsAreOfTheResultWriter) {
  ResultWriterOptions options = Options();
  options.bucket = "no-bucket";
  ResultWriter nowhere(store, options);
  const Status missing = nowhere.Append(Child(ChildStatus::kSucceeded));
  EXPECT_EQ(missing.reason(), "States.ResultWriterFailed");
  EXPECT_EQ(missing.message(), "the bucket 'no-bucket' does not exist");

  ResultWriter writer(store, Options());
  EXPECT_EQ(writer.Append(Child(ChildStatus::kSucceeded, "x")).reason(),
            "States.ResultWriterFailed");
  ASSERT_TRUE(writer.Append(Child(ChildStatus::kSucceeded)).ok());
  store.RefuseWrites();
  EXPECT_EQ(writer.Finish().status().code(), StatusCode::kResourceExhausted);
}

}  // namespace
}  // namespace pawl::test
