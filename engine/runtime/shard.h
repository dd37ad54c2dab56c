// Shard: the executions of one shard, run by one thread at a time. It takes requests and timers,
// loads what a turn needs, lets Advance decide, and stages the outcome; its owner commits what all
// its shards have staged as one group and tells each shard when that is durable. Only then do
// callers, workers and watchers hear of it.
#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <functional>
#include <list>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <unordered_map>
#include <vector>

#include "engine/base/ids.h"
#include "engine/base/status.h"
#include "engine/interpreter/task_call.h"
#include "engine/interpreter/turn.h"
#include "engine/rows/execution_row.h"
#include "engine/rows/map_run_row.h"
#include "engine/runtime/engine.h"
#include "engine/runtime/matcher.h"
#include "engine/runtime/object_jobs.h"
#include "engine/runtime/resident.h"
#include "engine/runtime/result_writing.h"
#include "engine/runtime/shard_request.h"
#include "engine/runtime/timers.h"
#include "engine/storage/storage.h"

namespace pawl::runtime {

// What a states:startExecution asks for.
struct ChildRequest {
  NamespaceId namespace_id = {};
  rows::ParentLink parent = {};
  interpreter::ChildStart start = {};
  std::int32_t priority = 0;
  std::string fairness_key = {};
  // Of the attempt; part of the answer.
  std::string request_id = {};
  // Whether it is asked for as aws-sdk:sfn.
  bool is_aws_sdk = false;
};

// What a task asks the holder of another one's token for.
struct SignalRequest {
  TaskRef from = {};
  asl::EngineCall call = asl::EngineCall::kSendTaskSuccess;
  interpreter::TaskSignal signal = {};
  std::string request_id = {};
};

// A lambda:invoke that does not wait for its function.
struct UnawaitedCall {
  NamespaceId namespace_id = {};
  interpreter::Invocation invocation = interpreter::Invocation::kEvent;
  // Who calls what with what.
  Task task = {};
  // Until then a worker may still announce the function.
  Timestamp unknown_until = {};
};

// What a shard asks of the process around it.
class ShardEnvironment {
 public:
  virtual ~ShardEnvironment() = default;
  virtual const interpreter::Environment& interpreter() const = 0;
  // EngineOptions::lambda_endpoint.
  virtual const std::string& lambda_endpoint() const = 0;
  virtual storage::Storage& storage() = 0;
  virtual ObjectJobs& object_jobs() = 0;
  // Random, and the same until the engine is closed: see Shard::NextExpressNumber.
  virtual std::uint64_t express_epoch() const = 0;
  virtual Matcher& matcher() = 0;
  // A revision that is in use: DataLoss if it is not there.
  virtual Result<std::shared_ptr<const asl::StateMachine>> FindMachine(
      NamespaceId namespace_id, const std::string& state_machine, std::uint64_t revision) = 0;
  // Hands a request to the shard that it is for.
  virtual void Post(ShardId shard, ShardRequest request) = 0;
  // Starts the execution and answers the parent's shard with ChildAnsweredCommand.
  virtual void StartChild(ChildRequest request) = 0;
  // Ends the task of the token, or shows a sign of life of it, and answers in the same way.
  virtual void SignalTask(SignalRequest request) = 0;
  // Makes the call durable, or finds out about the function, and answers in the same way.
  virtual void CallUnawaited(UnawaitedCall call) = 0;
  // EngineOptions::function_grace.
  virtual Duration function_grace() const = 0;
};

// What an executor keeps for its shards; on the executor's thread.
class ShardOwner {
 public:
  virtual ~ShardOwner() = default;
  virtual void ArmTimer(const Timer& timer) = 0;
  // Sends Continue to the frame in the next round.
  virtual void ContinueLater(ExecutionId execution, FrameNumber frame) = 0;
  // Whether that is still to happen. Linear.
  virtual bool WillContinue(ExecutionId execution, FrameNumber frame) const = 0;
  // The store cannot be read: what waits for it would wait for ever. Everything ends here.
  virtual void StoreFailed(const Status& why) = 0;
};

// How much of the disk is left.
enum class DiskState : std::uint8_t { kAmple, kBelowSoftReserve, kBelowHardReserve };

struct ShardStatistics {
  std::uint64_t executions_started = 0;
  // By ExecutionStatus.
  std::array<std::uint64_t, interpreter::kExecutionStatuses> executions_closed = {};
  std::uint64_t turns = 0;
  std::uint64_t events = 0;
  std::uint64_t quarantined = 0;
  std::uint64_t scrubbed = 0;
  std::uint64_t expired = 0;
};

class Shard {
 public:
  // What follows the commit of a group, in this order.
  struct Aftermath {
    std::vector<std::function<void(const Status&)>> replies;

