// Engine::TestState: one state run alone, with nothing stored.
#pragma once

#include <cstdint>
#include <string>

#include "engine/base/ids.h"
#include "engine/interpreter/state_test.h"

namespace pawl {

using interpreter::StateTestResult;

// What the answer has of the exchange of a Task that calls an HTTP endpoint: nothing; request and
// response without what the connection adds to the request; or all of both.
enum class ShownExchange : std::uint8_t { kNone, kWithoutSecrets, kWhole };

struct TestStateRequest {
  // Whose functions are called.
  NamespaceId namespace_id = {};
  // One state, or a whole state machine if `state_name` is set: JSON or YAML.
  std::string definition = {};
  // A state of the state machine, at whatever depth.
  std::string state_name = {};
  interpreter::StateTest test = {};
  // See Inspection::http_request.
  ShownExchange shown_exchange = ShownExchange::kNone;
};

}  // namespace pawl
