// Progress: where an execution is, state by state, folded from its history events and from what the
// server says about Map runs under way. Pure; memory is bounded by the states of the definition and
// kMapRunsMax.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "engine/base/time.h"
#include "pawl/v1/history_event.pb.h"
#include "pawl/v1/map_run.pb.h"

namespace pawl::cli {

// Map runs that are followed at once; of more, the items are not counted.
inline constexpr std::size_t kMapRunsMax = 16;

// How many items of a state's Map runs are where.
struct ItemCounts {
  std::uint64_t pending = 0;
  std::uint64_t running = 0;
  std::uint64_t succeeded = 0;
  // Those that timed out or were stopped as well.
  std::uint64_t failed = 0;
};

struct StateProgress {
  std::string name;
  // How often it was entered and left: more than once in a Map or a loop.
  std::uint64_t entered = 0;
  std::uint64_t left = 0;
  // Attempts of its task that failed, and attempts beyond the first of a visit.
  std::uint64_t failures = 0;
  std::uint64_t retries = 0;
  // Attempts of its task that were scheduled.
  std::uint64_t scheduled = 0;
  // Of a Map: items begun and done so far, over all times it was entered.
  std::uint64_t items = 0;
  std::uint64_t items_done = 0;
  // Of a distributed Map, once the server was asked.
  std::optional<ItemCounts> run_items;
  Timestamp first_entered;
  Timestamp last_left;

  bool is_open() const { return left < entered; }
};

class Progress {
 public:
  // Events come in order, each once.
  void Take(const v1::HistoryEvent& event);
  // How far a Map run is. Returns the state that it is a run of, or nullptr for a run that is not
  // open; one that has ended is open no longer.
  const StateProgress* Take(const v1::MapRun& run);
  // Opens a run under way whose start is not among the events: its state goes by the run's label.
  void Adopt(const v1::MapRun& run);

  // The ARNs of the Map runs that began and of which no end was taken.
  std::vector<std::string> OpenMapRuns() const;

  // Those that OpenMapRuns are runs of.
  std::vector<StateProgress> StatesOfOpenMapRuns() const;

  // In the order they were first entered.
  const std::vector<StateProgress>& states() const { return states_; }

  // nullptr if it was not entered yet.
  const StateProgress* Find(const std::string& state) const;

 private:
  struct OpenMapRun {
    std::size_t place = 0;
    ItemCounts items = {};
  };

  StateProgress& At(const std::string& state, Timestamp time);

  std::vector<StateProgress> states_;
  std::map<std::string, std::size_t, std::less<>> places_;
  std::map<std::string, OpenMapRun, std::less<>> map_runs_;
};

// Tells progress in lines, for where it cannot be redrawn. What happens a thousand times is told a
// few times.
class Narration {
 public:
  // Times are told from `start` on; without it, from the first event that Tell gets.
  void Begin(Timestamp start) { start_ = start; }

  // What to say about `event`, which `progress` has taken; nullopt for nothing. Safe for a
  // terminal.
  std::optional<std::string> Tell(const Progress& progress, const v1::HistoryEvent& event);
  // What to say about the items of `state`, done so far at `now`; nullopt for nothing new: a Map is
  // told at each tenth, one whose items the server counts also at first.
  std::optional<std::string> TellItems(const StateProgress& state, Timestamp now);

 private:
  std::string Line(Timestamp time, std::string_view text) const;

  struct ItemsTold {
    std::uint64_t tenths = 0;
    bool are_counts_told = false;
  };

  std::optional<Timestamp> start_;
  std::map<std::string, ItemsTold, std::less<>> items_told_;
};

struct DisplaySize {
  std::size_t rows = 24;
  std::size_t columns = 80;
};

struct DisplayStyle {
  DisplaySize size;
  // Marks beyond ASCII.
  bool is_unicode = true;
  bool is_colored = true;
  // The execution has ended: nothing is under way any more.
  bool is_final = false;
};

// How far the items of a Map are: "20 of 1000 items: 940 pending, 40 running, 18 succeeded, 2
// failed"; what is none of is left out. Empty if it has none.
std::string ItemsText(const StateProgress& state);

// One row a state, at most size.rows - 2 (the last ones) and none longer than size.columns - 1.
std::vector<std::string> DisplayRows(const std::vector<StateProgress>& states,
                                     Timestamp now,
                                     const DisplayStyle& style);

}  // namespace pawl::cli
