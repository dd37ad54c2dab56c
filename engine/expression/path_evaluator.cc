// A path is followed step by step: each step turns a list of nodes into the next one. The order of
// the nodes is that of Jayway, which follows the whole path from each node in turn; errors arise
// only while there is one node, so they are the same too.
#include "engine/expression/path_evaluator.h"

#include <algorithm>
#include <span>
#include <string>
#include <utility>
#include <variant>

#include "engine/expression/java_text.h"
#include "engine/expression/path_function.h"

namespace pawl::expression {
namespace {

// The element that an index names; a negative one counts from the end.
const json::Value* FindIndex(std::span<const json::Value> items, std::int64_t index) {
  const auto size = static_cast<std::int64_t>(items.size());
  if (index < 0) index += size;
  if (index < 0 || index >= size) return nullptr;
  return &items[static_cast<std::size_t>(index)];
}

// Follows a plain path without collecting nodes; nullptr if it leads nowhere.
const json::Value* FollowPlain(const CompiledPath& path, const json::Value& start) {
  const json::Value* node = &start;
  for (const PathStep& step : path.steps) {
    if (const auto* const names = std::get_if<NamesStep>(&step)) {
      node = node->Find(names->names.front());
    } else {
      if (!node->is_array()) return nullptr;
      node = FindIndex(node->items(), std::get<IndexesStep>(step).indexes.front());
    }
    if (node == nullptr) return nullptr;
  }
  return node;
}

}  // namespace

Status PathEvaluator::Spend(std::size_t amount) {
  if (amount > work_left_) {
    work_left_ = 0;
    return ResourceExhausted("the path visits more than " + std::to_string(kPathWorkMax) +
                             " values; narrow it down");
  }
  work_left_ -= amount;
  return OkStatus();
}

Result<bool> PathEvaluator::SameValue(json::Value a, json::Value b) {
  const bool is_equal = json::Equal(a, b, work_left_);
  RETURN_IF_ERROR(Spend(1));
  return is_equal;
}

Result<json::Value> PathEvaluator::Evaluate(const CompiledPath& path,
                                            json::Value item,
                                            MissingNames missing) {
  const json::Value start = path.is_absolute ? document_ : item;
  if (path.is_plain) {
    RETURN_IF_ERROR(Spend(1 + path.steps.size()));
    const json::Value* const node = FollowPlain(path, start);
    if (node != nullptr) return *node;
    // The long way knows why.
  }
  return EvaluateNodes(path, start, missing);
}

Result<json::Value> PathEvaluator::EvaluateNodes(const CompiledPath& path,
                                                 json::Value start,
                                                 MissingNames missing) {
  Nodes nodes = {start};
  bool is_single = true;
  const bool starts_with_descent =
      !path.steps.empty() && std::holds_alternative<DescentStep>(path.steps.front());
  bool was_called_over_descent = false;
  for (std::size_t i = 0; i < path.steps.size(); ++i) {
    if (starts_with_descent && !was_called_over_descent &&
        std::holds_alternative<FunctionStep>(path.steps[i])) {
      ASSIGN_OR_RETURN(const json::Value result, CallOverDescent(path, i, nodes));
      nodes = {result};
      is_single = true;
      was_called_over_descent = true;
      continue;
    }
    Nodes next;
    const bool is_descent = std::holds_alternative<DescentStep>(path.steps[i]);
    if (is_descent) ++i;
    const StepPlace place{
        .path = path, .index = i, .is_single = is_single && !is_descent, .missing = missing};
    for (const json::Value node : nodes) {
      RETURN_IF_ERROR(is_descent ? ApplyBelow(place, node, next) : Apply(place, node, next));
      RETURN_IF_ERROR(CheckCount(next));
    }
    is_single = place.is_single && IsDefinite(place.step(), place.is_last());
    nodes = std::move(next);
  }

  if (!path.is_definite) return BuildArray(nodes);
  if (!nodes.empty()) return nodes.back();
  return NotFound("No results for path: " + FormatSteps(path, path.steps.size()));
}

Status PathEvaluator::CheckCount(const Nodes& nodes) const {
  if (nodes.size() <= kPathNodesMax) return OkStatus();
  return ResourceExhausted("the path selects more than " + std::to_string(kPathNodesMax) +
                           " values at once; narrow it down");
}

json::Value PathEvaluator::BuildArray(const Nodes& nodes) {
  json::ArrayBuilder array;
  for (const json::Value node : nodes) {
    array.Add(node);
  }
  return array.Build(arena_);
}

// "$..a.sum()" calls the function once, with all nodes; length counts what they hold.
Result<json::Value> PathEvaluator::CallOverDescent(const CompiledPath& path,
                                                   std::size_t function,
                                                   Nodes& nodes) {
  const auto& step = std::get<FunctionStep>(path.steps[function]);
  if (step.function == PathFunction::kLength) {
    Nodes children;
    for (const json::Value node : nodes) {
      RETURN_IF_ERROR(ApplyWildcard(node, children));
    }
    nodes = std::move(children);
  }
  ASSIGN_OR_RETURN(const std::vector<json::Value> arguments, EvaluateArguments(step));
  return CallFunction(step.function, BuildArray(nodes), arguments, *this);
}

Result<std::vector<json::Value>> PathEvaluator::EvaluateArguments(const FunctionStep& step) {
  std::vector<json::Value> arguments;
  for (const FunctionArgument& argument : step.arguments) {
    if (const auto* const literal = std::get_if<json::Value>(&argument)) {
      arguments.push_back(*literal);
      continue;
    }
    ASSIGN_OR_RETURN(const json::Value value,
                     Evaluate(std::get<CompiledPath>(argument), document_, MissingNames::kSkip));
    arguments.push_back(value);
  }
  return arguments;
}

Status PathEvaluator::Apply(const StepPlace& place, json::Value node, Nodes& out) {
  RETURN_IF_ERROR(Spend(1));
  const PathStep& step = place.step();
  if (const auto* const names = std::get_if<NamesStep>(&step)) {
    return ApplyNames(place, *names, node, out);
  }
  if (const auto* const indexes = std::get_if<IndexesStep>(&step)) {
    return ApplyIndexes(place, *indexes, node, out);
  }
  if (const auto* const slice = std::get_if<SliceStep>(&step)) {
    return ApplySlice(place, *slice, node, out);
  }
  if (const auto* const filter = std::get_if<FilterStep>(&step)) {
    return ApplyFilter(place, *filter, node, out);
  }
  if (const auto* const function = std::get_if<FunctionStep>(&step)) {
    return ApplyFunction(*function, node, out);
  }
  return ApplyWildcard(node, out);
}

Status PathEvaluator::ApplyNames(const StepPlace& place,
                                 const NamesStep& step,
                                 json::Value node,
                                 Nodes& out) {
  if (!node.is_object()) {
    if (!place.is_single) return OkStatus();
    return NotFound("Expected to find an object with property " + FormatStep(step) + " in path " +
                    FormatSteps(place.path, place.index) + " but found '" +
                    std::string(json::TypeName(node.type())) + "'.");
  }
  RETURN_IF_ERROR(Spend(node.members().size() / 8 * step.names.size()));
  const bool must_exist = place.missing == MissingNames::kFail;
  if (step.names.size() > 1 && place.is_last()) {
    json::ObjectBuilder merged;
    for (const std::string& name : step.names) {
      const json::Value* const value = node.Find(name);
      if (value != nullptr) {
        merged.Set(name, *value);
      } else if (must_exist) {
        return NotFound("Missing property in path " + FormatSteps(place.path, place.index + 1));
      }
    }
    out.push_back(merged.Build(arena_));
    return OkStatus();
  }
  for (const std::string& name : step.names) {
    const json::Value* const value = node.Find(name);
    if (value != nullptr) {
      out.push_back(*value);
      continue;
    }
    const bool is_named_exactly = place.is_single && step.names.size() == 1;
    if (must_exist || (!place.is_last() && is_named_exactly)) {
      return NotFound("Missing property in path " + FormatSteps(place.path, place.index) + "['" +
                      name + "']");
    }
  }
  return OkStatus();
}

Result<bool> PathEvaluator::IsArrayFor(const StepPlace& place, json::Value node) const {
  if (node.is_array()) return true;
  if (!place.is_single) return false;
  if (node.is_null()) {
    return NotFound("The path " + FormatSteps(place.path, place.index) + " is null");
  }
  return NotFound("Filter: " + FormatStep(place.step()) +
                  " can only be applied to arrays. Current context is: " + JavaText(node));
}

Status PathEvaluator::ApplyIndexes(const StepPlace& place,
                                   const IndexesStep& step,
                                   json::Value node,
                                   Nodes& out) {
  ASSIGN_OR_RETURN(const bool is_array, IsArrayFor(place, node));
  if (!is_array) return OkStatus();
  RETURN_IF_ERROR(Spend(step.indexes.size()));
  for (const std::int32_t index : step.indexes) {
    const json::Value* const item = FindIndex(node.items(), index);
    if (item != nullptr) out.push_back(*item);
  }
  return OkStatus();
}

Status PathEvaluator::ApplySlice(const StepPlace& place,
                                 const SliceStep& step,
                                 json::Value node,
                                 Nodes& out) {
  ASSIGN_OR_RETURN(const bool is_array, IsArrayFor(place, node));
  if (!is_array) return OkStatus();
  const auto size = static_cast<std::int64_t>(node.items().size());
  std::int64_t from = 0;
  std::int64_t to = size;
  if (step.from && !step.to) {
    from = *step.from < 0 ? std::max<std::int64_t>(size + *step.from, 0) : *step.from;
  } else if (!step.from) {
    to = *step.to < 0 ? size + *step.to : std::min<std::int64_t>(*step.to, size);
  } else {
    // With both given, negative numbers are indexes that count up to 0 and on: [-4:1] is the last
    // four items, then the first.
    from = std::max<std::int64_t>(*step.from, -size);
    to = std::min<std::int64_t>(*step.to, size);
  }
  if (from < to) RETURN_IF_ERROR(Spend(static_cast<std::size_t>(to - from)));
  for (std::int64_t i = from; i < to; ++i) {
    const json::Value* const item = FindIndex(node.items(), i);
    if (item != nullptr) out.push_back(*item);
  }
  return OkStatus();
}

Status PathEvaluator::ApplyWildcard(json::Value node, Nodes& out) {
  if (node.is_array()) {
    RETURN_IF_ERROR(Spend(node.items().size()));
    out.insert(out.end(), node.items().begin(), node.items().end());
  } else if (node.is_object()) {
    RETURN_IF_ERROR(Spend(node.members().size()));
    for (const json::Member& member : node.members()) {
      out.push_back(member.value);
    }
  }
  return OkStatus();
}

Status PathEvaluator::ApplyFilter(const StepPlace& place,
                                  const FilterStep& step,
                                  json::Value node,
                                  Nodes& out) {
  if (node.is_array()) {
    for (const json::Value& item : node.items()) {
      ASSIGN_OR_RETURN(const bool is_match, Matches(*step.filter, item, place.missing));
      if (is_match) out.push_back(item);
    }
    return OkStatus();
  }
  if (node.is_object()) {
    ASSIGN_OR_RETURN(const bool is_match, Matches(*step.filter, node, place.missing));
    if (is_match) out.push_back(node);
    return OkStatus();
  }
  if (!place.is_single) return OkStatus();
  return FailedPrecondition(
      "Filter: " + FormatStep(step) +
      " can not be applied to primitives. Current context is: " + JavaText(node));
}

Status PathEvaluator::ApplyFunction(const FunctionStep& step, json::Value node, Nodes& out) {
  ASSIGN_OR_RETURN(const std::vector<json::Value> arguments, EvaluateArguments(step));
  ASSIGN_OR_RETURN(const json::Value result, CallFunction(step.function, node, arguments, *this));
  out.push_back(result);
  return OkStatus();
}

Result<bool> PathEvaluator::AppliesBelow(const StepPlace& place, json::Value node) {
  const PathStep& step = place.step();
  if (const auto* const names = std::get_if<NamesStep>(&step)) {
    if (!node.is_object()) return false;
    if (!IsDefinite(step, place.is_last())) return true;
    RETURN_IF_ERROR(Spend(node.members().size() / 8 * names->names.size()));
    return std::all_of(names->names.begin(), names->names.end(), [node](const std::string& name) {
      return node.Find(name) != nullptr;
    });
  }
  if (const auto* const filter = std::get_if<FilterStep>(&step)) {
    return Matches(*filter->filter, node, place.missing);
  }
  if (std::holds_alternative<WildcardStep>(step)) return true;
  return node.is_array();
}

// Document order; the stack is our own.
Status PathEvaluator::ApplyBelow(const StepPlace& place, json::Value node, Nodes& out) {
  Nodes waiting = {node};
  while (!waiting.empty()) {
    const json::Value next = waiting.back();
    waiting.pop_back();
    if (!next.is_array() && !next.is_object()) continue;
    RETURN_IF_ERROR(Spend(1));
    ASSIGN_OR_RETURN(const bool applies, AppliesBelow(place, next));
    if (applies) RETURN_IF_ERROR(Apply(place, next, out));
    RETURN_IF_ERROR(CheckCount(out));
    const std::size_t begin = waiting.size();
    RETURN_IF_ERROR(ApplyWildcard(next, waiting));
    std::reverse(waiting.begin() + static_cast<std::ptrdiff_t>(begin), waiting.end());
  }
  return OkStatus();
}

}  // namespace pawl::expression
