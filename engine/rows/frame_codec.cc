#include "engine/rows/frame_codec.h"

#include <utility>
#include <variant>

#include "engine/base/coding.h"
#include "engine/rows/map_run_codec.h"
#include "engine/rows/payload_codec.h"
#include "engine/rows/time_codec.h"
#include "engine/rows/version_codec.h"

namespace pawl::rows {
namespace {

using interpreter::ChildWait;
using interpreter::Frame;
using interpreter::JoinWait;
using interpreter::MapRunWait;
using interpreter::RunnableWait;
using interpreter::TaskWait;
using interpreter::TimerWait;
using interpreter::TokenWait;
using interpreter::Wait;

// Flags of a frame.
constexpr unsigned kHasDeadline = 1;
constexpr unsigned kHasVariables = 2;
// More retriers than a definition of the largest size can hold.
constexpr std::uint32_t kRetriersMax = 100'000;

// Stored: never reuse a number.
enum class WaitKind : std::uint8_t {
  kRunnable = 0,
  kTask = 1,
  kTimer = 2,
  kJoin = 3,
  kToken = 4,
  kChild = 5,
  kMapRun = 6,
  kRunnableAgain = 7,
};

// Optional fields of a task wait.
enum TaskFlags : std::uint8_t {
  kFunction = 1,
  kDeadline = 2,
  kHeartbeat = 4,
  kLog = 8,
  kJob = 16,
  kInvocation = 32,
};

struct WaitEncoder {
  Encoder& encoder;

  void operator()(const RunnableWait& wait) const {
    Kind(wait.is_entered ? WaitKind::kRunnableAgain : WaitKind::kRunnable);
  }

  void operator()(const TaskWait& wait) const {
    Kind(WaitKind::kTask);
    const bool has_function = !wait.function_name.empty();
    const bool has_invocation = wait.invocation != interpreter::Invocation::kRequestResponse;
    encoder.Byte(
        static_cast<std::uint8_t>((has_function ? kFunction : 0) | (wait.deadline ? kDeadline : 0) |
                                  (wait.heartbeat ? kHeartbeat : 0) | (wait.wants_log ? kLog : 0) |
                                  (wait.job ? kJob : 0) | (has_invocation ? kInvocation : 0)));
    encoder.Varint(wait.scheduled_event);
    AppendPayload(encoder, wait.parameters);
    if (has_function) {
      encoder.String(wait.function_name);
      encoder.String(wait.qualifier);
    }
    if (wait.deadline) AppendTime(encoder, *wait.deadline);
    if (wait.heartbeat) encoder.Varint(static_cast<std::uint64_t>(wait.heartbeat->count()));
    if (wait.job) AppendPayload(encoder, *wait.job);
    if (has_invocation) encoder.Byte(static_cast<std::uint8_t>(wait.invocation));
  }

  void operator()(const TimerWait& wait) const {
    Kind(WaitKind::kTimer);
    encoder.Byte(static_cast<std::uint8_t>(wait.purpose));
    AppendTime(encoder, wait.due);
  }

  void operator()(const JoinWait& wait) const {
    Kind(WaitKind::kJoin);
    encoder.Varint(wait.total);
    encoder.Varint(wait.next);
    encoder.Varint(wait.open);
    encoder.Varint(wait.concurrency);
    encoder.Varint(wait.result_bytes);
  }

  void operator()(const TokenWait& wait) const {
    Kind(WaitKind::kToken);
    encoder.Byte(static_cast<std::uint8_t>((wait.deadline ? kDeadline : 0) |
                                           (wait.heartbeat ? kHeartbeat : 0)));
    encoder.Varint(wait.scheduled_event);
    if (wait.deadline) AppendTime(encoder, *wait.deadline);
    if (wait.heartbeat) encoder.Varint(static_cast<std::uint64_t>(wait.heartbeat->count()));
  }

