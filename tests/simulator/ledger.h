// Ledger: what the clients and workers of a simulated engine were told. It survives every crash;
// the store must agree with it for ever.
#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "engine/runtime/engine.h"

namespace pawl::simulator {

// What a worker said at the end of a task.
struct Answer {
  std::optional<std::string> output = {};
  std::string error = {};
  std::string cause = {};

  auto operator<=>(const Answer&) const = default;
};

// How an answer that is no JSON begins.
inline constexpr std::string_view kGarbage = "<garbage";

struct StartEntry {
  // Inputs of every start that was sent under this name.
  std::set<std::string> inputs;
  // Of the start that was acknowledged first.
  std::optional<std::string> acknowledged_input;
  std::optional<Timestamp> started_at;
};

struct StopEntry {
  std::optional<std::string> error;
  std::optional<std::string> cause;
};

struct RedriveEntry {
  // Requests that were sent, of which those with one token are one redrive.
  std::uint64_t sent = 0;
  std::uint64_t unanswered = 0;
  std::uint64_t acknowledged_without_token = 0;
  std::set<std::string> acknowledged_tokens;
  std::string last_token;

  std::uint64_t acknowledged() const {
    return acknowledged_without_token + acknowledged_tokens.size();
  }
};

// Updates of one Map run, in the order in which they were sent.
struct MapRunUpdates {
  std::vector<MapRunUpdate> sent;
  // Places in `sent` of those that were acknowledged as having changed the run.
  std::set<std::size_t> applied;
};

struct Ledger {
  std::map<ExecutionName, StartEntry> starts;
  std::map<ExecutionName, std::vector<StopEntry>> stops;
  // Of executions that nothing let go on since.
  std::set<ExecutionName> acknowledged_stops;
  std::map<ExecutionName, RedriveEntry> redrives;
  // By the execution that the Map is in and the event that began the run.
  std::map<std::pair<ExecutionId, EventId>, MapRunUpdates> map_run_updates;
  // Everything that was sent for a task, whether it arrived or not.
  std::map<TaskRef, std::set<Answer>> sent;
  // What was acknowledged as accepted.
  std::map<TaskRef, Answer> accepted;
  // The same of what was said with task tokens.
  std::map<TaskRef, std::set<Answer>> sent_with_token;
  std::map<TaskRef, Answer> accepted_with_token;
  // The polls that got activities' tasks.
  std::map<TaskRef, std::string> taken;
  // Tasks of EXPRESS executions: in which life of the engine they were given out, and those whose
  // answer was accepted.
  std::map<TaskRef, int> express_lives;
  std::set<TaskRef> express_accepted;
  // What a task was when it was first delivered: it is that for ever.
  std::map<TaskRef, Task> delivered;
  std::uint64_t lost_workers = 0;
  std::uint64_t messages = 0;
};

}  // namespace pawl::simulator
