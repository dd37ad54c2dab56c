// Redrive: executions that ended without success go on, from what their frames were archived with.
#include <algorithm>
#include <string>
#include <utility>

#include "engine/rows/frame_codec.h"
#include "engine/rows/keys.h"
#include "engine/rows/map_run_row.h"
#include "engine/runtime/redrive_rules.h"
#include "engine/runtime/shard.h"

namespace pawl::runtime {
namespace {

using storage::Family;

// API model, RedriveExecutionInput: how long a client token is known.
constexpr Duration kTokenLife = std::chrono::minutes(15);
// Rows of a Map run's executions read at once: an input or an output each, 16 MiB at most.
constexpr std::size_t kAgainSlice = 64;

}  // namespace

void Shard::On(RedriveCommand command, Timestamp now, DiskState disk) {
  if (disk != DiskState::kAmple) {
    return command.done(ResourceExhausted(
        "the disk of the data directory is almost full: no execution is redriven until there is "
        "space again"));
  }
  auto found = FindByName(command.request.name);
  if (!found.ok()) return command.done(found.status());
  if (*found == nullptr) return command.done(DoesNotExist(command.request.name));
  Resident& execution = **found;
  const rows::ExecutionRow& row = execution.row;
  const std::string& token = command.request.client_token;
  const bool is_repeated =
      !token.empty() && token == row.redrive_token && now < row.header.redriven_at + kTokenLife;
  if (!is_repeated) {
    // What its end leaves has to be in the store first.
    if (row.is_closed() && execution.is_pinned()) {
      return Reply([this, command = std::move(command)](const Status& status) {
        status.ok() ? environment_.Post(id_, command) : command.done(status);
      });
    }
    const RedriveVerdict verdict =
        RedriveVerdictOf(row, execution.set.next_event - 1, now, environment_.interpreter().limits);
    if (verdict.status != RedriveStatus::kRedrivable) {
      const std::string why =
          verdict.status == RedriveStatus::kRedrivableByMapRun
              ? "it belongs to the Map run '" + row.parent->map_run->run +
                    "' and is redriven with it: redrive the execution that the Map is in"
              : verdict.reason;
      return command.done(NotRedrivable(row, why));
    }
    const Status redriven = Redrive(execution, token, now);
    if (!redriven.ok()) return command.done(redriven);
  }
  Reply([done = std::move(command.done),
         hold = std::move(command.hold),
         response = RedriveResponse{.redriven_at = row.header.redriven_at}](const Status& status) {
    status.ok() ? done(response) : done(status);
  });
}

Status Shard::NotRedrivable(const rows::ExecutionRow& row, const std::string& why) const {
  return FailedPrecondition("Execution Not Redrivable: '" +
                            interpreter::ExecutionArn(environment_.interpreter().arns, row.header) +
                            "': " + why)
      .WithReason("ExecutionNotRedrivable");
}

Status Shard::Redrive(Resident& execution, std::string token, Timestamp now) {
  const ExecutionId id = execution.id;
  // Executions of its Map runs may still be on their way to be stopped: those that start again must
  // not be.
  ASSIGN_OR_RETURN(const auto messages, storage::ScanAndWait(storage_, rows::OutboxOf(id)));
  for (const storage::Row& stored : messages) {
    ASSIGN_OR_RETURN(const rows::OutboxRow message, rows::DecodeOutbox(stored.value));
    if (message.kind == rows::OutboxRow::Kind::kStopChildren) {
      return NotRedrivable(execution.row,
                           "executions of its Map run are still being stopped, or its results "
                           "written; try again");
    }
  }
  const Status loaded = LoadArchivedFrames(execution);
  if (!loaded.ok()) {
    CannotRead(id, loaded);
    return loaded;
  }
  rows::ExecutionRow& row = execution.row;
  const std::string listed = rows::ListingKeyOf(id, row, row.status);
  row.status = ExecutionStatus::kRunning;
  row.stopped_at = {};
  row.error.reset();
  row.cause.reset();
  ++row.header.redrive_count;
  row.header.redriven_at = now;
  row.redrive_token = std::move(token);
  execution.set.header = row.header;
  ASSIGN_OR_RETURN(
      const bool has_gone_on,
      RunTurn(execution, {.frame = kRootFrame, .at = now, .body = interpreter::Redrive{}}));
  PAWL_CHECK(has_gone_on);
  execution.is_row_dirty = true;
  // Before what the group itself writes for the execution, which may have ended again.
  const storage::Range archived = rows::ArchivedFramesOf(id);
  staged_.writes.DeleteRange(Family::kState, archived.begin, archived.end);
  staged_.writes.Delete(Family::kIndex, listed);
  return OkStatus();
}

Status Shard::LoadArchivedFrames(Resident& execution) {
  ASSIGN_OR_RETURN(const auto stored,
                   storage::ScanAndWait(storage_, rows::ArchivedFramesOf(execution.id)));
  interpreter::WorkingSet& set = execution.set;
  for (const storage::Row& row : stored) {
    const auto key = rows::ParseFrameKey(row.key);
    if (!key) return DataLoss("a frame key is not readable");
    ASSIGN_OR_RETURN(interpreter::Frame frame, rows::DecodeFrame(key->frame, row.value));
    if (frame.state >= execution.machine->states.size()) {
      return DataLoss("a frame stands in a state that the definition does not have");
    }
    set.frames.emplace(key->frame, std::move(frame));
  }
  for (const auto& [number, frame] : set.frames) {
    if (!frame.is_root() && !set.frames.contains(frame.parent)) {
      return DataLoss("a frame's parent has no row");
    }
  }
  return set.frames.contains(kRootFrame)
             ? OkStatus()
             : DataLoss("nothing is kept of an execution that ended without success");
}

void Shard::StartAgain(Resident& execution, StartCommand command, Timestamp now) {
  rows::ExecutionRow& row = execution.row;
  if (row.is_closed() && execution.is_pinned()) {
    return Reply([this, command = std::move(command)](const Status& status) {
      status.ok() ? environment_.Post(id_, command) : command.done(status);
    });
  }
  // From now on it tells its end to this attempt.
  const ExecutionNumber number = execution.id.number;
  const auto attempt_before = std::exchange(row.parent, command.parent);
  if (row.is_closed()) {
    const RedriveVerdict verdict =
        RedriveVerdictOf(row, execution.set.next_event - 1, now, environment_.interpreter().limits);
    if (verdict.status == RedriveStatus::kRedrivableByMapRun) {
      const Status redriven = Redrive(execution, {}, now);
      if (!redriven.ok()) {
        // It is asked again, and must not take that for an attempt that has begun. Where it cannot
        // be read it is here no more.
        const auto resident = residents_.find(number);
        if (resident != residents_.end()) resident->second->row.parent = attempt_before;
        return command.done(redriven);
      }
    } else {
      // It succeeded while the attempt before ended, or can go no further.
      StageMessage({.id = execution.id}, {});
    }
  }
  execution.is_row_dirty = true;
  Pin(execution);
  Reply([done = std::move(command.done),
         response = StartResponse{.name = {.namespace_id = row.namespace_id,
                                           .state_machine = row.header.state_machine,
                                           .name = row.header.name},
                                  .started_at = row.header.started_at,
                                  .is_repeated = true}](const Status& status) {
    status.ok() ? done(response) : done(status);
  });
}

Status Shard::LoadUnsuccessfulChildren(Resident& execution, FrameNumber frame) {
  const auto found = execution.set.frames.find(frame);
  const auto* wait = found == execution.set.frames.end()
                         ? nullptr
                         : std::get_if<interpreter::MapRunWait>(&found->second.wait);
  if (wait == nullptr) return DataLoss("a turn asks for the executions of what is no Map run");
  interpreter::UnsuccessfulChildren slice{.end = wait->children};
  const auto read = [&](storage::Range range, std::string begin, const auto& take) -> Status {
    range.begin = std::move(begin);
    range.limit = kAgainSlice;
    ASSIGN_OR_RETURN(const auto stored, storage::ScanAndWait(storage_, range));
    for (const storage::Row& row : stored) {
      const auto index = rows::ParseChildKey(row.key);
      if (!index) return DataLoss("a Map run's key is not readable");
      RETURN_IF_ERROR(take(*index, row.value));
    }
    if (stored.size() == kAgainSlice) {
      slice.end = std::min(slice.end, *rows::ParseChildKey(stored.back().key) + 1);
    }
    return OkStatus();
  };
  const EventId run = wait->run;
  const std::uint32_t next = wait->redrive.next;
  RETURN_IF_ERROR(read(rows::OpenChildrenOf(execution.id, run),
                       rows::OpenChildKey(execution.id, run, next),
                       [&](std::uint32_t index, std::string_view value) -> Status {
                         ASSIGN_OR_RETURN(rows::OpenChildRow row, rows::DecodeOpenChild(value));
                         if (row.attempt == wait->redrive.count) return OkStatus();
                         slice.children[index] = {.items = row.items,
                                                  .input = std::move(row.input)};
                         return OkStatus();
                       }));
  RETURN_IF_ERROR(read(rows::EndedChildrenOf(execution.id, run),
                       rows::EndedChildKey(execution.id, run, next),
                       [&](std::uint32_t index, std::string_view value) -> Status {
                         ASSIGN_OR_RETURN(rows::EndedChildRow row, rows::DecodeEndedChild(value));
                         if (row.output) return OkStatus();
                         if (!row.input) return DataLoss("an execution's input is not kept");
                         slice.children[index] = {.items = row.items,
                                                  .input = *std::move(row.input)};
                         return OkStatus();
                       }));
  slice.children.erase(slice.children.lower_bound(slice.end), slice.children.end());
  if (slice.children.empty() && slice.end == wait->children) {
    return DataLoss("a Map run counts " + std::to_string(wait->redrive.executions_pending) +
                    " executions that are to be started again and none is there");
  }
  execution.set.unsuccessful_children.emplace(frame, std::move(slice));
  return OkStatus();
}

void Shard::On(UpdateMapRunCommand command, Timestamp now, DiskState) {
  auto found = Find(command.execution);
  if (!found.ok()) return command.done(found.status());
  const bool is_running =
      *found != nullptr &&
      Moves(**found, {.frame = command.frame, .at = now, .body = command.update});
  Reply([is_running, done = std::move(command.done)](const Status& status) {
    status.ok() ? done(is_running) : done(status);
  });
}

}  // namespace pawl::runtime