  void operator()(const ChildWait& wait) const {
    Kind(WaitKind::kChild);
    encoder.Byte(wait.deadline ? kDeadline : 0);
    encoder.Varint(wait.scheduled_event);
    encoder.String(wait.child.state_machine);
    encoder.String(wait.child.execution);
    if (wait.deadline) AppendTime(encoder, *wait.deadline);
  }

  void operator()(const MapRunWait& wait) const {
    Kind(WaitKind::kMapRun);
    AppendMapRunWait(encoder, wait);
  }

  void Kind(WaitKind kind) const { encoder.Byte(static_cast<std::uint8_t>(kind)); }
};

interpreter::Invocation TakeInvocation(Decoder& decoder) {
  const auto invocation = static_cast<interpreter::Invocation>(decoder.Byte());
  if (invocation != interpreter::Invocation::kEvent &&
      invocation != interpreter::Invocation::kDryRun) {
    decoder.Fail();
  }
  return invocation;
}

TaskWait TakeTaskWait(Decoder& decoder) {
  TaskWait wait;
  const std::uint8_t flags = decoder.Byte();
  if (flags > (kFunction | kDeadline | kHeartbeat | kLog | kJob | kInvocation)) decoder.Fail();
  wait.wants_log = (flags & kLog) != 0;
  wait.scheduled_event = decoder.Varint32();
  wait.parameters = TakePayload(decoder);
  if ((flags & kFunction) != 0) {
    wait.function_name = decoder.String();
    wait.qualifier = decoder.String();
    if (wait.function_name.empty()) decoder.Fail();
  }
  if ((flags & kDeadline) != 0) wait.deadline = TakeTime(decoder);
  if ((flags & kHeartbeat) != 0) {
    wait.heartbeat = Duration(static_cast<std::int64_t>(decoder.Varint()));
    if (*wait.heartbeat < Duration(0)) decoder.Fail();
  }
  if ((flags & kJob) != 0) wait.job = TakePayload(decoder);
  if ((flags & kInvocation) != 0) wait.invocation = TakeInvocation(decoder);
  return wait;
}

TokenWait TakeTokenWait(Decoder& decoder) {
  TokenWait wait;
  const std::uint8_t flags = decoder.Byte();
  if ((flags & ~(kDeadline | kHeartbeat)) != 0) decoder.Fail();
  wait.scheduled_event = decoder.Varint32();
  if ((flags & kDeadline) != 0) wait.deadline = TakeTime(decoder);
  if ((flags & kHeartbeat) != 0) {
    wait.heartbeat = Duration(static_cast<std::int64_t>(decoder.Varint()));
    if (*wait.heartbeat < Duration(0)) decoder.Fail();
  }
  return wait;
}

ChildWait TakeChildWait(Decoder& decoder) {
  ChildWait wait;
  const std::uint8_t flags = decoder.Byte();
  if ((flags & ~kDeadline) != 0) decoder.Fail();
  wait.scheduled_event = decoder.Varint32();
  wait.child.state_machine = decoder.String();
  wait.child.execution = decoder.String();
  if ((flags & kDeadline) != 0) wait.deadline = TakeTime(decoder);
  return wait;
}

Wait TakeWait(Decoder& decoder) {
  switch (static_cast<WaitKind>(decoder.Byte())) {
    case WaitKind::kRunnable:
      return RunnableWait{};
    case WaitKind::kRunnableAgain:
      return RunnableWait{.is_entered = true};
    case WaitKind::kTask:
      return TakeTaskWait(decoder);
    case WaitKind::kTimer: {
      TimerWait wait;
      const std::uint8_t purpose = decoder.Byte();
      if (purpose > static_cast<std::uint8_t>(TimerWait::Purpose::kRetry)) decoder.Fail();
      wait.purpose = static_cast<TimerWait::Purpose>(purpose);
      wait.due = TakeTime(decoder);
      return wait;
    }
    case WaitKind::kToken:
      return TakeTokenWait(decoder);
    case WaitKind::kChild:
      return TakeChildWait(decoder);
    case WaitKind::kMapRun:
      return TakeMapRunWait(decoder);
    case WaitKind::kJoin: {
      JoinWait wait;
      wait.total = decoder.Varint32();
      wait.next = decoder.Varint32();
      wait.open = decoder.Varint32();
      wait.concurrency = decoder.Varint32();
      wait.result_bytes = decoder.Varint();
      if (wait.next > wait.total || wait.open > wait.next) decoder.Fail();
      return wait;
    }
  }
  decoder.Fail();
  return RunnableWait{};
}

}  // namespace

std::string EncodeFrame(const Frame& frame) {
  std::string value;
  value.reserve(96 + frame.input.bytes.size() % kInlinePayloadBytes);
  Encoder encoder(value);
  encoder.Byte(kFirstVersion);
  encoder.Varint(frame.parent.value);
  encoder.Varint(frame.index);
  encoder.Varint(frame.state);
  encoder.Varint(frame.entered_event);
  encoder.Varint(frame.last_event);
  AppendTime(encoder, frame.entered_at);
  AppendPayload(encoder, frame.input);
  encoder.Varint(frame.retry_count);
  encoder.Varint(frame.retrier_counts.size());
  for (const std::uint32_t count : frame.retrier_counts)
    encoder.Varint(count);
  encoder.Varint(frame.wait_number);
  encoder.Byte(static_cast<std::uint8_t>((frame.execution_deadline ? kHasDeadline : 0) |
                                         (frame.has_variables ? kHasVariables : 0)));
  if (frame.execution_deadline) AppendTime(encoder, *frame.execution_deadline);
  std::visit(WaitEncoder{encoder}, frame.wait);
  return value;
}

Result<Frame> DecodeFrame(FrameNumber number, std::string_view value) {
  Decoder decoder(value);
  Frame frame;
  frame.number = number;
  TakeFirstVersion(decoder);
  frame.parent = FrameNumber{decoder.Varint32()};
  frame.index = decoder.Varint32();
  frame.state = decoder.Varint32();
  frame.entered_event = decoder.Varint32();
  frame.last_event = decoder.Varint32();
  frame.entered_at = TakeTime(decoder);
  frame.input = TakePayload(decoder);
  frame.retry_count = decoder.Varint32();
  const std::uint32_t retriers = decoder.Varint32();
  if (retriers > kRetriersMax || retriers > decoder.rest().size()) decoder.Fail();
  for (std::uint32_t i = 0; decoder.ok() && i < retriers; ++i) {
    frame.retrier_counts.push_back(decoder.Varint32());
  }
  frame.wait_number = decoder.Varint32();
  const std::uint8_t flags = decoder.Byte();
  if (flags > (kHasDeadline | kHasVariables)) decoder.Fail();
  frame.has_variables = (flags & kHasVariables) != 0;
  if ((flags & kHasDeadline) != 0) frame.execution_deadline = TakeTime(decoder);
  frame.wait = TakeWait(decoder);
  if (!decoder.Finished()) {
    return DataLoss("the frame row " + std::to_string(number.value) + " is not readable");
  }
  return frame;
}

std::string EncodeVariable(const Bytes& value) {
  std::string text(1, static_cast<char>(kFirstVersion));
  text += value.view();
  return text;
}

Result<Bytes> DecodeVariable(std::string_view value) {
  Decoder decoder(value);
  TakeFirstVersion(decoder);
  if (!decoder.ok() || decoder.rest().empty()) return DataLoss("a variable row is not readable");
  return Bytes(std::string(decoder.rest()));
}

std::string EncodeResult(const interpreter::Payload& output) {
  std::string value;
  Encoder encoder(value);
  encoder.Byte(kFirstVersion);
  AppendPayload(encoder, output);
  return value;
}

Result<interpreter::Payload> DecodeResult(std::string_view value) {
  Decoder decoder(value);
  TakeFirstVersion(decoder);
  interpreter::Payload payload = TakePayload(decoder);
  if (!decoder.Finished()) return DataLoss("a result row is not readable");
  return payload;
}

}  // namespace pawl::rows
