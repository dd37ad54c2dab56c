#include "engine/rows/keys.h"

#include <limits>

#include "engine/base/coding.h"
#include "engine/base/hash.h"

namespace pawl::rows {
namespace {

using storage::Family;
using storage::Range;

std::string ShardPrefix(ShardId shard, char tag) {
  std::string key;
  Encoder(key).BigEndian16(shard.value);
  key.push_back(tag);
  return key;
}

std::string NumberPrefix(ExecutionId id, char tag) {
  std::string key = ShardPrefix(id.shard, tag);
  Encoder(key).BigEndian64(id.number.value);
  return key;
}

std::string FrameKeyOf(ExecutionId id, FrameNumber frame, char tag) {
  std::string key = NumberPrefix(id, tag);
  Encoder(key).BigEndian32(frame.value);
  return key;
}

Range PrefixRange(Family family, std::string prefix) {
  std::string end = PrefixEnd(prefix);
  return {.family = family, .begin = std::move(prefix), .end = std::move(end)};
}

void AppendName(std::string& key, std::string_view name) {
  Encoder encoder(key);
  encoder.BigEndian16(static_cast<std::uint16_t>(name.size()));
  encoder.Raw(name);
}

std::string NamedKey(char tag, NamespaceId namespace_id, std::string_view name) {
  std::string key(1, tag);
  Encoder(key).BigEndian32(namespace_id.value);
  AppendName(key, name);
  return key;
}

// The name stands last, without its length: keys are in the order of the names.
std::string OrderedKey(char tag, NamespaceId namespace_id, std::string_view name) {
  std::string key(1, tag);
  Encoder encoder(key);
  encoder.BigEndian32(namespace_id.value);
  encoder.Raw(name);
  return key;
}

// Times are stored from the year 1970 on; a time before it sorts as 1970.
std::uint64_t TimeBits(Timestamp time) {
  const std::int64_t micros = ToMicros(time);
  return micros < 0 ? 0 : static_cast<std::uint64_t>(micros);
}

// Reads TimeBits, which are never those of a time before 1970.
Timestamp TimeOf(Decoder& decoder, std::uint64_t bits) {
  const auto micros = static_cast<std::int64_t>(bits);
  if (micros < 0) decoder.Fail();
  return FromMicros(micros);
}

ExecutionId TakeExecution(Decoder& decoder, ShardId shard) {
  return {.shard = shard, .number = ExecutionNumber{decoder.BigEndian64()}};
}

std::optional<ExecutionId> ParseShardKey(Decoder& decoder, std::string_view tags) {
  const ShardId shard{decoder.BigEndian16()};
  const char tag = static_cast<char>(decoder.Byte());
  if (!decoder.ok() || tags.find(tag) == std::string_view::npos) return std::nullopt;
  return TakeExecution(decoder, shard);
}

}  // namespace

std::string PrefixEnd(std::string prefix) {
  while (!prefix.empty() && prefix.back() == '\xFF')
    prefix.pop_back();
  if (!prefix.empty())
    prefix.back() = static_cast<char>(static_cast<unsigned char>(prefix.back()) + 1);
  return prefix;
}

ShardId ShardOf(NamespaceId namespace_id,
                std::string_view state_machine,
                std::string_view execution) {
  std::string identity;
  Encoder encoder(identity);
  encoder.Varint(namespace_id.value);
  encoder.String(state_machine);
  encoder.String(execution);
  return ShardId{static_cast<std::uint16_t>(HashBytes(identity) % kShards)};
}

std::string ExecutionKey(ExecutionId id) {
  return NumberPrefix(id, 'E');
}

std::string HotFrameKey(ExecutionId id, FrameNumber frame) {
  return FrameKeyOf(id, frame, 'F');
}

std::string ParkedFrameKey(ExecutionId id, FrameNumber frame) {
  return FrameKeyOf(id, frame, 'P');
}

std::string ArchivedFrameKey(ExecutionId id, FrameNumber frame) {
  return FrameKeyOf(id, frame, 'C');
}

std::string ResultKey(ExecutionId id, FrameNumber join, std::uint32_t index) {
  std::string key = FrameKeyOf(id, join, 'R');
  Encoder(key).BigEndian32(index);
  return key;
}

std::string MapRunKey(ExecutionId id, EventId run) {
  return FrameKeyOf(id, FrameNumber{run}, 'M');
}

std::string OpenChildKey(ExecutionId id, EventId run, std::uint32_t index) {
  std::string key = FrameKeyOf(id, FrameNumber{run}, 'I');
  Encoder(key).BigEndian32(index);
  return key;
}

std::string EndedChildKey(ExecutionId id, EventId run, std::uint32_t index) {
  std::string key = FrameKeyOf(id, FrameNumber{run}, 'J');
  Encoder(key).BigEndian32(index);
  return key;
}

storage::Range MapRunsOf(ExecutionId id) {
  return PrefixRange(Family::kState, NumberPrefix(id, 'M'));
}

storage::Range OpenChildrenOf(ExecutionId id, EventId run) {
  return PrefixRange(Family::kState, FrameKeyOf(id, FrameNumber{run}, 'I'));
}

storage::Range EndedChildrenOf(ExecutionId id, EventId run) {
  return PrefixRange(Family::kState, FrameKeyOf(id, FrameNumber{run}, 'J'));
}

std::optional<EventId> ParseMapRunKey(std::string_view key) {
  Decoder decoder(key);
  if (!ParseShardKey(decoder, "M")) return std::nullopt;
  const EventId run = decoder.BigEndian32();
  if (!decoder.Finished()) return std::nullopt;
  return run;
}

std::optional<std::uint32_t> ParseChildKey(std::string_view key) {
  Decoder decoder(key);
  if (!ParseShardKey(decoder, "IJ")) return std::nullopt;
  decoder.BigEndian32();
  const std::uint32_t index = decoder.BigEndian32();
  if (!decoder.Finished()) return std::nullopt;
  return index;
}

std::string MapRunNameKey(NamespaceId namespace_id, std::string_view run) {
  return OrderedKey('m', namespace_id, run);
}

std::string OutboxKey(ExecutionId id, FrameNumber frame, std::uint32_t wait_number) {
  std::string key = FrameKeyOf(id, frame, 'O');
  Encoder(key).BigEndian32(wait_number);
  return key;
}

storage::Range OutboxOf(ShardId shard) {
  return PrefixRange(Family::kState, ShardPrefix(shard, 'O'));
}

storage::Range OutboxOf(ExecutionId id) {
  return PrefixRange(Family::kState, NumberPrefix(id, 'O'));
}

std::optional<OutboxKeyParts> ParseOutboxKey(std::string_view key) {
  Decoder decoder(key);
  const auto id = ParseShardKey(decoder, "O");
  if (!id) return std::nullopt;
  OutboxKeyParts parts{.id = *id};
  parts.frame = FrameNumber{decoder.BigEndian32()};
  parts.wait_number = decoder.BigEndian32();
  if (!decoder.Finished()) return std::nullopt;
  return parts;
}

std::string VariableKey(ExecutionId id, FrameNumber frame, std::string_view name) {
  std::string key = FrameKeyOf(id, frame, 'V');
  key += name;
  return key;
}

std::string TimerKey(ExecutionId id, Timestamp due, FrameNumber frame) {
  std::string key = ShardPrefix(id.shard, 'T');
  Encoder encoder(key);
  encoder.BigEndian64(TimeBits(due));
  encoder.BigEndian64(id.number.value);
  encoder.BigEndian32(frame.value);
  return key;
}

std::string NameKey(ShardId shard,
                    NamespaceId namespace_id,
                    std::string_view state_machine,
                    std::string_view execution) {
  std::string key = ShardPrefix(shard, 'N');
  Encoder(key).BigEndian32(namespace_id.value);
  AppendName(key, state_machine);
  AppendName(key, execution);
  return key;
}

std::string EngineTimeKey(ShardId shard) {
  return ShardPrefix(shard, 'S') + "t";
}

Range ExecutionsOf(ShardId shard) {
  return PrefixRange(Family::kState, ShardPrefix(shard, 'E'));
}

Range HotFramesOf(ShardId shard) {
  return PrefixRange(Family::kState, ShardPrefix(shard, 'F'));
}

Range HotFramesOf(ExecutionId id) {
  return PrefixRange(Family::kState, NumberPrefix(id, 'F'));
}

Range ParkedFramesOf(ExecutionId id) {
  return PrefixRange(Family::kState, NumberPrefix(id, 'P'));
}

Range ArchivedFramesOf(ExecutionId id) {
  return PrefixRange(Family::kState, NumberPrefix(id, 'C'));
}

Range ResultsOf(ExecutionId id, FrameNumber join) {
  return PrefixRange(Family::kState, FrameKeyOf(id, join, 'R'));
}

Range ResultsOf(ExecutionId id) {
  return PrefixRange(Family::kState, NumberPrefix(id, 'R'));
}

Range VariablesOf(ExecutionId id, FrameNumber frame) {
  return PrefixRange(Family::kState, FrameKeyOf(id, frame, 'V'));
}

Range VariablesOf(ExecutionId id) {
  return PrefixRange(Family::kState, NumberPrefix(id, 'V'));
}

Range TimersOf(ShardId shard, Timestamp before) {
  std::string end = ShardPrefix(shard, 'T');
  Encoder(end).BigEndian64(TimeBits(before));
  return {.family = Family::kState, .begin = ShardPrefix(shard, 'T'), .end = std::move(end)};
}

std::optional<FrameKey> ParseFrameKey(std::string_view key) {
  Decoder decoder(key);
  const auto id = ParseShardKey(decoder, "FPC");
  const FrameNumber frame{decoder.BigEndian32()};
  if (!id || !decoder.Finished()) return std::nullopt;
  return FrameKey{.id = *id, .frame = frame};
}

std::optional<TimerKeyParts> ParseTimerKey(std::string_view key) {
  Decoder decoder(key);
  const ShardId shard{decoder.BigEndian16()};
  const char tag = static_cast<char>(decoder.Byte());
  const Timestamp due = TimeOf(decoder, decoder.BigEndian64());
  const ExecutionId id = TakeExecution(decoder, shard);
  const FrameNumber frame{decoder.BigEndian32()};
  if (tag != 'T' || !decoder.Finished()) return std::nullopt;
  return TimerKeyParts{.id = id, .frame = frame, .due = due};
}

std::optional<ExecutionId> ParseExecutionKey(std::string_view key) {
  Decoder decoder(key);
  const auto id = ParseShardKey(decoder, "E");
  if (!id || !decoder.Finished()) return std::nullopt;
  return id;
}

std::optional<ResultKeyParts> ParseResultKey(std::string_view key) {
  Decoder decoder(key);
  const auto id = ParseShardKey(decoder, "R");
  const FrameNumber join{decoder.BigEndian32()};
  const std::uint32_t index = decoder.BigEndian32();
  if (!id || !decoder.Finished()) return std::nullopt;
  return ResultKeyParts{.join = join, .index = index};
}

std::optional<std::string> ParseVariableKey(std::string_view key) {
  Decoder decoder(key);
  const auto id = ParseShardKey(decoder, "V");
  decoder.BigEndian32();
  if (!id || !decoder.ok() || decoder.rest().empty()) return std::nullopt;
  return std::string(decoder.rest());
}

std::string HistoryKey(ExecutionId id, EventId first_event) {
  std::string key;
  Encoder encoder(key);
  encoder.BigEndian16(id.shard.value);
  encoder.BigEndian64(id.number.value);
  encoder.BigEndian32(first_event);
  return key;
}

Range HistoryOf(ExecutionId id) {
  std::string prefix = HistoryKey(id, 0);
  prefix.resize(prefix.size() - 4);
  return PrefixRange(Family::kHistory, std::move(prefix));
}

Range HistoryRowOf(ExecutionId id, EventId event) {
  return {.family = Family::kHistory,
          .begin = HistoryKey(id, 0),
          .end = event == std::numeric_limits<EventId>::max() ? HistoryOf(id).end
                                                              : HistoryKey(id, event + 1),
          .limit = 1,
          .is_reverse = true};
}

std::optional<EventId> ParseHistoryKey(std::string_view key) {
  Decoder decoder(key);
  decoder.Raw(10);
  const EventId event = decoder.BigEndian32();
  if (!decoder.Finished()) return std::nullopt;
  return event;
}

std::string ListingKey(const ListingKeyParts& parts) {
  std::string key = NamedKey('L', parts.namespace_id, parts.state_machine);
  Encoder encoder(key);
  encoder.Byte(static_cast<std::uint8_t>(parts.status));
  encoder.BigEndian64(~TimeBits(parts.started_at));
  encoder.BigEndian16(parts.id.shard.value);
  encoder.BigEndian64(parts.id.number.value);
  return key;
}

std::optional<ListingKeyParts> ParseListingKey(std::string_view key) {
  Decoder decoder(key);
  ListingKeyParts parts;
  const char tag = static_cast<char>(decoder.Byte());
  parts.namespace_id = NamespaceId{decoder.BigEndian32()};
  parts.state_machine = decoder.Raw(decoder.BigEndian16());
  const std::uint8_t status = decoder.Byte();
  if (status > static_cast<std::uint8_t>(interpreter::ExecutionStatus::kAborted)) decoder.Fail();
  parts.status = static_cast<interpreter::ExecutionStatus>(status);
  parts.started_at = TimeOf(decoder, ~decoder.BigEndian64());
  const ShardId shard{decoder.BigEndian16()};
  parts.id = TakeExecution(decoder, shard);
  if (tag != 'L' || !decoder.Finished()) return std::nullopt;
  return parts;
}

Range ListingOf(NamespaceId namespace_id,
                std::string_view state_machine,
                interpreter::ExecutionStatus status) {
  std::string prefix = NamedKey('L', namespace_id, state_machine);
  Encoder(prefix).Byte(static_cast<std::uint8_t>(status));
  return PrefixRange(Family::kIndex, std::move(prefix));
}

std::string StateMachineKey(NamespaceId namespace_id, std::string_view state_machine) {
  return OrderedKey('D', namespace_id, state_machine);
}

Range StateMachinesOf(NamespaceId namespace_id) {
  return PrefixRange(Family::kIndex, StateMachineKey(namespace_id, ""));
}

std::optional<std::string> ParseStateMachineKey(std::string_view key) {
  Decoder decoder(key);
  const char tag = static_cast<char>(decoder.Byte());
  decoder.BigEndian32();
  if (tag != 'D' || !decoder.ok()) return std::nullopt;
  return std::string(decoder.rest());
}

NamespaceId NamespaceOfStateMachineKey(std::string_view key) {
  Decoder decoder(key);
  decoder.Byte();
  return NamespaceId{decoder.BigEndian32()};
}

std::string RevisionKey(NamespaceId namespace_id,
                        std::string_view state_machine,
                        std::uint64_t revision) {
  std::string key = NamedKey('d', namespace_id, state_machine);
  Encoder(key).BigEndian64(revision);
  return key;
}

Range RevisionsOf(NamespaceId namespace_id, std::string_view state_machine) {
  return PrefixRange(Family::kIndex, NamedKey('d', namespace_id, state_machine));
}

std::string VersionKey(NamespaceId namespace_id,
                       std::string_view state_machine,
                       std::uint64_t version) {
  std::string key = NamedKey('v', namespace_id, state_machine);
  Encoder(key).BigEndian64(version);
  return key;
}

Range VersionsOf(NamespaceId namespace_id, std::string_view state_machine) {
  return PrefixRange(Family::kIndex, NamedKey('v', namespace_id, state_machine));
}

std::optional<std::uint64_t> ParseVersionKey(std::string_view key) {
  Decoder decoder(key);
  const char tag = static_cast<char>(decoder.Byte());
  decoder.BigEndian32();
  decoder.Raw(decoder.BigEndian16());
  const std::uint64_t version = decoder.BigEndian64();
  if (tag != 'v' || !decoder.Finished()) return std::nullopt;
  return version;
}

std::string AliasKey(NamespaceId namespace_id,
                     std::string_view state_machine,
                     std::string_view alias) {
  std::string key = NamedKey('A', namespace_id, state_machine);
  key += alias;
  return key;
}

Range AliasesOf(NamespaceId namespace_id, std::string_view state_machine) {
  return PrefixRange(Family::kIndex, NamedKey('A', namespace_id, state_machine));
}

std::optional<std::string> ParseAliasKey(std::string_view key) {
  Decoder decoder(key);
  const char tag = static_cast<char>(decoder.Byte());
  decoder.BigEndian32();
  decoder.Raw(decoder.BigEndian16());
  if (tag != 'A' || !decoder.ok()) return std::nullopt;
  return std::string(decoder.rest());
}

std::string TagsKey(NamespaceId namespace_id, TaggedKind kind, std::string_view name) {
  std::string key = "G";
  Encoder encoder(key);
  encoder.BigEndian32(namespace_id.value);
  encoder.Byte(static_cast<std::uint8_t>(kind));
  encoder.Raw(name);
  return key;
}

std::string FunctionKey(NamespaceId namespace_id, std::string_view function) {
  return OrderedKey('W', namespace_id, function);
}

Range AllFunctions() {
  return PrefixRange(Family::kIndex, "W");
}

Range FunctionsOf(NamespaceId namespace_id, std::string_view prefix) {
  return PrefixRange(Family::kIndex, FunctionKey(namespace_id, prefix));
}

std::optional<FunctionKeyParts> ParseFunctionKey(std::string_view key) {
  Decoder decoder(key);
  const char tag = static_cast<char>(decoder.Byte());
  const NamespaceId namespace_id{decoder.BigEndian32()};
  if (tag != 'W' || !decoder.ok()) return std::nullopt;
  return FunctionKeyParts{.namespace_id = namespace_id, .function = std::string(decoder.rest())};
}

std::string DeployedFunctionKey(NamespaceId namespace_id, std::string_view function) {
  return OrderedKey('F', namespace_id, function);
}

Range AllDeployedFunctions() {
  return PrefixRange(Family::kIndex, "F");
}

std::string FunctionVersionKey(NamespaceId namespace_id,
                               std::string_view function,
                               std::uint64_t version) {
  std::string key = NamedKey('f', namespace_id, function);
  Encoder(key).BigEndian64(version);
  return key;
}

Range AllFunctionVersions() {
  return PrefixRange(Family::kIndex, "f");
}

Range FunctionVersionsOf(NamespaceId namespace_id, std::string_view function) {
  return PrefixRange(Family::kIndex, NamedKey('f', namespace_id, function));
}

std::string FunctionAliasKey(NamespaceId namespace_id,
                             std::string_view function,
                             std::string_view alias) {
  std::string key = NamedKey('a', namespace_id, function);
  key += alias;
  return key;
}

Range AllFunctionAliases() {
  return PrefixRange(Family::kIndex, "a");
}

Range FunctionAliasesOf(NamespaceId namespace_id, std::string_view function) {
  return PrefixRange(Family::kIndex, NamedKey('a', namespace_id, function));
}

std::string CodeKey(NamespaceId namespace_id, std::string_view code_sha256, std::uint32_t piece) {
  std::string key = OrderedKey('Z', namespace_id, code_sha256);
  Encoder(key).BigEndian32(piece);
  return key;
}

Range CodeOf(NamespaceId namespace_id, std::string_view code_sha256) {
  std::string prefix = CodeKey(namespace_id, code_sha256, 0);
  prefix.resize(prefix.size() - 4);
  return PrefixRange(Family::kIndex, std::move(prefix));
}

std::optional<FunctionKeyParts> ParseDeployedFunctionKey(std::string_view key) {
  Decoder decoder(key);
  const char tag = static_cast<char>(decoder.Byte());
  const NamespaceId namespace_id{decoder.BigEndian32()};
  if (tag != 'F' || !decoder.ok()) return std::nullopt;
  return FunctionKeyParts{.namespace_id = namespace_id, .function = std::string(decoder.rest())};
}

std::optional<FunctionVersionKeyParts> ParseFunctionVersionKey(std::string_view key) {
  Decoder decoder(key);
  const char tag = static_cast<char>(decoder.Byte());
  FunctionVersionKeyParts parts{.namespace_id = NamespaceId{decoder.BigEndian32()}};
  parts.function = decoder.Raw(decoder.BigEndian16());
  parts.version = decoder.BigEndian64();
  if (tag != 'f' || !decoder.Finished()) return std::nullopt;
  return parts;
}

std::optional<FunctionAliasKeyParts> ParseFunctionAliasKey(std::string_view key) {
  Decoder decoder(key);
  const char tag = static_cast<char>(decoder.Byte());
  FunctionAliasKeyParts parts{.namespace_id = NamespaceId{decoder.BigEndian32()}};
  parts.function = decoder.Raw(decoder.BigEndian16());
  if (tag != 'a' || !decoder.ok()) return std::nullopt;
  parts.alias = decoder.rest();
  return parts;
}

std::string SecretKey(std::string_view purpose) {
  return "K" + std::string(purpose);
}

std::string QuarantineKey(ExecutionId id) {
  std::string key = "X";
  Encoder encoder(key);
  encoder.BigEndian16(id.shard.value);
  encoder.BigEndian64(id.number.value);
  return key;
}

Range QuarantinesOf(ShardId shard) {
  std::string prefix = "X";
  Encoder(prefix).BigEndian16(shard.value);
  return PrefixRange(Family::kIndex, std::move(prefix));
}

}  // namespace pawl::rows
