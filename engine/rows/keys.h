// Keys of every row family; FORMAT.md is their contract.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "engine/base/ids.h"
#include "engine/base/time.h"
#include "engine/interpreter/turn.h"
#include "engine/storage/storage.h"

namespace pawl::rows {

inline constexpr std::uint16_t kShards = 128;
// Stands in a batch for rows that belong to no shard: state machines, functions, and the like.
inline constexpr ShardId kCatalogShard{kShards};

// The shard of an execution, fixed for the life of a store.
ShardId ShardOf(NamespaceId namespace_id,
                std::string_view state_machine,
                std::string_view execution);

// --- Family state ---
std::string ExecutionKey(ExecutionId id);
std::string HotFrameKey(ExecutionId id, FrameNumber frame);
std::string ParkedFrameKey(ExecutionId id, FrameNumber frame);
std::string ArchivedFrameKey(ExecutionId id, FrameNumber frame);
std::string ResultKey(ExecutionId id, FrameNumber join, std::uint32_t index);
std::string VariableKey(ExecutionId id, FrameNumber frame, std::string_view name);
// A message under way from a frame's wait; the root's wait 0 for the execution's own end.
std::string OutboxKey(ExecutionId id, FrameNumber frame, std::uint32_t wait_number);
// Of a Map run: the run, an execution that is open, one that has ended.
std::string MapRunKey(ExecutionId id, EventId run);
std::string OpenChildKey(ExecutionId id, EventId run, std::uint32_t index);
std::string EndedChildKey(ExecutionId id, EventId run, std::uint32_t index);
std::string TimerKey(ExecutionId id, Timestamp due, FrameNumber frame);
std::string NameKey(ShardId shard,
                    NamespaceId namespace_id,
                    std::string_view state_machine,
                    std::string_view execution);
std::string EngineTimeKey(ShardId shard);

// All rows of a kind: of a shard, of an execution, of a join.
storage::Range ExecutionsOf(ShardId shard);
storage::Range HotFramesOf(ShardId shard);
storage::Range HotFramesOf(ExecutionId id);
storage::Range ParkedFramesOf(ExecutionId id);
storage::Range ArchivedFramesOf(ExecutionId id);
storage::Range ResultsOf(ExecutionId id, FrameNumber join);
storage::Range ResultsOf(ExecutionId id);
// The variables assigned on a frame, and all of an execution.
storage::Range VariablesOf(ExecutionId id, FrameNumber frame);
storage::Range VariablesOf(ExecutionId id);
storage::Range MapRunsOf(ExecutionId id);
storage::Range OpenChildrenOf(ExecutionId id, EventId run);
storage::Range EndedChildrenOf(ExecutionId id, EventId run);
storage::Range OutboxOf(ShardId shard);
storage::Range OutboxOf(ExecutionId id);
// Timers due before `before`.
storage::Range TimersOf(ShardId shard, Timestamp before);

struct FrameKey {
  ExecutionId id;
  FrameNumber frame;
};

// Reads HotFrameKey, ParkedFrameKey or ArchivedFrameKey.
std::optional<FrameKey> ParseFrameKey(std::string_view key);

struct TimerKeyParts {
  ExecutionId id;
  FrameNumber frame;
  Timestamp due;
};

std::optional<TimerKeyParts> ParseTimerKey(std::string_view key);
std::optional<ExecutionId> ParseExecutionKey(std::string_view key);

struct OutboxKeyParts {
  ExecutionId id = {};
  FrameNumber frame = {};
  std::uint32_t wait_number = 0;

  bool operator==(const OutboxKeyParts&) const = default;
};

std::optional<OutboxKeyParts> ParseOutboxKey(std::string_view key);

// The event in a MapRunKey.
std::optional<EventId> ParseMapRunKey(std::string_view key);
// The index at the end of an OpenChildKey or EndedChildKey.
std::optional<std::uint32_t> ParseChildKey(std::string_view key);

// The index at the end of a ResultKey, and the join before it.
struct ResultKeyParts {
  FrameNumber join;
  std::uint32_t index = 0;
};

std::optional<ResultKeyParts> ParseResultKey(std::string_view key);

// The name at the end of a VariableKey.
std::optional<std::string> ParseVariableKey(std::string_view key);

// --- Family history ---
std::string HistoryKey(ExecutionId id, EventId first_event);
// Rows that hold events with an id of `from` or more begin at or before HistoryKey(id, from).
storage::Range HistoryOf(ExecutionId id);
// The row that holds event `event`: the last one not after it.
storage::Range HistoryRowOf(ExecutionId id, EventId event);
std::optional<EventId> ParseHistoryKey(std::string_view key);

// --- Family index ---
struct ListingKeyParts {
  NamespaceId namespace_id = {};
  std::string state_machine = {};
  interpreter::ExecutionStatus status = interpreter::ExecutionStatus::kRunning;
  Timestamp started_at = {};
  ExecutionId id = {};