    // Ends of tasks, and what is said of them: not whether they are durable.
    struct Completed {
      TaskRef ref;
      bool is_accepted = false;
      std::shared_ptr<CompletionListener> listener = {};
      std::size_t place = 0;
    };

    std::vector<Completed> completions;

    struct ExecutionEffect {
      ExecutionId execution;
      interpreter::Effect effect;
    };

    std::vector<ExecutionEffect> effects;

    // Executions of Map runs to be started.
    struct MapChild {
      ExecutionId execution;
      FrameNumber frame;
      EventId run = 0;
      std::uint32_t index = 0;
      Bytes input;
    };

    std::vector<MapChild> map_children;
    // Messages to other executions.
    std::vector<std::pair<rows::OutboxKeyParts, rows::OutboxRow>> messages;
    std::vector<ExecutionId> changed;
    // Expired executions whose rows the group removes.
    std::vector<ExecutionNumber> expired;
  };

  struct Staged {
    storage::WriteBatch writes;
    Aftermath aftermath;
  };

  // Frames that wait for a timer further away than this are parked on disk.
  static constexpr Duration kParkHorizon = std::chrono::minutes(10);

  Shard(ShardId id, ShardEnvironment& environment, ShardOwner& owner);

  // --- Life ---
  // Reads what is open, and asks for the effects of it. Errors: DataLoss, Unavailable.
  Status Recover(Timestamp now);
  // Forgets everything in memory, after a commit whose outcome is unknown. Recover follows.
  void Drop();

  // --- Work; each may stage changes ---
  void Handle(ShardRequest request, Timestamp now, DiskState disk);
  void OnTimer(const Timer& timer, Timestamp now);
  void Continue(ExecutionId execution, FrameNumber frame, Timestamp now);
  // A slice of upkeep: parked frames that come due, expired executions, the scrubber.
  void Maintain(Timestamp now, Duration retention);

  // --- The group ---
  bool has_staged() const {
    return !staged_.writes.empty() || !staged_.aftermath.replies.empty() ||
           !staged_.aftermath.completions.empty() || !staged_residents_.empty();
  }

  // Keys and values of what is staged so far; TakeStaged adds a few.
  std::size_t staged_bytes() const { return staged_.writes.byte_size(); }

  Staged TakeStaged(Timestamp now);
  // The group that held `aftermath` is durable (ok), or not.
  void Committed(Aftermath aftermath, const Status& status, Timestamp now);

  // What became ready with the last Committed; the owner offers it to the matcher.
  // Both append to `tasks`.
  void TakeReadyTasks(std::list<ReadyTask>& tasks);
  void TakeCancelledTasks(std::vector<TaskRef>& tasks);

  // Removes executions from memory that nobody used since `before` (a use counter), as far as they
  // are not staged. Returns how many stay.
  std::size_t Evict(std::uint64_t before);

  std::size_t resident_count() const { return residents_.size() - in_memory_; }

  std::uint64_t use_counter() const { return use_counter_; }

  const ShardStatistics& statistics() const { return statistics_; }

  ShardId id() const { return id_; }

 private:
  struct Subscription {
    std::shared_ptr<ChangeListener> listener;
    bool only_close = false;
  };

  void On(StartCommand command, Timestamp now, DiskState disk);
  void On(RedriveCommand command, Timestamp now, DiskState disk);
  void On(UpdateMapRunCommand command, Timestamp now, DiskState disk);
  void On(StopCommand command, Timestamp now, DiskState disk);
  void On(CompletionCommand&& command, Timestamp now, DiskState disk);
  void On(SubscribeCommand command, Timestamp now, DiskState disk);
  void On(UnsubscribeCommand command, Timestamp now, DiskState disk);
  void On(LoadTaskCommand command, Timestamp now, DiskState disk);
  void On(TakeActivityCommand command, Timestamp now, DiskState disk);
  void On(TokenCommand command, Timestamp now, DiskState disk);
  void On(TokenHeartbeatCommand command, Timestamp now, DiskState disk);
  void On(ChildAnsweredCommand command, Timestamp now, DiskState disk);
  void On(ChildEndedCommand command, Timestamp now, DiskState disk);
  void On(DeliveredCommand command, Timestamp now, DiskState disk);
  void On(ChildRefusedCommand command, Timestamp now, DiskState disk);
  void On(MapRunAnswerCommand command, Timestamp now, DiskState disk);

