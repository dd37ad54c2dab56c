// Functions that call a function for each item or member.
#include <algorithm>
#include <array>

#include "engine/expression/jsonata/evaluator.h"
#include "engine/expression/jsonata/functions.h"

namespace pawl::expression::jsonata {
namespace {

// Calls `function` with an item, its place and all items, or with as many of them as it takes.
Value CallFor(Evaluator& evaluator, Value function, Value item, Value place, Value all) {
  const std::array<Value, 3> arguments = {item, place, all};
  const std::size_t count =
      std::clamp<std::size_t>(Evaluator::ArityOf(function), 1, arguments.size());
  return evaluator.CallBack(function, std::span(arguments).first(count));
}

Value IndexValue(std::size_t index) {
  return Value::Number(static_cast<double>(index));
}

Value Map(Evaluator& evaluator, const Call& call) {
  const Value array = call.At(0);
  if (array.is_undefined()) return {};
  Array* const results = evaluator.NewSequence();
  for (std::size_t i = 0; i < array.item_count(); ++i) {
    const Value result = CallFor(evaluator, call.At(1), array.item(i), IndexValue(i), array);
    if (result.failed()) return result;
    if (!result.is_undefined()) results->Push(result, evaluator.arena());
  }
  return Value::Of(results);
}

Value FilterArray(Evaluator& evaluator, const Call& call) {
  const Value array = call.At(0);
  if (array.is_undefined()) return {};
  Array* const results = evaluator.NewSequence();
  for (std::size_t i = 0; i < array.item_count(); ++i) {
    const Value verdict = CallFor(evaluator, call.At(1), array.item(i), IndexValue(i), array);
    if (verdict.failed()) return verdict;
    const std::optional<bool> is_kept = evaluator.IsTruthy(verdict);
    if (!is_kept) return Value::Failed();
    if (*is_kept) results->Push(array.item(i), evaluator.arena());
  }
  return Value::Of(results);
}

Value Single(Evaluator& evaluator, const Call& call) {
  const Value array = call.At(0);
  if (array.is_undefined()) return {};
  bool has_match = false;
  Value match;
  for (std::size_t i = 0; i < array.item_count(); ++i) {
    if (!evaluator.Charge(1)) return Value::Failed();
    Value verdict = Value::Boolean(true);
    if (!call.At(1).is_undefined()) {
      verdict = CallFor(evaluator, call.At(1), array.item(i), IndexValue(i), array);
      if (verdict.failed()) return verdict;
    }
    const std::optional<bool> is_match = evaluator.IsTruthy(verdict);
    if (!is_match) return Value::Failed();
    if (!*is_match) continue;
    if (has_match) return evaluator.Fail("D3138");
    has_match = true;
    match = array.item(i);
  }
  return has_match ? match : evaluator.Fail("D3139");
}

Value Reduce(Evaluator& evaluator, const Call& call) {
  const Value array = call.At(0);
  const Value function = call.At(1);
  if (array.is_undefined()) return {};
  const std::size_t arity = Evaluator::ArityOf(function);
  if (arity < 2) return evaluator.Fail("D3050");
  Value result = call.At(2);
  std::size_t index = 0;
  if (result.is_undefined() && array.item_count() > 0) {
    result = array.item(0);
    index = 1;
  }
  for (; index < array.item_count(); ++index) {
    const std::array<Value, 4> arguments = {result, array.item(index), IndexValue(index), array};
    const std::size_t count = std::min(arity, arguments.size());
    result = evaluator.CallBack(function, std::span(arguments).first(count));
    if (result.failed()) return result;
  }
  return result;
}

Value Each(Evaluator& evaluator, const Call& call) {
  const Value object = call.At(0);
  Array* const results = evaluator.NewSequence();
  const std::size_t count = object.is_object() ? object.member_count() : 0;
  for (std::size_t i = 0; i < count; ++i) {
    const Value name = Value::String(object.member_name(i));
    const Value result = CallFor(evaluator, call.At(1), object.member_value(i), name, object);
    if (result.failed()) return result;
    if (!result.is_undefined()) results->Push(result, evaluator.arena());
  }
  return Value::Of(results);
}

Value Sift(Evaluator& evaluator, const Call& call) {
  const Value object = call.At(0);
  Object* const kept = evaluator.NewObject();
  const std::size_t count = object.is_object() ? object.member_count() : 0;
  for (std::size_t i = 0; i < count; ++i) {
    const Value name = Value::String(object.member_name(i));
    const Value verdict = CallFor(evaluator, call.At(1), object.member_value(i), name, object);
    if (verdict.failed()) return verdict;
    const std::optional<bool> is_kept = evaluator.IsTruthy(verdict);
    if (!is_kept) return Value::Failed();
    if (*is_kept) kept->Set(object.member_name(i), object.member_value(i), evaluator.arena());
  }
  return kept->members().empty() ? Value() : Value::Of(kept);
}

constexpr std::array kHigherOrderFunctions = {
    Builtin{"map", "<af>", 2, Map},
    Builtin{"filter", "<af>", 2, FilterArray},
    Builtin{"single", "<af?>", 2, Single},
    Builtin{"reduce", "<afj?:j>", 3, Reduce},
    Builtin{"each", "<o-f:a>", 2, Each},
    Builtin{"sift", "<o-f?:o>", 2, Sift},
};

}  // namespace

std::span<const Builtin> HigherOrderFunctions() {
  return kHigherOrderFunctions;
}

}  // namespace pawl::expression::jsonata
