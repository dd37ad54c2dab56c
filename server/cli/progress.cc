#include "server/cli/progress.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <set>
#include <string_view>
#include <utility>

#include "server/cli/event_text.h"
#include "server/cli/terminal_text.h"
#include "server/cli/wire_text.h"

namespace pawl::cli {
namespace {

// Failed attempts of one state that are told singly.
constexpr std::uint64_t kFailuresTold = 5;
constexpr std::uint64_t kTenths = 10;
constexpr std::size_t kCauseColumns = 120;
constexpr std::size_t kNameColumnsMax = 40;
constexpr std::string_view kReset = "\x1b[0m";

enum class Kind : std::uint8_t {
  kOther,
  kEntered,
  kLeft,
  kScheduled,
  kAttemptFailed,
  kItems,
  kMapRun
};

Kind EventKindOf(v1::HistoryEventType type) {
  switch (type) {
    case v1::HISTORY_EVENT_TYPE_LAMBDA_FUNCTION_SCHEDULED:
    case v1::HISTORY_EVENT_TYPE_TASK_SCHEDULED:
      return Kind::kScheduled;
    case v1::HISTORY_EVENT_TYPE_LAMBDA_FUNCTION_FAILED:
    case v1::HISTORY_EVENT_TYPE_LAMBDA_FUNCTION_TIMED_OUT:
    case v1::HISTORY_EVENT_TYPE_TASK_FAILED:
    case v1::HISTORY_EVENT_TYPE_TASK_TIMED_OUT:
      return Kind::kAttemptFailed;
    case v1::HISTORY_EVENT_TYPE_MAP_STATE_STARTED:
    case v1::HISTORY_EVENT_TYPE_MAP_ITERATION_SUCCEEDED:
      return Kind::kItems;
    case v1::HISTORY_EVENT_TYPE_MAP_RUN_STARTED:
      return Kind::kMapRun;
    default:
      break;
  }
  const std::string& name = v1::HistoryEventType_Name(type);
  if (name.ends_with("_STATE_ENTERED")) return Kind::kEntered;
  if (name.ends_with("_STATE_EXITED") || name.ends_with("_STATE_ABORTED")) return Kind::kLeft;
  return Kind::kOther;
}

std::string FailureText(const v1::HistoryEvent& event) {
  std::string text = event.has_error() ? SafeText(event.error()) : EventTypeText(event.type());
  if (!event.cause().empty()) text += ": " + SafeText(CauseText(event.cause()), kCauseColumns);
  return text;
}

ItemCounts ItemCountsOf(const v1::MapRunTally& items) {
  return {.pending = items.pending() + items.pending_redrive(),
          .running = items.running(),
          .succeeded = items.succeeded(),
          .failed = items.failed() + items.timed_out() + items.aborted()};
}

// "arn:...:mapRun:STATE_MACHINE/LABEL:UUID".
std::string LabelOf(const std::string& arn) {
  const std::size_t slash = arn.rfind('/') + 1;
  return arn.substr(slash, arn.rfind(':') - slash);
}

// Of one run: `after` in the place of `before` in what all runs of its state have.
void Exchange(ItemCounts& all, const ItemCounts& before, const ItemCounts& after) {
  all.pending += after.pending - before.pending;
  all.running += after.running - before.running;
  all.succeeded += after.succeeded - before.succeeded;
  all.failed += after.failed - before.failed;
}

// "12 of 37 items, 3 retries".
std::string CountText(const StateProgress& state) {
  std::string text;
  const auto add = [&text](const std::string& part) { text += (text.empty() ? "" : ", ") + part; };
  if (state.items > 0) {
    add(ItemsText(state));
  } else if (state.entered > 1) {
    add(fmt::format("{} of {}", state.left, state.entered));
  }
  if (state.retries > 0) {
    add(fmt::format("{} {}", state.retries, state.retries == 1 ? "retry" : "retries"));
  }
  return text;
}

struct Mark {
  std::string_view unicode;
  std::string_view ascii;
  std::string_view color;
};

Mark MarkOf(const StateProgress& state, bool is_final) {
  if (!state.is_open()) return {"✓", "+", "\x1b[32m"};
  if (!is_final) return {"▸", ">", "\x1b[36m"};
  if (state.failures > 0) return {"✗", "x", "\x1b[31m"};
  return {"–", "-", "\x1b[2m"};
}

}  // namespace

StateProgress& Progress::At(const std::string& name, Timestamp time) {
  const auto [place, is_new] = places_.try_emplace(name, states_.size());
  if (is_new) {
    StateProgress& state = states_.emplace_back();
    state.name = name;
    state.first_entered = time;
  }
  return states_[place->second];
}

const StateProgress* Progress::Find(const std::string& state) const {
  const auto place = places_.find(state);
  return place == places_.end() ? nullptr : &states_[place->second];
}

void Progress::Take(const v1::HistoryEvent& event) {
  if (event.state().empty()) return;
  const Kind kind = EventKindOf(event.type());
  if (kind == Kind::kOther) return;
  StateProgress& state = At(event.state(), FromWire(event.time()));
  switch (kind) {
    case Kind::kEntered:
      ++state.entered;
      break;
    case Kind::kLeft:
      ++state.left;
      state.last_left = FromWire(event.time());
      break;
    case Kind::kAttemptFailed:
      ++state.failures;
      break;
    case Kind::kScheduled:
      // A visit schedules its task once, and once more for each retry; its state was entered first.
      ++state.scheduled;
      state.retries = state.scheduled - std::min(state.scheduled, state.entered);
      break;
    case Kind::kMapRun:
      if (map_runs_.size() < kMapRunsMax) {
        map_runs_[event.map_run_arn()] = {.place = places_.find(event.state())->second};
      }
      break;
    default:
      if (event.type() == v1::HISTORY_EVENT_TYPE_MAP_STATE_STARTED) {
        state.items += event.length();
      } else {
        ++state.items_done;
      }
  }
}

const StateProgress* Progress::Take(const v1::MapRun& run) {
  const auto open = map_runs_.find(run.arn());
  if (open == map_runs_.end()) return nullptr;
  const ItemCounts items = ItemCountsOf(run.items());
  const ItemCounts before = std::exchange(open->second.items, items);
  StateProgress& state = states_[open->second.place];
  if (!state.run_items) state.run_items.emplace();
  Exchange(*state.run_items, before, items);
  // A run's counts only grow.
  const std::uint64_t done = items.succeeded + items.failed;
  state.items_done += done - std::min(done, before.succeeded + before.failed);
  state.items = std::max({state.items, run.items().total(), state.items_done});
  if (run.status() != v1::MAP_RUN_STATUS_RUNNING) map_runs_.erase(open);
  return &state;
}

void Progress::Adopt(const v1::MapRun& run) {
  if (run.status() != v1::MAP_RUN_STATUS_RUNNING || map_runs_.size() >= kMapRunsMax) return;
  const std::string label = LabelOf(run.arn());
  ++At(label, FromWire(run.start_time())).entered;
  map_runs_[run.arn()] = {.place = places_.find(label)->second};
}

std::vector<StateProgress> Progress::StatesOfOpenMapRuns() const {
  std::set<std::size_t> places;
  for (const auto& [arn, run] : map_runs_)
    places.insert(run.place);
  std::vector<StateProgress> states;
  for (const std::size_t place : places)
    states.push_back(states_[place]);
  return states;
}

std::vector<std::string> Progress::OpenMapRuns() const {
  std::vector<std::string> arns;
  for (const auto& [arn, run] : map_runs_)
    arns.push_back(arn);
  return arns;
}

std::string ItemsText(const StateProgress& state) {
  if (state.items == 0) return "";
  std::string text = fmt::format("{} of {} items", state.items_done, state.items);
  if (!state.run_items) return text;
  const std::array<std::pair<std::uint64_t, std::string_view>, 4> counts = {
      {{state.run_items->pending, "pending"},
       {state.run_items->running, "running"},
       {state.run_items->succeeded, "succeeded"},
       {state.run_items->failed, "failed"}}};
  std::string_view before = ": ";
  for (const auto& [count, name] : counts) {
    if (count == 0) continue;
    text += fmt::format("{}{} {}", before, count, name);
    before = ", ";
  }
  return text;
}

std::string Narration::Line(Timestamp time, std::string_view text) const {
  return fmt::format("{:>9}  {}", "+" + DurationText(time - start_.value_or(time)), text);
}

std::optional<std::string> Narration::TellItems(const StateProgress& state, Timestamp now) {
  const std::uint64_t tenths = state.items == 0 ? 0 : state.items_done * kTenths / state.items;
  ItemsTold& told = items_told_[state.name];
  const bool are_counts_new = state.run_items && !told.are_counts_told;
  if (tenths <= told.tenths && !are_counts_new) return std::nullopt;
  told = {.tenths = tenths, .are_counts_told = state.run_items.has_value()};
  return Line(now, fmt::format("{}: {}", SafeText(state.name), ItemsText(state)));
}

std::optional<std::string> Narration::Tell(const Progress& progress,
                                           const v1::HistoryEvent& event) {
  const Timestamp time = FromWire(event.time());
  if (!start_) start_ = time;
  const auto line = [&](std::string_view text) { return Line(time, text); };
  const StateProgress* const state = progress.Find(event.state());
  if (state == nullptr) return std::nullopt;
  const std::string name = SafeText(state->name);
  switch (EventKindOf(event.type())) {
    case Kind::kEntered:
      if (state->entered > 1) return std::nullopt;
      return line(fmt::format("{}: started", name));
    case Kind::kLeft:
      if (state->entered > 1) return std::nullopt;
      return line(fmt::format("{}: done", name));
    case Kind::kAttemptFailed:
      if (state->failures > kFailuresTold) return std::nullopt;
      return line(fmt::format("{}: failed with {}{}",
                              name,
                              FailureText(event),
                              state->failures == kFailuresTold ? " (more are not shown)" : ""));
    case Kind::kItems:
      return TellItems(*state, time);
    default:
      return std::nullopt;
  }
}

std::vector<std::string> DisplayRows(const std::vector<StateProgress>& states,
                                     Timestamp now,
                                     const DisplayStyle& style) {
  const std::size_t rows_max = style.size.rows > 3 ? style.size.rows - 2 : 1;
  const std::size_t first = states.size() > rows_max ? states.size() - rows_max : 0;
  std::size_t name_columns = 0;
  for (std::size_t i = first; i < states.size(); ++i) {
    name_columns =
        std::max(name_columns, CharacterCount(SafeText(states[i].name, kNameColumnsMax)));
  }
  std::vector<std::string> rows;
  for (std::size_t i = first; i < states.size(); ++i) {
    const StateProgress& state = states[i];
    const Mark mark = MarkOf(state, style.is_final);
    const Timestamp end = state.is_open() ? now : state.last_left;
    std::string name = SafeText(state.name, kNameColumnsMax);
    name.append(name_columns - CharacterCount(name), ' ');
    const std::string text =
        fmt::format(" {}  {:>9}  {}",
                    name,
                    DurationText(std::max(Duration(0), end - state.first_entered)),
                    CountText(state));
    const std::string_view sign = style.is_unicode ? mark.unicode : mark.ascii;
    // The mark takes two columns with the space before it; the last column stays free.
    const std::size_t columns = style.size.columns > 3 ? style.size.columns - 3 : 1;
    rows.push_back(style.is_colored
                       ? fmt::format(" {}{}{}{}", mark.color, sign, kReset, SafeText(text, columns))
                       : fmt::format(" {}{}", sign, SafeText(text, columns)));
  }
  return rows;
}

}  // namespace pawl::cli
