// Which named situations a closed execution's history tells of.
#pragma once

#include "tests/simulator/coverage.h"
#include "tests/simulator/store_checker.h"

namespace pawl::simulator {

void NoteHistory(const StoredExecution& execution,
                 const asl::StateMachine& machine,
                 const Limits& limits,
                 Coverage& coverage);

// Counts what states in JSONata were left.
void NoteQueries(const StoredExecution& execution,
                 const asl::StateMachine& machine,
                 Coverage& coverage);

}  // namespace pawl::simulator
