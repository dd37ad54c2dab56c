// A single state is compiled inside a machine that is made for it: it, and a Succeed state for each
// name that it leads to. So all rules of the language hold, and pointers read as AWS's do.
#include "engine/asl/tested_state.h"

#include <algorithm>
#include <set>
#include <utility>

#include "engine/asl/machine_compiler.h"
#include "engine/asl/problems.h"
#include "engine/asl/source.h"
#include "engine/asl/source_reader.h"

namespace pawl::asl {

namespace {

class LoneState {
 public:
  LoneState(SourceTree& tree, const SourceNode& state) : tree_(tree), state_(state) {}

  // The machine around the state.
  const SourceNode& Wrap() {
    SourceNode* states = tree_.NewNode(json::Type::kObject, state_.position);
    AddMember(*states, kTestedStateName, state_);
    for (const std::string_view target : Targets()) {
      SourceNode* end = tree_.NewNode(json::Type::kObject, state_.position);
      AddMember(*end, "Type", Text("Succeed"));
      AddMember(*states, target, *end);
    }
    SourceNode* machine = tree_.NewNode(json::Type::kObject, state_.position);
    AddMember(*machine, "StartAt", Text(kTestedStateName));
    AddMember(*machine, "States", *states);
    return *machine;
  }

 private:
  std::set<std::string_view> Targets() const {
    std::set<std::string_view> targets;
    AddTarget(state_, "Next", targets);
    AddTarget(state_, "Default", targets);
    for (const char* rules : {"Choices", "Catch"}) {
      const SourceNode* list = state_.FindValue(rules);
      if (list == nullptr) continue;
      for (const SourceNode* rule : list->items)
        AddTarget(*rule, "Next", targets);
    }
    targets.erase(kTestedStateName);
    return targets;
  }

  static void AddTarget(const SourceNode& node,
                        std::string_view field,
                        std::set<std::string_view>& targets) {
    const SourceNode* target = node.FindValue(field);
    if (target != nullptr && target->is(json::Type::kString) && !target->text.empty()) {
      targets.insert(target->text);
    }
  }

  const SourceNode& Text(std::string_view text) {
    SourceNode* node = tree_.NewNode(json::Type::kString, state_.position);
    node->text = text;
    return *node;
  }

  void AddMember(SourceNode& object, std::string_view name, const SourceNode& value) const {
    object.members.push_back({.name = name, .position = state_.position, .value = &value});
  }

  SourceTree& tree_;
  const SourceNode& state_;
};

std::shared_ptr<const StateMachine> CompileTested(std::string_view source,
                                                  bool is_lone,
                                                  std::size_t bytes_max,
                                                  Problems& problems) {
  SourceTree tree;
  if (!ReadSource(source, bytes_max, tree, problems)) {
    return nullptr;
  }
  const SourceNode& root = is_lone ? LoneState(tree, *tree.root()).Wrap() : *tree.root();
  auto machine =
      std::make_shared<const StateMachine>(CompileMachine(root, MachineType::kStandard, problems));
  return problems.has_errors() ? nullptr : machine;
}

}  // namespace

TestedState CompileTestedState(std::string_view source,
                               std::string_view state_name,
                               std::size_t definition_bytes_max) {
  Problems problems(Problems::Purpose::kTest);
  TestedState tested;
  const bool is_lone = state_name.empty();
  tested.machine = CompileTested(source, is_lone, definition_bytes_max, problems);
  tested.diagnostics = problems.Take();
  if (tested.machine == nullptr) {
    return tested;
  }
  const std::string_view name = is_lone ? kTestedStateName : state_name;
  const std::vector<State>& states = tested.machine->states;
  const auto found = std::find_if(
      states.begin(), states.end(), [&](const State& state) { return state.name == name; });
  if (found != states.end()) {
    tested.state = static_cast<StateIndex>(found - states.begin());
  }
  return tested;
}

}  // namespace pawl::asl
