// What goes into the functional core and what comes out of it: messages, the rows a turn may look
// at, and the turn itself.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "engine/base/ids.h"
#include "engine/base/limits.h"
#include "engine/base/time.h"
#include "engine/interpreter/frame.h"
#include "engine/interpreter/history_event.h"

namespace pawl::interpreter {

// --- In ---

// How ARNs are written: "arn:PARTITION:states:REGION:ACCOUNT:…".
struct ArnScheme {
  std::string partition = "aws";
  std::string region = "us-east-1";
  std::string account = "123456789012";

  bool operator==(const ArnScheme&) const = default;
};

std::string StateMachineArn(const ArnScheme& scheme, std::string_view state_machine);
std::string ExecutionArn(const ArnScheme& scheme,
                         std::string_view state_machine,
                         std::string_view execution);
// `execution`: its name and its id with a colon between them; of a state's test the name alone.
std::string ExpressExecutionArn(const ArnScheme& scheme,
                                std::string_view state_machine,
                                std::string_view execution);
struct ExecutionHeader;
std::string ExecutionArn(const ArnScheme& scheme, const ExecutionHeader& header);
// "machine/label": what the executions of a distributed Map belong to.
std::string MapChildMachine(std::string_view state_machine, std::string_view label);
std::string MapRunArn(const ArnScheme& scheme,
                      std::string_view state_machine,
                      std::string_view label,
                      std::string_view run);
std::string FunctionArn(const ArnScheme& scheme,
                        std::string_view function,
                        std::string_view qualifier);
std::string ActivityArn(const ArnScheme& scheme, std::string_view activity);
// The role that Pawl shows where AWS shows an execution's role.
std::string RoleArn(const ArnScheme& scheme);

// Makes the tokens that stand for one attempt of a task outside the engine ($$.Task.Token): the
// same token however often it is asked for.
class TaskTokens {
 public:
  virtual ~TaskTokens() = default;
  virtual std::string TokenOf(ExecutionId execution,
                              FrameNumber frame,
                              std::uint32_t wait_number) const = 0;
};

class TaskMocks;

// What is the same for every turn of an engine.
struct Environment {
  Limits limits;
  ArnScheme arns;
  // Outlives the engine's turns.
  const TaskTokens* task_tokens = nullptr;
  // Likewise. Without it, tasks of tests fail.
  const TaskMocks* task_mocks = nullptr;
  // The seconds of Wait states count this much: less than 1 is for trying a state machine out.
  double wait_time_scale = 1;
};

// What is the same for every turn of an execution.
struct ExecutionHeader {
  std::string state_machine = {};
  std::string name = {};
  Timestamp started_at = {};
  // All randomness of the execution is derived from it.
  std::uint64_t seed = 0;
  // Of an EXPRESS execution, which is in no row: its id in ARNs. Else empty.
  std::string express_id = {};
  // How often it was redriven, and when last.
  std::uint32_t redrive_count = 0;
  Timestamp redriven_at = {};
  // Of an execution that is a test: which of its state machine's. Tasks that it mocks are not run
  // (see TaskMocks). Else empty.
  std::string test_case = {};

  bool is_express() const { return !express_id.empty(); }

  bool operator==(const ExecutionHeader&) const = default;
};

// A worker's account of an attempt, from the lease in memory: when the task went out.
struct Lease {
  Timestamp started_at;
  Timestamp last_heartbeat_at;

