// Random definitions of everything the language has, and inputs for them. They end: loops are
// bounded by counters in the payload.
#pragma once

#include <string>
#include <vector>

#include "engine/base/random.h"
#include "tests/simulator/plain_json.h"

namespace pawl::simulator {

// Which constructs a seed's definitions may use. Leaving some out makes those that stay meet more
// often.
struct LanguageMix {
  bool has_tasks = true;
  bool has_retries = true;
  bool has_catchers = true;
  bool has_waits = true;
  // Waits of more than ten minutes, and of a few seconds else.
  bool has_long_waits = false;
  bool has_joins = true;
  bool has_loops = true;
  bool has_task_timeouts = false;
  bool has_heartbeats = false;
  bool has_machine_timeout = false;
  // Paths that may lead nowhere.
  bool has_broken_paths = false;
  bool has_variables = false;
  // States in JSONata among those in JSONPath. Their expressions rely on the payload's shape, so
  // not beside broken paths.
  bool has_queries = false;
  // Activities, and functions that are called with a task token.
  bool has_callbacks = false;
  // Tasks that start executions.
  bool has_children = false;
  // Functions that are called as events, or dry.
  bool has_events = false;
  // Distributed Maps, if it has joins.
  bool has_map_runs = false;
  // Distributed Maps with an ItemReader or a ResultWriter.
  bool has_objects = false;
  // State machines of type EXPRESS, and distributed Maps with executions of that type.
  bool has_express = false;
  // Of an EXPRESS state machine.
  bool is_express = false;
  int depth_max = 3;
  int states_max = 14;
};

// What of `mix` EXPRESS executions have.
LanguageMix ExpressMix(LanguageMix mix);
LanguageMix DrawLanguageMix(SeededRandom& random);

// A definition that the compiler accepts. `startable`: the state machines that it may start
// executions of, if the mix has children.
PlainJson GenerateDefinition(const LanguageMix& mix,
                             const std::vector<std::string>& startable,
                             SeededRandom& random);
PlainJson GenerateInput(const LanguageMix& mix, SeededRandom& random);

}  // namespace pawl::simulator
