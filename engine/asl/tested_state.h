// A definition read to run one of its states alone (TestState of the Step Functions API).
#pragma once

#include <memory>
#include <string_view>
#include <vector>

#include "engine/asl/compile.h"
#include "engine/asl/state_machine.h"
#include "engine/base/limits.h"

namespace pawl::asl {

// The name that a state goes by which is given without a state machine around it; as recorded.
inline constexpr std::string_view kTestedStateName = "StateName";

struct TestedState {
  // nullptr if there is any error. It may hold states that only a mock can run: tasks of services
  // that the engine does not call (TaskState::is_runnable), distributed Maps.
  std::shared_ptr<const StateMachine> machine;
  // The state of that name; kNoState if the definition has none, or an error.
  StateIndex state = kNoState;
  // In source order; errors and warnings.
  std::vector<Diagnostic> diagnostics;
};

// Compiles a definition for the test of one state. `state_name` names a state of a whole state
// machine, at whatever depth. Where it is empty `source` is the one state: it goes by
// kTestedStateName, and the states that it leads to need not be there. JSON or YAML, bounded and
// safe as Compile.
TestedState CompileTestedState(std::string_view source,
                               std::string_view state_name,
                               std::size_t definition_bytes_max = Limits().definition_bytes_max);

}  // namespace pawl::asl
