#include "engine/rows/frame_codec.h"

#include <gtest/gtest.h>

#include <limits>

#include "engine/rows/payload_codec.h"

namespace pawl::rows {
namespace {

using interpreter::Frame;
using interpreter::JoinWait;
using interpreter::Payload;
using interpreter::RunnableWait;
using interpreter::TaskWait;
using interpreter::TimerWait;
using interpreter::Wait;

Frame ExampleFrame(Wait wait) {
  Frame frame;
  frame.number = FrameNumber{17};
  frame.parent = FrameNumber{4};
  frame.index = 2;
  frame.state = 9;
  frame.input = {.bytes = Bytes(R"({"a":1})"), .home = 18};
  frame.entered_event = 18;
  frame.entered_at = FromMicros(1'700'000'000'000'000);
  frame.last_event = 20;
  frame.retry_count = 3;
  frame.retrier_counts = {1, 0, 2};
  frame.wait_number = 5;
  frame.wait = std::move(wait);
  return frame;
}

TEST(FrameCodecTest, EveryKindOfWaitComesBack) {
  TaskWait task{.scheduled_event = 19, .parameters = {.bytes = Bytes("[1]"), .home = 19}};
  TaskWait full = task;
  full.function_name = "f";
  full.qualifier = "3";
  full.wants_log = true;
  full.deadline = FromMicros(-5);
  full.heartbeat = std::chrono::seconds(10);
  full.invocation = interpreter::Invocation::kDryRun;
  full.job = {.bytes = Bytes(R"({"JobRunId":"jr"})"), .home = 21};
  for (const Wait& wait :
       {Wait(RunnableWait{}),
        Wait(RunnableWait{.is_entered = true}),
        Wait(task),
        Wait(full),
        Wait(TimerWait{.purpose = TimerWait::Purpose::kRetry, .due = FromMicros(99)}),
        Wait(JoinWait{.total = 10, .next = 7, .open = 3, .concurrency = 4, .result_bytes = 500})}) {
    const Frame frame = ExampleFrame(wait);
    const auto decoded = DecodeFrame(frame.number, EncodeFrame(frame));
    ASSERT_TRUE(decoded.ok()) << decoded.status().ToString();
    EXPECT_EQ(*decoded, frame);
  }
}

TEST(FrameCodecTest, TheRootKeepsItsDeadline) {
  Frame frame = ExampleFrame(RunnableWait{});
  frame.number = kRootFrame;
  frame.execution_deadline = FromMicros(std::numeric_limits<std::int64_t>::max());
  EXPECT_EQ(*DecodeFrame(kRootFrame, EncodeFrame(frame)), frame);
}

TEST(FrameCodecTest, ALongPayloadStaysInItsEvent) {
  Frame frame = ExampleFrame(RunnableWait{});
  frame.input.bytes = Bytes(std::string(kInlinePayloadBytes, '1'));
  const auto decoded = DecodeFrame(frame.number, EncodeFrame(frame));
  EXPECT_FALSE(decoded->input.bytes.has_value());
  EXPECT_EQ(decoded->input.home, 18U);
}

TEST(FrameCodecTest, APayloadWithoutAnEventIsKeptWhole) {
  Frame frame = ExampleFrame(RunnableWait{});
  frame.input = {.bytes = Bytes(std::string(kInlinePayloadBytes * 4, '1'))};
  EXPECT_EQ(DecodeFrame(frame.number, EncodeFrame(frame))->input, frame.input);
}

TEST(FrameCodecTest, CutOrChangedBytesAreDataLossAndNeverMore) {
  const std::string value = EncodeFrame(ExampleFrame(TaskWait{
      .scheduled_event = 19, .parameters = {.bytes = Bytes("[1]")}, .function_name = "f"}));
  for (std::size_t size = 0; size < value.size(); ++size) {
    EXPECT_EQ(DecodeFrame(FrameNumber{17}, value.substr(0, size)).status().code(),
              StatusCode::kDataLoss);
  }
  EXPECT_FALSE(DecodeFrame(FrameNumber{17}, value + "x").ok());
  for (std::size_t at = 0; at < value.size(); ++at) {
    std::string changed = value;
    changed[at] = static_cast<char>(changed[at] ^ 0x55);
    static_cast<void>(DecodeFrame(FrameNumber{17}, changed).ok());
  }
}

TEST(FrameCodecTest, AHeartbeatBelowZeroIsDataLoss) {
  const auto decode = [](Duration heartbeat) {
    const Frame frame = ExampleFrame(TaskWait{.heartbeat = heartbeat});
    return DecodeFrame(frame.number, EncodeFrame(frame)).status().code();
  };
  EXPECT_EQ(decode(Duration(1)), StatusCode::kOk);
  EXPECT_EQ(decode(Duration(-1)), StatusCode::kDataLoss);
}

TEST(FrameCodecTest, AnUnknownInvocationIsDataLoss) {
  const Frame frame = ExampleFrame(TaskWait{.invocation = interpreter::Invocation::kEvent});
  std::string value = EncodeFrame(frame);
  EXPECT_TRUE(DecodeFrame(frame.number, value).ok());
  value.back() = '\x03';
  EXPECT_EQ(DecodeFrame(frame.number, value).status().code(), StatusCode::kDataLoss);
}

TEST(FrameCodecTest, AFunctionWithoutANameIsDataLoss) {
  const Frame frame = ExampleFrame(TaskWait{.function_name = "function"});
  std::string value = EncodeFrame(frame);
  const std::string name =
      "\x08"
      "function";
  value.replace(value.find(name), name.size(), 1, '\0');
  EXPECT_EQ(DecodeFrame(frame.number, value).status().code(), StatusCode::kDataLoss);
}

TEST(FrameCodecTest, ResultsComeBack) {
  const Payload output{.bytes = Bytes("null"), .home = 30};
  EXPECT_EQ(*DecodeResult(EncodeResult(output)), output);
  EXPECT_FALSE(DecodeResult("").ok());
}

}  // namespace
}  // namespace pawl::rows
