// How an execution that ended without success goes on from there (Step Functions Developer Guide,
// "Redriving state machine executions"): what has succeeded stays, what has not is tried again.
//
// A state that failed in a branch ends the joins around it, one after the other, and their frames
// with it. A redrive needs them as they were before. So each join that fails leaves a copy, until
// some state deals with the failure; what ends the execution puts the copies back into what is
// archived.
#include <algorithm>
#include <utility>

#include "engine/base/check.h"
#include "engine/base/overloaded.h"
#include "engine/interpreter/interpreter.h"

namespace pawl::interpreter {

Wait Interpreter::KeptWait(const Frame& frame) {
  return std::visit(
      Overloaded{[](const RunnableWait& wait) -> Wait { return wait; },
                 [](const JoinWait& wait) -> Wait {
                   JoinWait kept = wait;
                   kept.items = nullptr;
                   return kept;
                 },
                 [](const MapRunWait& wait) -> Wait {
                   MapRunWait kept = wait;
                   kept.memory = {};
                   if (kept.writer) {
                     kept.writer->is_writing = false;
                     kept.writer->failure.reset();
                   }
                   return kept;
                 },
                 [](const auto&) -> Wait { return RunnableWait{.is_entered = true}; }},
      frame.wait);
}

void Interpreter::KeepFailed(Failed failed, const Failure& failure) {
  // Developer Guide: what had too large a result is run again as a whole.
  if (failure.error == kDataLimitExceeded) return;
  failed_.push_back(std::move(failed));
}

void Interpreter::RestoreFailed() {
  // Not those that the same frame's joins before this one erased when they closed.
  const auto keep_results = [this](FrameNumber join, std::size_t first_erased) {
    const auto begin = turn_.results.begin() + static_cast<std::ptrdiff_t>(first_erased);
    const auto end = std::remove_if(begin, turn_.results.end(), [join](const auto& change) {
      const auto* erased = std::get_if<ResultErased>(&change);
      return erased != nullptr && erased->join == join;
    });
    turn_.results.erase(end, turn_.results.end());
  };
  // The outer ones first: they hold the inner joins as these were after their failure.
  for (auto failed = failed_.rbegin(); failed != failed_.rend(); ++failed) {
    frames_.at(failed->frame).frame.wait = std::move(failed->wait);
    keep_results(failed->frame, failed->first_erased);
    for (Frame& frame : failed->below) {
      Slot& slot = frames_.at(frame.number);
      slot.is_erased = false;
      slot.output.reset();
      if (std::holds_alternative<JoinWait>(frame.wait)) {
        keep_results(frame.number, failed->first_erased);
      }
      slot.frame = std::move(frame);
    }
  }
  failed_.clear();
}

bool Interpreter::On(const Redrive&) {
  if (!rows_.frames.contains(kRootFrame)) return false;
  PAWL_CHECK(rows_.has_all_frames);
  HistoryEvent& event = Record(EventType::kExecutionRedriven, next_event_ - 1, asl::kNoState);
  event.index = rows_.header.redrive_count;
  const EventId redriven = event.id;
  for (const auto& [number, row] : rows_.frames)
    LetGoOn(*Find(number), redriven);
  for (const auto& [number, row] : rows_.frames) {
    // One that fails again at once ends others, or the execution.
    if (turn_.close || is_missing_) break;
    Frame* frame = Find(number);
    const bool has_run = frame != nullptr && std::holds_alternative<MapRunWait>(frame->wait);
    if (has_run) RedriveMapRun(*frame, redriven);
  }
  return true;
}

void Interpreter::LetGoOn(Frame& frame, EventId redriven) {
  frame.last_event = redriven;
  frame.retry_count = 0;
  frame.retrier_counts.clear();
  if (frame.execution_deadline) {
    frame.execution_deadline = now_ + *machine_.timeout;
    turn_.effects.emplace_back(ArmTimer{frame.number, *frame.execution_deadline});
  }
  if (std::holds_alternative<RunnableWait>(frame.wait)) {
    ready_.push_back(frame.number);
  } else if (std::holds_alternative<JoinWait>(frame.wait)) {
    starting_.push_back(frame.number);
  }
}

}  // namespace pawl::interpreter
