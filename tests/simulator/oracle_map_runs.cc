// Distributed Maps. How each of their executions ends is a matter of its own: it is told.
#include "tests/simulator/walker.h"

namespace pawl::simulator {
namespace {

constexpr std::string_view kToleranceExceeded = "States.ExceedToleratedFailureThreshold";

// Developer Guide, "Setting failure thresholds": a run without either tolerates nothing.
bool IsExceeded(std::uint64_t failed,
                std::uint64_t total,
                const std::optional<double>& count,
                const std::optional<double>& percentage) {
  if (failed == 0) return false;
  if (!count && !percentage) return true;
  const auto number = static_cast<double>(failed);
  return (count && number > *count) ||
         (percentage && number * 100 > *percentage * static_cast<double>(total));
}

}  // namespace

std::variant<std::optional<double>, Failure> Walker::RunBound(const Visit& visit,
                                                              const std::string& field) {
  if (const PlainJson* path = visit.state.Find(field + "Path")) {
    const auto value = Read(visit, path->text, visit.raw_input);
    if (!value || !value->is_number() || value->AsDouble() < 0) return FailureOf(kRuntimeError);
    return std::optional(value->AsDouble());
  }
  const PlainJson* value = visit.state.Find(field);
  if (value == nullptr) return std::nullopt;
  if (!value->is_string()) return std::optional(value->AsDouble());
  return std::optional(Query(visit, *value, {}).AsDouble());
}

std::optional<Failure> Walker::ForeseeChildren(const Visit& visit,
                                               const PlainJson& input,
                                               const PlainJson& items,
                                               std::vector<ForeseenChild>& children) {
  const PlainJson* batcher = visit.state.Find("ItemBatcher");
  const auto size = batcher == nullptr ? 1 : batcher->Find("MaxItemsPerBatch")->AsInteger().value();
  const PlainJson* shared = batcher == nullptr ? nullptr : batcher->Find("BatchInput");
  std::optional<PlainJson> batch_input;
  if (shared != nullptr && !items.items.empty()) {
    Evaluated filled =
        IsQuery(visit) ? Evaluated(Query(visit, *shared, {})) : Fill(visit, *shared, input);
    if (std::holds_alternative<Failure>(filled)) return std::get<Failure>(std::move(filled));
    batch_input = std::get<PlainJson>(std::move(filled));
  }
  PlainJson batch = PlainJson::Array({});
  for (std::uint32_t i = 0; i < items.items.size(); ++i) {
    Evaluated child_input = ItemInput(visit, input, {.value = items.items[i], .index = i});
    if (std::holds_alternative<Failure>(child_input)) return std::get<Failure>(child_input);
    PlainJson& value = std::get<PlainJson>(child_input);
    if (batcher == nullptr) {
      children.push_back({.input = std::move(value)});
      continue;
    }
    batch.items.push_back(std::move(value));
    const bool is_full = batch.items.size() == static_cast<std::size_t>(size);
    if (!is_full && i + 1 < items.items.size()) continue;
    const auto count = static_cast<std::uint32_t>(batch.items.size());
    PlainJson whole = PlainJson::Object();
    if (batch_input) whole.Set("BatchInput", *batch_input);
    whole.Set("Items", std::exchange(batch, PlainJson::Array({})));
    children.push_back({.input = std::move(whole), .items = count});
  }
  return std::nullopt;
}

Evaluated Walker::RunMap(const Visit& visit, const PlainJson& input, const PlainJson& items) {
  Begin(visit);
  auto count = RunBound(visit, "ToleratedFailureCount");
  if (std::holds_alternative<Failure>(count)) return std::get<Failure>(count);
  auto percentage = RunBound(visit, "ToleratedFailurePercentage");
  if (std::holds_alternative<Failure>(percentage)) return std::get<Failure>(percentage);
  auto tolerated = std::get<std::optional<double>>(count);
  auto tolerated_percentage = std::get<std::optional<double>>(percentage);

  const AttemptKey key = KeyOf(visit);
  std::vector<ForeseenChild>& children = run_.map_children[key];
  const std::optional<Failure> unreadable = ForeseeChildren(visit, input, items, children);
  const auto found = observed_.runs.find(key);
  if (found == observed_.runs.end()) return FailureOf("never ended");
  const ObservedRun& run = found->second;
  const bool is_as_defined =
      run.tolerated_failure_percentage == tolerated_percentage &&
      run.tolerated_failure_count.has_value() == tolerated.has_value() &&
      (!tolerated || static_cast<double>(*run.tolerated_failure_count) == *tolerated);
  if (!is_as_defined && !run.is_updated) return FailureOf("tolerates something else");
  if (run.tolerated_failure_count) {
    tolerated = static_cast<double>(*run.tolerated_failure_count);
  }
  tolerated_percentage = run.tolerated_failure_percentage;

  std::uint64_t failed = 0;
  std::vector<PlainJson> outputs;
  for (const auto& [index, child] : run.children) {
    child.output ? outputs.push_back(*child.output) : void(failed += child.items);
  }
  const bool is_exceeded = IsExceeded(failed, items.items.size(), tolerated, tolerated_percentage);
  if (run.error == kToleranceExceeded && is_exceeded) return FailureOf(kToleranceExceeded);
  if (is_exceeded) return FailureOf("more failed than it tolerates");
  if (run.error.empty() && !unreadable && run.children.size() == children.size()) {
    return PlainJson::Array(std::move(outputs));
  }
  return unreadable.value_or(FailureOf("no run ends so"));
}

}  // namespace pawl::simulator