  bool operator==(const Lease&) const = default;
};

// The first message of an execution; its `at` is the start date.
struct Start {
  Bytes input;
  // Of an execution of a distributed Map: the first state of its processor.
  StateIndex start_at = asl::kNoState;
};

// The end of a task's attempt, from a worker or in its place from the engine.
struct TaskEnded {
  std::uint32_t wait_number = 0;
  // The result, or the error name and cause.
  std::optional<Bytes> output = {};
  std::string error = {};
  std::string cause = {};
  // Of a call that asked for it: the end of the function's log, any bytes.
  std::string log_tail = {};
  std::optional<Lease> lease = {};
  // The execution that a states:startExecution started; `output` is the answer to the call.
  std::optional<ChildName> child = {};
  // Of a deployed function: which version ran; 0: the latest.
  std::uint64_t function_version = 0;
};

// How an execution ended that a task or a Map run started.
struct ChildEnded {
  std::uint32_t wait_number = 0;
  // Of a Map run: which of its executions.
  std::optional<std::uint32_t> map_index = {};
  // The names it went by as ARNs, and its own name.
  std::string arn = {};
  std::string state_machine_arn = {};
  std::string name = {};
  Timestamp started_at = {};
  Timestamp stopped_at = {};
  Bytes input = {};
  // Of a success.
  std::optional<Bytes> output = {};
  // "FAILED" and so on; "SUCCEEDED" with an output.
  std::string status = {};
  std::uint32_t redrive_count = 0;
  std::optional<std::string> error = {};
  std::optional<std::string> cause = {};
};

// Items of a Map run, from its ItemReader: the answer to ReadItems.
struct ItemsRead {
  std::uint32_t wait_number = 0;
  // Where they begin, as they were asked for.
  std::uint32_t first = 0;
  // JSON texts; none only at the end.
  std::vector<Bytes> items = {};
  // As ItemSlice::are_members.
  std::vector<bool> are_members = {};
  // As ItemSlice::origins.
  std::vector<ItemOrigin> origins = {};
  std::string next_cursor = {};
  bool is_end = false;
  // Of a failure alone.
  std::string error = {};
  std::string cause = {};
};

// The results of a Map run have been written: the answer to WriteResults.
struct ResultsWritten {
  std::uint32_t wait_number = 0;
  // What the Map's result becomes, or the error name and cause.
  std::optional<Bytes> output = {};
  std::uint64_t executions = 0;
  std::uint64_t items = 0;
  std::string error = {};
  std::string cause = {};
};

// A worker takes an activity's task: it gets the input and the token.
struct TaskTaken {
  std::uint32_t wait_number = 0;
  // The name it gives itself; may be empty.
  std::string worker = {};
};

// The end of a task, from whoever holds its token.
struct TokenEnded {
  std::uint32_t wait_number = 0;
  // The result, or the error name and cause.
  std::optional<Bytes> output = {};
  std::optional<std::string> error = {};
  std::optional<std::string> cause = {};
};

// Time may have passed a deadline of the frame; Advance looks which.
struct TimerFired {
  // Of the frame's task, if it waits for one that a worker or the holder of a token has.
  std::optional<Lease> lease;
};

// The frame is runnable, or a join may start more of its children.
struct Continue {};

// Addressed to the root: the execution has taken as long as any may.
struct TimeIsUp {};

// Addressed to the root of an execution that ended without success: the working set holds its
// archived frames, and its header counts this redrive already.
struct Redrive {};

// Addressed to a frame with a Map run: other bounds of it (Step Functions: UpdateMapRun).
struct MapRunUpdate {
  EventId run = 0;
  // At least 1.
  std::optional<std::uint32_t> concurrency = {};
  std::optional<std::uint64_t> tolerated_failure_count = {};
  std::optional<double> tolerated_failure_percentage = {};
};

// Addressed to the root.
struct Stop {
  std::optional<std::string> error;
  std::optional<std::string> cause;
};

struct Message {
  FrameNumber frame = kRootFrame;
  // Engine time.
  Timestamp at;
  std::variant<Start,
               TaskEnded,
               TaskTaken,
               TokenEnded,
               ChildEnded,
               ItemsRead,
               ResultsWritten,
               TimerFired,
               Continue,
               TimeIsUp,
               Redrive,
               MapRunUpdate,
               Stop>
      body;
};

// Executions of a Map run that did not succeed before it was redriven, and were not started again.
struct UnsuccessfulChildren {
  struct Child {
    std::uint32_t items = 1;
    Bytes input = {};
  };

