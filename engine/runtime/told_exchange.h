// The exchange of an HTTP task that is tested, as the worker's function tells it
// (workers/python/pawl/http/trace.py).
#pragma once

#include <optional>

#include "engine/base/bytes.h"
#include "engine/interpreter/state_test.h"

namespace pawl::runtime {

// See interpreter::Inspection.
struct ToldExchange {
  std::optional<Bytes> request = {};
  std::optional<Bytes> response = {};
};

// The event of an HTTP task that asks for the exchange too. `event`: an object with members.
Bytes AskForExchange(const Bytes& event, bool reveals_secrets);

// Takes the exchange out of what the function returned: `end` is then the task's own. A worker that
// knows nothing of exchanges, or has one that fits into no payload, tells none.
ToldExchange TakeExchange(interpreter::CalledFunction& end);

}  // namespace pawl::runtime
