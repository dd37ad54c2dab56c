// Event invocations: calls that nobody waits for. Each is an execution of one state machine, so it
// outlives a crash and is tried again, as AWS Lambda tries it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

#include "engine/interpreter/task_call.h"
#include "engine/runtime/engine.h"

namespace pawl::runtime {

// The state machine, made with the first event. Whoever updates it decides what becomes of events:
// its input is {"FunctionName": "f:live", "Payload": …}, where null and a string that is JSON are
// written as their own JSON text, as lambda:invoke takes them.
inline constexpr char kEventStateMachine[] = "pawl-lambda-events";
// Its definition, while nobody has updated it.
std::string_view EventDefinition();

// What the input has beside the payload: an event has room for that much less.
std::size_t EventInputBytes(const InvocationRequest& request);

// What a task of the execution tells its function as the request's id. All attempts of an event
// have the one that was told to the caller, as on AWS; else it is the attempt's.
std::string TaskRequestId(const interpreter::ExecutionHeader& header,
                          FrameNumber frame,
                          std::uint32_t wait_number);

// `done` runs once the call is durable; `name` becomes the execution's. The payload is valid JSON;
// a client context is not passed on (nor is it on AWS). Errors: those of Engine::StartExecution and
// Engine::Deploy; Unavailable while the state machine is being deleted, or if it is EXPRESS.
void StartEvent(Engine& engine,
                const InvocationRequest& request,
                std::string name,
                std::function<void(const Status&)> done);

}  // namespace pawl::runtime
