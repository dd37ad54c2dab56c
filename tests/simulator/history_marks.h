// Which named situations a closed execution's history tells of.
#pragma once

#include "tests/simulator/coverage.h"
#include "tests/simulator/store_checker.h"

namespace pawl::simulator {

void NoteHistory(const StoredExecution& execution, const Limits& limits, Coverage& coverage);

}  // namespace pawl::simulator
