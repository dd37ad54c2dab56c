// Rows and executions of distributed Maps. An execution that is open has a row until its result has
// one, so that a restart knows which to start again; starting one twice is starting it once.
#include <atomic>
#include <functional>
#include <memory>
#include <utility>
#include <vector>

#include "engine/base/hash.h"
#include "engine/base/overloaded.h"
#include "engine/interpreter/task_call.h"
#include "engine/rows/keys.h"
#include "engine/rows/map_run_row.h"
#include "engine/runtime/map_child_rows.h"
#include "engine/runtime/shard.h"

namespace pawl::runtime {
namespace {

using storage::Family;

// Rows read at once: an input or an output each, 64 MiB at most.
constexpr std::size_t kChildrenAtOnce = 256;
// How long after a refusal an execution is asked for again.
constexpr Duration kRefusedPause = std::chrono::seconds(1);

const asl::MapState& MapOf(const Resident& execution, StateIndex state) {
  return std::get<asl::MapState>(execution.machine->states[state].details);
}

// Calls `take` with each row of a Map run's executions and its place in the run.
Status ForEachChild(storage::Storage& storage,
                    storage::Range range,
                    const std::function<Status(std::uint32_t, std::string_view)>& take) {
  range.limit = kChildrenAtOnce;
  return ForEachChildRow(storage, std::move(range), take);
}

// Calls `done` once after as many calls as it was made for.
class Countdown {
 public:
  Countdown(std::size_t count, std::function<void(const Status&)> done)
      : open_(count), done_(std::move(done)) {}

  void Count(const Status& status) {
    if (!status.ok()) has_failed_ = true;
    if (--open_ > 0) return;
    done_(has_failed_ ? Unavailable("not all of it was done") : OkStatus());
  }

