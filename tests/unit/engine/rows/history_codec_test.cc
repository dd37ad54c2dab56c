#include "engine/rows/history_codec.h"

#include <gtest/gtest.h>

#include <limits>

#include "engine/base/coding.h"

namespace pawl::rows {
namespace {

using interpreter::EventType;
using interpreter::HistoryEvent;
using interpreter::Payload;

std::vector<HistoryEvent> ExampleEvents() {
  HistoryEvent entered{.id = 7,
                       .previous = 6,
                       .type = EventType::kTaskStateEntered,
                       .at = FromMicros(1'700'000'000'000'000),
                       .state = 3,
                       .payload = Payload{.bytes = Bytes("{}"), .home = 7}};
  HistoryEvent scheduled{.id = 8,
                         .previous = 7,
                         .type = EventType::kLambdaFunctionScheduled,
                         .at = FromMicros(1'700'000'000'000'000),
                         .state = 3,
                         .payload = Payload{.bytes = {}, .home = 7},
                         .timeout_seconds = 5,
                         .heartbeat_seconds = 2};
  HistoryEvent failed{.id = 9,
                      .previous = 8,
                      .type = EventType::kLambdaFunctionFailed,
                      .at = FromMicros(1'700'000'001'000'000),
                      .state = 3,
                      .error = "E",
                      .cause = ""};
  HistoryEvent exited{
      .id = 10,
      .previous = 9,
      .type = EventType::kTaskStateExited,
      .at = FromMicros(1'700'000'001'000'000),
      .state = 3,
      .assigned = {{.name = "x", .value = Bytes("[1]")}, {.name = "y", .value = Bytes("null")}}};
  HistoryEvent evaluation{.id = 11,
                          .previous = 10,
                          .type = EventType::kEvaluationFailed,
                          .at = FromMicros(1'700'000'001'000'000),
                          .state = 3,
                          .location = "Output/total"};
  HistoryEvent iteration{.id = 12,
                         .type = EventType::kMapIterationStarted,
                         .at = FromMicros(1'700'000'001'000'000),
                         .state = 0,
                         .index = 41};
  HistoryEvent redriven{.id = 13,
                        .previous = 12,
                        .type = EventType::kMapRunRedriven,
                        .at = FromMicros(1'700'000'001'000'000),
                        .state = 0,
                        .index = 2,
                        .run = 8};
  return {entered, scheduled, failed, exited, evaluation, iteration, redriven};
}

TEST(HistoryCodecTest, EventsComeBack) {
  const auto decoded = DecodeEvents(7, EncodeEvents(ExampleEvents()));
  ASSERT_TRUE(decoded.ok()) << decoded.status().ToString();
  EXPECT_EQ(*decoded, ExampleEvents());
}

TEST(HistoryCodecTest, ARepeatedPayloadIsStoredOnce) {
  auto events = ExampleEvents();
  const std::string large(1'000, '1');
  events[0].payload->bytes = Bytes(large);
  const std::string value = EncodeEvents(events);
  EXPECT_LT(value.size(), large.size() + 100);
}

TEST(HistoryCodecTest, CutOrChangedBytesAreDataLossAndNeverMore) {
  const std::string value = EncodeEvents(ExampleEvents());
  EXPECT_EQ(DecodeEvents(7, "").status().code(), StatusCode::kDataLoss);
  EXPECT_EQ(DecodeEvents(7, value.substr(0, 1)).status().code(), StatusCode::kDataLoss);
  EXPECT_EQ(DecodeEvents(7, value.substr(0, value.size() - 1)).status().code(),
            StatusCode::kDataLoss);
  for (std::size_t at = 0; at < value.size(); ++at) {
    std::string changed = value;
    changed[at] = static_cast<char>(changed[at] ^ 0x7F);
    static_cast<void>(DecodeEvents(7, changed).ok());
  }
  // References lead back, never to the event itself or beyond it.
  EXPECT_FALSE(DecodeEvents(1, EncodeEvents(ExampleEvents())).ok());
}

TEST(HistoryCodecTest, ATimeOutOfRangeIsDataLoss) {
  HistoryEvent last{.id = 1,
                    .type = EventType::kExecutionStarted,
                    .at = FromMicros(std::numeric_limits<std::int64_t>::max())};
  std::string value = EncodeEvents(std::vector{last});
  ASSERT_EQ(DecodeEvents(1, value)->front(), last);
  // The same event a microsecond later: type, no flags, the distance 1.
  Encoder encoder(value);
  encoder.Byte(static_cast<std::uint8_t>(EventType::kExecutionSucceeded));
  encoder.Varint(0);
  encoder.SignedVarint(1);
  EXPECT_EQ(DecodeEvents(1, value).status().code(), StatusCode::kDataLoss);
}

TEST(HistoryCodecTest, NoEventHasTheNumberZero) {
  const std::vector events = {HistoryEvent{.id = 1}, HistoryEvent{.id = 2}};
  const std::string value = EncodeEvents(events);
  EXPECT_TRUE(DecodeEvents(1, value).ok());
  EXPECT_EQ(DecodeEvents(0, value).status().code(), StatusCode::kDataLoss);
  constexpr EventId kLast = std::numeric_limits<EventId>::max();
  EXPECT_EQ(DecodeEvents(kLast, value).status().code(), StatusCode::kDataLoss);
}

TEST(HistoryCodecTest, APayloadStandsInOnePlace) {
  const std::vector events = {
      HistoryEvent{.id = 3, .payload = Payload{.bytes = Bytes("{}"), .home = 3}}};
  std::string value = EncodeEvents(events);
  ASSERT_EQ(value[2], 8);  // version, type, flags
  value[2] = 8 | 16;
  value += '\x01';
  EXPECT_EQ(DecodeEvents(3, value).status().code(), StatusCode::kDataLoss);
}

}  // namespace
}  // namespace pawl::rows
