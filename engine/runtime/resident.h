// Resident: an execution in a shard's memory. Everything in it can be read again from the store,
// except what is staged: changes that wait for their commit.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <vector>

#include "engine/asl/state_machine.h"
#include "engine/interpreter/turn.h"
#include "engine/rows/execution_row.h"
#include "engine/runtime/engine.h"
#include "engine/runtime/shard_request.h"

namespace pawl::runtime {

// Where a frame's row is (or will be, once what is staged is durable).
struct FramePlace {
  // Of a parked frame: when its timer row is due.
  std::optional<Timestamp> parked_until;
};

struct Resident {
  ExecutionId id;
  rows::ExecutionRow row;
  std::shared_ptr<const asl::StateMachine> machine;
  // Results of a join are there from its start on, or once a turn has asked for them.
  interpreter::WorkingSet set;
  // Of joins whose results are not in `set`: those that may not be durable yet, so that the store
  // cannot give them back.
  std::map<FrameNumber, std::map<std::uint32_t, interpreter::Payload>> new_results;
  // Executions of Map runs that were started, with the number of their items, and outputs of those
  // that ended: what may not be durable yet.
  std::map<FrameNumber, std::map<std::uint32_t, std::uint32_t>> new_open_children;
  std::map<FrameNumber, std::map<std::uint32_t, Bytes>> new_child_outputs;
  std::map<FrameNumber, FramePlace> places;

  // Changes since the last group, in terms of what a frame's row becomes: its present value, or an
  // archived one. A frame that changed twice may be there twice.
  std::vector<FrameNumber> dirty_frames;
  std::map<FrameNumber, interpreter::Frame> archived_frames;
  bool is_row_dirty = false;
  // The row was never stored: a start in this group.
  bool is_new = false;
  // Its row was stored at some time.
  bool is_stored = false;
  // Groups under way that hold changes of this execution. It stays in memory until they are done.
  std::uint32_t groups_in_flight = 0;
  bool is_staged = false;
  std::uint64_t last_used = 0;
  // Of an EXPRESS execution: who waits for its end, and the bytes of payloads after the last time
  // that those nobody needs were dropped.
  Callback<ExecutionInfo> on_close = {};
  std::size_t payload_bytes = 0;

  // EXPRESS: no row of it is written, and it stays in memory until it ends.
  bool is_in_memory() const { return row.header.is_express(); }

  bool is_pinned() const { return is_staged || groups_in_flight > 0; }
};

}  // namespace pawl::runtime