  std::map<std::uint32_t, Child> children = {};
  // All from MapRunRedrive::next to here are in `children`.
  std::uint32_t end = 0;
};

// The rows of one execution that are in memory: at least the frame addressed and its ancestors.
struct WorkingSet {
  ExecutionId id;
  ExecutionHeader header;
  // The id of the next event; 1 before the start.
  EventId next_event = 1;
  // When the last event happened: times in a history never decrease.
  Timestamp last_event_at;
  std::map<FrameNumber, Frame> frames;
  // Whether `frames` has every frame of the execution.
  bool has_all_frames = false;
  // Results of joins, by index, whose rows are all here.
  std::map<FrameNumber, std::map<std::uint32_t, Payload>> results;
  // Variables of frames, by name: JSON texts. All of a frame's are here, or none.
  std::map<FrameNumber, std::map<std::string, Bytes>> variables;
  // Of Map runs, by the frame that waits: the executions that are open, and how many items each
  // has. All of a run's are here, or none.
  std::map<FrameNumber, std::map<std::uint32_t, std::uint32_t>> open_children;
  // Outputs of a Map run's executions, by index, whose rows are all here.
  std::map<FrameNumber, std::map<std::uint32_t, Bytes>> child_outputs;
  std::map<FrameNumber, UnsuccessfulChildren> unsuccessful_children;
  // Payloads by the event that holds them.
  std::map<EventId, Bytes> payloads;
  // Of a test: how often tasks of each state have ended as their mock says.
  std::map<StateIndex, std::uint32_t> mocked_calls;
};

// --- Out ---

// A row the turn cannot do without: load it into the working set and call again.
struct Missing {
  // Events whose payloads are needed.
  std::vector<EventId> payloads;
  // Joins whose result rows are needed, all of them.
  std::vector<FrameNumber> results;
  // Frames whose variables are needed, all of them.
  std::vector<FrameNumber> variables;
  // Map runs whose open executions are needed, or the outputs of those that succeeded.
  std::vector<FrameNumber> open_children;
  std::vector<FrameNumber> child_outputs;
  // Redriven Map runs whose next unsuccessful executions are needed: at least one.
  std::vector<FrameNumber> unsuccessful_children;
  // All frames of the execution are needed.
  bool needs_all_frames = false;
};

struct FramePut {
  Frame frame;
  // The frame had no row before.
  bool is_new = false;

  bool operator==(const FramePut&) const = default;
};

struct FrameErased {
  FrameNumber number;

  bool operator==(const FrameErased&) const = default;
};

// The frame is of an execution that failed: kept for a redrive, never run again.
struct FrameArchived {
  Frame frame;
  bool is_new = false;

  bool operator==(const FrameArchived&) const = default;
};

using FrameChange = std::variant<FramePut, FrameErased, FrameArchived>;

struct ResultErased {
  FrameNumber join;
  std::uint32_t index = 0;

  bool operator==(const ResultErased&) const = default;
};

using ResultChange = std::variant<BranchResult, ResultErased>;

// Set by a state's Assign.
struct VariablePut {
  FrameNumber frame;
  std::string name = {};
  Bytes value = {};

  bool operator==(const VariablePut&) const = default;
};

// All variables of a frame that ended.
struct VariablesErased {
  FrameNumber frame;

  bool operator==(const VariablesErased&) const = default;
};

using VariableChange = std::variant<VariablePut, VariablesErased>;

// An execution of a Map run, about to be started.
struct MapChildStarted {
  FrameNumber frame;
  EventId run = 0;
  // MapRunRedrive::count, and whether it did not succeed in an attempt before.
  std::uint32_t attempt = 0;
  bool is_again = false;
  std::uint32_t index = 0;
  std::uint32_t items = 1;
  Bytes input = {};

  bool operator==(const MapChildStarted&) const = default;
};

// How it ended. The input stays with those that did not succeed, for a redrive, and with all where
// a ResultWriter needs it.
struct MapChildEnded {
  FrameNumber frame;
  EventId run = 0;
  std::uint32_t index = 0;
  std::uint32_t items = 1;
  // "SUCCEEDED" and so on.
  std::string status = {};
  std::uint32_t redrive_count = 0;
  std::optional<Bytes> output = {};
  std::optional<Bytes> input = {};
  std::optional<std::string> error = {};
  std::optional<std::string> cause = {};
  Timestamp started_at = {};
  Timestamp stopped_at = {};

