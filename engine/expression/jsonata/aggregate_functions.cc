// Functions that make one value of an array of numbers.
#include <array>
#include <cmath>

#include "engine/expression/jsonata/evaluator.h"
#include "engine/expression/jsonata/functions.h"

namespace pawl::expression::jsonata {
namespace {

// Combines the numbers of an array, which the signature has checked, from `start` on.
template <typename Combine>
Value Fold(Evaluator& evaluator, Value numbers, double start, const Combine& combine) {
  const std::size_t count = numbers.item_count();
  if (!evaluator.Charge(count)) return Value::Failed();
  for (std::size_t i = 0; i < count; ++i) {
    start = combine(start, numbers.item(i).number());
  }
  return Value::Number(start);
}

bool IsNothing(Value numbers) {
  return numbers.is_undefined() || numbers.item_count() == 0;
}

Value Sum(Evaluator& evaluator, const Call& call) {
  if (call.At(0).is_undefined()) return {};
  return Fold(evaluator, call.At(0), 0, [](double a, double b) { return a + b; });
}

Value Count(Evaluator& /*evaluator*/, const Call& call) {
  const Value items = call.At(0);
  return Value::Number(items.is_undefined() ? 0 : static_cast<double>(items.item_count()));
}

Value Max(Evaluator& evaluator, const Call& call) {
  if (IsNothing(call.At(0))) return {};
  return Fold(evaluator, call.At(0), -HUGE_VAL, [](double a, double b) { return b > a ? b : a; });
}

Value Min(Evaluator& evaluator, const Call& call) {
  if (IsNothing(call.At(0))) return {};
  return Fold(evaluator, call.At(0), HUGE_VAL, [](double a, double b) { return b < a ? b : a; });
}

Value Average(Evaluator& evaluator, const Call& call) {
  if (IsNothing(call.At(0))) return {};
  const Value sum = Sum(evaluator, call);
  if (sum.failed()) return sum;
  return Value::Number(sum.number() / static_cast<double>(call.At(0).item_count()));
}

constexpr std::array kAggregateFunctions = {
    Builtin{"sum", "<a<n>:n>", 1, Sum},
    Builtin{"count", "<a:n>", 1, Count},
    Builtin{"max", "<a<n>:n>", 1, Max},
    Builtin{"min", "<a<n>:n>", 1, Min},
    Builtin{"average", "<a<n>:n>", 1, Average},
};

}  // namespace

std::span<const Builtin> AggregateFunctions() {
  return kAggregateFunctions;
}

}  // namespace pawl::expression::jsonata
