// What tests ask about runs of distributed Maps.
#pragma once

#include <string>
#include <vector>

#include "engine/storage/storage.h"
#include "tests/support/engine_harness.h"

namespace pawl::test {

// "[0,1,2]" for 3.
std::string Numbers(int count);

// The last run of an execution; a failure of the test and an empty one if there is none.
MapRunInfo LastMapRun(EngineHarness& harness, const ExecutionName& name);

// Rows of the family `state` with this tag, in all shards.
std::vector<storage::Row> AllRowsOf(EngineHarness& harness, char tag);

}  // namespace pawl::test
