// Parallel and Map.
#include <algorithm>

#include "tests/simulator/walker.h"

namespace pawl::simulator {

Evaluated Walker::Branch(const Visit& visit, const PlainJson& input) {
  const auto& branches = visit.state.Find("Branches")->items;
  Begin(visit);
  std::vector<Evaluated> ends;
  for (std::uint32_t i = 0; i < branches.size(); ++i) {
    ends.push_back(Scope(branches[i], input, ChildOf(visit, i), visit.item, visit.variables));
  }
  return Join(visit, std::move(ends));
}

Evaluated Walker::Iterate(const Visit& visit, const PlainJson& input) {
  if (const PlainJson* path = visit.state.Find("MaxConcurrencyPath")) {
    const auto concurrency = Read(visit, path->text, visit.raw_input);
    if (!concurrency || concurrency->AsInteger().value_or(-1) < 0) {
      return FailureOf(kRuntimeError);
    }
  }
  if (visit.state.Find("ItemReader") != nullptr) {
    auto read = ReadItems(visit, input);
    if (std::holds_alternative<Failure>(read)) return std::get<Failure>(std::move(read));
    return RunMap(visit, input, std::get<RunItems>(read));
  }
  const PlainJson* items_path = visit.state.Find("ItemsPath");
  const auto items = IsQuery(visit)
                         ? std::optional(Query(visit, *visit.state.Find("Items"), {}))
                         : Read(visit, items_path == nullptr ? "$" : items_path->text, input);
  if (!items || !items->is_array()) return FailureOf(kRuntimeError);
  const PlainJson* processor = visit.state.Find("ItemProcessor");
  if (processor == nullptr) processor = visit.state.Find("Iterator");
  const PlainJson* config = processor->Find("ProcessorConfig");
  if (config != nullptr && config->Find("Mode")->text == "DISTRIBUTED") {
    RunItems of_input;
    for (std::uint32_t i = 0; i < items->items.size(); ++i)
      of_input.items.push_back({.value = items->items[i], .index = i});
    return RunMap(visit, input, of_input);
  }
  Begin(visit);
  std::vector<Evaluated> ends;
  for (std::uint32_t i = 0; i < items->items.size(); ++i) {
    const MapItem item{.value = items->items[i], .index = i};
    Evaluated child_input = ItemInput(visit, input, item);
    if (std::holds_alternative<Failure>(child_input)) {
      ends.push_back(std::move(child_input));
      continue;
    }
    ends.push_back(Scope(*processor,
                         std::get<PlainJson>(std::move(child_input)),
                         ChildOf(visit, i),
                         &item,
                         visit.variables));
  }
  return Join(visit, std::move(ends));
}

Evaluated Walker::ItemInput(const Visit& visit, const PlainJson& input, const MapItem& item) {
  const PlainJson* selector = visit.state.Find("ItemSelector");
  if (selector == nullptr) selector = visit.state.Find("Parameters");
  if (selector == nullptr) return item.value;
  Visit here = visit;
  here.item = &item;
  return IsQuery(visit) ? Evaluated(Query(here, *selector, {})) : Fill(here, *selector, input);
}

Evaluated Walker::Join(const Visit& visit, std::vector<Evaluated> ends) {
  const auto seen = observed_.failed_children.find(KeyOf(visit));
  if (seen != observed_.failed_children.end()) {
    // Behind a redrive the history leaves it open which of several it was. It told nothing of
    // itself, so it is one that fails before it does anything, if there is such a one.
    const Failure* first = nullptr;
    for (const std::uint32_t child : seen->second) {
      const auto* failure = child < ends.size() ? std::get_if<Failure>(&ends[child]) : nullptr;
      if (failure == nullptr) continue;
      const bool is_sooner = first != nullptr && first->error.text != kRuntimeError &&
                             failure->error.text == kRuntimeError;
      if (first == nullptr || is_sooner) first = failure;
    }
    if (first != nullptr) return *first;
  }
  const auto failures = std::count_if(ends.begin(), ends.end(), [](const Evaluated& end) {
    return std::holds_alternative<Failure>(end);
  });
  if (failures > 1) run_.has_chance = true;
  std::vector<PlainJson> outputs;
  for (Evaluated& end : ends) {
    if (std::holds_alternative<Failure>(end)) return std::get<Failure>(end);
    outputs.push_back(std::get<PlainJson>(std::move(end)));
  }
  return PlainJson::Array(std::move(outputs));
}

}  // namespace pawl::simulator
