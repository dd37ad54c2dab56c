// LiveProgress: shows an execution's progress on standard error, redrawn in place on a terminal, in
// plain lines otherwise.
#pragma once

#include <string>
#include <vector>

#include "engine/platform/clock.h"
#include "pawl/v1/history_event.pb.h"
#include "pawl/v1/map_run.pb.h"
#include "server/cli/progress.h"
#include "server/cli/redrawn_rows.h"

namespace pawl::cli {

class LiveProgress {
 public:
  // `clock` outlives it.
  explicit LiveProgress(platform::Clock& clock) : clock_(clock) {}

  void Take(const v1::HistoryEvent& event);
  // How far one of the OpenMapRuns is.
  void Take(const v1::MapRun& run);

  // See Progress.
  std::vector<std::string> OpenMapRuns() const { return progress_.OpenMapRuns(); }

  // Redraws, on a terminal; call it about ten times a second and after events.
  void Refresh();
  // A line that stays, above the display.
  void Note(const std::string& line);
  // Draws the last time.
  void Finish();

 private:
  void Draw(bool is_final);

  platform::Clock& clock_;
  RedrawnRows rows_;
  Progress progress_;
  Narration narration_;
};

}  // namespace pawl::cli
