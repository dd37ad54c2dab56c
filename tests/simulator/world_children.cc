// Executions that wait for others.
#include <algorithm>

#include "tests/simulator/world.h"

namespace pawl::simulator {
namespace {

// A call is made again a second after it was refused, or a little later where its execution is busy
// then, and time passes in steps.
constexpr Duration kLateAnswer = std::chrono::seconds(3);

}  // namespace

// At rest an execution that is waited for runs, and one that nobody waits for any more does not;
// no message is under way.
void World::CheckChildrenAtRest() {
  if (checker_.DueMessages() > 0) return Fail("at rest a message between executions is under way");
  if (temper_.options.retention < std::chrono::hours(24)) return;
  for (const auto& [id, execution] : checker_.executions()) {
    const std::string who = "execution '" + execution.row.header.name + "' at rest: ";
    for (const auto& [number, frame] : execution.frames) {
      const auto* wait = std::get_if<interpreter::ChildWait>(&frame.wait);
      if (wait == nullptr) continue;
      bool is_child_open = false;
      for (const auto& [child_id, child] : checker_.executions()) {
        const auto& link = child.row.parent;
        const bool is_child = link && link->execution == id && link->frame == number &&
                              link->wait_number == frame.wait_number;
        is_child_open = is_child_open || (is_child && !child.row.is_closed());
      }
      if (!is_child_open) return Fail(who + "waits for an execution that will not tell its end");
    }
    const auto& link = execution.row.parent;
    // One that was redriven by itself runs for itself.
    const bool is_waited_for = link && link->is_waiting && !link->map_run &&
                               !execution.row.is_closed() &&
                               execution.row.header.redrive_count == 0;
    if (!is_waited_for) continue;
    const StoredExecution& parent = checker_.executions().at(link->execution);
    const auto frame = parent.frames.find(link->frame);
    if (frame == parent.frames.end() || frame->second.wait_number != link->wait_number) {
      return Fail(who + "runs, and nobody waits for it");
    }
  }
}

bool World::IsEngineCall(const StoredExecution& execution, const interpreter::Frame& frame) const {
  const auto* wait = std::get_if<interpreter::TaskWait>(&frame.wait);
  if (wait != nullptr && wait->invocation != interpreter::Invocation::kRequestResponse) return true;
  const rows::ExecutionRow& row = execution.row;
  const DefinitionText* text = FindDefinition(row.header.state_machine, row.revision);
  const auto* task = std::get_if<asl::TaskState>(&text->machine->states[frame.state].details);
  return task != nullptr && task->integration == asl::TaskState::Integration::kEngineCall;
}

// A function that nobody has announced is asked for again each second, for a while.
bool World::MayBecomeKnown(const interpreter::Frame& frame, Timestamp now) const {
  const auto& wait = std::get<interpreter::TaskWait>(frame.wait);
  if (wait.invocation == interpreter::Invocation::kRequestResponse) return false;
  const Timestamp known_at = frame.entered_at + temper_.options.function_grace;
  return now < std::max(known_at, served_since_.value_or(known_at)) + kLateAnswer;
}

// What a crash interrupts.
void World::NoteChild(const StoredExecution& execution) {
  const auto& link = execution.row.parent;
  if (!link || link->map_run || execution.row.is_closed()) return;
  const auto parent = checker_.executions().find(link->execution);
  if (parent == checker_.executions().end()) return;
  const auto frame = parent->second.frames.find(link->frame);
  if (frame == parent->second.frames.end()) return;
  coverage_.HitIf(std::holds_alternative<interpreter::ChildWait>(frame->second.wait),
                  Mark::kCrashWithOpenChild);
  coverage_.HitIf(std::holds_alternative<interpreter::TaskWait>(frame->second.wait),
                  Mark::kCrashBeforeChildIsKnown);
}

}  // namespace pawl::simulator
