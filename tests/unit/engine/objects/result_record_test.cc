// Step Functions Developer Guide, "ResultWriter (Map)".
#include "engine/objects/result_record.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace pawl::test {
namespace {

using objects::ChildResult;
using objects::ChildStatus;
using objects::TransformResult;
using objects::TransformResults;
using objects::WriterTransformation;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

ChildResult Success(const std::string& output) {
  return {.name = "child",
          .execution_arn = "arn:execution",
          .state_machine_arn = "arn:machine",
          .input = R"({"n":1})",
          .output = output,
          .start_date = ParseTimestamp("2025-02-04T21:49:40.216Z"),
          .stop_date = ParseTimestamp("2025-02-04T21:49:40.412Z")};
}

ChildResult Failure() {
  ChildResult result = Success("");
  result.status = ChildStatus::kFailed;
  result.error = "Broken";
  result.cause = "a \"part\"";
  result.redrive_count = 2;
  return result;
}

const std::string kFailure =
    R"({"Cause":"a \"part\"","Error":"Broken","ExecutionArn":"arn:execution","Input":"{\"n\":1}",)"
    R"("InputDetails":{"Included":true},"Name":"child","RedriveCount":2,)"
    R"("RedriveStatus":"REDRIVABLE_BY_MAP_RUN","StartDate":"2025-02-04T21:49:40.216Z",)"
    R"("StateMachineArn":"arn:machine","Status":"FAILED","StopDate":"2025-02-04T21:49:40.412Z"})";

TEST(ResultRecordTest, NoneKeepsTheMetadata) {
  EXPECT_THAT(
      TransformResult(Success("[1, 2]"), WriterTransformation::kNone).value(),
      ElementsAre(
          R"({"ExecutionArn":"arn:execution","Input":"{\"n\":1}","InputDetails":{"Included":true},)"
          R"("Name":"child","Output":"[1, 2]","OutputDetails":{"Included":true},"RedriveCount":0,)"
          R"("RedriveStatus":"NOT_REDRIVABLE","RedriveStatusReason":"Execution is SUCCEEDED and )"
          R"(cannot be redriven","StartDate":"2025-02-04T21:49:40.216Z",)"
          R"("StateMachineArn":"arn:machine","Status":"SUCCEEDED",)"
          R"("StopDate":"2025-02-04T21:49:40.412Z"})"));
}

TEST(ResultRecordTest, WhatWasNeverStartedHasNoDates) {
  const ChildResult pending{.name = "child",
                            .state_machine_arn = "arn:machine",
                            .status = ChildStatus::kPending,
                            .input = "1"};
  EXPECT_THAT(TransformResult(pending, WriterTransformation::kNone).value(),
              ElementsAre(R"({"Input":"1","InputDetails":{"Included":true},"Name":"child",)"
                          R"("StateMachineArn":"arn:machine","Status":"PENDING"})"));
}

TEST(ResultRecordTest, CompactKeepsTheOutputAlone) {
  EXPECT_THAT(TransformResult(Success("[1,\n [2]]"), WriterTransformation::kCompact).value(),
              ElementsAre("[1,[2]]"));
}

TEST(ResultRecordTest, FlattenTakesOneLevelOffArrays) {
  const auto flatten = [](const std::string& output) {
    return TransformResult(Success(output), WriterTransformation::kFlatten).value();
  };
  EXPECT_THAT(flatten("[1.50,\n [2]]"), ElementsAre("1.50", "[2]"));
  EXPECT_THAT(flatten("[]"), IsEmpty());
  EXPECT_THAT(flatten("{ \"a\": [1] }"), ElementsAre(R"({"a":[1]})"));
}

TEST(ResultRecordTest, FailuresAreUnchanged) {
  for (const auto transformation : {WriterTransformation::kNone,
                                    WriterTransformation::kCompact,
                                    WriterTransformation::kFlatten}) {
    EXPECT_THAT(TransformResult(Failure(), transformation).value(), ElementsAre(kFailure));
  }
}

TEST(ResultRecordTest, RefusesAnOutputThatIsNoJson) {
  for (const auto transformation :
       {WriterTransformation::kCompact, WriterTransformation::kFlatten}) {
    EXPECT_EQ(TransformResult(Success("x"), transformation).status().code(),
              StatusCode::kInvalidArgument);
  }
}

TEST(ResultRecordTest, TransformsWholeResults) {
  const std::vector<ChildResult> results = {Success("[1,2]"), Success("3"), Success("[]")};
  EXPECT_EQ(TransformResults(results, WriterTransformation::kCompact).value(), "[[1,2],3,[]]");
  EXPECT_EQ(TransformResults(results, WriterTransformation::kFlatten).value(), "[1,2,3]");
  EXPECT_EQ(TransformResults({}, WriterTransformation::kNone).value(), "[]");
}

}  // namespace
}  // namespace pawl::test
