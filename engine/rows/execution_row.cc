#include "engine/rows/execution_row.h"

#include "engine/base/coding.h"
#include "engine/rows/keys.h"
#include "engine/rows/payload_codec.h"
#include "engine/rows/time_codec.h"
#include "engine/rows/version_codec.h"

namespace pawl::rows {
namespace {

using interpreter::ExecutionStatus;

// A listing with the version of the state machine.
constexpr std::uint8_t kVersionQualified = 2;

constexpr std::uint32_t kIsClosed = 1;
constexpr std::uint32_t kHasOutput = 2;
constexpr std::uint32_t kHasError = 4;
constexpr std::uint32_t kHasCause = 8;
constexpr std::uint32_t kHasParent = 16;
constexpr std::uint32_t kHasMapRuns = 32;
constexpr std::uint32_t kIsRedriven = 64;
constexpr std::uint32_t kIsQualified = 128;
constexpr std::uint32_t kIsTest = 256;
constexpr std::uint32_t kAllExecutionFlags = 511;

std::int32_t TakeSigned32(Decoder& decoder) {
  const std::int64_t value = decoder.SignedVarint();
  if (value != static_cast<std::int32_t>(value)) decoder.Fail();
  return static_cast<std::int32_t>(value);
}

void AppendParent(Encoder& encoder, const ParentLink& parent) {
  encoder.BigEndian16(parent.execution.shard.value);
  encoder.BigEndian64(parent.execution.number.value);
  encoder.Varint(parent.frame.value);
  encoder.Varint(parent.wait_number);
  encoder.Byte(static_cast<std::uint8_t>((parent.is_waiting ? 1 : 0) | (parent.map_run ? 2 : 0)));
  if (!parent.map_run) return;
  encoder.Varint(parent.map_run->index);
  encoder.Varint(parent.map_run->map_state);
  encoder.String(parent.map_run->run);
}

ParentLink TakeParent(Decoder& decoder) {
  ParentLink parent;
  parent.execution.shard = ShardId{decoder.BigEndian16()};
  parent.execution.number = ExecutionNumber{decoder.BigEndian64()};
  parent.frame = FrameNumber{decoder.Varint32()};
  parent.wait_number = decoder.Varint32();
  const std::uint8_t flags = decoder.Byte();
  if (flags > 3) decoder.Fail();
  parent.is_waiting = (flags & 1) != 0;
  if ((flags & 2) == 0) return parent;
  parent.map_run.emplace();
  parent.map_run->index = decoder.Varint32();
  parent.map_run->map_state = decoder.Varint32();
  parent.map_run->run = decoder.String();
  return parent;
}

void AppendQualifier(Encoder& encoder, std::uint64_t version, std::string_view alias) {
  encoder.Varint(version);
  encoder.String(alias);
}

std::uint32_t ExecutionFlags(const ExecutionRow& row) {
  std::uint32_t flags = 0;
  if (row.is_closed()) flags |= kIsClosed;
  if (row.output) flags |= kHasOutput;
  if (row.error) flags |= kHasError;
  if (row.cause) flags |= kHasCause;
  if (row.parent) flags |= kHasParent;
  if (row.has_map_runs) flags |= kHasMapRuns;
  if (row.header.redrive_count > 0) flags |= kIsRedriven;
  if (row.version != 0) flags |= kIsQualified;
  if (!row.header.test_case.empty()) flags |= kIsTest;
  return flags;
}

void AppendTest(Encoder& encoder, const ExecutionRow& row) {
  encoder.String(row.header.test_case);
  encoder.Varint(row.mocked_calls.size());
  for (const auto& [state, calls] : row.mocked_calls) {
    encoder.Varint(state);
    encoder.Varint(calls);
  }
}

void TakeTest(Decoder& decoder, ExecutionRow& row) {
  row.header.test_case = decoder.String();
  if (row.header.test_case.empty()) decoder.Fail();
  for (std::uint64_t left = decoder.Varint(); left > 0 && decoder.ok(); --left) {
    const StateIndex state = decoder.Varint32();
    row.mocked_calls[state] = decoder.Varint32();
  }
}

// Of an ExecutionRow or a ListingRow.
template <typename Row>
void TakeQualifier(Decoder& decoder, Row& row) {
  row.version = decoder.Varint();
  row.alias = decoder.String();
  if (row.version == 0) decoder.Fail();
}

}  // namespace

std::string EncodeExecution(const ExecutionRow& row) {
  std::string value;
  Encoder encoder(value);
  encoder.Byte(kFirstVersion);
  encoder.Varint(row.namespace_id.value);
  encoder.String(row.header.state_machine);
  encoder.Varint(row.revision);
  encoder.String(row.header.name);
  AppendTime(encoder, row.header.started_at);
  encoder.BigEndian64(row.header.seed);
  encoder.Byte(0);  // type: standard
  encoder.Byte(0);  // durability: durable
  encoder.Byte(static_cast<std::uint8_t>(row.status));
  encoder.SignedVarint(row.priority);
  encoder.String(row.fairness_key);
  encoder.BigEndian64(row.input_hash);
  encoder.Varint(ExecutionFlags(row));
  if (row.is_closed()) AppendTime(encoder, row.stopped_at);
  if (row.output) AppendPayload(encoder, *row.output);
  if (row.error) encoder.String(*row.error);
  if (row.cause) encoder.String(*row.cause);
  if (row.parent) AppendParent(encoder, *row.parent);
  if (row.header.redrive_count > 0) {
    encoder.Varint(row.header.redrive_count);
    AppendTime(encoder, row.header.redriven_at);
    encoder.String(row.redrive_token);
  }
  if (row.version != 0) AppendQualifier(encoder, row.version, row.alias);
  if (!row.header.test_case.empty()) AppendTest(encoder, row);
  return value;
}

Result<ExecutionRow> DecodeExecution(std::string_view value) {
  Decoder decoder(value);
  TakeFirstVersion(decoder);
  ExecutionRow row;
  row.namespace_id = NamespaceId{decoder.Varint32()};
  row.header.state_machine = decoder.String();
  row.revision = decoder.Varint();
  row.header.name = decoder.String();
  row.header.started_at = TakeTime(decoder);
  row.header.seed = decoder.BigEndian64();
  if (decoder.Byte() != 0 || decoder.Byte() != 0) decoder.Fail();
  const std::uint8_t status = decoder.Byte();
  if (status > static_cast<std::uint8_t>(ExecutionStatus::kAborted)) decoder.Fail();
  row.status = static_cast<ExecutionStatus>(status);
  row.priority = TakeSigned32(decoder);
  row.fairness_key = decoder.String();
  row.input_hash = decoder.BigEndian64();
  const std::uint32_t flags = decoder.Varint32();
  if ((flags & ~kAllExecutionFlags) != 0) decoder.Fail();
  if (((flags & kIsClosed) != 0) != row.is_closed()) decoder.Fail();
  if (row.is_closed()) row.stopped_at = TakeTime(decoder);
  if ((flags & kHasOutput) != 0) row.output = TakePayload(decoder);
  if ((flags & kHasError) != 0) row.error = std::string(decoder.String());
  if ((flags & kHasCause) != 0) row.cause = std::string(decoder.String());
  row.has_map_runs = (flags & kHasMapRuns) != 0;
  if ((flags & kHasParent) != 0) row.parent = TakeParent(decoder);
  if ((flags & kIsRedriven) != 0) {
    row.header.redrive_count = decoder.Varint32();
    row.header.redriven_at = TakeTime(decoder);
    row.redrive_token = decoder.String();
    if (row.header.redrive_count == 0) decoder.Fail();
  }
  if ((flags & kIsQualified) != 0) TakeQualifier(decoder, row);
  if ((flags & kIsTest) != 0) TakeTest(decoder, row);
  if (!decoder.Finished()) return DataLoss("an execution row is not readable");
  return row;
}

std::string EncodeNumber(ExecutionNumber number) {
  std::string value;
  Encoder(value).BigEndian64(number.value);
  return value;
}

Result<ExecutionNumber> DecodeNumber(std::string_view value) {
  Decoder decoder(value);
  const ExecutionNumber number{decoder.BigEndian64()};
  if (!decoder.Finished()) return DataLoss("a name row is not readable");
  return number;
}

std::string EncodeOutbox(const OutboxRow& row) {
  std::string value;
  Encoder encoder(value);
  encoder.Byte(kFirstVersion);
  encoder.Byte(static_cast<std::uint8_t>(row.kind));
  encoder.String(row.child.state_machine);
  encoder.String(row.child.execution);
  encoder.Varint(row.run);
  encoder.Byte(row.writes_results ? 1 : 0);
  return value;
}

Result<OutboxRow> DecodeOutbox(std::string_view value) {
  Decoder decoder(value);
  TakeFirstVersion(decoder);
  OutboxRow row;
  const std::uint8_t kind = decoder.Byte();
  if (kind > static_cast<std::uint8_t>(OutboxRow::Kind::kStopChildren)) decoder.Fail();
  row.kind = static_cast<OutboxRow::Kind>(kind);
  row.child.state_machine = decoder.String();
  row.child.execution = decoder.String();
  row.run = decoder.Varint32();
  const std::uint8_t writes_results = decoder.Byte();
  if (writes_results > 1) decoder.Fail();
  row.writes_results = writes_results == 1;
  if (!decoder.Finished()) return DataLoss("an outbox row is not readable");
  return row;
}

std::string EncodeListing(const ListingRow& row) {
  std::string value;
  Encoder encoder(value);
  encoder.Byte(row.version == 0 ? kFirstVersion : kVersionQualified);
  encoder.String(row.name);
  AppendTime(encoder, row.stopped_at);
  encoder.Varint(row.revision);
  encoder.Varint(row.redrive_count);
  if (row.redrive_count > 0) AppendTime(encoder, row.redriven_at);
  if (row.version != 0) AppendQualifier(encoder, row.version, row.alias);
  return value;
}

Result<ListingRow> DecodeListing(std::string_view value) {
  Decoder decoder(value);
  const std::uint8_t version = decoder.Byte();
  if (version != kFirstVersion && version != kVersionQualified) decoder.Fail();
  ListingRow row;
  row.name = decoder.String();
  row.stopped_at = TakeTime(decoder);
  row.revision = decoder.Varint();
  row.redrive_count = decoder.Varint32();
  if (row.redrive_count > 0) row.redriven_at = TakeTime(decoder);
  if (version == kVersionQualified) TakeQualifier(decoder, row);
  if (!decoder.Finished()) return DataLoss("a listing row is not readable");
  return row;
}

std::string ListingKeyOf(ExecutionId id, const ExecutionRow& row, ExecutionStatus status) {
  // Executions of a Map run are listed under the run.
  const bool is_in_run = row.parent && row.parent->map_run;
  return ListingKey(
      {.namespace_id = row.namespace_id,
       .state_machine = is_in_run ? row.parent->map_run->run : row.header.state_machine,
       .status = status,
       .started_at = row.header.started_at,
       .id = id});
}

}  // namespace pawl::rows
