// Distributed Maps: their iterations are executions of their own, which see no variables of the
// scopes around.
#include "tests/simulator/generator.h"

namespace pawl::simulator {

PlainJson Generator::RunProcessor(int depth, bool is_batched) {
  const std::vector<std::string> outer_visible = std::exchange(visible_, {});
  const std::vector<std::string> outer_own = std::exchange(own_, {});
  const bool is_express = mix_.has_express && OneIn(2);
  const bool is_outer_express = std::exchange(is_express_, is_express_ || is_express);
  PlainJson processor = Scope(depth + 1);
  is_express_ = is_outer_express;
  visible_ = outer_visible;
  own_ = outer_own;
  if (is_batched) Unpack(processor);
  processor.Set("ProcessorConfig",
                PlainJson::Object({{"Mode", Text("DISTRIBUTED")},
                                   {"ExecutionType", Text(is_express ? "EXPRESS" : "STANDARD")}}));
  return processor;
}

// A batch gets the shape that all payloads have.
void Generator::Unpack(PlainJson& processor) {
  PlainJson parameters = PlainJson::Object({{"n", PlainJson::Number(0)},
                                            {"to", Number(1, 3)},
                                            {"items.$", Text("$.Items")},
                                            {"batch.$", Text("$")}});
  for (const char* field : {"k", "s", "b", "t"}) {
    parameters.Set(std::string(field) + ".$", Text(std::string("$.Items[0].") + field));
  }
  const std::string name = NewName();
  PlainJson unpack = PlainJson::Object({{"Type", Text("Pass")},
                                        {"Parameters", std::move(parameters)},
                                        {"Next", *processor.Find("StartAt")}});
  PlainJson states = *processor.Find("States");
  states.Set(name, std::move(unpack));
  processor.Set("States", std::move(states));
  processor.Set("StartAt", Text(name));
}

void Generator::AddRunBounds(PlainJson& state, bool is_query) {
  const auto number = [&](const std::string& field, PlainJson literal) {
    if (!OneIn(3)) return state.Set(field, std::move(literal));
    if (is_query) return state.Set(field, Query("$states.input.k"));
    state.Set(field + "Path", Text("$.k"));
  };
  if (!OneIn(3)) number("MaxConcurrency", Number(0, 3));
  const std::uint64_t kind = random_.Below(5);
  if (kind < 2) number("ToleratedFailureCount", Number(0, 2));
  if (kind < 1 || kind > 3) return;
  PlainJson percentage = Number(0, 100);
  if (OneIn(2)) percentage.text += ".5";
  if (percentage.AsDouble() > 100) percentage = Number(100, 100);
  number("ToleratedFailurePercentage", std::move(percentage));
}

PlainJson Generator::Batcher(bool is_query) {
  PlainJson batcher = PlainJson::Object({{"MaxItemsPerBatch", Number(1, 3)}});
  if (OneIn(2)) {
    batcher.Set("BatchInput",
                is_query ? PlainJson::Object({{"by", Query("$states.input.s")}})
                         : PlainJson::Object({{"by.$", Text("$.s")}, {"one", Number(1, 1)}}));
  }
  return batcher;
}

std::string Generator::DistributedMap(int depth, const Next& next) {
  --map_runs_left_;
  const std::string name = NewName();
  PlainJson state = PlainJson::Object({{"Type", Text("Map")}});
  AddItems(state, false);
  const bool is_batched = OneIn(3);
  state.Set("ItemProcessor", RunProcessor(depth, is_batched));
  if (is_batched) state.Set("ItemBatcher", Batcher(false));
  if (OneIn(2)) state.Set("Label", Text("run-" + name));
  AddRunBounds(state, false);
  const bool has_writer = mix_.has_objects && !OneIn(3);
  if (has_writer) AddWriter(state, false);
  if (OneIn(3)) {
    state.Set("ResultSelector",
              has_writer ? PlainJson::Object({{"whole.$", Text("$")}})
                         : PlainJson::Object({{"all.$", Text("$[*].k")}}));
  }
  state.Set("ResultPath", OneIn(4) ? PlainJson{} : Text(Pick(kResultPaths)));
  AddAssign(state.members);
  AddRetry(state.members, 1);
  AddCatch(state.members, next);
  return Add(name, std::move(state.members), next);
}

std::string Generator::QueryDistributedMap(int depth, const Next& next) {
  --map_runs_left_;
  const std::string name = NewName();
  PlainJson state = PlainJson::Object({{"Type", Text("Map")}});
  AddItems(state, true);
  const bool is_batched = OneIn(3);
  state.Set("ItemProcessor", RunProcessor(depth, is_batched));
  if (is_batched) state.Set("ItemBatcher", Batcher(true));
  if (mix_.has_objects && !OneIn(3)) AddWriter(state, true);
  AddRunBounds(state, true);
  state.Set("Output", Merged(OneIn(2) ? "$states.result" : "$count($states.result)"));
  AddQueryAssign(state, "$states.result");
  AddQueryRetryAndCatch(state, 1, next);
  return AddQuery(name, std::move(state), next);
}

}  // namespace pawl::simulator
