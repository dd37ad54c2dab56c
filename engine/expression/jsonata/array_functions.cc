// Functions on arrays.
#include <algorithm>
#include <array>
#include <set>
#include <vector>

#include "engine/expression/jsonata/evaluator.h"
#include "engine/expression/jsonata/functions.h"
#include "engine/expression/jsonata/merge_sort.h"
#include "engine/expression/jsonata/text.h"

namespace pawl::expression::jsonata {
namespace {

// A new array with the items at `places` of `array`.
Value Rearranged(Evaluator& evaluator, Value array, const std::vector<std::size_t>& places) {
  if (!evaluator.CanTake(places.size() * sizeof(Value))) return Value::Failed();
  Array* const result = evaluator.NewArray();
  result->Grow(static_cast<std::uint32_t>(places.size()), evaluator.arena());
  for (const std::size_t place : places) {
    result->Push(array.item(place), evaluator.arena());
  }
  return Value::Of(result);
}

Value Append(Evaluator& evaluator, const Call& call) {
  if (call.At(0).is_undefined()) return call.At(1);
  if (call.At(1).is_undefined()) return call.At(0);
  Array* const both = evaluator.NewArray();
  if (!evaluator.AppendTo(*both, call.At(0)) || !evaluator.AppendTo(*both, call.At(1))) {
    return Value::Failed();
  }
  return Value::Of(both);
}

Value Reverse(Evaluator& evaluator, const Call& call) {
  const Value array = call.At(0);
  if (array.is_undefined() || array.item_count() <= 1) return array;
  if (!evaluator.Charge(array.item_count())) return Value::Failed();
  std::vector<std::size_t> places(array.item_count());
  std::iota(places.rbegin(), places.rend(), std::size_t{0});
  return Rearranged(evaluator, array, places);
}

Value Shuffle(Evaluator& evaluator, const Call& call) {
  const Value array = call.At(0);
  if (array.is_undefined() || array.item_count() <= 1) return array;
  if (!evaluator.Charge(array.item_count())) return Value::Failed();
  std::vector<std::size_t> places(array.item_count());
  std::iota(places.begin(), places.end(), std::size_t{0});
  for (std::size_t i = places.size() - 1; i > 0; --i) {
    std::swap(places[i], places[evaluator.environment().Random().Below(i + 1)]);
  }
  return Rearranged(evaluator, array, places);
}

// Texts, numbers and the like are remembered in order; arrays and objects are compared one by one.
class Seen final {
 public:
  explicit Seen(Evaluator& evaluator) : evaluator_(evaluator) {}

  // Whether `value` is new; nullopt: failed.
  std::optional<bool> Add(Value value) {
    constexpr std::size_t kNodeBytes = 64;
    if (!evaluator_.Charge(1) ||
        !evaluator_.CanTake((texts_.size() + numbers_.size()) * kNodeBytes)) {
      return std::nullopt;
    }
    if (value.is_string()) {
      // Finding its place compares it with some others.
      if (!evaluator_.Charge(value.text().size() / 8)) return std::nullopt;
      return texts_.insert(value.text()).second;
    }
    if (value.is_number()) return numbers_.insert(value.number()).second;
    for (const Value other : others_) {
      const std::optional<bool> equal = evaluator_.Equals(value, other);
      if (!equal) return std::nullopt;
      if (*equal) return false;
    }
    others_.push_back(value);
    return true;
  }

 private:
  Evaluator& evaluator_;
  std::set<std::string_view> texts_;
  std::set<double> numbers_;
  std::vector<Value> others_;
};

Value Distinct(Evaluator& evaluator, const Call& call) {
  const Value array = call.At(0);
  if (!array.is_array() || array.item_count() <= 1) return array;
  Array* const result = evaluator.NewArray();
  result->is_sequence = array.is_sequence();
  Seen seen(evaluator);
  for (std::size_t i = 0; i < array.item_count(); ++i) {
    const std::optional<bool> is_new = seen.Add(array.item(i));
    if (!is_new) return Value::Failed();
    if (*is_new) result->Push(array.item(i), evaluator.arena());
  }
  return Value::Of(result);
}

Value Zip(Evaluator& evaluator, const Call& call) {
  std::size_t shortest = call.arguments.empty() ? 0 : SIZE_MAX;
  for (const Value array : call.arguments) {
    shortest = std::min(shortest, array.is_array() ? array.item_count() : 0);
  }
  Array* const result = evaluator.NewArray();
  for (std::size_t i = 0; i < shortest; ++i) {
    if (!evaluator.Charge(call.arguments.size())) return Value::Failed();
    Array* const row = evaluator.NewArray();
    for (const Value array : call.arguments) {
      row->Push(array.item(i), evaluator.arena());
    }
    result->Push(Value::Of(row), evaluator.arena());
  }
  return Value::Of(result);
}

bool HasOnly(Value array, bool (Value::*is_kind)() const) {
  for (std::size_t i = 0; i < array.item_count(); ++i) {
    if (!(array.item(i).*is_kind)()) return false;
  }
  return true;
}

// What JavaScript takes for true.
bool IsTrueToJavaScript(Value value) {
  if (value.is_boolean()) return value.boolean();
  if (value.is_number()) return value.number() == value.number() && value.number() != 0;
  if (value.is_string()) return !value.text().empty();
  return !value.is_undefined() && !value.is_null();
}

Value Sort(Evaluator& evaluator, const Call& call) {
  const Value array = call.At(0);
  const Value comparator = call.At(1);
  if (array.is_undefined() || array.item_count() <= 1) return array;
  if (!evaluator.Charge(array.item_count()) ||
      !evaluator.CanTake(array.item_count() * 2 * sizeof(std::size_t))) {
    return Value::Failed();
  }
  const bool has_numbers = HasOnly(array, &Value::is_number);
  if (comparator.is_undefined() && !has_numbers && !HasOnly(array, &Value::is_string)) {
    return evaluator.Fail("D3070");
  }
  const auto is_behind = [&](std::size_t left, std::size_t right) -> std::optional<bool> {
    if (!evaluator.Charge(1)) return std::nullopt;
    const std::array<Value, 2> pair = {array.item(left), array.item(right)};
    if (comparator.is_function()) {
      const Value swaps = evaluator.CallBack(comparator, pair);
      if (swaps.failed()) return std::nullopt;
      return IsTrueToJavaScript(swaps);
    }
    if (has_numbers) return pair[0].number() > pair[1].number();
    if (!evaluator.ChargeText(pair[0].text())) return std::nullopt;
    return CompareTexts(pair[0].text(), pair[1].text()) > 0;
  };
  const std::optional<std::vector<std::size_t>> order = MergeSort(array.item_count(), is_behind);
  return order ? Rearranged(evaluator, array, *order) : Value::Failed();
}

constexpr std::array kArrayFunctions = {
    Builtin{"append", "<xx:a>", 2, Append},
    Builtin{"reverse", "<a:a>", 1, Reverse},
    Builtin{"shuffle", "<a:a>", 1, Shuffle},
    Builtin{"distinct", "<x:x>", 1, Distinct},
    Builtin{"zip", "<a+>", 0, Zip},
    Builtin{"sort", "<af?:a>", 2, Sort},
};

}  // namespace

std::span<const Builtin> ArrayFunctions() {
  return kArrayFunctions;
}

}  // namespace pawl::expression::jsonata
