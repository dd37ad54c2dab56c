// Advance: the functional core of Pawl. Everything an execution does is decided here.
#pragma once

#include <variant>

#include "engine/asl/state_machine.h"
#include "engine/interpreter/turn.h"

namespace pawl::interpreter {

// Takes the addressed frame as far as `message` lets it go: to quiescence, to the limit of
// transitions or history bytes of one turn, or to the end of the execution. Pure: no clock,
// storage, randomness or globals; the time is `message.at`. Returns Missing, with nothing changed,
// when it needs a row that `rows` does not hold: load it and call again. Equal arguments give equal
// turns.
//
// Never fails on user data: a failed path, a bad number or a payload over its limit is a States.*
// error that Retry and Catch see.
std::variant<Turn, Missing> Advance(const asl::StateMachine& machine,
                                    const Environment& environment,
                                    const WorkingSet& rows,
                                    const Message& message);

// The working set after `turn`: what the rows hold once it is durable.
void Apply(const Turn& turn, WorkingSet& rows);

// What `frame` waits for besides messages, as Advance would ask for it: its task, its timers, its
// turn to run. The effects of a restart. Heartbeats are the runtime's: they need a lease.
std::vector<Effect> EffectsOf(const Frame& frame);

// The point in time at which `frame` wants TimerFired next; nullopt for never.
std::optional<Timestamp> NextDeadline(const Frame& frame, const std::optional<Lease>& lease);

}  // namespace pawl::interpreter
