// Walker: the oracle's run of one execution. Each file oracle_….cc has the part of it that its name
// says.
#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "tests/simulator/oracle.h"
#include "tests/simulator/plain_json.h"

namespace pawl::simulator {

inline constexpr std::string_view kRuntimeError = "States.Runtime";

struct Failure {
  PlainJson error;
  PlainJson cause;
  // The same failure under another name.
  std::string alias = {};
};

inline Failure FailureOf(std::string_view error) {
  return {.error = PlainJson::String(std::string(error)), .cause = PlainJson::SomeText()};
}

using Evaluated = std::variant<PlainJson, Failure>;

// Where the Map's item that a context object shows stands.
struct MapItem {
  PlainJson value;
  std::uint32_t index = 0;
  // Of a member of an object that was read.
  std::optional<std::string> key = {};
};

// The items of a distributed Map, and what ends the run behind them.
struct RunItems {
  std::vector<MapItem> items = {};
  std::optional<Failure> failure = {};
  // What the reader asks for; empty without one.
  std::string place = {};
};

// What was assigned in a scope, and in the scopes around it. An inner scope sees the outer ones and
// changes only its own.
struct Variables {
  std::map<std::string, PlainJson, std::less<>> own = {};
  const Variables* outer = nullptr;

  const PlainJson* Find(std::string_view name) const {
    const auto found = own.find(name);
    if (found != own.end()) return &found->second;
    return outer == nullptr ? nullptr : outer->Find(name);
  }
};

class Walker final {
 public:
  Walker(const OracleRequest& request, const Observations& observed)
      : request_(request), observed_(observed) {}

  OracleRun Run();

 private:
  // What a state's fields are evaluated against.
  struct Visit {
    const PlainJson& state;
    const std::string& name;
    const PlainJson& raw_input;
    const BranchKey& branch;
    const MapItem* item = nullptr;
    const Variables* variables = nullptr;
    int number = 1;
    // Of all attempts of this visit, and since its retriers were fresh.
    int attempt = 0;
    int retry_count = 0;
  };

  struct Step {
    PlainJson output;
    std::optional<std::string> next;
    // An object; seen from the next state on.
    PlainJson assigned = PlainJson::Object();
  };

  using StepOrFailure = std::variant<Step, Failure>;

  // Runs {StartAt, States} to its end.
  Evaluated Scope(const PlainJson& scope,
                  PlainJson input,
                  const BranchKey& branch,
                  const MapItem* item,
                  const Variables* outer);
  // All attempts of a state, and what its catchers make of the failure.
  StepOrFailure State(Visit visit);

  void Begin(const Visit& visit) { begun_.insert(KeyOf(visit)); }

  bool Retries(const Visit& visit,
               const AttemptKey& key,
               const Failure& failure,
               std::map<std::size_t, double>& used);
  StepOrFailure Caught(const Visit& visit, const Failure& failure);

  // --- States in JSONata ---
  static bool IsQuery(const Visit& visit);

  // What $states shows beside input and context.
  struct QuerySources {
    const PlainJson* result = nullptr;
    const PlainJson* error_output = nullptr;
  };

  // Values "{% … %}" are expressions. What the generator writes has a value.
  PlainJson Query(const Visit& visit, const PlainJson& shape, const QuerySources& sources);
  Step LeaveQuery(const Visit& visit,
                  const PlainJson& holder,
                  PlainJson output,
                  std::optional<std::string> next,
                  const QuerySources& sources);
  StepOrFailure AttemptQuery(const Visit& visit);

