#include "server/cli/live_map_runs.h"

#include "server/cli/client_command.h"
#include "server/cli/wire_text.h"

namespace pawl::cli {

void LiveMapRuns::Take(const v1::HistoryEvent& event) {
  if (!has_begun_) narration_.Begin(FromWire(event.time()));
  has_begun_ = true;
  progress_.Take(event);
}

void LiveMapRuns::Adopt(const v1::MapRun& run) {
  if (!has_begun_) narration_.Begin(FromWire(run.start_time()));
  has_begun_ = true;
  progress_.Adopt(run);
}

void LiveMapRuns::Take(const v1::MapRun& run) {
  const StateProgress* const state = progress_.Take(run);
  // Of a state that was left, its exit is the news.
  if (state == nullptr || rows_.is_terminal() || !state->is_open()) return;
  if (const auto line = narration_.TellItems(*state, clock_.WallNow())) PrintNote(*line);
}

void LiveMapRuns::Refresh() {
  if (!rows_.is_terminal()) return;
  rows_.Draw(DisplayRows(
      progress_.StatesOfOpenMapRuns(), clock_.WallNow(), rows_.Style(/*is_final=*/false)));
}

}  // namespace pawl::cli
