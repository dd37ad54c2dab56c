// Distributed Maps. How each of their executions ends is a matter of its own: it is told.
#include "tests/simulator/walker.h"

namespace pawl::simulator {
namespace {

constexpr std::string_view kToleranceExceeded = "States.ExceedToleratedFailureThreshold";

constexpr std::string_view kItemReaderFailed = "States.ItemReaderFailed";

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
                                               const RunItems& items,
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
  for (const MapItem& item : items.items) {
    Evaluated child_input = ItemInput(visit, input, item);
    if (std::holds_alternative<Failure>(child_input)) return std::get<Failure>(child_input);
    PlainJson& value = std::get<PlainJson>(child_input);
    if (batcher == nullptr) {
      children.push_back({.input = std::move(value)});
      continue;
    }
    batch.items.push_back(std::move(value));
    const bool is_full = batch.items.size() == static_cast<std::size_t>(size);
    if (!is_full && item.index + 1 < items.items.size()) continue;
    const auto count = static_cast<std::uint32_t>(batch.items.size());
    PlainJson whole = PlainJson::Object();
    if (batch_input) whole.Set("BatchInput", *batch_input);
    whole.Set("Items", std::exchange(batch, PlainJson::Array({})));
    children.push_back({.input = std::move(whole), .items = count});
  }
  return items.failure;
}

Evaluated Walker::RunMap(const Visit& visit, const PlainJson& input, const RunItems& items) {
  Begin(visit);
  auto count = RunBound(visit, "ToleratedFailureCount");
  if (std::holds_alternative<Failure>(count)) return std::get<Failure>(count);
  auto percentage = RunBound(visit, "ToleratedFailurePercentage");
  if (std::holds_alternative<Failure>(percentage)) return std::get<Failure>(percentage);
  const auto tolerated = std::get<std::optional<double>>(count);
  const auto tolerated_percentage = std::get<std::optional<double>>(percentage);

  const AttemptKey key = KeyOf(visit);
  std::vector<ForeseenChild>& children = run_.map_children[key];
  const std::optional<Failure> unreadable = ForeseeChildren(visit, input, items, children);
  if (unreadable) run_.unreadable_runs.insert(key);
  const auto found = observed_.runs.find(key);
  if (found == observed_.runs.end()) return FailureOf("never ended");
  const ObservedRun& run = found->second;
  const bool is_as_defined =
      run.tolerated_failure_percentage == tolerated_percentage &&
      run.tolerated_failure_count.has_value() == tolerated.has_value() &&
      (!tolerated || static_cast<double>(*run.tolerated_failure_count) == *tolerated);
  if (!is_as_defined && !run.is_updated) return FailureOf("tolerates something else");
  return EndOfRun(visit, input, items, run, unreadable);
}

Evaluated Walker::EndOfRun(const Visit& visit,
                           const PlainJson& input,
                           const RunItems& items,
                           const ObservedRun& run,
                           const std::optional<Failure>& unreadable) {
  std::uint64_t failed = 0;
  std::vector<PlainJson> outputs;
  for (const auto& [index, child] : run.children) {
    child.output ? outputs.push_back(*child.output) : void(failed += child.items);
  }
  const auto tolerated = run.tolerated_failure_count
                             ? std::optional(static_cast<double>(*run.tolerated_failure_count))
                             : std::nullopt;
  const bool is_exceeded =
      IsExceeded(failed, items.items.size(), tolerated, run.tolerated_failure_percentage);
  // Bounds that come while results are written are those of a run whose end is decided.
  const bool is_too_late = run.is_updated && visit.state.Find("ResultWriter") != nullptr;
  const bool may_be_exceeded = is_exceeded || (is_too_late && failed > 0);
  if (run.error == kToleranceExceeded && may_be_exceeded) return FailureOf(kToleranceExceeded);
  // While items are missing, nobody knows what a percentage of them is.
  const bool is_broken = unreadable && unreadable->error.text == kItemReaderFailed;
  if (run.error == kItemReaderFailed && (is_broken || run.may_fail_to_read)) {
    return FailureOf(kItemReaderFailed);
  }
  if (is_exceeded && !is_too_late) return FailureOf("more failed than it tolerates");
  const std::size_t children = run_.map_children.at(KeyOf(visit)).size();
  if (unreadable || run.children.size() != children) {
    return unreadable.value_or(FailureOf("no run ends so"));
  }
  if (visit.state.Find("ResultWriter") != nullptr) return Results(visit, input, run);
  return run.error.empty() ? Evaluated(PlainJson::Array(std::move(outputs)))
                           : FailureOf("no run ends so");
}

}  // namespace pawl::simulator
