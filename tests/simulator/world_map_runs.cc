// Runs of distributed Maps.
#include "engine/interpreter/task_call.h"
#include "tests/simulator/world.h"

namespace pawl::simulator {

using interpreter::MapRunWait;

// At rest a run that goes on waits for executions that run, for as many as it may; and what runs is
// waited for: nothing runs after its run is over.
void World::CheckMapRunsAtRest() {
  if (temper_.options.retention < std::chrono::hours(24)) return;
  for (const auto& [id, execution] : checker_.executions()) {
    const std::string who = "execution '" + execution.row.header.name + "' at rest: ";
    for (const auto& [number, frame] : execution.frames) {
      const auto* wait = std::get_if<MapRunWait>(&frame.wait);
      if (wait == nullptr) continue;
      if (wait->may_start_more()) {
        return Fail(who + "its Map run could start executions and nothing lets it");
      }
      if (wait->executions.open() == 0) return Fail(who + "its Map run waits for nothing");
      for (const auto& [index, open] : execution.runs.at(wait->run).open) {
        const StoredExecution* child = checker_.ChildOfRun(execution, wait->run, index);
        const bool is_running = child != nullptr && !child->row.is_closed() &&
                                child->row.parent->wait_number == frame.wait_number;
        // The disk that refused a start makes it come a second later.
        if (!is_running && !temper_.has_disk_faults) {
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

// What a crash interrupts.
void World::NoteMapRuns(const StoredExecution& execution) {
  const auto note = [this](Mark mark) { coverage_.Hit(mark); };
  for (const auto& [event, run] : execution.runs) {
    const MapRunWait* wait = StoreChecker::WaitOfRun(execution, event);
    const bool is_open = execution.folded.runs.at(event).end == FoldedRun::End::kOpen;
    const bool is_half_started = is_open && wait->executions.open() > 0 && wait->next < wait->total;
    if (is_half_started) note(Mark::kCrashWithHalfStartedMapRun);
    if (is_open && wait->is_redriving()) note(Mark::kCrashWithMapRunBeingRedriven);
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