  bool operator==(const MapChildEnded&) const = default;
};

// A Map run begins, begins again, or is over: what is known about it beside its counters.
struct MapRunChanged {
  FrameNumber frame;
  StateIndex state = 0;
  bool is_over = false;
  // "RUNNING", "SUCCEEDED", "FAILED" or "ABORTED".
  std::string status = {};
  Timestamp at = {};
  MapRunWait wait = {};

  bool operator==(const MapRunChanged&) const = default;
};

using MapRunChange = std::variant<MapChildStarted, MapChildEnded, MapRunChanged>;

// Offer the task to a worker. Derivable from the frame, and derived again after a restart.
struct DispatchTask {
  FrameNumber frame;
  std::uint32_t wait_number = 0;

  bool operator==(const DispatchTask&) const = default;
};

// Take the task back: nothing waits for it any more.
struct CancelTask {
  FrameNumber frame;
  std::uint32_t wait_number = 0;

  bool operator==(const CancelTask&) const = default;
};

// Stop an execution that the frame waits for no longer.
struct StopChild {
  FrameNumber frame;
  std::uint32_t wait_number = 0;
  ChildName child = {};

  bool operator==(const StopChild&) const = default;
};

// Start the executions of a Map run that are open and of which nothing is known. After a restart.
struct RestartChildren {
  FrameNumber frame;

  bool operator==(const RestartChildren&) const = default;
};

// Stop all executions of a Map run that are open, and forget them.
struct StopChildren {
  FrameNumber frame;
  std::uint32_t wait_number = 0;
  EventId run = 0;
  // The run is over with it, and leaves files: then they are written. Else the run writes its own.
  bool writes_results = false;

  bool operator==(const StopChildren&) const = default;
};

// Read the items of a Map run that follow those at hand and answer with ItemsRead.
struct ReadItems {
  FrameNumber frame;
  std::uint32_t wait_number = 0;

  bool operator==(const ReadItems&) const = default;
};

// Write the results of a Map run and answer with ResultsWritten. Derived again after a restart:
// what was written before is replaced.
struct WriteResults {
  FrameNumber frame;
  std::uint32_t wait_number = 0;

  bool operator==(const WriteResults&) const = default;
};

// Send TimerFired to the frame at `due` (never before it).
struct ArmTimer {
  FrameNumber frame;
  Timestamp due;

  bool operator==(const ArmTimer&) const = default;
};

// Send Continue to the frame: the turn ended before its work did.
struct ContinueFrame {
  FrameNumber frame;

  bool operator==(const ContinueFrame&) const = default;
};

using Effect = std::variant<DispatchTask,
                            CancelTask,
                            StopChild,
                            RestartChildren,
                            StopChildren,
                            ReadItems,
                            WriteResults,
                            ArmTimer,
                            ContinueFrame>;

// Stored in execution and listing rows.
enum class ExecutionStatus : std::uint8_t {
  kRunning = 0,
  kSucceeded = 1,
  kFailed = 2,
  kTimedOut = 3,
  kAborted = 4,
};

inline constexpr std::size_t kExecutionStatuses = 5;

// "RUNNING" and so on, as AWS spells them.
std::string_view ExecutionStatusName(ExecutionStatus status);

// The end of the execution.
struct Close {
  ExecutionStatus status = ExecutionStatus::kSucceeded;
  // The output of kSucceeded.
  Payload output = {};
  std::optional<std::string> error = {};
  std::optional<std::string> cause = {};

  bool operator==(const Close&) const = default;
};

// Everything one message changes. None of it has happened yet: the runtime makes `frames`,
// `results`, `variables` and `history` durable, then performs `effects` at least once.
struct Turn {
  // The message is late, repeated or for nobody: it changes nothing.
  bool is_ignored = false;
  std::vector<FrameChange> frames;
  std::vector<ResultChange> results;
  std::vector<VariableChange> variables;
  std::vector<MapRunChange> map_runs;
  std::vector<HistoryEvent> history;
  std::vector<Effect> effects;
  // Of a test: states whose tasks have ended as their mock says, once for each.
  std::vector<StateIndex> mocked_calls;
  std::optional<Close> close;

  bool operator==(const Turn&) const = default;
};

}  // namespace pawl::interpreter
