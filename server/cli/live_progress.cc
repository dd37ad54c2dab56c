#include "server/cli/live_progress.h"

#include "server/cli/client_command.h"

namespace pawl::cli {

void LiveProgress::Take(const v1::HistoryEvent& event) {
  progress_.Take(event);
  if (rows_.is_terminal()) return;
  if (const std::optional<std::string> line = narration_.Tell(progress_, event)) PrintNote(*line);
}

void LiveProgress::Take(const v1::MapRun& run) {
  const StateProgress* const state = progress_.Take(run);
  // Of a state that was left, nothing more is told.
  if (state == nullptr || rows_.is_terminal() || !state->is_open()) return;
  const auto line = narration_.TellItems(*state, clock_.WallNow());
  if (line) PrintNote(*line);
}

void LiveProgress::Draw(bool is_final) {
  rows_.Draw(DisplayRows(progress_.states(), clock_.WallNow(), rows_.Style(is_final)));
}

void LiveProgress::Refresh() {
  if (rows_.is_terminal()) Draw(false);
}

void LiveProgress::Note(const std::string& line) {
  rows_.Erase();
  PrintNote(line);
  Refresh();
}

void LiveProgress::Finish() {
  if (rows_.is_terminal()) Draw(true);
  rows_.Leave();
}

}  // namespace pawl::cli