 private:
  std::atomic<std::size_t> open_;
  std::atomic<bool> has_failed_ = false;
  std::function<void(const Status&)> done_;
};

}  // namespace

void Shard::StageMapRun(Resident& execution, const interpreter::MapRunChange& change) {
  std::visit(
      Overloaded{
          [&](const interpreter::MapChildStarted& started) {
            staged_.writes.Put(
                Family::kState,
                rows::OpenChildKey(execution.id, started.run, started.index),
                rows::EncodeOpenChild(
                    {.items = started.items, .attempt = started.attempt, .input = started.input}));
            if (started.is_again) {
              staged_.writes.Delete(Family::kState,
                                    rows::EndedChildKey(execution.id, started.run, started.index));
            }
            execution.new_open_children[started.frame].insert_or_assign(started.index,
                                                                        started.items);
            staged_.aftermath.map_children.push_back({.execution = execution.id,
                                                      .frame = started.frame,
                                                      .run = started.run,
                                                      .index = started.index,
                                                      .input = started.input});
          },
          [&](const interpreter::MapChildEnded& ended) {
            staged_.writes.Delete(Family::kState,
                                  rows::OpenChildKey(execution.id, ended.run, ended.index));
            staged_.writes.Put(Family::kState,
                               rows::EndedChildKey(execution.id, ended.run, ended.index),
                               rows::EncodeEndedChild({.items = ended.items,
                                                       .status = ended.status,
                                                       .redrive_count = ended.redrive_count,
                                                       .output = ended.output,
                                                       .input = ended.input,
                                                       .error = ended.error,
                                                       .cause = ended.cause,
                                                       .started_at = ended.started_at,
                                                       .stopped_at = ended.stopped_at}));
            execution.new_open_children[ended.frame].erase(ended.index);
            if (ended.output) {
              execution.new_child_outputs[ended.frame].insert_or_assign(ended.index, *ended.output);
            }
          },
          [&](const interpreter::MapRunChanged& changed) { StageMapRunRow(execution, changed); }},
      change);
}

void Shard::StageMapRunRow(Resident& execution, const interpreter::MapRunChanged& change) {
  const EventId run = change.wait.run;
  execution.new_open_children.erase(change.frame);
  rows::MapRunRow row{
      .frame = change.frame, .state = change.state, .status = change.status, .wait = change.wait};
  const std::string key = rows::MapRunKey(execution.id, run);
  if (change.is_over) {
    row.stopped_at = change.at;
    execution.new_child_outputs.erase(change.frame);
    // What a redrive would need is kept with a run that did not succeed.
    if (change.status == "SUCCEEDED") {
      const storage::Range ended = rows::EndedChildrenOf(execution.id, run);
      staged_.writes.DeleteRange(Family::kState, ended.begin, ended.end);
    }
  } else {
    execution.row.has_map_runs = true;
    execution.is_row_dirty = true;
    staged_.writes.Put(
        Family::kIndex,
        rows::MapRunNameKey(
            execution.row.namespace_id,
            rows::MapRunName(
                execution.row.header, MapOf(execution, change.state).distributed->label, run)),
        rows::EncodeMapRunPlace({.execution = execution.id, .run = run}));
  }
  staged_.writes.Put(Family::kState, key, rows::EncodeMapRun(row));
}

void Shard::StartMapChild(const Resident& execution, const Aftermath::MapChild& child) {
  const auto frame = execution.set.frames.find(child.frame);
  if (frame == execution.set.frames.end()) return;
  const auto* wait = std::get_if<interpreter::MapRunWait>(&frame->second.wait);
  if (wait == nullptr || wait->run != child.run || wait->is_failing()) return;
  const rows::ExecutionRow& row = execution.row;
  const std::string& label = MapOf(execution, frame->second.state).distributed->label;
  StartCommand command;
  command.request = {.namespace_id = row.namespace_id,
                     .state_machine = interpreter::MapChildMachine(row.header.state_machine, label),
                     .name = interpreter::MapChildName(row.header, child.run, child.index),
                     .input = std::string(child.input.view()),
                     .priority = row.priority,
                     .fairness_key = row.fairness_key,
                     .test_case = row.header.test_case};
  command.revision = row.revision;
  command.machine = execution.machine;
  command.seed = HashCombine(HashCombine(row.header.seed, child.run), child.index);
  command.parent = rows::ParentLink{
      .execution = execution.id,
      .frame = child.frame,
      .wait_number = frame->second.wait_number,
      .is_waiting = true,
      .map_run = rows::MapRunLink{.index = child.index,
                                  .map_state = frame->second.state,
                                  .run = rows::MapRunName(row.header, label, child.run)}};
  if (MapOf(execution, frame->second.state).distributed->is_express) {
    command.express_id = command.request.name;
  }
  command.done =
      [this, id = execution.id, number = child.frame](const Result<StartResponse>& response) {
        if (!response.ok()) environment_.Post(id_, ChildRefusedCommand{id, number});
      };
  const ShardId shard = rows::ShardOf(
      command.request.namespace_id, command.request.state_machine, command.request.name);
  environment_.Post(shard, std::move(command));
}

void Shard::On(ChildRefusedCommand command, Timestamp now, DiskState) {
  owner_.ArmTimer(
      {.due = now + kRefusedPause, .execution = command.execution, .frame = command.frame});
}

void Shard::RestartChildren(Resident& execution, FrameNumber number) {
  const auto frame = execution.set.frames.find(number);
  if (frame == execution.set.frames.end()) return;
  const auto* wait = std::get_if<interpreter::MapRunWait>(&frame->second.wait);
  if (wait == nullptr || wait->is_failing()) return;
  const auto start = [&](std::uint32_t index, std::string_view stored) -> Status {
    ASSIGN_OR_RETURN(rows::OpenChildRow row, rows::DecodeOpenChild(stored));
    if (row.attempt != wait->redrive.count) return OkStatus();
    StartMapChild(execution,
                  {.execution = execution.id,
                   .frame = number,
                   .run = wait->run,
                   .index = index,
                   .input = std::move(row.input)});
    return OkStatus();
  };
  const Status read = ForEachChild(storage_, rows::OpenChildrenOf(execution.id, wait->run), start);
  if (!read.ok()) CannotRead(execution.id, read);
}

void Shard::StopChildren(const Resident& execution,
                         const rows::OutboxKeyParts& key,
                         const rows::OutboxRow& message) {
  const auto run = storage::GetAndWait(
      storage_, {.family = Family::kState, .bytes = rows::MapRunKey(execution.id, message.run)});
  if (!run.ok()) return CannotRead(execution.id, run.status());
  const auto row =
      *run ? rows::DecodeMapRun(**run) : Result<rows::MapRunRow>(DataLoss("a Map run has no row"));
  if (!row.ok()) return CannotRead(execution.id, row.status());
  // Their rows stay: a redrive starts them again.
  std::vector<std::uint32_t> open;
  const Status read = ForEachChild(storage_,
                                   rows::OpenChildrenOf(execution.id, message.run),
                                   [&](std::uint32_t index, std::string_view stored) -> Status {
                                     ASSIGN_OR_RETURN(const rows::OpenChildRow child,
                                                      rows::DecodeOpenChild(stored));
                                     if (child.attempt == row->wait.redrive.count) {
                                       open.push_back(index);
                                     }
                                     return OkStatus();
                                   });
  if (!read.ok()) return CannotRead(execution.id, read);
  const auto done = WhenStopped(execution, key, *row, message.writes_results);
  if (open.empty()) return done(OkStatus());
  const auto countdown = std::make_shared<Countdown>(open.size(), done);
  const interpreter::ExecutionHeader& header = execution.row.header;
  for (const std::uint32_t index : open) {
    StopExecution({.namespace_id = execution.row.namespace_id,
                   .state_machine = interpreter::MapChildMachine(
                       header.state_machine, MapOf(execution, row->state).distributed->label),
                   .name = interpreter::MapChildName(header, message.run, index)},
                  [countdown](const Status& status) { countdown->Count(status); });
  }
}

std::function<void(const Status&)> Shard::WhenStopped(const Resident& execution,
                                                      const rows::OutboxKeyParts& key,
                                                      const rows::MapRunRow& row,
                                                      bool writes_results) {
  const auto deliver = [this, key, is_void = are_writings_void_](
                           const Status& status, std::optional<WrittenRun> written) {
    environment_.Post(
        id_,
        DeliveredCommand{.message = key, .status = status, .written = written, .is_void = is_void});
  };
  if (!writes_results) {
    return [deliver](const Status& status) { deliver(status, std::nullopt); };
  }
  ResultsRequest request = ResultsRequestOf(execution, row.state, row.wait);
  request.stopped_at = row.stopped_at;
  return [this, deliver, machine = execution.machine, state = row.state, request](
             const Status& status) {
    if (!status.ok()) return deliver(status, std::nullopt);
    PostWriting(
        machine,
        state,
        request,
        [deliver, run = request.run](const interpreter::ResultsWritten& written) {
          // Nobody is there who could be told why they could not be written.
          if (!written.output) return deliver(OkStatus(), std::nullopt);
          deliver(OkStatus(),
                  WrittenRun{.run = run, .executions = written.executions, .items = written.items});
        });
  };
}

Status Shard::LoadOpenChildren(Resident& execution, FrameNumber frame) {
  const auto found = execution.set.frames.find(frame);
  const auto* wait = found == execution.set.frames.end()
                         ? nullptr
                         : std::get_if<interpreter::MapRunWait>(&found->second.wait);
  if (wait == nullptr) return DataLoss("a turn asks for the executions of what is no Map run");
  auto& open = execution.set.open_children[frame];
  RETURN_IF_ERROR(ForEachChild(storage_,
                               rows::OpenChildrenOf(execution.id, wait->run),
                               [&](std::uint32_t index, std::string_view row) -> Status {
                                 ASSIGN_OR_RETURN(const rows::OpenChildRow child,
                                                  rows::DecodeOpenChild(row));
                                 if (child.attempt == wait->redrive.count) {
                                   open.emplace(index, child.items);
                                 }
                                 return OkStatus();
                               }));
  if (const auto fresh = execution.new_open_children.find(frame);
      fresh != execution.new_open_children.end()) {
    open.insert(fresh->second.begin(), fresh->second.end());
  }
  if (open.size() != wait->executions.open()) {
    return DataLoss("a Map run counts " + std::to_string(wait->executions.open()) +
                    " open executions and " + std::to_string(open.size()) + " are there");
  }
  return OkStatus();
}

Status Shard::LoadChildOutputs(Resident& execution, FrameNumber frame) {
  const auto found = execution.set.frames.find(frame);
  const auto* wait = found == execution.set.frames.end()
                         ? nullptr
                         : std::get_if<interpreter::MapRunWait>(&found->second.wait);
  if (wait == nullptr) return DataLoss("a turn asks for the outputs of what is no Map run");
  std::map<std::uint32_t, Bytes> outputs;
  RETURN_IF_ERROR(ForEachChild(storage_,
                               rows::EndedChildrenOf(execution.id, wait->run),
                               [&outputs](std::uint32_t index, std::string_view stored) -> Status {
                                 ASSIGN_OR_RETURN(rows::EndedChildRow row,
                                                  rows::DecodeEndedChild(stored));
                                 if (row.output) outputs.emplace(index, *std::move(row.output));
                                 return OkStatus();
                               }));
  if (const auto fresh = execution.new_child_outputs.find(frame);
      fresh != execution.new_child_outputs.end()) {
    outputs.insert(fresh->second.begin(), fresh->second.end());
  }
  if (outputs.size() != wait->executions.succeeded) {
    return DataLoss("a Map run counts " + std::to_string(wait->executions.succeeded) +
                    " outputs and " + std::to_string(outputs.size()) + " are there");
  }
  execution.set.child_outputs.emplace(frame, std::move(outputs));
  return OkStatus();
}

void Shard::ForgetMapRuns(ExecutionId id, const rows::ExecutionRow& row) {
  const auto machine =
      environment_.FindMachine(row.namespace_id, row.header.state_machine, row.revision);
  const auto stored = storage::ScanAndWait(storage_, rows::MapRunsOf(id));
  if (!machine.ok() || !stored.ok()) return;
  for (const storage::Row& one : *stored) {
    const auto run = rows::ParseMapRunKey(one.key);
    const auto decoded = rows::DecodeMapRun(one.value);
    if (!run || !decoded.ok() || decoded->state >= (*machine)->states.size()) continue;
    const auto* map = std::get_if<asl::MapState>(&(*machine)->states[decoded->state].details);
    if (map == nullptr || !map->distributed) continue;
    staged_.writes.Delete(
        Family::kIndex,
        rows::MapRunNameKey(row.namespace_id,
                            rows::MapRunName(row.header, map->distributed->label, *run)));
  }
}

}  // namespace pawl::runtime
