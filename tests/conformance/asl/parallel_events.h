// The transformer "parallel_events": branches interleave as they like, so the events of a Parallel
// state lose their ids and are sorted. The recorder's side effect is kept: the first of the two
// events that end the state is dropped.
#pragma once

#include "engine/base/status.h"
#include "tests/conformance/asl/tree.h"

namespace pawl::test {

// In every list under "events" of `answers`.
Status SortParallelEvents(Tree& answers);

// Sorts each run of renumbered events once more, by their text with sorted members: what was equal
// but for the order of members then stands at the same place.
void SortRenumberedRuns(boost::json::array& events);

// Whether SortParallelEvents took the event's id away.
bool IsRenumbered(const Tree& event);

}  // namespace pawl::test
