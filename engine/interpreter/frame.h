// Frame: where one thread of control of an execution stands. The root is one; every open Parallel
// branch and Map iteration is one. A frame that is stored waits for exactly one thing.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "engine/base/ids.h"
#include "engine/base/time.h"
#include "engine/interpreter/history_event.h"
#include "engine/json/parse.h"

namespace pawl::interpreter {

// To enter `Frame::state` with `Frame::input`: a turn ended at its quantum, or an iteration starts.
struct RunnableWait {
  // The state was entered before: it is executed again, as after a redrive.
  bool is_entered = false;

  bool operator==(const RunnableWait&) const = default;
};

// How lambda:invoke calls its function: Lambda's InvocationType. Stored: never reuse a number.
enum class Invocation : std::uint8_t {
  kRequestResponse = 0,  // the task's result is the function's
  kEvent = 1,            // the function runs later, and nothing waits for it
  kDryRun = 2,           // it does not run: only that it is there is found out
};

// A function's result, or a worker that takes an activity's task.
struct TaskWait {
  EventId scheduled_event = 0;
  // What the function is called with.
  Payload parameters = {};
  // The function called, where the state's Parameters name it; else empty and the state's own.
  std::string function_name = {};
  std::string qualifier = {};
  // The Parameters ask for the function's log (LogType Tail).
  bool wants_log = false;
  // Of lambda:invoke. What does not wait for the function is answered by the engine itself.
  Invocation invocation = Invocation::kRequestResponse;
  std::optional<Timestamp> deadline = {};
  std::optional<Duration> heartbeat = {};
  // What the call answered that started a job (.sync); now its end is waited for.
  std::optional<Payload> job = {};

  bool operator==(const TaskWait&) const = default;
};

// A point in time: a Wait state's end, or a retrier's delay.
struct TimerWait {
  enum class Purpose : std::uint8_t { kWaitState = 0, kRetry = 1 };
  Purpose purpose = Purpose::kWaitState;
  Timestamp due = {};

  bool operator==(const TimerWait&) const = default;
};

// What a Map needs at each item's start, parsed once. Derived from the frame's input; never stored.
struct MapItems {
  json::Arena arena;
  std::vector<Bytes> texts;  // keep what `input` points to
  json::Value input;         // the Map's effective input, "$" of its ItemSelector
  std::vector<json::Value> items;
};

// The ends of a Parallel's branches or a Map's iterations.
struct JoinWait {
  std::uint32_t total = 0;
  // Branches or items [0, next) have been started.
  std::uint32_t next = 0;
  std::uint32_t open = 0;
  // How many may be open at once; 0 is no limit.
  std::uint32_t concurrency = 0;
  // JSON text of the results so far, with commas and brackets.
  std::uint64_t result_bytes = 2;
  // Derived, shared with nobody else who changes it; not part of the frame's value.
  std::shared_ptr<const MapItems> items = {};

  bool operator==(const JoinWait& other) const {
    return total == other.total && next == other.next && open == other.open &&
           concurrency == other.concurrency && result_bytes == other.result_bytes;
  }
};

// A callback with the task's token: from a worker that took an activity's task, or after a function
// was called with a token. The wait number stays that of the TaskWait before it, which is in the
// token.
struct TokenWait {
  EventId scheduled_event = 0;
  std::optional<Timestamp> deadline = {};
  std::optional<Duration> heartbeat = {};

  bool operator==(const TokenWait&) const = default;
};

// An execution by the names people know it by.
struct ChildName {
  std::string state_machine = {};
  std::string execution = {};

  bool operator==(const ChildName&) const = default;
};

// The end of an execution that the task started (.sync). The wait number stays that of the TaskWait
// before it, which the child was started with.
struct ChildWait {
  EventId scheduled_event = 0;
  ChildName child = {};
  std::optional<Timestamp> deadline = {};

