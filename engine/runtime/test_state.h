// Engine::TestState: one state run alone, with nothing stored.
#pragma once

#include <string>

#include "engine/base/ids.h"
#include "engine/interpreter/state_test.h"

namespace pawl {

using interpreter::StateTestResult;

struct TestStateRequest {
  // Whose functions are called.
  NamespaceId namespace_id = {};
  // One state, or a whole state machine if `state_name` is set: JSON or YAML.
  std::string definition = {};
  // A state of the state machine, at whatever depth.
  std::string state_name = {};
  interpreter::StateTest test = {};
};

}  // namespace pawl
