// How data flows through a state in JSONPath, and the context object.
#include <algorithm>

#include "engine/base/check.h"
#include "tests/simulator/plain_path.h"
#include "tests/simulator/walker.h"

namespace pawl::simulator {

Walker::StepOrFailure Walker::Finish(const Visit& visit, Evaluated result) {
  if (std::holds_alternative<Failure>(result)) return std::get<Failure>(result);
  PlainJson value = std::get<PlainJson>(std::move(result));
  if (const PlainJson* selector = visit.state.Find("ResultSelector")) {
    Evaluated selected = Fill(visit, *selector, value);
    if (std::holds_alternative<Failure>(selected)) return std::get<Failure>(selected);
    value = std::get<PlainJson>(std::move(selected));
  }
  Evaluated assigned = Assigned(visit, visit.state, value);
  if (std::holds_alternative<Failure>(assigned)) return std::get<Failure>(assigned);
  Evaluated placed = Place(visit.state.Find("ResultPath"), visit.raw_input, value);
  if (std::holds_alternative<Failure>(placed)) return std::get<Failure>(placed);
  return Leave(visit,
               std::get<PlainJson>(std::move(placed)),
               NextOf(visit),
               std::get<PlainJson>(std::move(assigned)));
}

Evaluated Walker::Assigned(const Visit& visit, const PlainJson& holder, const PlainJson& source) {
  const PlainJson* assign = holder.Find("Assign");
  if (assign == nullptr) return PlainJson::Object();
  return Fill(visit, *assign, source);
}

Walker::StepOrFailure Walker::LeaveThrough(const Visit& visit,
                                           const PlainJson& holder,
                                           PlainJson output,
                                           std::optional<std::string> next) {
  Evaluated assigned = Assigned(visit, holder, output);
  if (std::holds_alternative<Failure>(assigned)) return std::get<Failure>(assigned);
  return Leave(visit, std::move(output), std::move(next), std::get<PlainJson>(std::move(assigned)));
}

Walker::StepOrFailure Walker::Leave(const Visit& visit,
                                    PlainJson output,
                                    std::optional<std::string> next,
                                    PlainJson assigned) {
  Evaluated filtered = Filter(visit, "OutputPath", std::move(output));
  if (std::holds_alternative<Failure>(filtered)) return std::get<Failure>(filtered);
  return Step{.output = std::get<PlainJson>(std::move(filtered)),
              .next = std::move(next),
              .assigned = std::move(assigned)};
}

std::optional<std::string> Walker::NextOf(const Visit& visit) {
  const PlainJson* next = visit.state.Find("Next");
  if (next == nullptr) return std::nullopt;
  return next->text;
}

Evaluated Walker::Filter(const Visit& visit, const char* field, PlainJson value) {
  const PlainJson* path = visit.state.Find(field);
  if (path == nullptr) return value;
  if (path->type == PlainJson::Type::kNull) return PlainJson::Object();
  auto found = Read(visit, path->text, value);
  if (!found) return FailureOf(kRuntimeError);
  return std::move(*found);
}

Evaluated Walker::Place(const PlainJson* result_path,
                        const PlainJson& raw_input,
                        const PlainJson& result) {
  if (result_path == nullptr || result_path->text == "$") return result;
  if (result_path->type == PlainJson::Type::kNull) return raw_input;
  PlainJson merged = raw_input;
  PlainJson* at = &merged;
  std::string_view path = result_path->text;
  path.remove_prefix(1);
  while (!path.empty()) {
    PAWL_CHECK(path.front() == '.');
    const std::size_t end = std::min(path.find('.', 1), path.size());
    const std::string name(path.substr(1, end - 1));
    path.remove_prefix(end);
    if (!at->is_object()) return FailureOf("States.ResultPathMatchFailure");
    if (at->Find(name) == nullptr) at->Set(name, PlainJson::Object());
    for (auto& [key, value] : at->members) {
      if (key == name) at = &value;
    }
  }
  *at = result;
  return merged;
}

Evaluated Walker::Fill(const Visit& visit, const PlainJson& shape, const PlainJson& input) {
  PlainJson filled = shape;
  if (shape.is_array()) {
    for (PlainJson& item : filled.items) {
      Evaluated value = Fill(visit, item, input);
      if (std::holds_alternative<Failure>(value)) return value;
      item = std::get<PlainJson>(std::move(value));
    }
  }
  if (shape.is_object()) {
    for (auto& [name, value] : filled.members) {
      if (name.ends_with(".$")) {
        auto found = Read(visit, value.text, input);
        // As recorded of the service: a path that may name many values may name none.
        const bool may_be_many = value.text.find("[*]") != std::string::npos;
        if (!found && may_be_many) found = PlainJson::Array({});
        if (!found) return FailureOf(kRuntimeError);
        name.resize(name.size() - 2);
        value = std::move(*found);
      } else {
        Evaluated inner = Fill(visit, value, input);
        if (std::holds_alternative<Failure>(inner)) return inner;
        value = std::get<PlainJson>(std::move(inner));
      }
    }
  }
  return filled;
}

std::optional<PlainJson> Walker::Read(const Visit& visit,
                                      std::string_view path,
                                      const PlainJson& input) {
  if (path.starts_with("$$")) return Follow(path.substr(2), Context(visit));
  PAWL_CHECK(path.starts_with("$"));
  const std::size_t end = std::min(path.find_first_of(".["), path.size());
  if (end == 1) return Follow(path.substr(1), input);
  const PlainJson* variable = visit.variables->Find(path.substr(1, end - 1));
  if (variable == nullptr) return std::nullopt;
  return Follow(path.substr(end), *variable);
}

PlainJson Walker::Context(const Visit& visit) {
  PlainJson context = PlainJson::Object(
      {{"Execution",
        PlainJson::Object({{"Id", PlainJson::String(request_.execution_arn)},
                           {"Input", request_.input},
                           {"Name", PlainJson::String(request_.execution)},
                           {"RedriveCount", RedriveCount(visit)},
                           {"StartTime", PlainJson::String(request_.started_at)}})},
       {"StateMachine",
        PlainJson::Object({{"Id", PlainJson::String(request_.state_machine_arn)},
                           {"Name", PlainJson::String(request_.state_machine)}})}});
  PlainJson state = PlainJson::Object(
      {{"Name", PlainJson::String(visit.name)}, {"EnteredTime", PlainJson::SomeText()}});
  const std::string& type = visit.state.Find("Type")->text;
  if (type == "Task" || type == "Parallel" || type == "Map") {
    state.Set("RetryCount", PlainJson::Number(visit.retry_count));
  }
  context.Set("State", std::move(state));
  const PlainJson* resource = visit.state.Find("Resource");
  if (resource != nullptr && resource->text.ends_with(".waitForTaskToken")) {
    context.Set("Task", PlainJson::Object({{"Token", PlainJson::SomeText()}}));
  }
  if (visit.item != nullptr) {
    PlainJson item = PlainJson::Object(
        {{"Index", PlainJson::Number(visit.item->index)}, {"Value", visit.item->value}});
    if (visit.item->key) item.Set("Key", PlainJson::String(*visit.item->key));
    context.Set("Map", PlainJson::Object({{"Item", std::move(item)}}));
  }
  return context;
}

PlainJson Walker::RedriveCount(const Visit& visit) const {
  const auto count = observed_.redrive_counts.find(KeyOf(visit));
  return PlainJson::Number(count == observed_.redrive_counts.end() ? 0 : count->second);
}

}  // namespace pawl::simulator