  bool operator==(const ChildWait&) const = default;
};

// How many of a Map run's executions, or of its items, ended in which way.
struct MapRunCounts {
  std::uint64_t started = 0;
  std::uint64_t succeeded = 0;
  std::uint64_t failed = 0;
  std::uint64_t timed_out = 0;
  std::uint64_t aborted = 0;

  std::uint64_t ended() const { return succeeded + failed + timed_out + aborted; }

  std::uint64_t open() const { return started - ended(); }

  bool operator==(const MapRunCounts&) const = default;
};

// What a Map run's items are read with: the definition's ItemReader, evaluated.
struct MapReader {
  // Parameters or Arguments as JSON text.
  std::string parameters = {};
  // JSON pointer to the items.
  std::string items_pointer = {};
  // The first items alone; 0 for all.
  std::uint64_t max_items = 0;

  bool operator==(const MapReader&) const = default;
};

// ItemBatcher, evaluated; 0 is no limit of its own.
struct MapBatcher {
  std::uint64_t items_max = 0;
  std::uint64_t bytes_max = 0;

  bool operator==(const MapBatcher&) const = default;
};

// Why a Map run has failed.
struct MapRunFailure {
  std::string error = {};
  std::string cause = {};
  // When; its open executions were stopped then.
  Timestamp at = {};

  bool operator==(const MapRunFailure&) const = default;
};

// What ResultWriter is called with, evaluated.
struct MapWriter {
  // Parameters or Arguments as JSON text; of a writer without a bucket empty.
  std::string parameters = {};
  // No execution is open: the results are being written.
  bool is_writing = false;
  // Of a run that has failed: it writes what there is, and then fails with this.
  std::optional<MapRunFailure> failure = {};
  // What has been written, at the end.
  std::uint64_t executions_written = 0;
  std::uint64_t items_written = 0;

  bool operator==(const MapWriter&) const = default;
};

// Where items of a Map run were read.
struct ItemOrigin {
  // The place of the first of them in its slice; they reach to the next one's.
  std::size_t first = 0;
  // "S3://BUCKET/KEY", or "S3://BUCKET" of a listing.
  std::string uri = {};
};

// Items of a Map run that were read at once.
struct ItemSlice {
  // Of the first, among all items of the run.
  std::uint32_t first = 0;
  // Where the slice behind it begins.
  std::string next_cursor = {};
  // JSON texts, at least one.
  std::vector<Bytes> items = {};
  // By their places, which of them are {"Key":…,"Value":…} of a member of an object; what is beyond
  // its end is none.
  std::vector<bool> are_members = {};
  // In order.
  std::vector<ItemOrigin> origins = {};

  std::uint32_t end() const { return first + static_cast<std::uint32_t>(items.size()); }
};

// How a Map run is tried again. Its counters then say nothing of executions and items that did not
// succeed and are still to be started again.
struct MapRunRedrive {
  // How often; names the attempt.
  std::uint32_t count = 0;
  // When it was last.
  Timestamp at = {};
  // Executions before this index have been looked at.
  std::uint32_t next = 0;
  std::uint64_t executions_pending = 0;
  std::uint64_t items_pending = 0;

  bool operator==(const MapRunRedrive&) const = default;
};

// What a Map run has at hand in memory. Derived: made again from what is stored.
struct MapRunMemory {
  // The items of an input, or of a run that reads them what else their selector looks at.
  std::shared_ptr<const MapItems> source = {};
  // BatchInput as JSON text.
  std::shared_ptr<const std::string> batch_input = {};
  // One behind the other; the first holds the next item that an execution gets.
  std::vector<std::shared_ptr<const ItemSlice>> slices = {};
  // More items have been asked for.
  bool is_reading = false;

