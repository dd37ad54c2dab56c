// The value of an execution row: what is said once about an execution, and how it ended; and the
// listing row that people find it by.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "engine/base/status.h"
#include "engine/interpreter/turn.h"

namespace pawl::rows {

// What makes an execution one of a Map run.
struct MapRunLink {
  // Its place in the run.
  std::uint32_t index = 0;
  // The Map state, in the same definition: the execution begins with its processor's first state.
  StateIndex map_state = 0;
  // "machine/label:RUN": what it is listed under.
  std::string run = {};

  bool operator==(const MapRunLink&) const = default;
};

// What started an execution, and hears of its end: a task's attempt or a Map run.
struct ParentLink {
  ExecutionId execution = {};
  FrameNumber frame = {};
  std::uint32_t wait_number = 0;
  // Whether it waits for the end.
  bool is_waiting = false;
  std::optional<MapRunLink> map_run = {};

  bool operator==(const ParentLink&) const = default;
};

struct ExecutionRow {
  NamespaceId namespace_id = {};
  interpreter::ExecutionHeader header = {};
  std::uint64_t revision = 0;
  std::int32_t priority = 0;
  std::string fairness_key = {};
  // What the start named instead of the latest revision: the version that runs, 0 if none; and the
  // alias that led to it, empty if none.
  std::uint64_t version = 0;
  std::string alias = {};
  // Of the input's bytes: tells a repeated start from another one of the same name.
  std::uint64_t input_hash = 0;
  std::optional<ParentLink> parent = {};
  // Of the last redrive: who asks with the same token again, asks for the same.
  std::string redrive_token = {};
  // Of a test: WorkingSet::mocked_calls.
  std::map<StateIndex, std::uint32_t> mocked_calls = {};
  // Whether there were Map runs: then there are rows of them.
  bool has_map_runs = false;
  interpreter::ExecutionStatus status = interpreter::ExecutionStatus::kRunning;
  // Of a closed execution.
  Timestamp stopped_at = {};
  std::optional<interpreter::Payload> output = {};
  std::optional<std::string> error = {};
  std::optional<std::string> cause = {};

  bool is_closed() const { return status != interpreter::ExecutionStatus::kRunning; }

  bool operator==(const ExecutionRow&) const = default;
};

std::string EncodeExecution(const ExecutionRow& row);
// DataLoss for bytes that EncodeExecution did not write.
Result<ExecutionRow> DecodeExecution(std::string_view value);

// The value of a name row.
std::string EncodeNumber(ExecutionNumber number);
Result<ExecutionNumber> DecodeNumber(std::string_view value);

// A message that a turn sends to another execution: kept until that one's turn is durable.
struct OutboxRow {
  enum class Kind : std::uint8_t {
    kChildEnded = 0,    // this execution has ended: tell its parent
    kStopChild = 1,     // stop `child`
    kStopChildren = 2,  // stop what is open of the Map run `run`; `child` is empty
  };
  Kind kind = Kind::kChildEnded;
  interpreter::ChildName child = {};
  EventId run = 0;
  // Of kStopChildren: the results of the run are written then.
  bool writes_results = false;

  bool operator==(const OutboxRow&) const = default;
};

std::string EncodeOutbox(const OutboxRow& row);
Result<OutboxRow> DecodeOutbox(std::string_view value);

struct ListingRow {
  std::string name = {};
  // Of a closed execution; else the epoch.
  Timestamp stopped_at = {};
  std::uint64_t revision = 0;
  std::uint32_t redrive_count = 0;
  // Of an execution that was redriven.
  Timestamp redriven_at = {};
  // As in ExecutionRow.
  std::uint64_t version = 0;
  std::string alias = {};

  bool operator==(const ListingRow&) const = default;
};

std::string EncodeListing(const ListingRow& row);
Result<ListingRow> DecodeListing(std::string_view value);

// Under which key an execution is listed while its status is `status`.
std::string ListingKeyOf(ExecutionId id,
                         const ExecutionRow& row,
                         interpreter::ExecutionStatus status);

}  // namespace pawl::rows
