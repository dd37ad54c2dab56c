// Event invocations: calls that nobody waits for. Each is an execution of one state machine, so it
// outlives a crash and is tried again, as AWS Lambda tries it.
#pragma once

#include <functional>
#include <string>

#include "engine/runtime/engine.h"

namespace pawl::runtime {

// The state machine, made with the first event. Whoever updates it decides what becomes of events:
// its input is {"FunctionName": "f:live", "Payload": …}, where a payload that is no object and no
// array is its own JSON text.
inline constexpr char kEventStateMachine[] = "pawl-lambda-events";

// `done` runs once the call is durable; `name` becomes the execution's. The payload is valid JSON;
// a client context is not passed on (nor is it on AWS). Errors: those of Engine::StartExecution and
// Engine::Deploy; Unavailable while the state machine is being deleted, or if it is EXPRESS.
void StartEvent(Engine& engine,
                const InvocationRequest& request,
                std::string name,
                std::function<void(const Status&)> done);

}  // namespace pawl::runtime
