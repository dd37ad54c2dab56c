#include "engine/rows/map_run_row.h"

#include <gtest/gtest.h>

#include "engine/rows/frame_codec.h"

namespace pawl::rows {
namespace {

using interpreter::Frame;
using interpreter::MapRunWait;

MapRunWait Full() {
  return {.run = 4,
          .total = 2'000,
          .next = 1'500,
          .children = 17,
          .concurrency = 7,
          .tolerated_failure_count = 3,
          .tolerated_failure_percentage = 2.5,
          .executions = {.started = 15, .succeeded = 10, .failed = 1},
          .items = {.started = 1'500, .succeeded = 1'000, .failed = 100},
          .result_bytes = 77,
          .reader =
              interpreter::MapReader{
                  .parameters = R"({"Bucket":"b"})", .items_pointer = "/a", .max_items = 5'000},
          .cursor = "01ab",
          .cursor_item = 1'000,
          .is_total_known = false,
          .batcher = interpreter::MapBatcher{.items_max = 100, .bytes_max = 9},
          .writer = interpreter::MapWriter{.parameters = R"({"Bucket":"b"})",
                                           .is_writing = true,
                                           .executions_written = 2,
                                           .items_written = 200},
          .started_at = FromMicros(3),
          .redrive = {.count = 2,
                      .at = FromMicros(4),
                      .next = 9,
                      .executions_pending = 2,
                      .items_pending = 200}};
}

Frame Waiting(const MapRunWait& wait) {
  Frame frame;
  frame.input.bytes = Bytes("{}");
  frame.wait = wait;
  return frame;
}

TEST(MapRunRowTest, WaitsComeBackWithEveryField) {
  MapRunWait plain{.run = 4, .total = 2, .next = 1, .concurrency = 1};
  for (const MapRunWait& wait : {plain, Full()}) {
    const Frame frame = Waiting(wait);
    const auto decoded = DecodeFrame(frame.number, EncodeFrame(frame));
    ASSERT_TRUE(decoded.ok()) << decoded.status().ToString();
    EXPECT_EQ(*decoded, frame);
  }
}

TEST(MapRunRowTest, ARunThatFailsComesBackWithItsFailure) {
  MapRunWait wait = Full();
  wait.writer->is_writing = false;
  wait.writer->failure = interpreter::MapRunFailure{
      .error = "States.ExceedToleratedFailureThreshold", .cause = "two", .at = FromMicros(7)};
  // Two executions are pending.
  wait.redrive = {};
  for (const bool is_writing : {false, true}) {
    wait.writer->is_writing = is_writing;
    const Frame frame = Waiting(wait);
    const auto decoded = DecodeFrame(frame.number, EncodeFrame(frame));
    ASSERT_TRUE(decoded.ok()) << decoded.status().ToString();
    EXPECT_EQ(*decoded, frame);
  }
}

TEST(MapRunRowTest, WhatIsAtHandIsNotStored) {
  MapRunWait wait = Full();
  wait.memory.is_reading = true;
  wait.memory.slices.push_back(std::make_shared<const interpreter::ItemSlice>());
  EXPECT_EQ(EncodeFrame(Waiting(wait)), EncodeFrame(Waiting(Full())));
}

TEST(MapRunRowTest, WaitsThatCannotBeAreRefused) {
  MapRunWait behind = Full();
  behind.cursor_item = behind.next + 1;
  MapRunWait endless{.run = 4, .concurrency = 1, .is_total_known = false};
  MapRunWait pending = Full();
  pending.redrive.executions_pending = pending.children + 1;
  MapRunWait unborn = Full();
  unborn.redrive = {};
  unborn.children = 14;
  MapRunWait unread = Full();
  unread.items.started = unread.next + 1;
  for (const MapRunWait& wait : {behind, endless, pending, unborn, unread}) {
    const Frame frame = Waiting(wait);
    EXPECT_EQ(DecodeFrame(frame.number, EncodeFrame(frame)).status().code(), StatusCode::kDataLoss);
  }
}

TEST(MapRunRowTest, RunsAndTheirExecutionsComeBack) {
  const MapRunRow run{.frame = FrameNumber{2},
                      .state = 1,
                      .status = "SUCCEEDED",
                      .stopped_at = FromMicros(6),
                      .wait = Full()};
  EXPECT_EQ(*DecodeMapRun(EncodeMapRun(run)), run);
  const OpenChildRow open{.items = 4, .attempt = 1, .input = Bytes("[2]")};
  EXPECT_EQ(*DecodeOpenChild(EncodeOpenChild(open)), open);
  for (const std::uint32_t items : {1U, 40U}) {
    const EndedChildRow ended{.items = items,
                              .status = "FAILED",
                              .redrive_count = 3,
                              .input = Bytes("[1]"),
                              .error = "E",
                              .started_at = FromMicros(5),
                              .stopped_at = FromMicros(6)};
    EXPECT_EQ(*DecodeEndedChild(EncodeEndedChild(ended)), ended);
  }
}

}  // namespace
}  // namespace pawl::rows
