// Runs of distributed Maps.
#include <utility>

#include "engine/interpreter/task_call.h"
#include "engine/rows/keys.h"
#include "engine/rows/map_run_row.h"
#include "tests/simulator/world.h"

namespace pawl::simulator {

using interpreter::MapRunWait;

namespace {

// Within which a Map run starts once more what it could not start.
constexpr Duration kAskedAgain = std::chrono::seconds(2);

}  // namespace

// At rest a run that goes on waits for executions that run, for as many as it may; and what runs is
// waited for: nothing runs after its run is over.
void World::CheckMapRunsAtRest() {
  if (temper_.options.retention < std::chrono::hours(24)) return;
  const Timestamp now = engine_->Now();
  const auto refused_before = std::exchange(refused_since_, {});
  for (const auto& [id, execution] : checker_.executions()) {
    const std::string who = "execution '" + execution.row.header.name + "' at rest: ";
    for (const auto& [number, frame] : execution.frames) {
      const auto* wait = std::get_if<MapRunWait>(&frame.wait);
      if (wait == nullptr) continue;
      if (wait->may_start_more()) {
        return Fail(who + "its Map run could start executions and nothing lets it");
      }
      if (wait->executions.open() == 0) return Fail(who + "its Map run waits for nothing");
      if (checker_.IsExpressRun(execution, wait->run)) continue;
      for (const auto& [index, open] : execution.runs.at(wait->run).open) {
        // It waits for its turn in the redrive.
        if (open.attempt != wait->redrive.count) continue;
        const StoredExecution* child = checker_.ChildOfRun(execution, wait->run, index);
        const bool is_running = child != nullptr && !child->row.is_closed() &&
                                child->row.parent->wait_number == frame.wait_number;
        // The disk that refused a start makes it come a second later.
        if (is_running || temper_.has_disk_faults) continue;
        // One whose own run was still being stopped, too.
        const auto known = refused_before.find({id, index});
        const Timestamp since = known == refused_before.end() ? now : known->second;
        refused_since_[{id, index}] = since;
        const bool has_own_run = child != nullptr && child->row.has_map_runs;
        if (!has_own_run || since + kAskedAgain < now) {
          return Fail(who + "its Map run waits for an execution that does not run");
        }
      }
    }
    const auto& link = execution.row.parent;
    if (!link || !link->map_run || execution.row.is_closed()) continue;
    const StoredExecution& parent = checker_.executions().at(link->execution);
    const auto frame = parent.frames.find(link->frame);
    const auto* wait =
        frame == parent.frames.end() ? nullptr : std::get_if<MapRunWait>(&frame->second.wait);
    const bool is_waited_for = wait != nullptr && frame->second.wait_number == link->wait_number &&
                               parent.runs.at(wait->run).open.contains(link->map_run->index);
    if (!is_waited_for) return Fail(who + "runs after its Map run is over");
  }
}

// What readers are told of runs agrees with the rows.
void World::CheckMapRunReads() {
  for (const auto& [id, execution] : checker_.executions()) {
    if (execution.runs.empty()) continue;
    const ExecutionName name{.state_machine = execution.row.header.state_machine,
                             .name = execution.row.header.name};
    const auto list = engine_->ListMapRuns(name, 100, "");
    if (!list.ok()) return Fail("Map runs cannot be listed: " + list.status().ToString());
    if (list->map_runs.size() != execution.runs.size()) return Fail("a Map run is not listed");
    for (const MapRunInfo& listed : list->map_runs) {
      const auto info = engine_->DescribeMapRun({}, listed.arn);
      if (!info.ok()) return Fail("a Map run cannot be read: " + info.status().ToString());
      const MapRunTally& items = info->items;
      const std::uint64_t sum = items.pending + items.running + items.succeeded + items.failed +
                                items.timed_out + items.aborted + items.pending_redrive;
      if (info->status != "ABORTED" && info->status != "FAILED" && sum != items.total) {
        return Fail("a reader is told of items that are nowhere");
      }
    }
  }
}

MapRunUpdate World::DrawMapRunUpdate() {
  MapRunUpdate update;
  const auto most = temper_.options.limits.distributed_map_concurrency;
  if (OneIn(2)) {
    update.max_concurrency = std::min(most, 1 + static_cast<std::uint32_t>(random_.Below(4)));
  }
  if (OneIn(2)) update.tolerated_failure_count = random_.Below(4);
  if (OneIn(3)) update.tolerated_failure_percentage = static_cast<double>(random_.Below(9)) * 12.5;
  return update;
}

void World::UpdateSomeMapRun() {
  struct Run {
    ExecutionId execution;
    EventId event = 0;
    std::string arn;
  };

  std::vector<Run> runs;
  const bool may_be_over = OneIn(8);
  for (const auto& [id, execution] : checker_.executions()) {
    const interpreter::ExecutionHeader& header = execution.row.header;
    const DefinitionText* text = FindDefinition(header.state_machine, execution.row.revision);
    for (const auto& [event, run] : execution.runs) {
      if (run.row.status != "RUNNING" && !may_be_over) continue;
      const auto& map = std::get<asl::MapState>(text->machine->states[run.row.state].details);
      runs.push_back({.execution = id,
                      .event = event,
                      .arn = interpreter::MapRunArn({},
                                                    header.state_machine,
                                                    map.distributed->label,
                                                    interpreter::MapRunId(header, event))});
    }
  }
  if (runs.empty()) return;
  const Run& run = runs[random_.Below(runs.size())];
  MapRunUpdate update = DrawMapRunUpdate();
  update.arn = run.arn;
  ++ledger_.messages;
  auto& sent = ledger_.map_run_updates[{run.execution, run.event}].sent;
  sent.push_back(update);
  Trace("updates " + run.arn);
  const std::size_t request = NewRequest("update of a Map run");
  engine_->UpdateMapRun(
      update,
      [this, life = life_, request, id = run.execution, event = run.event, place = sent.size() - 1](
          const Result<bool>& response) {
        if (life != life_) return Fail("an engine that is gone answers");
        if (std::exchange(requests_.at(request).is_answered, true)) {
          return Fail("a request was answered twice");
        }
        OnMapRunUpdated(id, event, place, response);
      });
}

void World::OnMapRunUpdated(ExecutionId execution,
                            EventId run,
                            std::size_t place,
                            const Result<bool>& response) {
  if (!response.ok()) {
    const StatusCode code = response.status().code();
    const bool may_be_gone = temper_.options.retention < std::chrono::hours(24);
    if (code != StatusCode::kUnavailable && !(code == StatusCode::kNotFound && may_be_gone)) {
      Fail("an update of a Map run is refused: " + response.status().ToString());
    }
    return;
  }
  coverage_.HitIf(!*response, Mark::kMapRunUpdatedTooLate);
  if (!*response) return;
  MapRunUpdates& updates = ledger_.map_run_updates[{execution, run}];
  updates.applied.insert(place);
  coverage_.HitIf(updates.sent[place].max_concurrency.has_value(), Mark::kMapRunWidened);
  const bool is_tolerance = updates.sent[place].tolerated_failure_count ||
                            updates.sent[place].tolerated_failure_percentage;
  coverage_.HitIf(is_tolerance, Mark::kMapRunToleranceUpdated);
  const auto row = disk_.Get(storage::Family::kState, rows::MapRunKey(execution, run));
  const auto stored = row ? rows::DecodeMapRun(*row) : Result<rows::MapRunRow>(NotFound("no row"));
  coverage_.HitIf(stored.ok() && stored->status == "FAILED", Mark::kMapRunFailedByUpdate);
}

// What a crash interrupts.
void World::NoteMapRuns(const StoredExecution& execution) {
  const auto note = [this](Mark mark) { coverage_.Hit(mark); };
  for (const auto& [event, run] : execution.runs) {
    const MapRunWait* wait = StoreChecker::WaitOfRun(execution, event);
    const bool is_open = execution.folded.runs.at(event).end == FoldedRun::End::kOpen;
    const bool is_half_started = is_open && wait->executions.open() > 0 && wait->next < wait->total;
    if (is_half_started) note(Mark::kCrashWithHalfStartedMapRun);
    if (is_open && wait->is_redriving()) note(Mark::kCrashWithMapRunBeingRedriven);
    const bool is_unread = is_open && wait->has_more_to_read();
    if (is_unread) note(Mark::kCrashWithItemsUnread);
    if (is_unread && wait->cursor_item > 0) note(Mark::kCrashWithItemsReadInPart);
    if (is_open && wait->is_writing()) note(Mark::kCrashWithResultsUnwritten);
    if (checker_.IsExpressRun(execution, event)) {
      if (is_open && wait->executions.open() > 0) note(Mark::kCrashWithExpressMapRun);
      continue;
    }
    for (const auto& [index, open] : run.open) {
      const StoredExecution* child = checker_.ChildOfRun(execution, event, index);
      if (is_open && child == nullptr) note(Mark::kCrashBeforeMapChildIsStarted);
      if (is_open && child != nullptr && child->row.is_closed()) {
        note(Mark::kCrashBeforeMapChildIsCounted);
      }
      if (!is_open && child != nullptr && !child->row.is_closed()) {
        note(Mark::kCrashBeforeMapChildIsStopped);
      }
    }
  }
}

}  // namespace pawl::simulator