  bool operator==(const ListingKeyParts&) const = default;
};

std::string ListingKey(const ListingKeyParts& parts);
std::optional<ListingKeyParts> ParseListingKey(std::string_view key);
// All listing rows of a machine and status, the newest first.
storage::Range ListingOf(NamespaceId namespace_id,
                         std::string_view state_machine,
                         interpreter::ExecutionStatus status);
std::string StateMachineKey(NamespaceId namespace_id, std::string_view state_machine);
storage::Range StateMachinesOf(NamespaceId namespace_id);
// The name in a StateMachineKey.
std::optional<std::string> ParseStateMachineKey(std::string_view key);
NamespaceId NamespaceOfStateMachineKey(std::string_view key);
std::string RevisionKey(NamespaceId namespace_id,
                        std::string_view state_machine,
                        std::uint64_t revision);
storage::Range RevisionsOf(NamespaceId namespace_id, std::string_view state_machine);
std::string VersionKey(NamespaceId namespace_id,
                       std::string_view state_machine,
                       std::uint64_t version);
// By number, the smallest first.
storage::Range VersionsOf(NamespaceId namespace_id, std::string_view state_machine);
// The number in a VersionKey.
std::optional<std::uint64_t> ParseVersionKey(std::string_view key);
std::string AliasKey(NamespaceId namespace_id,
                     std::string_view state_machine,
                     std::string_view alias);
// By name.
storage::Range AliasesOf(NamespaceId namespace_id, std::string_view state_machine);
// The alias's name in an AliasKey.
std::optional<std::string> ParseAliasKey(std::string_view key);

// What tags belong to; the numbers are stored.
enum class TaggedKind : std::uint8_t { kStateMachine = 0, kActivity = 1, kFunction = 2 };

std::string TagsKey(NamespaceId namespace_id, TaggedKind kind, std::string_view name);
std::string FunctionKey(NamespaceId namespace_id, std::string_view function);
storage::Range AllFunctions();
// Those of a namespace whose names begin with `prefix`.
storage::Range FunctionsOf(NamespaceId namespace_id, std::string_view prefix);

struct FunctionKeyParts {
  NamespaceId namespace_id;
  std::string function;
};

std::optional<FunctionKeyParts> ParseFunctionKey(std::string_view key);

// --- Deployed functions, in family index ---
std::string DeployedFunctionKey(NamespaceId namespace_id, std::string_view function);
// Of every namespace; in one, by name.
storage::Range AllDeployedFunctions();
std::string FunctionVersionKey(NamespaceId namespace_id,
                               std::string_view function,
                               std::uint64_t version);
storage::Range AllFunctionVersions();
storage::Range FunctionVersionsOf(NamespaceId namespace_id, std::string_view function);
std::string FunctionAliasKey(NamespaceId namespace_id,
                             std::string_view function,
                             std::string_view alias);
storage::Range AllFunctionAliases();
storage::Range FunctionAliasesOf(NamespaceId namespace_id, std::string_view function);
// A piece of the archive with this hash (kCodeHashBytes), counted from 0.
std::string CodeKey(NamespaceId namespace_id, std::string_view code_sha256, std::uint32_t piece);
storage::Range CodeOf(NamespaceId namespace_id, std::string_view code_sha256);

// Reads a DeployedFunctionKey.
std::optional<FunctionKeyParts> ParseDeployedFunctionKey(std::string_view key);

struct FunctionVersionKeyParts {
  NamespaceId namespace_id = {};
  std::string function = {};
  std::uint64_t version = 0;
};

std::optional<FunctionVersionKeyParts> ParseFunctionVersionKey(std::string_view key);

struct FunctionAliasKeyParts {
  NamespaceId namespace_id = {};
  std::string function = {};
  std::string alias = {};
};

std::optional<FunctionAliasKeyParts> ParseFunctionAliasKey(std::string_view key);

// "machine/label:RUN" to where the run is.
std::string MapRunNameKey(NamespaceId namespace_id, std::string_view run);
std::string SecretKey(std::string_view purpose);
std::string QuarantineKey(ExecutionId id);
storage::Range QuarantinesOf(ShardId shard);

// The smallest key greater than every key that begins with `prefix`.
std::string PrefixEnd(std::string prefix);

}  // namespace pawl::rows
