// Order-by: a^(b, >c). A stable merge sort, as the reference has it: it compares as little as it
// can, and so do its errors depend on what is compared.
#include <cmath>
#include <cstdint>

#include "engine/expression/jsonata/evaluator.h"
#include "engine/expression/jsonata/merge_sort.h"
#include "engine/expression/jsonata/text.h"

namespace pawl::expression::jsonata {
namespace {

bool IsSortable(Value value) {
  return value.is_string() || value.is_number();
}

}  // namespace

Value Evaluator::Sort(const Node& node, Value input, Frame* frame) {
  const std::size_t count = input.item_count();
  if (count <= 1) return input;
  const std::size_t term_count = node.terms.size();
  if (!CanTake(count * term_count * sizeof(Value))) return Value::Failed();
  // Keys are evaluated when they are first compared; kFailed: not yet.
  std::vector<Value> keys(count * term_count, Value::Failed());
  const auto key_of = [&](std::size_t item, std::size_t term) {
    Value& key = keys[item * term_count + term];
    if (!key.failed()) return key;
    const Value value = input.item(item);
    if (input.is_tuple_stream()) {
      key = Evaluate(
          *node.terms[term].expression, value.tuple().context, FrameOf(frame, value.tuple()));
    } else {
      key = Evaluate(*node.terms[term].expression, value, frame);
    }
    return key;
  };
  // Whether the item at `left` belongs behind the one at `right`.
  const auto is_behind = [&](std::size_t left, std::size_t right) -> std::optional<bool> {
    if (!Charge(1)) return std::nullopt;
    for (std::size_t term = 0; term < term_count; ++term) {
      const Value a = key_of(left, term);
      if (a.failed()) return std::nullopt;
      const Value b = key_of(right, term);
      if (b.failed()) return std::nullopt;
      const std::optional<int> order = OrderOfKeys(node, a, b);
      if (!order) return std::nullopt;
      if (*order == 0) continue;
      // No value comes last, whichever the direction.
      const bool is_reversed =
          node.terms[term].is_descending && !a.is_undefined() && !b.is_undefined();
      return is_reversed ? *order < 0 : *order > 0;
    }
    return false;
  };
  std::optional<std::vector<std::size_t>> order = MergeSort(count, is_behind);
  if (!order) return Value::Failed();
  // As in the reference, what was a stream of tuples is an array of tuples now: predicates and
  // groups behind it no longer see the variables.
  Array* const sorted = NewArray();
  sorted->Grow(static_cast<std::uint32_t>(count), arena_);
  for (const std::size_t place : *order) {
    sorted->Push(input.item(place), arena_);
  }
  return Value::Of(sorted);
}

std::optional<int> Evaluator::OrderOfKeys(const Node& node, Value a, Value b) {
  if (a.is_undefined() || b.is_undefined()) {
    return static_cast<int>(a.is_undefined()) - static_cast<int>(b.is_undefined());
  }
  if (!IsSortable(a) || !IsSortable(b)) {
    Fail("T2008", IsSortable(a) ? b : a);
    error_.position = node.position;
    return std::nullopt;
  }
  if (a.is_string() != b.is_string()) {
    Fail(Error{
        .code = "T2007", .position = node.position, .value = Describe(a), .value2 = Describe(b)});
    return std::nullopt;
  }
  if (a.is_string()) {
    if (!ChargeText(a.text())) return std::nullopt;
    const std::strong_ordering order = CompareTexts(a.text(), b.text());
    return order < 0 ? -1 : order > 0 ? 1 : 0;
  }
  const double x = a.number();
  const double y = b.number();
  return x == y ? 0 : x < y ? -1 : 1;
}

}  // namespace pawl::expression::jsonata