  // --- Turns (shard.cc) ---
  // Runs one message to its turn and stages it. False if the message was for nobody. A
  // contradiction in the stored rows quarantines the execution and is returned.
  // What the message leads to; an error where an invariant breaks on the way.
  Result<std::variant<interpreter::Turn, interpreter::Missing>> TurnOf(
      const Resident& execution, const interpreter::Message& message);
  // An execution whose turn cannot be made is quarantined; one in memory fails.
  void SetAside(Resident& execution, const Status& why, Timestamp at);
  Result<bool> RunTurn(Resident& execution, const interpreter::Message& message);
  // Whether the message was for somebody.
  bool Moves(Resident& execution, const interpreter::Message& message);
  void StageTurn(Resident& execution, const interpreter::Turn& turn);
  void StageEffects(const Resident& execution, const interpreter::Turn& turn);
  void ForgetHeartbeats(const Resident& execution, const interpreter::Turn& turn);
  void StageClose(Resident& execution, const interpreter::Close& close, Timestamp at);
  void StageFrames(Resident& execution, Timestamp now);
  // Sets aside what is damaged; a store that cannot be read at all is not the execution's fault.
  void CannotRead(ExecutionId id, const Status& why);
  void Quarantine(ExecutionId id, const Status& why);
  void Reply(std::function<void(const Status&)> reply);
  Status DoesNotExist(const ExecutionName& name) const;
  void Pin(Resident& execution);
  void PerformEffects(Resident& execution, const interpreter::Effect& effect);
  void Notify(Resident& execution);
  // After a recovery: the change that closed an execution may have been stored, unknown to all.
  Status NotifyOfCloses();
  ExecutionChange ChangeOf(const Resident& execution);
  static bool IsParked(const Resident& execution, FrameNumber frame);
  // All it waits for is a timer that is not due soon.
  static bool SleepsLong(const Resident& execution, Timestamp now);
  // Tells callers and workers what became of what they asked for.
  void Answer(const Aftermath& aftermath, const Status& status);
  // Appends the task that the frame waits for to `tasks`, and gives it; nullptr if there is none.
  const ReadyTask* MakeReady(Resident& execution,
                             FrameNumber frame,
                             bool is_recovered,
                             std::list<ReadyTask>& tasks);

  // --- Executions that start others (shard_children.cc) ---
  // Whether the frame waits for the engine's own answer to a call.
  static bool IsEngineCall(const Resident& execution, FrameNumber frame);
  // A call that had no answer: it is made again, now or when it is durable that it is to be made.
  void CallAgain(Resident& execution, FrameNumber number, Timestamp now);
  // Of calls that `turn` takes back before they had an answer: what they start is to be stopped.
  void StageCancelledCalls(const Resident& execution, const interpreter::Turn& turn);
  // Finds out what such a call has started.
  void AskForChild(const Resident& execution,
                   const rows::OutboxKeyParts& key,
                   const rows::OutboxRow& message);
  void CallEngine(Resident& execution, FrameNumber frame);
  void StageMessage(const rows::OutboxKeyParts& key, rows::OutboxRow message);
  void Deliver(const rows::OutboxKeyParts& key, const rows::OutboxRow& message);
  void DeliverEnd(Resident& execution, const rows::OutboxKeyParts& key);
  // Posts a StopCommand; the message is delivered when it is answered.
  void StopExecution(const ExecutionName& name, std::function<void(const Status&)> done);
  Status RecoverOutbox();

  // --- Redrive (shard_redrive.cc) ---
  // FailedPrecondition (reason ExecutionNotRedrivable), or what cannot be read.
  Status Redrive(Resident& execution, std::string token, Timestamp now);
  Status NotRedrivable(const rows::ExecutionRow& row, const std::string& why) const;
  Status LoadArchivedFrames(Resident& execution);
  // An execution of a Map run that an attempt before this one of the run had started.
  void StartAgain(Resident& execution, StartCommand command, Timestamp now);
  Status LoadUnsuccessfulChildren(Resident& execution, FrameNumber frame);

  // --- EXPRESS executions (shard_express.cc) ---
  // What StageTurn does with the rows of others.
  void KeepTurn(Resident& execution, const interpreter::Turn& turn);
  // Drops payloads that nothing refers to, when they have become twice as many bytes.
  static void DropPayloads(Resident& execution);
  // No row keeps the numbers that were given, and tasks of lost executions may still be with
  // workers. So these lie beyond all times, and tell in which life of the engine they were given.
  ExecutionNumber NextExpressNumber();
  // The Map run of a lost execution starts it again.
  void TellLoss(const Resident& execution);
  void TellEnd(Resident& execution);
  Result<ExecutionInfo> InfoOf(const Resident& execution);

