// Parallel and Map states in JSONPath.
#include "tests/simulator/generator.h"

namespace pawl::simulator {

std::string Generator::Parallel(int depth, const Next& next) {
  const std::string name = NewName();
  Members members = {{"Type", Text("Parallel")}};
  AddAssign(members);
  PlainJson branches = PlainJson::Array({});
  const std::uint64_t count = 1 + random_.Below(3);
  for (std::uint64_t i = 0; i < count; ++i)
    branches.items.push_back(Scope(depth + 1));
  members.emplace_back("Branches", std::move(branches));
  if (OneIn(5)) {
    PlainJson parameters = Template();
    for (const char* field : {"s", "b", "t", "items"}) {
      parameters.Set(std::string(field) + ".$", Text(std::string("$.") + field));
    }
    members.emplace_back("Parameters", std::move(parameters));
  }
  if (OneIn(3)) {
    members.emplace_back("ResultSelector", PlainJson::Object({{"one.$", Text("$[0]")}}));
  }
  members.emplace_back("ResultPath", OneIn(4) ? PlainJson{} : Text(Pick(kResultPaths)));
  AddRetry(members, 1);
  AddCatch(members, next);
  return Add(name, std::move(members), next);
}

PlainJson Generator::MapSelector() {
  PlainJson selector = PlainJson::Object({{"n", PlainJson::Number(0)},
                                          {"k.$", Text("$$.Map.Item.Value.k")},
                                          {"s.$", Text("$.s")},
                                          {"b.$", Text("$$.Map.Item.Value.b")},
                                          {"t.$", Text("$.t")},
                                          {"to", Number(1, 3)},
                                          {"items.$", Text("$$.Map.Item.Value.items")},
                                          {"index.$", Text("$$.Map.Item.Index")}});
  if (!visible_.empty()) selector.Set("outer.$", Text("$" + AnyVariable()));
  if (mix_.has_broken_paths && OneIn(5)) selector.Set("lost.$", Text("$.items[2].k"));
  return selector;
}

std::string Generator::Map(int depth, const Next& next) {
  if (mix_.has_map_runs && !is_express_ && map_runs_left_ > 0 && !OneIn(4))
    return DistributedMap(depth, next);
  const std::string name = NewName();
  Members members = {{"Type", Text("Map")}};
  AddAssign(members);
  members.emplace_back("ItemsPath", Text(mix_.has_broken_paths && OneIn(8) ? "$.s" : "$.items"));
  const bool is_old_form = OneIn(4);
  PlainJson processor = Scope(depth + 1);
  if (!is_old_form && OneIn(2)) {
    processor.Set("ProcessorConfig", PlainJson::Object({{"Mode", Text("INLINE")}}));
  }
  members.emplace_back(is_old_form ? "Iterator" : "ItemProcessor", std::move(processor));
  if (OneIn(3)) {
    members.emplace_back(is_old_form ? "Parameters" : "ItemSelector", MapSelector());
  }
  if (OneIn(4)) {
    members.emplace_back("MaxConcurrencyPath", Text("$.k"));
  } else if (!OneIn(3)) {
    members.emplace_back("MaxConcurrency", Number(0, 3));
  }
  if (OneIn(3)) {
    members.emplace_back("ResultSelector", PlainJson::Object({{"all.$", Text("$[*].k")}}));
  }
  members.emplace_back("ResultPath", OneIn(4) ? PlainJson{} : Text(Pick(kResultPaths)));
  AddRetry(members, 1);
  AddCatch(members, next);
  return Add(name, std::move(members), next);
}

}  // namespace pawl::simulator
