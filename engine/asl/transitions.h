// Transitions: which state leads to which, inside one scope (the state machine, a branch, an item
// processor). No transition leaves its scope.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "engine/asl/problems.h"
#include "engine/asl/source.h"
#include "engine/base/ids.h"

namespace pawl::asl {

// The names of all states of a definition, each with its JSON pointer.
class StateNames {
 public:
  // Collects the names below `machine`; reports names that are given twice, empty or too long.
  StateNames(const Place& machine, Problems& problems);

  // The pointer of a state of that name; nullptr if there is none.
  const std::string* Find(std::string_view name) const;

 private:
  void CollectScope(const Place& scope);
  void CollectState(const Place& state);
  void AddName(const Place& state);

  Problems& problems_;
  std::unordered_map<std::string_view, std::string> pointers_;
};

// While a scope is compiled, its states go by their ordinal: their place in `States`.
class Transitions {
 public:
  // `states` is the value of `States`; all arguments outlive this.
  Transitions(const Place& states, const StateNames& names, Problems& problems);

  // What follows is about this state.
  void Enter(std::size_t ordinal) { current_ = ordinal; }

  // The ordinal of the state that `target` names, which the current state then leads to. kNoState
  // if the scope has none; reported.
  StateIndex To(const Place& target);
  // The same for StartAt.
  StateIndex Start(const Place& start_at);

  // The current state may be the last one.
  void MayEnd() { has_end_ = true; }

  // Reports states that nothing leads to, and a scope that never ends.
  void Check(const Place& scope, StateIndex start);

 private:
  StateIndex Find(const Place& target, std::string_view what);
  std::string Suggestion(std::string_view name);

  const Place& states_;
  const StateNames& names_;
  Problems& problems_;
  std::unordered_map<std::string_view, StateIndex> ordinals_;
  // By ordinal: where that state leads.
  std::vector<std::vector<StateIndex>> targets_;
  std::size_t current_ = 0;
  bool has_end_ = false;
};

}  // namespace pawl::asl
