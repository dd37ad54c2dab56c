// Paths: each step is evaluated for each item that the step before it gave, and what it gives is
// flattened into one sequence.
//
// A path whose steps bind variables (@$v, #$i) or are looked back at (%) carries tuples instead of
// items: a context together with the variables bound on the way to it.
#include <algorithm>
#include <cmath>
#include <memory>
#include <new>

#include "engine/expression/jsonata/evaluator.h"

namespace pawl::expression::jsonata {

namespace {

// The place an index means in `count` items; nullopt beyond them. Negative ones count from the end.
std::optional<std::size_t> PlaceOfIndex(double index, std::size_t count) {
  double place = std::floor(index);
  if (place < 0) place += static_cast<double>(count);
  if (!(place >= 0 && place < static_cast<double>(count))) return std::nullopt;
  return static_cast<std::size_t>(place);
}

}  // namespace

Value Evaluator::Path(const Node& node, Value input, Frame* frame) {
  const bool is_absolute = node.items.front()->type == NodeType::kVariable;
  Items items{.value = input, .is_single = !input.is_array() || is_absolute};
  Array* tuples = nullptr;
  bool has_tuples = false;
  for (std::size_t i = 0; i < node.items.size(); ++i) {
    const Node& step = *node.items[i];
    const bool is_last = i + 1 == node.items.size();
    has_tuples = has_tuples || step.is_tuple;
    if (i == 0 && step.is_cons) {
      const Value first = Evaluate(step, input, frame);
      // An array that binds its focus leaves the context as it was.
      if (first.failed() || !step.focus) items = {.value = first};
    } else if (has_tuples) {
      tuples = TupleStep(step, items, tuples, frame);
      if (tuples == nullptr) return Value::Failed();
      continue;
    } else {
      items = Step(step, items, frame, is_last);
    }
    if (items.value.failed()) return items.value;
    if (!has_tuples && (items.value.is_undefined() ||
                        (!items.is_single && items.value.is_array() && items.size() == 0))) {
      break;
    }
  }
  return FinishPath(node, items, tuples, frame);
}

Value Evaluator::FinishPath(const Node& node, Items result, Array* tuples, Frame* frame) {
  if (tuples != nullptr && !node.is_tuple) {
    Array* const contexts = NewSequence();
    for (std::uint32_t i = 0; i < tuples->size; ++i) {
      contexts->Push(tuples->items[i].tuple().context, arena_);
    }
    if (!Charge(tuples->size)) return Value::Failed();
    result = {.value = Value::Of(contexts)};
  } else if (tuples != nullptr) {
    result = {.value = Value::Of(tuples)};
  }
  if (node.keeps_singleton) {
    if (result.is_single || result.value.is_cons()) {
      Array* const kept = NewSequence();
      kept->Push(result.value, arena_);
      result = {.value = Value::Of(kept)};
    }
    if (result.value.kind() == Kind::kArray) result.value.array().keeps_singleton = true;
  }
  if (!node.group) return result.value;
  Value grouped = tuples != nullptr ? Value::Of(tuples) : result.value;
  if (result.is_single && grouped.is_array()) {
    Array* const single = NewSequence();
    single->Push(grouped, arena_);
    grouped = Value::Of(single);
  }
  return Group(node.group->pairs, node.group->position, grouped, frame);
}

// The result of one step for one item, its predicates applied.
Value Evaluator::StepResult(const Node& step, Value item, Frame* frame) {
  if (step.type == NodeType::kName && step.predicates.empty() && !step.group) {
    if (!Charge(1)) return Value::Failed();
    Value found = Lookup(item, step.text);
    if (step.stages.empty() || found.failed()) {
      return found.is_sequence() ? Settle(step, found) : found;
    }
    if (found.is_sequence()) found = Settle(step, found);
    for (const Stage& stage : step.stages) {
      found = Filter(*stage.predicate, found, frame);
      if (found.failed()) break;
    }
    return found;
  }
  Value result = Evaluate(step, item, frame);
  for (const Stage& stage : step.stages) {
    if (result.failed()) break;
    result = Filter(*stage.predicate, result, frame);
  }
  return result;
}

Evaluator::Items Evaluator::Step(const Node& step, const Items& input, Frame* frame, bool is_last) {
  if (step.type == NodeType::kSort) {
    Value source = input.value;
    if (input.is_single) {
      Array* const single = NewSequence();
      single->Push(source, arena_);
      source = Value::Of(single);
    }
    Value sorted = Sort(step, source, frame);
    for (const Stage& stage : step.stages) {
      if (sorted.failed()) break;
      sorted = Filter(*stage.predicate, sorted, frame);
    }
    return {.value = sorted};
  }
  // One result is kept as it is until a second one comes.
  Value first;
  std::size_t count = 0;
  Array* flat = nullptr;
  const auto add = [this, &flat](Value value) {
    if (!value.is_cons()) return AppendTo(*flat, value);
    flat->Push(value, arena_);
    return true;
  };
  for (std::size_t i = 0; i < input.size(); ++i) {
    const Value result = StepResult(step, input.at(i), frame);
    if (result.failed()) return {.value = result};
    if (result.is_undefined()) continue;
    if (++count == 1) {
      first = result;
      continue;
    }
    if (flat == nullptr) {
      flat = NewSequence();
      if (!add(first)) return {.value = Value::Failed()};
    }
    if (!add(result)) return {.value = Value::Failed()};
  }
  if (flat != nullptr) return {.value = Value::Of(flat)};
  if (count == 0) return {};
  if (!first.is_array()) return {.value = first, .is_single = true};
  if (is_last && !first.is_sequence()) return {.value = first};
  if (first.kind() == Kind::kJsonArray && !is_last) {
    return {.value = first.item_count() == 0 ? Value() : first};
  }
  flat = NewSequence();
  if (!add(first)) return {.value = Value::Failed()};
  return {.value = Value::Of(flat)};
}

// --- Tuples.

Array* Evaluator::NewTupleStream() {
  Array* const tuples = NewSequence();
  tuples->is_tuple_stream = true;
  return tuples;
}

// `tuple` with another context and with `more` bound.
Tuple* Evaluator::Extend(const Tuple& tuple, Value context, std::span<const Binding> more) {
  const std::size_t size = tuple.bindings.size() + more.size();
  auto* const bindings = static_cast<Binding*>(arena_.Allocate(size * sizeof(Binding)));
  std::uninitialized_copy(tuple.bindings.begin(), tuple.bindings.end(), bindings);
  std::size_t end = tuple.bindings.size();
  for (const Binding& binding : more) {
    Binding* const known = std::find_if(bindings, bindings + end, [&binding](const Binding& other) {
      return other.name == binding.name;
    });
    new (known) Binding(binding);
    if (known == bindings + end) ++end;
  }
  return new (arena_.Allocate(sizeof(Tuple))) Tuple{context, {bindings, end}};
}

Array* Evaluator::TuplesOf(const Items& input) {
  Array* const tuples = NewTupleStream();
  for (std::size_t i = 0; i < input.size(); ++i) {
    if (!Charge(1)) return nullptr;
    tuples->Push(Value::Of(Extend({}, input.at(i), {})), arena_);
  }
  return tuples;
}

Array* Evaluator::TupleStep(const Node& step, const Items& input, Array* tuples, Frame* frame) {
  if (step.type == NodeType::kSort) {
    Array* const sorted = TupleSort(step, input, tuples, frame);
    return sorted == nullptr ? nullptr : TupleStages(step, sorted, frame);
  }
  if (tuples == nullptr) tuples = TuplesOf(input);
  if (tuples == nullptr) return nullptr;
  Array* const out = NewTupleStream();
  for (std::uint32_t i = 0; i < tuples->size; ++i) {
    const Tuple& tuple = tuples->items[i].tuple();
    const Value result = Evaluate(step, tuple.context, FrameOf(frame, tuple));
    if (result.failed() || !AddTuples(step, tuple, result, *out)) return nullptr;
  }
  return TupleStages(step, out, frame);
}

Array* Evaluator::TupleSort(const Node& step, const Items& input, Array* tuples, Frame* frame) {
  if (tuples != nullptr) {
    const Value sorted = Sort(step, Value::Of(tuples), frame);
    return sorted.failed() ? nullptr : &sorted.array();
  }
  Array* const items = NewSequence();
  for (std::size_t i = 0; i < input.size(); ++i) {
    items->Push(input.at(i), arena_);
  }
  const Value sorted = Sort(step, Value::Of(items), frame);
  if (sorted.failed()) return nullptr;
  Array* const out = NewTupleStream();
  for (std::size_t i = 0; i < sorted.item_count(); ++i) {
    if (!Charge(1)) return nullptr;
    std::vector<Binding> more;
    if (step.index) more.push_back({*step.index, Value::Number(static_cast<double>(i))});
    out->Push(Value::Of(Extend({}, sorted.item(i), more)), arena_);
  }
  return out;
}

// The tuples that `result` of `step` makes of `from`.
bool Evaluator::AddTuples(const Node& step, const Tuple& from, Value result, Array& out) {
  if (result.is_undefined()) return true;
  const bool is_array = result.is_array();
  const std::size_t count = is_array ? result.item_count() : 1;
  std::vector<Binding> more;
  for (std::size_t i = 0; i < count; ++i) {
    if (!Charge(1 + from.bindings.size())) return false;
    const Value item = is_array ? result.item(i) : result;
    if (result.is_tuple_stream()) {
      const Tuple& inner = item.tuple();
      out.Push(Value::Of(Extend(from, inner.context, inner.bindings)), arena_);
      continue;
    }
    more.clear();
    if (step.focus) more.push_back({*step.focus, item});
    if (step.index) more.push_back({*step.index, Value::Number(static_cast<double>(i))});
    if (step.ancestor != nullptr && step.type != NodeType::kParent) {
      more.push_back({step.ancestor->label, from.context});
    }
    out.Push(Value::Of(Extend(from, step.focus ? from.context : item, more)), arena_);
  }
  return true;
}

Array* Evaluator::TupleStages(const Node& step, Array* tuples, Frame* frame) {
  for (const Stage& stage : step.stages) {
    if (stage.predicate != nullptr) {
      const Value kept = Filter(*stage.predicate, Value::Of(tuples), frame);
      if (kept.failed()) return nullptr;
      tuples = &kept.array();
      continue;
    }
    for (std::uint32_t i = 0; i < tuples->size; ++i) {
      if (!Charge(1)) return nullptr;
      const Binding place{stage.index, Value::Number(i)};
      const Tuple& tuple = tuples->items[i].tuple();
      tuples->items[i] = Value::Of(Extend(tuple, tuple.context, {&place, 1}));
    }
  }
  return tuples;
}

// --- Predicates.

Value Evaluator::Filter(const Node& predicate, Value input, Frame* frame) {
  const bool is_array = input.is_array();
  const std::size_t count = is_array ? input.item_count() : 1;
  const auto item_at = [is_array, input](std::size_t index) {
    return is_array ? input.item(index) : input;
  };
  if (predicate.type == NodeType::kNumber) {
    const std::optional<std::size_t> place = PlaceOfIndex(predicate.value.number(), count);
    if (place && item_at(*place).is_array()) return item_at(*place);
    Array* const one = NewSequence();
    one->is_tuple_stream = input.is_tuple_stream();
    if (place && !item_at(*place).is_undefined()) one->Push(item_at(*place), arena_);
    return Value::Of(one);
  }
  Array* const results = NewSequence();
  results->is_tuple_stream = input.is_tuple_stream();
  for (std::size_t i = 0; i < count; ++i) {
    const Value item = item_at(i);
    Value context = item;
    Frame* inner = frame;
    if (input.is_tuple_stream()) {
      context = item.tuple().context;
      inner = FrameOf(frame, item.tuple());
    }
    const Value verdict = Evaluate(predicate, context, inner);
    const std::optional<std::size_t> times = TimesKept(verdict, i, count);
    if (!times || !Charge(1)) return Value::Failed();
    for (std::size_t time = 0; time < *times; ++time) {
      results->Push(item, arena_);
    }
  }
  return Value::Of(results);
}

// How often a predicate's verdict keeps the item at `index`: numbers name places, perhaps twice;
// anything else is true or not.
std::optional<std::size_t> Evaluator::TimesKept(Value verdict,
                                                std::size_t index,
                                                std::size_t count) {
  if (verdict.failed()) return std::nullopt;
  if (verdict.is_number()) {
    const std::optional<bool> is_numeric = IsNumeric(verdict);
    if (!is_numeric) return std::nullopt;
    if (*is_numeric) return PlaceOfIndex(verdict.number(), count) == index ? 1 : 0;
  }
  if (verdict.is_array() && verdict.item_count() > 0 && verdict.item(0).is_number()) {
    std::size_t times = 0;
    bool has_only_numbers = true;
    for (std::size_t i = 0; has_only_numbers && i < verdict.item_count(); ++i) {
      if (!Charge(1)) return std::nullopt;
      const std::optional<bool> is_numeric = IsNumeric(verdict.item(i));
      if (!is_numeric) return std::nullopt;
      has_only_numbers = *is_numeric;
      if (has_only_numbers && PlaceOfIndex(verdict.item(i).number(), count) == index) ++times;
    }
    if (has_only_numbers) return times;
  }
  const std::optional<bool> is_kept = IsTruthy(verdict);
  if (!is_kept) return std::nullopt;
  return *is_kept ? 1 : 0;
}

}  // namespace pawl::expression::jsonata
