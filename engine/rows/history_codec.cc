#include "engine/rows/history_codec.h"

#include <utility>

#include "engine/base/check.h"
#include "engine/base/coding.h"
#include "engine/rows/version_codec.h"

namespace pawl::rows {
namespace {

using interpreter::EventType;
using interpreter::HistoryEvent;

// Which fields an event has.
enum Flags : std::uint16_t {
  kPrevious = 1,
  kState = 2,
  kIndex = 4,
  kPayloadInline = 8,
  kPayloadReference = 16,
  kError = 32,
  kCause = 64,
  kTimeoutSeconds = 128,
  kHeartbeatSeconds = 256,
  kLocation = 512,
  kAssigned = 1024,
  kWorker = 2048,
  kRun = 4096,
};

constexpr std::uint64_t kAllEventFlags = 8191;

std::uint16_t EventFlags(const HistoryEvent& event) {
  unsigned flags = 0;
  if (event.previous != 0) flags |= kPrevious;
  if (event.state != asl::kNoState) flags |= kState;
  if (event.index != 0) flags |= kIndex;
  if (event.payload) flags |= event.payload->home == event.id ? kPayloadInline : kPayloadReference;
  if (event.error) flags |= kError;
  if (event.cause) flags |= kCause;
  if (event.timeout_seconds) flags |= kTimeoutSeconds;
  if (event.heartbeat_seconds) flags |= kHeartbeatSeconds;
  if (event.location) flags |= kLocation;
  if (!event.assigned.empty()) flags |= kAssigned;
  if (event.worker) flags |= kWorker;
  if (event.run != 0) flags |= kRun;
  return static_cast<std::uint16_t>(flags);
}

void AppendEvent(Encoder& encoder, const HistoryEvent& event, std::int64_t time_before) {
  const std::uint16_t flags = EventFlags(event);
  encoder.Byte(static_cast<std::uint8_t>(event.type));
  encoder.Varint(flags);
  if ((flags & kPrevious) != 0) encoder.Varint(event.id - event.previous);
  encoder.SignedVarint(ToMicros(event.at) - time_before);
  if ((flags & kState) != 0) encoder.Varint(event.state);
  if ((flags & kIndex) != 0) encoder.Varint(event.index);
  if ((flags & kPayloadInline) != 0) encoder.String(event.payload->bytes.view());
  if ((flags & kPayloadReference) != 0) {
    PAWL_CHECK(event.payload->home != 0 && event.payload->home < event.id);
    encoder.Varint(event.id - event.payload->home);
  }
  if ((flags & kError) != 0) encoder.String(*event.error);
  if ((flags & kCause) != 0) encoder.String(*event.cause);
  if ((flags & kTimeoutSeconds) != 0) encoder.SignedVarint(*event.timeout_seconds);
  if ((flags & kHeartbeatSeconds) != 0) encoder.SignedVarint(*event.heartbeat_seconds);
  if ((flags & kLocation) != 0) encoder.String(*event.location);
  if ((flags & kAssigned) != 0) {
    encoder.Varint(event.assigned.size());
    for (const interpreter::Assignment& assignment : event.assigned) {
      encoder.String(assignment.name);
      encoder.String(assignment.value.view());
    }
  }
  if ((flags & kWorker) != 0) encoder.String(*event.worker);
  if ((flags & kRun) != 0) encoder.Varint(event.id - event.run);
}

// An id before `id`, stored as the distance to it.
EventId TakeEarlier(Decoder& decoder, EventId id) {
  const std::uint32_t distance = decoder.Varint32();
  if (distance == 0 || distance >= id) decoder.Fail();
  return decoder.ok() ? id - distance : 0;
}

// A time, stored as the distance to `time_before`.
Timestamp TakeEventTime(Decoder& decoder, std::int64_t time_before) {
  std::int64_t time = 0;
  if (__builtin_add_overflow(time_before, decoder.SignedVarint(), &time)) decoder.Fail();
  return FromMicros(time);
}

HistoryEvent TakeEvent(Decoder& decoder, EventId id, std::int64_t time_before) {
  HistoryEvent event;
  event.id = id;
  // No event has the number 0: the row is said to begin there, or goes on past the last number.
  if (id == 0) decoder.Fail();
  const std::uint8_t type = decoder.Byte();
  if (type == 0 || type > interpreter::kEventTypeMax) decoder.Fail();
  event.type = static_cast<EventType>(type);
  const std::uint64_t flags = decoder.Varint();
  constexpr std::uint64_t kBothPayloads = kPayloadInline | kPayloadReference;
  if (flags > kAllEventFlags || (flags & kBothPayloads) == kBothPayloads) decoder.Fail();
  if ((flags & kPrevious) != 0) event.previous = TakeEarlier(decoder, id);
  event.at = TakeEventTime(decoder, time_before);
  if ((flags & kState) != 0) event.state = decoder.Varint32();
  if ((flags & kIndex) != 0) event.index = decoder.Varint32();
  if ((flags & kPayloadInline) != 0) {
    event.payload = interpreter::Payload{.bytes = Bytes(std::string(decoder.String())), .home = id};
  }
  if ((flags & kPayloadReference) != 0) {
    event.payload = interpreter::Payload{.bytes = {}, .home = TakeEarlier(decoder, id)};
  }
  if ((flags & kError) != 0) event.error = std::string(decoder.String());
  if ((flags & kCause) != 0) event.cause = std::string(decoder.String());
  if ((flags & kTimeoutSeconds) != 0) event.timeout_seconds = decoder.SignedVarint();
  if ((flags & kHeartbeatSeconds) != 0) event.heartbeat_seconds = decoder.SignedVarint();
  if ((flags & kLocation) != 0) event.location = std::string(decoder.String());
  if ((flags & kAssigned) != 0) {
    const std::uint32_t count = decoder.Varint32();
    // Two bytes at least for each.
    if (count == 0 || count > decoder.rest().size() / 2) decoder.Fail();
    for (std::uint32_t i = 0; decoder.ok() && i < count; ++i) {
      interpreter::Assignment assignment{.name = std::string(decoder.String()), .value = {}};
      assignment.value = Bytes(std::string(decoder.String()));
      event.assigned.push_back(std::move(assignment));
    }
  }
  if ((flags & kWorker) != 0) event.worker = std::string(decoder.String());
  if ((flags & kRun) != 0) event.run = TakeEarlier(decoder, id);
  return event;
}

}  // namespace

std::string EncodeEvents(std::span<const HistoryEvent> events) {
  std::string value;
  std::size_t size = 1;
  for (const HistoryEvent& event : events) {
    for (const interpreter::Assignment& assignment : event.assigned) {
      size += 8 + assignment.name.size() + assignment.value.size();
    }
    size +=
        12 + (event.payload && event.payload->home == event.id ? event.payload->bytes.size() : 0);
  }
  value.reserve(size);
  Encoder encoder(value);
  encoder.Byte(kFirstVersion);
  std::int64_t time_before = 0;
  for (const HistoryEvent& event : events) {
    AppendEvent(encoder, event, time_before);
    time_before = ToMicros(event.at);
  }
  return value;
}

Result<std::vector<HistoryEvent>> DecodeEvents(EventId first_event, std::string_view value) {
  std::vector<HistoryEvent> events;
  Decoder decoder(value);
  TakeFirstVersion(decoder);
  std::int64_t time_before = 0;
  EventId id = first_event;
  while (decoder.ok() && !decoder.rest().empty()) {
    events.push_back(TakeEvent(decoder, id++, time_before));
    time_before = ToMicros(events.back().at);
  }
  if (!decoder.ok() || events.empty()) {
    return DataLoss("the history row of event " + std::to_string(first_event) + " is not readable");
  }
  return events;
}

}  // namespace pawl::rows
