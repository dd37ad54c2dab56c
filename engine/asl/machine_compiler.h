// Walks a definition's scopes and states: checks them and builds the StateMachine in one go.
#pragma once

#include "engine/asl/problems.h"
#include "engine/asl/source.h"
#include "engine/asl/state_machine.h"

namespace pawl::asl {

// The machine means something only if `problems` has no error afterwards.
StateMachine CompileMachine(const SourceNode& root, MachineType type, Problems& problems);

// Reports members that stand twice in their object.
void CheckDuplicates(const SourceNode& root, Problems& problems);

}  // namespace pawl::asl
