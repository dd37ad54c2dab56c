#include "engine/asl/transitions.h"

#include <algorithm>

#include "engine/asl/state_machine.h"

namespace pawl::asl {

namespace {

// AWS's quota, in characters.
constexpr std::ptrdiff_t kStateNameMax = 80;

std::ptrdiff_t CountCharacters(std::string_view text) {
  return std::count_if(text.begin(), text.end(), [](char c) {
    return (static_cast<unsigned char>(c) & 0xC0U) != 0x80U;
  });
}

}  // namespace

StateNames::StateNames(const Place& machine, Problems& problems) : problems_(problems) {
  CollectScope(machine);
}

const std::string* StateNames::Find(std::string_view name) const {
  const auto found = pointers_.find(name);
  return found == pointers_.end() ? nullptr : &found->second;
}

// Recursion: as deep as the tree.
void StateNames::CollectScope(const Place& scope) {
  const SourceMember* states = scope.node->Find("States");
  if (states == nullptr) {
    return;
  }
  const Place states_place = scope.Member(*states);
  for (const SourceMember& state : states->value->members) {
    const Place place = states_place.Member(state);
    AddName(place);
    CollectState(place);
  }
}

void StateNames::CollectState(const Place& state) {
  for (const std::string_view name : {"ItemProcessor", "Iterator"}) {
    if (const SourceMember* processor = state.node->Find(name)) {
      CollectScope(state.Member(*processor));
    }
  }
  if (const SourceMember* branches = state.node->Find("Branches")) {
    const Place branches_place = state.Member(*branches);
    for (std::size_t i = 0; i < branches->value->items.size(); ++i) {
      CollectScope(branches_place.Item(i));
    }
  }
}

void StateNames::AddName(const Place& state) {
  if (state.name.empty() || CountCharacters(state.name) > kStateNameMax) {
    problems_.ErrorAtName(code::kSchema,
                          state,
                          "a state's name has 1 to " + std::to_string(kStateNameMax) +
                              " characters, this one " +
                              std::to_string(CountCharacters(state.name)) + "; rename it");
  }
  const std::string pointer = state.Pointer();
  const auto [first, is_new] = pointers_.emplace(state.name, pointer);
  // The same pointer: a member that stands there twice, which is reported as such.
  if (!is_new && first->second != pointer) {
    problems_.ErrorAtName(code::kDuplicateState,
                          state,
                          "the state name " + Quote(state.name) + " is taken by " + first->second +
                              "; names are unique in the whole state machine");
  }
}

Transitions::Transitions(const Place& states, const StateNames& names, Problems& problems)
    : states_(states), names_(names), problems_(problems), targets_(states.node->members.size()) {
  for (std::size_t i = 0; i < states.node->members.size(); ++i) {
    ordinals_.emplace(states.node->members[i].name, static_cast<StateIndex>(i));
  }
}

StateIndex Transitions::To(const Place& target) {
  const StateIndex ordinal = Find(target, "'" + std::string(target.name) + "' target");
  if (ordinal != kNoState) {
    targets_[current_].push_back(ordinal);
  }
  return ordinal;
}

StateIndex Transitions::Start(const Place& start_at) {
  return Find(start_at, "'StartAt' target");
}

StateIndex Transitions::Find(const Place& target, std::string_view what) {
  const std::string_view name = target.node->text;
  const auto found = ordinals_.find(name);
  if (found != ordinals_.end()) {
    return found->second;
  }
  std::string message = "Missing " + std::string(what) + ": " + Quote(name);
  if (const std::string* pointer = names_.Find(name)) {
    message += " stands elsewhere, at " + *pointer +
               "; a transition stays inside its state machine, branch or item processor";
  } else {
    message += " is no state here" + Suggestion(name);
  }
  problems_.Error(code::kMissingTarget, target, std::move(message));
  return kNoState;
}

std::string Transitions::Suggestion(std::string_view name) {
  if (!problems_.TakeSuggestion()) {
    return "";
  }
  std::vector<std::string_view> candidates;
  for (const SourceMember& state : states_.node->members) {
    candidates.push_back(state.name);
  }
  return DidYouMean(name, candidates);
}

void Transitions::Check(const Place& scope, StateIndex start) {
  if (!has_end_) {
    problems_.Error(code::kNoTerminal,
                    scope,
                    "none of its states ends it; give one \"End\": true or add a Succeed or Fail "
                    "state");
  }
  if (start == kNoState) {
    return;
  }
  std::vector<bool> is_reached(targets_.size());
  std::vector<StateIndex> open = {start};
  is_reached[start] = true;
  while (!open.empty()) {
    const StateIndex ordinal = open.back();
    open.pop_back();
    for (const StateIndex target : targets_[ordinal]) {
      if (!is_reached[target]) {
        is_reached[target] = true;
        open.push_back(target);
      }
    }
  }
  for (std::size_t i = 0; i < is_reached.size(); ++i) {
    const SourceMember& state = states_.node->members[i];
    if (!is_reached[i] && ordinals_.at(state.name) == i) {
      problems_.ErrorAtName(code::kMissingTarget,
                            states_.Member(state),
                            "State " + Quote(state.name) +
                                " is not reachable: no 'Next', 'Default' or 'Catch' on the way "
                                "from 'StartAt' leads to it; remove it or lead to it");
    }
  }
}

}  // namespace pawl::asl