  // No part of a frame's value.
  bool operator==(const MapRunMemory&) const { return true; }
};

// The executions of a distributed Map. Each has a row of its own while it is open, and one with its
// result once it has ended; the frame holds counters only.
struct MapRunWait {
  // The event MapRunStarted: names the run inside the execution.
  EventId run = 0;
  // Items of the input, as far as they are known.
  std::uint32_t total = 0;
  // Items [0, next) have been given to executions.
  std::uint32_t next = 0;
  // How many executions these were: the index of the next one. More than have been started: while a
  // redrive goes on, and where a run that failed gave items to executions that are never started.
  std::uint32_t children = 0;
  // How many executions may be open at once; never 0.
  std::uint32_t concurrency = 0;
  // The run fails when more items have failed than both allow; without either at the first.
  std::optional<std::uint64_t> tolerated_failure_count = {};
  std::optional<double> tolerated_failure_percentage = {};
  MapRunCounts executions = {};
  MapRunCounts items = {};
  // JSON text of the results so far, with commas and brackets.
  std::uint64_t result_bytes = 2;
  // Of a run with an ItemReader.
  std::optional<MapReader> reader = {};
  // Where the slice of items begins that the next one is in, empty for the start, and which item
  // is its first.
  std::string cursor = {};
  std::uint32_t cursor_item = 0;
  // `total` is all there are.
  bool is_total_known = true;
  std::optional<MapBatcher> batcher = {};
  std::optional<MapWriter> writer = {};
  Timestamp started_at = {};
  MapRunRedrive redrive = {};
  MapRunMemory memory = {};

  bool has_more_items() const { return next < total || !is_total_known; }

  // Whether an execution may be started when its items are at hand, or put down as pending.
  bool may_start_more() const {
    if (is_writing()) return false;
    if (is_failing()) return has_more_items();
    return (has_more_items() || is_redriving()) && executions.open() < concurrency;
  }

  // Executions that did not succeed before are still to be started again.
  bool is_redriving() const { return redrive.executions_pending > 0; }

  bool is_writing() const { return writer && writer->is_writing; }

  // It has failed, and its results are gathered or being written.
  bool is_failing() const { return writer && writer->failure; }

  // Whether its results go to a bucket, and there are some.
  bool leaves_files() const { return writer && !writer->parameters.empty() && children > 0; }

  // The item up to which all are at hand of a run that reads them, and where the next is read.
  std::uint32_t read_end() const {
    return memory.slices.empty() ? cursor_item : memory.slices.back()->end();
  }

  const std::string& read_cursor() const {
    return memory.slices.empty() ? cursor : memory.slices.back()->next_cursor;
  }

  bool has_more_to_read() const { return reader && (!is_total_known || read_end() < total); }

  bool operator==(const MapRunWait&) const = default;
};

using Wait =
    std::variant<RunnableWait, TaskWait, TimerWait, JoinWait, TokenWait, ChildWait, MapRunWait>;

struct Frame {
  FrameNumber number = kRootFrame;
  // The frame whose join this one ends at, and its place there. Not for the root.
  FrameNumber parent = kRootFrame;
  std::uint32_t index = 0;

  StateIndex state = asl::kNoState;
  // The state's raw input.
  Payload input;
  EventId entered_event = 0;
  Timestamp entered_at;
  // `previous` of this frame's next event.
  EventId last_event = 0;

  // Of this visit of the state: attempts after the first, and how often each retrier matched.
  std::uint32_t retry_count = 0;
  std::vector<std::uint32_t> retrier_counts;

  // Grows with each wait: a message for another wait number is late and is ignored.
  std::uint32_t wait_number = 0;
  Wait wait;

  // Whether variables were assigned on it: then they have rows.
  bool has_variables = false;

  // The root's: when the execution times out.
  std::optional<Timestamp> execution_deadline;

  bool is_root() const { return number == kRootFrame; }

  bool operator==(const Frame&) const = default;
};

// The output of a finished branch or iteration, kept until its join closes.
struct BranchResult {
  FrameNumber join;
  std::uint32_t index = 0;
  Payload output = {};

  bool operator==(const BranchResult&) const = default;
};

}  // namespace pawl::interpreter
