#include "engine/rows/execution_row.h"

#include <gtest/gtest.h>

#include <limits>

#include "engine/base/coding.h"

namespace pawl::rows {
namespace {

using interpreter::ExecutionStatus;

ExecutionRow ExampleRow() {
  return {.namespace_id = NamespaceId{3},
          .header = {.state_machine = "m",
                     .name = "n",
                     .started_at = FromMicros(1'700'000'000'000'000),
                     .seed = 0xFFFF'FFFF'FFFF'FFFF},
          .revision = 12,
          .priority = -7,
          .fairness_key = "tenant",
          .input_hash = 99};
}

TEST(ExecutionRowTest, OpenAndClosedExecutionsComeBack) {
  ExecutionRow row = ExampleRow();
  EXPECT_EQ(*DecodeExecution(EncodeExecution(row)), row);
  row.status = ExecutionStatus::kFailed;
  row.stopped_at = FromMicros(5);
  row.error = "E";
  row.cause = std::string(1'000, 'c');
  EXPECT_EQ(*DecodeExecution(EncodeExecution(row)), row);
  row.status = ExecutionStatus::kSucceeded;
  row.error.reset();
  row.cause.reset();
  row.output = interpreter::Payload{.bytes = Bytes("{}"), .home = 4};
  EXPECT_EQ(*DecodeExecution(EncodeExecution(row)), row);
}

TEST(ExecutionRowTest, RedrivesComeBack) {
  ExecutionRow row = ExampleRow();
  row.header.redrive_count = 3;
  row.header.redriven_at = FromMicros(9);
  row.redrive_token = "token";
  const std::string value = EncodeExecution(row);
  EXPECT_EQ(*DecodeExecution(value), row);
  for (std::size_t size = 0; size < value.size(); ++size)
    EXPECT_FALSE(DecodeExecution(value.substr(0, size)).ok()) << size;
  const ListingRow listing{.name = "n", .redrive_count = 3, .redriven_at = FromMicros(9)};
  EXPECT_EQ(*DecodeListing(EncodeListing(listing)), listing);
}

TEST(ExecutionRowTest, TestsComeBack) {
  ExecutionRow row = ExampleRow();
  row.header.test_case = "HappyPath";
  row.mocked_calls = {{2, 1}, {300, 4000}};
  row.version = 3;
  row.alias = "live";
  const std::string value = EncodeExecution(row);
  EXPECT_EQ(*DecodeExecution(value), row);
  for (std::size_t size = 0; size < value.size(); ++size)
    EXPECT_FALSE(DecodeExecution(value.substr(0, size)).ok()) << size;
}

TEST(ExecutionRowTest, ParentsComeBack) {
  ExecutionRow row = ExampleRow();
  row.has_map_runs = true;
  row.parent = ParentLink{.execution = {.shard = ShardId{7}, .number = ExecutionNumber{8}},
                          .frame = FrameNumber{9},
                          .wait_number = 10,
                          .is_waiting = true};
  EXPECT_EQ(*DecodeExecution(EncodeExecution(row)), row);
  row.parent->map_run = MapRunLink{.index = 11, .map_state = 12, .run = "m/label:run"};
  const std::string value = EncodeExecution(row);
  EXPECT_EQ(*DecodeExecution(value), row);
  for (std::size_t size = 0; size < value.size(); ++size)
    EXPECT_FALSE(DecodeExecution(value.substr(0, size)).ok()) << size;
}

TEST(ExecutionRowTest, VersionsAndAliasesComeBack) {
  ExecutionRow row = ExampleRow();
  row.version = 300;
  EXPECT_EQ(*DecodeExecution(EncodeExecution(row)), row);
  row.alias = "PROD";
  const std::string value = EncodeExecution(row);
  EXPECT_EQ(*DecodeExecution(value), row);
  for (std::size_t size = 0; size < value.size(); ++size)
    EXPECT_FALSE(DecodeExecution(value.substr(0, size)).ok()) << size;
  const ListingRow listing{.name = "n", .revision = 2, .version = 300, .alias = "PROD"};
  EXPECT_EQ(*DecodeListing(EncodeListing(listing)), listing);
}

TEST(ExecutionRowTest, MessagesComeBack) {
  const OutboxRow row{.kind = OutboxRow::Kind::kStopChildren,
                      .child = {.state_machine = "m", .execution = "e"},
                      .run = 5,
                      .writes_results = true};
  std::string value = EncodeOutbox(row);
  EXPECT_EQ(*DecodeOutbox(value), row);
  for (std::size_t size = 0; size < value.size(); ++size)
    EXPECT_FALSE(DecodeOutbox(value.substr(0, size)).ok()) << size;
  value.back() = 2;
  EXPECT_FALSE(DecodeOutbox(value).ok());
}

TEST(ExecutionRowTest, EveryCutIsDataLoss) {
  const std::string value = EncodeExecution(ExampleRow());
  for (std::size_t size = 0; size < value.size(); ++size) {
    EXPECT_EQ(DecodeExecution(value.substr(0, size)).status().code(), StatusCode::kDataLoss);
  }
}

TEST(ExecutionRowTest, UnknownFlagsAreDataLoss) {
  std::string value = EncodeExecution(ExampleRow());
  ASSERT_EQ(value.back(), 0);
  value.back() = 16;
  EXPECT_EQ(DecodeExecution(value).status().code(), StatusCode::kDataLoss);
}

TEST(ExecutionRowTest, APriorityThatDoesNotFitIsDataLoss) {
  ExecutionRow row = ExampleRow();
  row.priority = std::numeric_limits<std::int32_t>::min();
  std::string value = EncodeExecution(row);
  std::string least;
  Encoder(least).SignedVarint(row.priority);
  std::string less;
  Encoder(less).SignedVarint(std::int64_t{row.priority} - 1);
  ASSERT_EQ(less.size(), least.size());
  value.replace(value.find(least), least.size(), less);
  EXPECT_EQ(DecodeExecution(value).status().code(), StatusCode::kDataLoss);
}

TEST(ExecutionRowTest, TheOtherRowsComeBack) {
  const ListingRow listing{.name = "n", .stopped_at = FromMicros(8), .revision = 2};
  EXPECT_EQ(*DecodeListing(EncodeListing(listing)), listing);
  EXPECT_EQ(*DecodeNumber(EncodeNumber(ExecutionNumber{77})), ExecutionNumber{77});
  EXPECT_FALSE(DecodeNumber("short").ok());
}

}  // namespace
}  // namespace pawl::rows
