// The oracle: what a workflow must do, by a second, simple interpreter that was written from the
// Amazon States Language specification alone and shares no code with the engine's. It is recursive,
// keeps nothing and knows no time: it runs a definition to its end in one call.
//
// Where the specification leaves the outcome to chance it asks what was observed (which attempt of
// a task was lost to a fault, which branch of several was the first to fail) and accepts it only if
// it is possible.
#pragma once

#include <compare>
#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "tests/simulator/item_library.h"
#include "tests/simulator/plain_json.h"

namespace pawl::simulator {

// A place in the tree of branches: "" is the top; a branch or iteration appends
// "/STATE#VISIT.ATTEMPT:INDEX" to the place of the Parallel or Map it belongs to.
using BranchKey = std::string;

BranchKey ChildBranch(
    const BranchKey& branch, const std::string& state, int visit, int attempt, std::uint32_t index);

// An attempt of a Task, Parallel or Map. Visits of a state in a branch count from 1, attempts of a
// visit from 0; a redrive begins no new visit, and no new attempt of a Parallel or Map it goes on
// in.
struct AttemptKey {
  BranchKey branch;
  std::string state;
  int visit = 0;
  int attempt = 0;

  auto operator<=>(const AttemptKey&) const = default;
};

// The end of a task that started an execution.
struct ObservedCall {
  std::optional<PlainJson> output = {};
  PlainJson error = {};
  PlainJson cause = {};
};

// How an execution of a Map run ended.
struct ObservedChild {
  // Of a success.
  std::optional<PlainJson> output = {};
  std::uint32_t items = 1;
  std::string status = {};
  // JSON texts, as the execution has them.
  std::string input_text = {};
  std::string output_text = {};
  std::optional<std::string> error = {};
  std::optional<std::string> cause = {};
  std::uint32_t redrives = 0;
};

// What became of a Map run.
struct ObservedRun {
  // By their places in the run: those that have ended, and were not stopped with the run.
  std::map<std::uint32_t, ObservedChild> children = {};
  // Of a run that failed.
  std::string error = {};
  std::string arn = {};
  // Whether calls of the object store failed that it may have made.
  bool may_fail_to_read = false;
  bool may_fail_to_write = false;
  // Whether its bounds may be others than those of the definition, and what they were in the end.
  bool is_updated = false;
  std::optional<std::uint64_t> tolerated_failure_count = {};
  std::optional<double> tolerated_failure_percentage = {};
};

// What chance decided in the run that is judged.
struct Observations {
  // Tasks' attempts that ended otherwise than by their function's answer: the error's name, with
  // "States.HeartbeatTimeout" for a missed heartbeat.
  std::map<AttemptKey, std::string> faults = {};
  // How tasks ended that started executions: what they were told is checked elsewhere.
  std::map<AttemptKey, ObservedCall> calls = {};
  // Attempts of distributed Maps whose runs succeeded or failed.
  std::map<AttemptKey, ObservedRun> runs = {};
  // The child whose failure ended an attempt of a Parallel or Map; several, of which the first that
  // fails is meant, where what was seen does not tell them apart.
  std::map<AttemptKey, std::set<std::uint32_t>> failed_children = {};
  // How often the execution had been redriven when an attempt began, where it had been.
  std::map<AttemptKey, std::uint32_t> redrive_counts = {};
  // Attempts of Parallels and Maps during which the execution was redriven: they went on, with
  // fresh retriers.
  std::set<AttemptKey> continued = {};
  // The last attempts before a redrive, ended or not: with fresh retriers the next one followed.
  std::set<AttemptKey> abandoned = {};
};

struct OracleRequest {
  const PlainJson& definition;
  PlainJson input;
  std::string state_machine;
  std::string state_machine_arn;
  std::string execution;
  std::string execution_arn;
  std::string started_at;
  // What distributed Maps read.
  const ItemLibrary* library = nullptr;
};

// A delay that a retrier imposes before the attempt after this one.
struct ForeseenDelay {
  double seconds = 0;
  // Anything from 0 to `seconds`.
  bool has_jitter = false;
};

struct ForeseenChild {
  PlainJson input;
  std::uint32_t items = 1;
};

struct OracleRun {
  bool has_succeeded = false;
  PlainJson output = {};
  // Of a failure: each a string, some text, or null where the specification gives none.
  PlainJson error = {};
  PlainJson cause = {};
  // The names of the states entered, for each branch.
  std::map<BranchKey, std::vector<std::string>> visits = {};
  std::map<AttemptKey, ForeseenDelay> delays = {};
  // Of distributed Maps: what each execution of the run is started with, and how many items that
  // is.
  std::map<AttemptKey, std::vector<ForeseenChild>> map_children = {};
  // Those behind whose executions comes what fails the run.
  std::set<AttemptKey> unreadable_runs = {};
  // The definition does not come to an end within the oracle's patience.
  bool has_given_up = false;
  // Several branches or iterations fail, and nobody saw which was the first.
  bool has_chance = false;
};

OracleRun Foresee(const OracleRequest& request, const Observations& observed);

}  // namespace pawl::simulator