  // --- Map runs (shard_map_runs.cc) ---
  void StageMapRun(Resident& execution, const interpreter::MapRunChange& change);
  void StageMapRunRow(Resident& execution, const interpreter::MapRunChanged& change);
  void StartMapChild(const Resident& execution, const Aftermath::MapChild& child);
  void RestartChildren(Resident& execution, FrameNumber frame);
  void StopChildren(const Resident& execution,
                    const rows::OutboxKeyParts& key,
                    const rows::OutboxRow& message);
  // What to do when the open executions of a run have been stopped: write its results if the
  // message says so, and take the message as delivered.
  std::function<void(const Status&)> WhenStopped(const Resident& execution,
                                                 const rows::OutboxKeyParts& key,
                                                 const rows::MapRunRow& row,
                                                 bool writes_results);
  Status LoadOpenChildren(Resident& execution, FrameNumber frame);
  Status LoadChildOutputs(Resident& execution, FrameNumber frame);
  // Removes the names of an expired execution's runs.
  void ForgetMapRuns(ExecutionId id, const rows::ExecutionRow& row);

  // --- Items and results of Map runs (shard_map_items.cc) ---
  // The run that the frame waits for; nullptr if it waits for none, or for another.
  static const interpreter::MapRunWait* FindMapRun(const Resident& execution,
                                                   FrameNumber frame,
                                                   std::uint32_t wait_number);
  void ReadItems(const Resident& execution, const interpreter::ReadItems& effect);
  void WriteResults(const Resident& execution, const interpreter::WriteResults& effect);
  ResultsRequest ResultsRequestOf(const Resident& execution,
                                  StateIndex state,
                                  const interpreter::MapRunWait& wait);
  // From any thread. `done` on a thread of the jobs, unless the engine ends.
  void PostWriting(std::shared_ptr<const asl::StateMachine> machine,
                   StateIndex state,
                   ResultsRequest request,
                   std::function<void(interpreter::ResultsWritten)> done);
  // Notes in the row of a run that is over what has been written of it.
  Status StageWritten(ExecutionId id, const WrittenRun& written);

  // --- Loading (shard_load.cc) ---
  Result<Resident*> Find(ExecutionId id);
  // nullptr: there is none of this name.
  Result<Resident*> FindByName(const ExecutionName& name);
  Resident* FindInMemory(const ExecutionName& name);
  Result<std::unique_ptr<Resident>> Load(ExecutionId id);
  // DataLoss also where nothing is found that was not there before.
  Status LoadMissing(Resident& execution, const interpreter::Missing& missing);
  // All results of a join that is open.
  Status LoadVariables(Resident& execution, FrameNumber frame);
  Status LoadResults(Resident& execution, FrameNumber join);
  // Removes from memory what is durable and long.
  static void Shrink(Resident& execution);
  Result<Bytes> LoadPayload(ExecutionId id, EventId event);
  // Its bytes, from the event that holds them if they are not at hand.
  Result<Bytes> TextOf(ExecutionId id, const interpreter::Payload& payload);
  Result<std::optional<ExecutionNumber>> FindNumber(const ExecutionName& name);

  // --- Upkeep (shard_upkeep.cc) ---
  Status RecoverFrame(const storage::Row& row, Timestamp now);
  void WakeParked(Timestamp now);
  // False for one that must stay.
  bool LeavesMemory(ExecutionNumber number);
  // Those of the executions whose messages are still on their way: they are needed until then.
  Result<std::set<ExecutionNumber>> FindSenders(const std::vector<storage::Row>& executions);
  void Expire(Timestamp now, Duration retention);
  void EndOverdue(ExecutionId id, const rows::ExecutionRow& row, Timestamp now);
  void Scrub(Timestamp now);

  const ShardId id_;
  ShardEnvironment& environment_;
  ShardOwner& owner_;
  storage::Storage& storage_;

  std::unordered_map<ExecutionNumber, std::unique_ptr<Resident>> residents_;
  // Names of executions that are in memory.
  std::map<ExecutionName, ExecutionNumber> names_;
  // Of the jobs that write results: set when the shard is read again.
  std::shared_ptr<std::atomic<bool>> are_writings_void_ =
      std::make_shared<std::atomic<bool>>(false);
  std::map<ExecutionNumber, std::vector<Subscription>> subscriptions_;
  std::map<ExecutionNumber, std::string> quarantined_;
  // Executions whose removal is on its way to the disk: gone, though their rows can still be read.
  std::set<ExecutionNumber> expiring_;
  ExecutionNumber last_number_{};
  // EXPRESS executions that were started since the engine was opened.
  std::uint32_t express_count_ = 0;
  // EXPRESS executions among the residents.
  std::size_t in_memory_ = 0;
  std::uint64_t use_counter_ = 0;
  std::vector<Resident*> staged_residents_;
  Staged staged_;
  std::list<ReadyTask> ready_;
  std::vector<TaskRef> cancelled_;
  // Signs of life from the holders of tokens.
  std::map<TaskRef, Timestamp> token_heartbeats_;
  ShardStatistics statistics_;

  // Timer rows before this time are in memory.
  Timestamp woken_until_;
  std::string expire_cursor_;
  std::string scrub_cursor_;
};

}  // namespace pawl::runtime
