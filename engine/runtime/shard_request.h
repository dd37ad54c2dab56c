// What reaches a shard from outside: one kind of request each, answered after durability.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <variant>

#include "engine/asl/state_machine.h"
#include "engine/interpreter/turn.h"
#include "engine/rows/execution_row.h"
#include "engine/rows/keys.h"
#include "engine/runtime/engine.h"

namespace pawl::runtime {

// Gets changes of the executions it is subscribed to. Threads: called on an executor's thread.
class ChangeListener {
 public:
  virtual ~ChangeListener() = default;
  virtual void OnChange(const ExecutionChange& change) = 0;
  // The answer to a SubscribeCommand `only_in_memory`.
  virtual void OnNotInMemory(const ExecutionName& name) = 0;
};

struct StartCommand {
  StartRequest request;
  // The name is a UUID drawn for this start: nobody has used it.
  bool is_name_new = false;
  std::uint64_t revision = 0;
  // What the request's qualifier led to: see rows::ExecutionRow.
  std::uint64_t version = 0;
  std::string alias = {};
  std::shared_ptr<const asl::StateMachine> machine;
  std::uint64_t seed = 0;
  // Of an execution that a task starts: the same attempt again is the same execution.
  std::optional<rows::ParentLink> parent = {};
  // Of an EXPRESS execution: see ExecutionHeader.
  std::string express_id = {};
  Callback<StartResponse> done;
  // Hears how an EXPRESS execution ended; may be empty.
  Callback<ExecutionInfo> on_close = {};
};

struct RedriveCommand {
  RedriveRequest request;
  // Keeps the state machine.
  std::shared_ptr<void> hold = {};
  Callback<RedriveResponse> done;
};

struct StopCommand {
  StopRequest request;
  Callback<StopResponse> done;
};

// Hears of a batch of completions what became of them, one by one, in any order. Threads: called on
// executors' threads.
class CompletionListener {
 public:
  virtual ~CompletionListener() = default;
  virtual void OnOutcome(std::size_t place, const CompletionAck& ack) = 0;
};

// A worker's (or the matcher's) end of a task.
struct CompletionCommand {
  Completion completion;
  std::optional<interpreter::Lease> lease = {};
  // Of the deployed function that ran; 0: the latest.
  std::uint64_t function_version = 0;
  // nullptr: nobody waits for the outcome.
  std::shared_ptr<CompletionListener> listener = {};
  // Of this one in its batch.
  std::size_t place = 0;

  void Answer(CompletionOutcome outcome) const {
    if (listener) listener->OnOutcome(place, {.ref = completion.ref, .outcome = outcome});
  }
};

struct SubscribeCommand {
  ExecutionName name;
  std::shared_ptr<ChangeListener> listener = {};
  bool only_close = false;
  // An execution that is not in memory, or not yet in the store, is not subscribed to.
  bool only_in_memory = false;
};

struct UnsubscribeCommand {
  ExecutionName name;
  std::shared_ptr<ChangeListener> listener = {};
};

// The payload of a task that left memory; answered to the matcher.
struct LoadTaskCommand {
  TaskRef ref;
};

// A worker takes an activity's task; told whether it was there to take.
struct TakeActivityCommand {
  TaskRef ref;
  std::string worker;
  Callback<bool> done;
};

// The end of a task by its token; told whether something waited for it.
struct TokenCommand {
  TaskRef ref;
  interpreter::TokenEnded body;
  Callback<bool> done;
};

struct TokenHeartbeatCommand {
  TaskRef ref;
  Callback<bool> done;
};

// The answer to a states:startExecution: the execution that was started, or an error and its cause.
struct ChildAnsweredCommand {
  TaskRef ref;
  std::optional<interpreter::ChildName> child = {};
  std::optional<Bytes> output = {};
  std::string error = {};
  std::string cause = {};
};

// An execution has ended that a task waits for; `done` once that is durable with the parent too.
struct ChildEndedCommand {
  TaskRef ref;
  interpreter::ChildEnded body;
  std::function<void(const Status&)> done;
};

// How much of a Map run that was aborted its results are written of.
struct WrittenRun {
  EventId run = 0;
  std::uint64_t executions = 0;
  std::uint64_t items = 0;
};

// A message to another execution has arrived, or (`status`) has to be sent again.
struct DeliveredCommand {
  rows::OutboxKeyParts message;
  Status status = {};
  // Of a message that stopped the executions of a run.
  std::optional<WrittenRun> written = {};
  // As in MapRunAnswerCommand; nullptr where no job did it.
  std::shared_ptr<const std::atomic<bool>> is_void = nullptr;
};

// An execution of a Map run could not be started now, or was lost: it is started a little later.
struct ChildRefusedCommand {
  ExecutionId execution;
  FrameNumber frame;
};

// What was read or written for a Map run.
struct MapRunAnswerCommand {
  ExecutionId execution;
  FrameNumber frame;
  std::variant<interpreter::ItemsRead, interpreter::ResultsWritten> body;
  // Set once the shard was read again: another job does the work of the one that answers.
  std::shared_ptr<const std::atomic<bool>> is_void = nullptr;
};

// Told whether the run goes on.
struct UpdateMapRunCommand {
  ExecutionId execution;
  FrameNumber frame;
  interpreter::MapRunUpdate update;
  Callback<bool> done;
};

using ShardRequest = std::variant<StartCommand,
                                  RedriveCommand,
                                  UpdateMapRunCommand,
                                  StopCommand,
                                  CompletionCommand,
                                  SubscribeCommand,
                                  UnsubscribeCommand,
                                  LoadTaskCommand,
                                  TakeActivityCommand,
                                  TokenCommand,
                                  TokenHeartbeatCommand,
                                  ChildAnsweredCommand,
                                  ChildEndedCommand,
                                  DeliveredCommand,
                                  ChildRefusedCommand,
                                  MapRunAnswerCommand>;

}  // namespace pawl::runtime