  // --- States in JSONPath, and what all share ---
  StepOrFailure Attempt(const Visit& visit);
  StepOrFailure Fail(const Visit& visit);
  std::optional<Failure> CheckWait(const Visit& visit, const PlainJson& input);
  StepOrFailure Choose(const Visit& visit, const PlainJson& input);
  // nullopt: a path leads nowhere.
  std::optional<bool> Holds(const Visit& visit, const PlainJson& rule, const PlainJson& input);
  // What chance made of the present attempt, if it did.
  std::optional<Failure> FaultOf(const Visit& visit) const;
  Evaluated Call(const Visit& visit, const PlainJson& input);
  Evaluated CallActivity(const Visit& visit, const std::string& activity, const PlainJson& input);
  Evaluated CallChild(const Visit& visit, const PlainJson& input);
  Evaluated Invoke(const Visit& visit, bool has_token, const PlainJson& input);
  Evaluated Branch(const Visit& visit, const PlainJson& input);
  Evaluated Iterate(const Visit& visit, const PlainJson& input);
  // What the item's iteration gets: itself, or what ItemSelector makes of it.
  Evaluated ItemInput(const Visit& visit, const PlainJson& input, const MapItem& item);

  // --- Distributed Maps (oracle_map_runs.cc) ---
  Evaluated RunMap(const Visit& visit, const PlainJson& input, const RunItems& items);
  // What its executions start with; the failure of the one behind them, if there is one.
  std::optional<Failure> ForeseeChildren(const Visit& visit,
                                         const PlainJson& input,
                                         const RunItems& items,
                                         std::vector<ForeseenChild>& children);
  // How the run ends by what became of its executions.
  Evaluated EndOfRun(const Visit& visit,
                     const PlainJson& input,
                     const RunItems& items,
                     const ObservedRun& run,
                     const std::optional<Failure>& unreadable);
  // Of an ItemReader (oracle_objects.cc).
  std::variant<RunItems, Failure> ReadItems(const Visit& visit, const PlainJson& input);
  // What a template of the state is filled with, in the state's language.
  Evaluated Filled(const Visit& visit,
                   const PlainJson& holder,
                   const char* field,
                   const char* query_field,
                   const PlainJson& input);
  // What a run with a ResultWriter gives the Map state.
  Evaluated Results(const Visit& visit, const PlainJson& input, const ObservedRun& run);
  // A number of the state; Failure if a path leads to none. nullopt: it has none.
  std::variant<std::optional<double>, Failure> RunBound(const Visit& visit,
                                                        const std::string& field);
  // All outputs in order; or the failure of the child that was seen to be the first, if it fails at
  // all.
  Evaluated Join(const Visit& visit, std::vector<Evaluated> ends);
  // ResultSelector, ResultPath, OutputPath.
  StepOrFailure Finish(const Visit& visit, Evaluated result);
  // What `holder`, a state or a rule or catcher of it, assigns.
  Evaluated Assigned(const Visit& visit, const PlainJson& holder, const PlainJson& source);
  StepOrFailure LeaveThrough(const Visit& visit,
                             const PlainJson& holder,
                             PlainJson output,
                             std::optional<std::string> next);
  StepOrFailure Leave(const Visit& visit,
                      PlainJson output,
                      std::optional<std::string> next,
                      PlainJson assigned);
  static std::optional<std::string> NextOf(const Visit& visit);
  Evaluated Filter(const Visit& visit, const char* field, PlainJson value);
  // ResultPath: absent is "$", null discards the result.
  static Evaluated Place(const PlainJson* result_path,
                         const PlainJson& raw_input,
                         const PlainJson& result);
  // A template: fields whose names end in ".$" are paths.
  Evaluated Fill(const Visit& visit, const PlainJson& shape, const PlainJson& input);
  std::optional<PlainJson> Read(const Visit& visit, std::string_view path, const PlainJson& input);
  PlainJson Context(const Visit& visit);
  // As the attempt saw it that begins.
  PlainJson RedriveCount(const Visit& visit) const;
  static AttemptKey KeyOf(const Visit& visit);
  static BranchKey ChildOf(const Visit& visit, std::uint32_t index);

  const OracleRequest& request_;
  const Observations& observed_;
  OracleRun run_;
  std::set<AttemptKey> begun_;
  int steps_ = 0;
};

}  // namespace pawl::simulator
