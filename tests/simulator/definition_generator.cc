#include "tests/simulator/definition_generator.h"

#include "tests/simulator/generator.h"

namespace pawl::simulator {

PlainJson Generator::Input(int depth) {
  PlainJson items = PlainJson::Array({});
  if (depth < 2) {
    const std::uint64_t count = depth == 0 ? random_.Below(6) : random_.Below(3);
    for (std::uint64_t i = 0; i < count; ++i)
      items.items.push_back(Input(depth + 1));
  }
  PlainJson input = PlainJson::Object({{"n", PlainJson::Number(0)},
                                       {"k", Number(0, 5)},
                                       {"s", Text(Pick(kTexts))},
                                       {"b", PlainJson::Boolean(OneIn(2))},
                                       {"t", Text(Pick(kTimes))}});
  if (depth == 0) input.Set("to", Number(1, 4));
  if (depth == 0 && OneIn(5)) input.Set("wide", Text(std::string(300 + random_.Below(600), 'x')));
  input.Set("items", std::move(items));
  return input;
}

LanguageMix ExpressMix(LanguageMix mix) {
  mix.has_callbacks = false;
  mix.has_children = false;
  mix.has_events = false;
  mix.has_map_runs = false;
  mix.is_express = true;
  return mix;
}

LanguageMix DrawLanguageMix(SeededRandom& random) {
  const auto one_in = [&random](std::uint64_t n) { return random.Below(n) == 0; };
  LanguageMix mix;
  mix.has_tasks = !one_in(20);
  mix.has_retries = !one_in(4);
  mix.has_catchers = !one_in(4);
  mix.has_waits = !one_in(4);
  mix.has_long_waits = one_in(5);
  mix.has_joins = !one_in(4);
  mix.has_loops = !one_in(3);
  mix.has_task_timeouts = one_in(4);
  mix.has_heartbeats = one_in(5);
  mix.has_machine_timeout = one_in(mix.has_long_waits ? 2 : 8);
  mix.has_broken_paths = one_in(5);
  mix.has_variables = !one_in(3);
  mix.has_queries = !mix.has_broken_paths && !one_in(3);
  mix.has_callbacks = mix.has_tasks && one_in(3);
  mix.has_children = one_in(3);
  mix.has_events = mix.has_tasks && one_in(4);
  mix.has_map_runs = mix.has_joins && random.Below(5) < 2;
  mix.has_objects = mix.has_map_runs && random.Below(3) < 2;
  mix.has_express = one_in(3);
  mix.depth_max = 1 + static_cast<int>(random.Below(3));
  mix.states_max = 4 + static_cast<int>(random.Below(14));
  return mix;
}

PlainJson GenerateDefinition(const LanguageMix& mix,
                             const std::vector<std::string>& startable,
                             SeededRandom& random) {
  return Generator(mix, mix.has_children ? startable : std::vector<std::string>(), random)
      .Machine();
}

PlainJson GenerateInput(const LanguageMix& mix, SeededRandom& random) {
  if (mix.has_broken_paths && random.Below(8) == 0) {
    return random.Below(2) == 0 ? PlainJson::Number(7) : PlainJson::Array({});
  }
  return Generator(mix, {}, random).Input(0);
}

}  // namespace pawl::simulator
