// LiveMapRuns: shows on standard error how far the Map runs of an execution are, beneath what its
// reader prints: redrawn in place on a terminal, in plain lines otherwise.
#pragma once

#include <string>
#include <vector>

#include "engine/platform/clock.h"
#include "pawl/v1/history_event.pb.h"
#include "pawl/v1/map_run.pb.h"
#include "server/cli/progress.h"
#include "server/cli/redrawn_rows.h"

namespace pawl::cli {

class LiveMapRuns {
 public:
  // `clock` outlives it.
  explicit LiveMapRuns(platform::Clock& clock) : clock_(clock) {}

  void Take(const v1::HistoryEvent& event);
  // See Progress.
  void Adopt(const v1::MapRun& run);

  std::vector<std::string> OpenMapRuns() const { return progress_.OpenMapRuns(); }

  // How far one of the OpenMapRuns is.
  void Take(const v1::MapRun& run);

  // Redraws, on a terminal.
  void Refresh();

  // Makes room for lines that somebody else prints.
  void Erase() { rows_.Erase(); }

 private:
  platform::Clock& clock_;
  RedrawnRows rows_;
  Progress progress_;
  Narration narration_;
  bool has_begun_ = false;
};

}  // namespace pawl::cli
