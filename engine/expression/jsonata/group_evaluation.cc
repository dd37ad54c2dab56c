// Objects: {"key": value}, alone or behind a step, where items with equal keys come together.
#include <algorithm>
#include <utility>
#include <vector>

#include "engine/expression/jsonata/evaluator.h"
#include "engine/json/small_stack.h"

namespace pawl::expression::jsonata {
namespace {

// Up to this many keys are compared with each other.
constexpr std::size_t kLinearPairsMax = 32;

struct Gathered {
  std::string_view key;
  std::size_t pair = 0;
  Value data;
  // `data` is an array made here, which can grow.
  bool is_gathering = false;
};

}  // namespace

Value Evaluator::Group(std::span<const Pair> pairs,
                       std::size_t position,
                       Value input,
                       Frame* frame) {
  if (input.is_array()) {
    if (input.item_count() > 0) return GroupMany(pairs, position, input, frame);
    input = Value();
  }
  return pairs.size() <= kLinearPairsMax ? GroupOne(pairs, position, input, frame)
                                         : GroupMany(pairs, position, input, frame);
}

Value Evaluator::KeyOf(const Pair& pair, std::size_t position, Value context, Frame* frame) {
  const Value key = Evaluate(*pair.key, context, frame);
  if (key.is_string()) return ChargeText(key.text()) ? key : Value::Failed();
  if (key.failed() || key.is_undefined()) return key;
  Fail("T1003", key);
  error_.position = position;
  return Value::Failed();
}

Value Evaluator::DuplicateKey(std::string_view key, std::size_t position) {
  Fail("D1009", Value::String(key));
  error_.position = position;
  return Value::Failed();
}

// The usual case, with no groups to keep.
Value Evaluator::GroupOne(std::span<const Pair> pairs,
                          std::size_t position,
                          Value item,
                          Frame* frame) {
  // Undefined keys leave their values out.
  json::SmallStack<Value, kLinearPairsMax> keys;
  for (const Pair& pair : pairs) {
    const Value key = KeyOf(pair, position, item, frame);
    if (key.failed()) return key;
    for (const Value& known : keys.From(0)) {
      if (key.is_string() && known.is_string() && key.text() == known.text()) {
        return DuplicateKey(key.text(), position);
      }
    }
    keys.Push(key);
  }
  Object* const object = NewObject();
  for (std::size_t i = 0; i < pairs.size(); ++i) {
    const Value key = keys.From(0)[i];
    if (key.is_undefined()) continue;
    const Value value = Evaluate(*pairs[i].value, item, frame);
    if (value.failed()) return value;
    if (!value.is_undefined()) object->Set(key.text(), value, arena_);
  }
  return Value::Of(object);
}

Value Evaluator::GroupMany(std::span<const Pair> pairs,
                           std::size_t position,
                           Value input,
                           Frame* frame) {
  const bool is_array = input.is_array();
  const bool has_tuples = input.is_tuple_stream();
  const std::size_t count = is_array ? input.item_count() : 1;
  std::vector<Gathered> groups;
  // Places in `groups` by key.
  Object* const places = NewObject();
  for (std::size_t i = 0; i < count; ++i) {
    const Value item = is_array ? input.item(i) : input;
    Value context = item;
    Frame* inner = frame;
    if (has_tuples) {
      context = item.tuple().context;
      inner = FrameOf(frame, item.tuple());
    }
    for (std::size_t p = 0; p < pairs.size(); ++p) {
      const Value key = KeyOf(pairs[p], position, context, inner);
      if (key.failed()) return key;
      if (key.is_undefined()) continue;
      const Value* const place = places->Find(key.text());
      if (place == nullptr) {
        places->Set(key.text(), Value::Number(static_cast<double>(groups.size())), arena_);
        groups.push_back({.key = key.text(), .pair = p, .data = item});
        continue;
      }
      Gathered& group = groups[static_cast<std::size_t>(place->number())];
      if (group.pair != p) return DuplicateKey(key.text(), position);
      if (item.is_undefined()) continue;
      if (group.data.is_undefined()) {
        group.data = item;
        continue;
      }
      if (!group.is_gathering) {
        Array* const gathering = NewArray();
        if (!AppendTo(*gathering, group.data)) return Value::Failed();
        group.data = Value::Of(gathering);
        group.is_gathering = true;
      }
      if (!AppendTo(group.data.array(), item)) return Value::Failed();
    }
  }
  Object* const object = NewObject();
  for (const Gathered& group : groups) {
    Value context = group.data;
    Frame* inner = frame;
    if (has_tuples) {
      const std::optional<Tuple> tuple = Reduce(group.data);
      if (!tuple) return Value::Failed();
      context = tuple->context;
      inner = FrameOf(frame, *tuple);
    }
    const Value value = Evaluate(*pairs[group.pair].value, context, inner);
    if (value.failed()) return value;
    if (!value.is_undefined()) object->Set(group.key, value, arena_);
  }
  return Value::Of(object);
}

// One tuple of many: its context and each of its variables have the values of all. A tuple that is
// alone gives its context away: in the reference, a second key of the same tuple finds none.
std::optional<Tuple> Evaluator::Reduce(Value tuples) {
  if (!tuples.is_array()) return std::exchange(tuples.tuple(), Tuple{{}, tuples.tuple().bindings});
  // What is no array yet becomes one when a second value comes.
  const auto append = [this](Value& all, bool& is_gathering, Value more) {
    if (more.is_undefined()) return true;
    if (all.is_undefined()) {
      all = more;
      return true;
    }
    if (!is_gathering) {
      Array* const gathering = NewArray();
      if (!AppendTo(*gathering, all)) return false;
      all = Value::Of(gathering);
      is_gathering = true;
    }
    return AppendTo(all.array(), more);
  };
  Value context = tuples.item(0).tuple().context;
  const std::span<const Binding> first = tuples.item(0).tuple().bindings;
  std::vector<Binding> bindings(first.begin(), first.end());
  bool context_gathers = false;
  std::vector<bool> gathers(bindings.size(), false);
  for (std::size_t i = 1; i < tuples.item_count(); ++i) {
    const Tuple& tuple = tuples.item(i).tuple();
    if (!append(context, context_gathers, tuple.context)) return std::nullopt;
    for (const Binding& binding : tuple.bindings) {
      if (!Charge(bindings.size())) return std::nullopt;
      const auto known =
          std::find_if(bindings.begin(), bindings.end(), [&binding](const Binding& other) {
            return other.name == binding.name;
          });
      if (known == bindings.end()) {
        bindings.push_back(binding);
        gathers.push_back(false);
        continue;
      }
      bool is_gathering = gathers[static_cast<std::size_t>(known - bindings.begin())];
      if (!append(known->value, is_gathering, binding.value)) return std::nullopt;
      gathers[static_cast<std::size_t>(known - bindings.begin())] = is_gathering;
    }
  }
  return *Extend({}, context, bindings);
}

}  // namespace pawl::expression::jsonata
