// Executions that start others. What one tells another is a message: its row stands in the outbox
// of the sender, written with the turn that sends it, until the receiver's turn is durable. So it
// arrives at least once, whatever crashes; the wait number makes the second arrival harmless.
#include <utility>

#include "engine/interpreter/task_call.h"
#include "engine/rows/keys.h"
#include "engine/runtime/shard.h"

namespace pawl::runtime {

using storage::Family;

namespace {

// A call is made again while nothing of its execution is on its way to the disk, which is rare in a
// busy one: it is looked at this often.
constexpr Duration kPinnedPause = std::chrono::milliseconds(50);

}  // namespace

bool Shard::IsEngineCall(const Resident& execution, FrameNumber frame) {
  const auto found = execution.set.frames.find(frame);
  if (found == execution.set.frames.end()) return false;
  const auto* wait = std::get_if<interpreter::TaskWait>(&found->second.wait);
  if (wait == nullptr) return false;
  if (wait->invocation != interpreter::Invocation::kRequestResponse) return true;
  const auto& state = execution.machine->states[found->second.state];
  const auto* task = std::get_if<asl::TaskState>(&state.details);
  return task != nullptr && task->integration == asl::TaskState::Integration::kEngineCall;
}

void Shard::CallEngine(Resident& execution, FrameNumber number) {
  const interpreter::Frame& frame = execution.set.frames.at(number);
  const auto& wait = std::get<interpreter::TaskWait>(frame.wait);
  const auto& task = std::get<asl::TaskState>(execution.machine->states[frame.state].details);
  const TaskRef ref{.execution = execution.id, .frame = number, .wait_number = frame.wait_number};
  const std::string request_id =
      interpreter::RequestId(execution.row.header, number, frame.wait_number);
  const auto parameters = TextOf(execution.id, wait.parameters);
  if (!parameters.ok()) return CannotRead(execution.id, parameters.status());
  if (wait.invocation != interpreter::Invocation::kRequestResponse) {
    interpreter::TaskCall call = interpreter::CallOf(*execution.machine, frame, *parameters, {});
    return environment_.CallUnawaited(
        {.namespace_id = execution.row.namespace_id,
         .invocation = call.invocation,
         .task = {.ref = ref,
                  .function = std::move(call.function),
                  .qualifier = std::move(call.qualifier),
                  .payload = std::move(call.payload),
                  .request_id = request_id},
         .unknown_until = frame.entered_at + environment_.function_grace()});
  }
  const auto refuse = [&](const Status& why) {
    environment_.Post(
        id_,
        ChildAnsweredCommand{.ref = ref,
                             .error = std::string(task.is_aws_sdk ? "Sfn" : "StepFunctions") +
                                      ".ValidationException",
                             .cause = why.message()});
  };
  if (task.call != asl::EngineCall::kStartExecution) {
    auto signal = interpreter::TaskSignalOf(*parameters);
    if (!signal.ok()) return refuse(signal.status());
    return environment_.SignalTask(
        {.from = ref, .call = task.call, .signal = std::move(*signal), .request_id = request_id});
  }
  auto start = interpreter::ChildStartOf(execution.row.header, frame, *parameters);
  if (!start.ok()) return refuse(start.status());
  environment_.StartChild({.namespace_id = execution.row.namespace_id,
                           .parent = {.execution = execution.id,
                                      .frame = number,
                                      .wait_number = frame.wait_number,
                                      .is_waiting = task.waits_for_execution()},
                           .start = std::move(*start),
                           .priority = execution.row.priority,
                           .fairness_key = execution.row.fairness_key,
                           .request_id = request_id,
                           .is_aws_sdk = task.is_aws_sdk});
}

void Shard::CallAgain(Resident& execution, FrameNumber number, Timestamp now) {
  if (!execution.is_pinned()) return CallEngine(execution, number);
  owner_.ArmTimer({.due = now + kPinnedPause, .execution = execution.id, .frame = number});
}

void Shard::StageCancelledCalls(const Resident& execution, const interpreter::Turn& turn) {
  for (const interpreter::Effect& effect : turn.effects) {
    const auto* cancel = std::get_if<interpreter::CancelTask>(&effect);
    if (cancel == nullptr || !IsEngineCall(execution, cancel->frame)) continue;
    const interpreter::Frame& frame = execution.set.frames.at(cancel->frame);
    const auto& task = std::get<asl::TaskState>(execution.machine->states[frame.state].details);
    if (!task.waits_for_execution() || frame.wait_number != cancel->wait_number) continue;
    StageMessage({.id = execution.id, .frame = frame.number, .wait_number = frame.wait_number},
                 {.kind = rows::OutboxRow::Kind::kStopChild,
                  .run = std::get<interpreter::TaskWait>(frame.wait).parameters.home});
  }
}

// Starts it once more: the attempt gets the execution that it has, whatever crashed in between, or
// the refusal that it would have had. The answer comes late, and so leads to a stop.
void Shard::AskForChild(const Resident& execution,
                        const rows::OutboxKeyParts& key,
                        const rows::OutboxRow& message) {
  const auto parameters = LoadPayload(execution.id, message.run);
  if (!parameters.ok()) return CannotRead(execution.id, parameters.status());
  interpreter::Frame frame;
  frame.number = key.frame;
  frame.wait_number = key.wait_number;
  auto start = interpreter::ChildStartOf(execution.row.header, frame, *parameters);
  if (!start.ok()) {
    return environment_.Post(id_, DeliveredCommand{.message = key, .status = OkStatus()});
  }
  const rows::ParentLink parent{.execution = key.id,
                                .frame = key.frame,
                                .wait_number = key.wait_number,
                                .is_waiting = true,
                                .map_run = std::nullopt};
  ChildRequest request;
  request.namespace_id = execution.row.namespace_id;
  request.parent = parent;
  request.start = std::move(*start);
  request.priority = execution.row.priority;
  request.fairness_key = execution.row.fairness_key;
  request.request_id = interpreter::RequestId(execution.row.header, key.frame, key.wait_number);
  environment_.StartChild(std::move(request));
}

void Shard::On(ChildAnsweredCommand command, Timestamp now, DiskState) {
  const TaskRef ref = command.ref;
  auto found = Find(ref.execution);
  const bool is_accepted =
      found.ok() && *found != nullptr &&
      Moves(**found,
            {.frame = ref.frame,
             .at = now,
             .body = interpreter::TaskEnded{.wait_number = ref.wait_number,
                                            .output = std::move(command.output),
                                            .error = std::move(command.error),
                                            .cause = std::move(command.cause),
                                            .lease = interpreter::Lease{now, now},
                                            .child = command.child}});
  if (is_accepted || !found.ok()) return;
  if (!command.child) {
    // A call that was taken back has started nothing.
    if (command.output) return;
    return staged_.writes.Delete(Family::kState,
                                 rows::OutboxKey(ref.execution, ref.frame, ref.wait_number));
  }
  // Repeated long after: an execution with a call that was taken back is kept until its answer.
  if (*found == nullptr) return;
  const auto frame = (*found)->set.frames.find(ref.frame);
  const bool is_repeated =
      frame != (*found)->set.frames.end() && frame->second.wait_number == ref.wait_number;
  if (is_repeated) return;
  // The task timed out or was taken back before it knew its child: nobody waits for that one. The
  // execution stays until its message is stored.
  Pin(**found);
  StageMessage({.id = ref.execution, .frame = ref.frame, .wait_number = ref.wait_number},
               {.kind = rows::OutboxRow::Kind::kStopChild, .child = *command.child});
}

void Shard::On(ChildEndedCommand command, Timestamp now, DiskState disk) {
  const TaskRef ref = command.ref;
  if (disk == DiskState::kBelowHardReserve) {
    return command.done(ResourceExhausted("the disk of the data directory is full"));
  }
  auto found = Find(ref.execution);
  if (!found.ok()) return command.done(found.status());
  if (*found != nullptr) {
    static_cast<void>(
        Moves(**found, {.frame = ref.frame, .at = now, .body = std::move(command.body)}));
  }
  Reply(std::move(command.done));
}

void Shard::On(DeliveredCommand command, Timestamp, DiskState) {
  if (command.is_void && *command.is_void) return;
  const rows::OutboxKeyParts& key = command.message;
  const std::string row_key = rows::OutboxKey(key.id, key.frame, key.wait_number);
  if (command.status.ok()) {
    if (command.written) {
      const Status staged = StageWritten(key.id, *command.written);
      if (!staged.ok()) return CannotRead(key.id, staged);
    }
    return staged_.writes.Delete(Family::kState, row_key);
  }
  const auto stored = storage::GetAndWait(storage_, {.family = Family::kState, .bytes = row_key});
  if (!stored.ok() || !*stored) return;
  const auto message = rows::DecodeOutbox(**stored);
  if (message.ok()) Deliver(key, *message);
}

void Shard::StageMessage(const rows::OutboxKeyParts& key, rows::OutboxRow message) {
  staged_.writes.Put(Family::kState,
                     rows::OutboxKey(key.id, key.frame, key.wait_number),
                     rows::EncodeOutbox(message));
  staged_.aftermath.messages.emplace_back(key, std::move(message));
}

void Shard::Deliver(const rows::OutboxKeyParts& key, const rows::OutboxRow& message) {
  auto found = Find(key.id);
  if (!found.ok() || *found == nullptr) return;
  Resident& execution = **found;
  if (message.kind == rows::OutboxRow::Kind::kChildEnded) return DeliverEnd(execution, key);
  if (message.kind == rows::OutboxRow::Kind::kStopChildren) {
    return StopChildren(execution, key, message);
  }
  if (message.child.execution.empty()) return AskForChild(execution, key, message);
  const ExecutionName child{.namespace_id = execution.row.namespace_id,
                            .state_machine = message.child.state_machine,
                            .name = message.child.execution};
  StopExecution(child, [this, key](const Status& status) {
    environment_.Post(id_, DeliveredCommand{.message = key, .status = status});
  });
}

void Shard::StopExecution(const ExecutionName& name, std::function<void(const Status&)> done) {
  environment_.Post(
      rows::ShardOf(name.namespace_id, name.state_machine, name.name),
      StopCommand{.request = {.name = name},
                  .done = [done = std::move(done)](const Result<StopResponse>& response) {
                    const bool is_over =
                        response.ok() || response.status().code() == StatusCode::kNotFound;
                    done(is_over ? OkStatus() : response.status());
                  }});
}

namespace {

bool NeedsInput(const asl::StateMachine& machine, const rows::ExecutionRow& row) {
  if (!row.parent->map_run) return true;
  const asl::State& state = machine.states[row.parent->map_run->map_state];
  return std::get<asl::MapState>(state.details).distributed->writer.has_value();
}

}  // namespace

void Shard::DeliverEnd(Resident& execution, const rows::OutboxKeyParts& key) {
  const rows::ExecutionRow& row = execution.row;
  const interpreter::ArnScheme& arns = environment_.interpreter().arns;
  if (!row.parent || !row.is_closed()) return;
  interpreter::ChildEnded ended{
      .wait_number = row.parent->wait_number,
      .arn = interpreter::ExecutionArn(arns, row.header),
      .state_machine_arn = interpreter::StateMachineArn(arns, row.header.state_machine),
      .name = row.header.name,
      .started_at = row.header.started_at,
      .stopped_at = row.stopped_at,
      .status = std::string(interpreter::ExecutionStatusName(row.status)),
      .redrive_count = row.header.redrive_count,
      .error = row.error,
      .cause = row.cause};
  const bool is_in_run = row.parent->map_run.has_value();
  if (is_in_run) ended.map_index = row.parent->map_run->index;
  // A Map run keeps inputs only of what may be tried again or is written with its results.
  if (!row.output || NeedsInput(*execution.machine, row)) {
    const auto input = LoadPayload(execution.id, 1);
    if (!input.ok()) return CannotRead(execution.id, input.status());
    ended.input = *input;
  }
  if (row.output) {
    ended.output = row.output->bytes;
    if (!ended.output->has_value()) {
      const auto output = LoadPayload(execution.id, row.output->home);
      if (!output.ok()) return CannotRead(execution.id, output.status());
      ended.output = *output;
    }
  }
  const TaskRef parent{.execution = row.parent->execution,
                       .frame = row.parent->frame,
                       .wait_number = row.parent->wait_number};
  environment_.Post(
      parent.execution.shard,
      ChildEndedCommand{.ref = parent,
                        .body = std::move(ended),
                        .done = [this, key, parent, is_in_memory = execution.is_in_memory()](
                                    const Status& status) {
                          if (!is_in_memory) {
                            return environment_.Post(
                                id_, DeliveredCommand{.message = key, .status = status});
                          }
                          if (status.ok()) return;
                          // Its end is lost: its Map run starts it again.
                          environment_.Post(parent.execution.shard,
                                            ChildRefusedCommand{parent.execution, parent.frame});
                        }});
}

Status Shard::RecoverOutbox() {
  ASSIGN_OR_RETURN(const auto stored, storage::ScanAndWait(storage_, rows::OutboxOf(id_)));
  for (const storage::Row& row : stored) {
    const auto key = rows::ParseOutboxKey(row.key);
    if (!key) return DataLoss("an outbox key is not readable");
    ASSIGN_OR_RETURN(const rows::OutboxRow message, rows::DecodeOutbox(row.value));
    Deliver(*key, message);
  }
  return OkStatus();
}

}  // namespace pawl::runtime
