#include "engine/rows/map_run_row.h"

#include <bit>
#include <cmath>

#include "engine/interpreter/task_call.h"
#include "engine/rows/map_run_codec.h"
#include "engine/rows/time_codec.h"
#include "engine/rows/version_codec.h"

namespace pawl::rows {
namespace {

using interpreter::MapRunCounts;
using interpreter::MapRunWait;

enum WaitFlags : std::uint8_t {
  kCount = 1,
  kPercentage = 2,
  kReader = 4,
  kTotalUnknown = 8,
  kBatcher = 16,
  kWriter = 32,
  kRedriven = 64,
  kUnstarted = 128,
};

// Of a writer.
enum WritingFlags : std::uint8_t { kIsWriting = 1, kFailure = 2 };

enum EndFlags : std::uint8_t {
  kEndOutput = 1,
  kEndInput = 2,
  kEndError = 4,
  kEndCause = 8,
  kEndItems = 16
};

void AppendCounts(Encoder& encoder, const MapRunCounts& counts) {
  for (const std::uint64_t count :
       {counts.started, counts.succeeded, counts.failed, counts.timed_out, counts.aborted}) {
    encoder.Varint(count);
  }
}

MapRunCounts TakeCounts(Decoder& decoder) {
  MapRunCounts counts;
  for (std::uint64_t* count :
       {&counts.started, &counts.succeeded, &counts.failed, &counts.timed_out, &counts.aborted}) {
    *count = decoder.Varint();
  }
  if (counts.ended() > counts.started) decoder.Fail();
  return counts;
}

// How items are read, put together and what is done with their results.
void AppendItems(Encoder& encoder, const MapRunWait& wait) {
  if (wait.reader) {
    encoder.String(wait.reader->parameters);
    encoder.String(wait.reader->items_pointer);
    encoder.Varint(wait.reader->max_items);
    encoder.String(wait.cursor);
    encoder.Varint(wait.cursor_item);
  }
  if (wait.batcher) {
    encoder.Varint(wait.batcher->items_max);
    encoder.Varint(wait.batcher->bytes_max);
  }
  if (wait.writer) {
    encoder.String(wait.writer->parameters);
    const interpreter::MapWriter& writer = *wait.writer;
    encoder.Byte(static_cast<std::uint8_t>((writer.is_writing ? kIsWriting : 0) |
                                           (writer.failure ? kFailure : 0)));
    encoder.Varint(writer.executions_written);
    encoder.Varint(writer.items_written);
    if (writer.failure) {
      encoder.String(writer.failure->error);
      encoder.String(writer.failure->cause);
      AppendTime(encoder, writer.failure->at);
    }
  }
}

void TakeItems(Decoder& decoder, std::uint8_t flags, MapRunWait& wait) {
  wait.is_total_known = (flags & kTotalUnknown) == 0;
  if ((flags & kReader) != 0) {
    interpreter::MapReader& reader = wait.reader.emplace();
    reader.parameters = decoder.String();
    reader.items_pointer = decoder.String();
    reader.max_items = decoder.Varint();
    wait.cursor = decoder.String();
    wait.cursor_item = decoder.Varint32();
  }
  if (wait.cursor_item > wait.next || (!wait.is_total_known && !wait.reader)) decoder.Fail();
  if ((flags & kBatcher) != 0) {
    interpreter::MapBatcher& batcher = wait.batcher.emplace();
    batcher.items_max = decoder.Varint();
    batcher.bytes_max = decoder.Varint();
  }
  if ((flags & kWriter) != 0) {
    interpreter::MapWriter& writer = wait.writer.emplace();
    writer.parameters = decoder.String();
    const std::uint8_t writing = decoder.Byte();
    if (writing > (kIsWriting | kFailure)) decoder.Fail();
    writer.is_writing = (writing & kIsWriting) != 0;
    writer.executions_written = decoder.Varint();
    writer.items_written = decoder.Varint();
    if ((writing & kFailure) != 0) {
      interpreter::MapRunFailure& failure = writer.failure.emplace();
      failure.error = decoder.String();
      failure.cause = decoder.String();
      failure.at = TakeTime(decoder);
    }
  }
}

// Whether all executions that there are have been started, and nothing more is to be said of them.
bool HasStartedAll(const MapRunWait& wait) {
  return wait.redrive.count == 0 && wait.children == wait.executions.started;
}

void AppendRedrive(Encoder& encoder, const MapRunWait& wait) {
  encoder.Varint(wait.redrive.count);
  AppendTime(encoder, wait.redrive.at);
  encoder.Varint(wait.redrive.next);
  encoder.Varint(wait.redrive.executions_pending);
  encoder.Varint(wait.redrive.items_pending);
}

void TakeRedrive(Decoder& decoder, MapRunWait& wait) {
  wait.redrive.count = decoder.Varint32();
  wait.redrive.at = TakeTime(decoder);
  wait.redrive.next = decoder.Varint32();
  wait.redrive.executions_pending = decoder.Varint();
  wait.redrive.items_pending = decoder.Varint();
  if (wait.redrive.count == 0 || wait.redrive.executions_pending > wait.children) decoder.Fail();
}

Bytes TakeBytes(Decoder& decoder) {
  return Bytes(std::string(decoder.String()));
}

}  // namespace

void AppendMapRunWait(Encoder& encoder, const MapRunWait& wait) {
  encoder.Byte(static_cast<std::uint8_t>(
      (wait.tolerated_failure_count ? kCount : 0) |
      (wait.tolerated_failure_percentage ? kPercentage : 0) | (wait.reader ? kReader : 0) |
      (wait.is_total_known ? 0 : kTotalUnknown) | (wait.batcher ? kBatcher : 0) |
      (wait.writer ? kWriter : 0) | (wait.redrive.count > 0 ? kRedriven : 0) |
      (HasStartedAll(wait) || wait.redrive.count > 0 ? 0 : kUnstarted)));
  encoder.Varint(wait.run);
  encoder.Varint(wait.total);
  encoder.Varint(wait.next);
  encoder.Varint(wait.concurrency);
  if (wait.tolerated_failure_count) encoder.Varint(*wait.tolerated_failure_count);
  if (wait.tolerated_failure_percentage) {
    encoder.BigEndian64(std::bit_cast<std::uint64_t>(*wait.tolerated_failure_percentage));
  }
  AppendCounts(encoder, wait.executions);
  AppendCounts(encoder, wait.items);
  encoder.Varint(wait.result_bytes);
  AppendTime(encoder, wait.started_at);
  AppendItems(encoder, wait);
  if (!HasStartedAll(wait)) encoder.Varint(wait.children);
  if (wait.redrive.count > 0) AppendRedrive(encoder, wait);
}

MapRunWait TakeMapRunWait(Decoder& decoder) {
  MapRunWait wait;
  const std::uint8_t flags = decoder.Byte();
  wait.run = decoder.Varint32();
  wait.total = decoder.Varint32();
  wait.next = decoder.Varint32();
  wait.concurrency = decoder.Varint32();
  if ((flags & kCount) != 0) wait.tolerated_failure_count = decoder.Varint();
  if ((flags & kPercentage) != 0) {
    wait.tolerated_failure_percentage = std::bit_cast<double>(decoder.BigEndian64());
    if (std::isnan(*wait.tolerated_failure_percentage)) decoder.Fail();
  }
  wait.executions = TakeCounts(decoder);
  wait.items = TakeCounts(decoder);
  wait.result_bytes = decoder.Varint();
  wait.started_at = TakeTime(decoder);
  TakeItems(decoder, flags, wait);
  wait.children = static_cast<std::uint32_t>(wait.executions.started);
  if ((flags & (kRedriven | kUnstarted)) != 0) wait.children = decoder.Varint32();
  if ((flags & kRedriven) != 0) TakeRedrive(decoder, wait);
  const bool has_more_than_given =
      wait.executions.started > wait.children || wait.items.started > wait.next;
  if (has_more_than_given) decoder.Fail();
  if (wait.next > wait.total || wait.concurrency == 0) decoder.Fail();
  return wait;
}

std::string EncodeMapRun(const MapRunRow& row) {
  std::string value;
  Encoder encoder(value);
  encoder.Byte(kFirstVersion);
  encoder.Varint(row.frame.value);
  encoder.Varint(row.state);
  encoder.String(row.status);
  encoder.Byte(row.stopped_at ? 1 : 0);
  if (row.stopped_at) AppendTime(encoder, *row.stopped_at);
  AppendMapRunWait(encoder, row.wait);
  return value;
}

Result<MapRunRow> DecodeMapRun(std::string_view value) {
  Decoder decoder(value);
  TakeFirstVersion(decoder);
  MapRunRow row;
  row.frame = FrameNumber{decoder.Varint32()};
  row.state = decoder.Varint32();
  row.status = decoder.String();
  const std::uint8_t has_stopped = decoder.Byte();
  if (has_stopped > 1) decoder.Fail();
  if (has_stopped == 1) row.stopped_at = TakeTime(decoder);
  row.wait = TakeMapRunWait(decoder);
  if (!decoder.Finished()) return DataLoss("a Map run's row is not readable");
  return row;
}

std::string EncodeOpenChild(const OpenChildRow& row) {
  std::string value;
  Encoder encoder(value);
  encoder.Byte(kFirstVersion);
  encoder.Varint(row.items);
  encoder.Varint(row.attempt);
  encoder.String(row.input.view());
  return value;
}

Result<OpenChildRow> DecodeOpenChild(std::string_view value) {
  Decoder decoder(value);
  TakeFirstVersion(decoder);
  OpenChildRow row;
  row.items = decoder.Varint32();
  row.attempt = decoder.Varint32();
  row.input = TakeBytes(decoder);
  if (!decoder.Finished()) return DataLoss("the row of a Map run's execution is not readable");
  return row;
}

std::string EncodeEndedChild(const EndedChildRow& row) {
  std::string value;
  Encoder encoder(value);
  encoder.Byte(kFirstVersion);
  encoder.Byte(static_cast<std::uint8_t>(
      (row.output ? kEndOutput : 0) | (row.input ? kEndInput : 0) | (row.error ? kEndError : 0) |
      (row.cause ? kEndCause : 0) | (row.items != 1 ? kEndItems : 0)));
  encoder.String(row.status);
  encoder.Varint(row.redrive_count);
  AppendTime(encoder, row.started_at);
  AppendTime(encoder, row.stopped_at);
  if (row.output) encoder.String(row.output->view());
  if (row.input) encoder.String(row.input->view());
  if (row.error) encoder.String(*row.error);
  if (row.cause) encoder.String(*row.cause);
  if (row.items != 1) encoder.Varint(row.items);
  return value;
}

Result<EndedChildRow> DecodeEndedChild(std::string_view value) {
  Decoder decoder(value);
  TakeFirstVersion(decoder);
  EndedChildRow row;
  const std::uint8_t flags = decoder.Byte();
  if (flags > (kEndOutput | kEndInput | kEndError | kEndCause | kEndItems)) decoder.Fail();
  row.status = decoder.String();
  row.redrive_count = decoder.Varint32();
  row.started_at = TakeTime(decoder);
  row.stopped_at = TakeTime(decoder);
  if ((flags & kEndOutput) != 0) row.output = TakeBytes(decoder);
  if ((flags & kEndInput) != 0) row.input = TakeBytes(decoder);
  if ((flags & kEndError) != 0) row.error = std::string(decoder.String());
  if ((flags & kEndCause) != 0) row.cause = std::string(decoder.String());
  if ((flags & kEndItems) != 0) row.items = decoder.Varint32();
  if (!decoder.Finished()) return DataLoss("a Map run's result row is not readable");
  return row;
}

std::string MapRunName(const interpreter::ExecutionHeader& header,
                       std::string_view label,
                       EventId run) {
  return interpreter::MapChildMachine(header.state_machine, label) + ":" +
         interpreter::MapRunId(header, run);
}

std::string EncodeMapRunPlace(const MapRunPlace& place) {
  std::string value;
  Encoder encoder(value);
  encoder.BigEndian16(place.execution.shard.value);
  encoder.BigEndian64(place.execution.number.value);
  encoder.BigEndian32(place.run);
  return value;
}

Result<MapRunPlace> DecodeMapRunPlace(std::string_view value) {
  Decoder decoder(value);
  MapRunPlace place;
  place.execution.shard = ShardId{decoder.BigEndian16()};
  place.execution.number = ExecutionNumber{decoder.BigEndian64()};
  place.run = decoder.BigEndian32();
  if (!decoder.Finished()) return DataLoss("the place of a Map run is not readable");
  return place;
}

}  // namespace pawl::rows
