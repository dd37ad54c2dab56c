// The operators between two values.
#include <cmath>
#include <functional>
#include <limits>

#include "engine/expression/jsonata/evaluator.h"
#include "engine/expression/jsonata/text.h"
#include "engine/expression/jsonata/text_cost.h"

namespace pawl::expression::jsonata {
namespace {

bool IsInteger(Value value) {
  return value.is_number() && std::isfinite(value.number()) &&
         std::trunc(value.number()) == value.number();
}

bool IsComparable(Value value) {
  return value.is_undefined() || value.is_string() || value.is_number();
}

template <typename T>
bool Holds(Symbol symbol, const T& order) {
  switch (symbol) {
    case Symbol::kLess:
      return order < 0;
    case Symbol::kLessOrEqual:
      return order <= 0;
    case Symbol::kGreater:
      return order > 0;
    default:
      return order >= 0;
  }
}

}  // namespace

Value Evaluator::Binary(const Node& node, Value input, Frame* frame) {
  const Value left = Evaluate(*node.first, input, frame);
  if (left.failed()) return left;
  if (node.symbol == Symbol::kAnd || node.symbol == Symbol::kOr) {
    return AtOperator(node, Logic(node, left, input, frame));
  }
  if (node.symbol == Symbol::kDefault || node.symbol == Symbol::kCoalesce) {
    return Default(node, left, input, frame);
  }
  const Value right = Evaluate(*node.second, input, frame);
  if (right.failed()) return right;
  return AtOperator(node, Operate(node.symbol, left, right));
}

// Errors of an operator name it.
Value Evaluator::AtOperator(const Node& node, Value result) {
  if (result.failed()) {
    error_.token = ErrorText{std::string(SymbolText(node.symbol))};
    error_.position = node.position;
  }
  return result;
}

Value Evaluator::Logic(const Node& node, Value left, Value input, Frame* frame) {
  const bool is_and = node.symbol == Symbol::kAnd;
  const std::optional<bool> first = IsTruthy(left);
  if (!first) return Value::Failed();
  if (*first != is_and) return Value::Boolean(*first);
  const Value right = Evaluate(*node.second, input, frame);
  if (right.failed()) return right;
  const std::optional<bool> second = IsTruthy(right);
  return second ? Value::Boolean(*second) : Value::Failed();
}

// Of JSONata 2.1: a ?? b is b where a is no value, a ?: b where a is not true.
Value Evaluator::Default(const Node& node, Value left, Value input, Frame* frame) {
  std::optional<bool> takes_left = !left.is_undefined();
  if (node.symbol == Symbol::kDefault) takes_left = IsTruthy(left);
  if (!takes_left) return Value::Failed();
  return *takes_left ? left : Evaluate(*node.second, input, frame);
}

Value Evaluator::Operate(Symbol symbol, Value left, Value right) {
  switch (symbol) {
    case Symbol::kEqual:
    case Symbol::kNotEqual: {
      if (left.is_undefined() || right.is_undefined()) return Value::Boolean(false);
      const std::optional<bool> equal = Equals(left, right);
      return equal ? Value::Boolean(*equal == (symbol == Symbol::kEqual)) : Value::Failed();
    }
    case Symbol::kLess:
    case Symbol::kLessOrEqual:
    case Symbol::kGreater:
    case Symbol::kGreaterOrEqual:
      return Compare(symbol, left, right);
    case Symbol::kConcatenate:
      return Concatenate(left, right);
    case Symbol::kRange:
      return Range(left, right);
    case Symbol::kIn:
      return IsIn(left, right);
    default:
      return Arithmetic(symbol, left, right);
  }
}

std::optional<bool> Evaluator::IsNumeric(Value value) {
  if (!value.is_number()) return false;
  const double number = value.number();
  if (std::isinf(number)) {
    Fail("D1001", value);
    return std::nullopt;
  }
  return !std::isnan(number);
}

Value Evaluator::Arithmetic(Symbol symbol, Value left, Value right) {
  if (!left.is_undefined()) {
    const std::optional<bool> is_numeric = IsNumeric(left);
    if (!is_numeric) return Value::Failed();
    if (!*is_numeric) return Fail("T2001", left);
  }
  if (!right.is_undefined()) {
    const std::optional<bool> is_numeric = IsNumeric(right);
    if (!is_numeric) return Value::Failed();
    if (!*is_numeric) return Fail("T2002", right);
  }
  if (left.is_undefined() || right.is_undefined()) return {};
  const double a = left.number();
  const double b = right.number();
  switch (symbol) {
    case Symbol::kAdd:
      return Value::Number(a + b);
    case Symbol::kSubtract:
      return Value::Number(a - b);
    case Symbol::kMultiply:
      return Value::Number(a * b);
    case Symbol::kDivide:
      return Value::Number(a / b);
    default:
      return Value::Number(std::fmod(a, b));
  }
}

Value Evaluator::Compare(Symbol symbol, Value left, Value right) {
  if (!IsComparable(left)) return Fail("T2010", left);
  if (!IsComparable(right)) return Fail("T2010", right);
  if (left.is_undefined() || right.is_undefined()) return {};
  if (left.is_string() != right.is_string()) {
    Error error{.code = "T2009", .value = Describe(left), .value2 = Describe(right)};
    return Fail(std::move(error));
  }
  if (left.is_string()) {
    if (!ChargeText(left.text())) return Value::Failed();
    return Value::Boolean(Holds(symbol, CompareTexts(left.text(), right.text())));
  }
  return Value::Boolean(Holds(symbol, left.number() <=> right.number()));
}

Value Evaluator::Concatenate(Value left, Value right) {
  const std::optional<std::string_view> first =
      left.is_undefined() ? std::string_view() : ToText(left, /*is_pretty=*/false);
  if (!first) return Value::Failed();
  const std::optional<std::string_view> second =
      right.is_undefined() ? std::string_view() : ToText(right, /*is_pretty=*/false);
  if (!second) return Value::Failed();
  const std::size_t size = first->size() + second->size();
  if (!Charge(size / kTextBytesPerStep) || !CanTake(size)) return Value::Failed();
  char* const text = static_cast<char*>(arena_.Allocate(size));
  first->copy(text, first->size());
  second->copy(text + first->size(), second->size());
  return Value::String({text, size});
}

Value Evaluator::Range(Value left, Value right) {
  if (!left.is_undefined() && !IsInteger(left)) return Fail("T2003", left);
  if (!right.is_undefined() && !IsInteger(right)) return Fail("T2004", right);
  if (left.is_undefined() || right.is_undefined()) return {};
  const double first = left.number();
  const double last = right.number();
  if (first > last) return {};
  const double size = last - first + 1;
  if (size > kRangeItemsMax) return Fail("D2014", Value::Number(size));
  const auto count = static_cast<std::uint32_t>(size);
  if (!Charge(count) || !CanTake(count * sizeof(Value))) return Value::Failed();
  Array* const array = NewSequence();
  array->Grow(count, arena_);
  for (std::uint32_t i = 0; i < count; ++i) {
    array->Push(Value::Number(first + i), arena_);
  }
  return Value::Of(array);
}

// JavaScript's ===: arrays and objects are equal only to themselves.
Value Evaluator::IsIn(Value left, Value right) {
  if (left.is_undefined() || right.is_undefined()) return Value::Boolean(false);
  const auto is_same = [left](Value other) {
    if (left.is_number() && other.is_number()) return left.number() == other.number();
    if (left.kind() != other.kind()) return false;
    if (left.is_string()) return left.text() == other.text();
    if (left.is_boolean()) return left.boolean() == other.boolean();
    return left.is_null() || left.data() == other.data();
  };
  if (!right.is_array()) return Value::Boolean(is_same(right));
  if (!Charge(right.item_count())) return Value::Failed();
  for (std::size_t i = 0; i < right.item_count(); ++i) {
    if (left.is_string() && !Charge(left.text().size() / kTextBytesPerStep)) {
      return Value::Failed();
    }
    if (is_same(right.item(i))) return Value::Boolean(true);
  }
  return Value::Boolean(false);
}

Value Evaluator::Negate(const Node& node, Value input, Frame* frame) {
  const Value value = Evaluate(*node.first, input, frame);
  if (value.failed() || value.is_undefined()) return value;
  const std::optional<bool> is_numeric = IsNumeric(value);
  if (!is_numeric) return Value::Failed();
  if (*is_numeric) return Value::Number(-value.number());
  Fail("D1002", value);
  return AtOperator(node, Value::Failed());
}

}  // namespace pawl::expression::jsonata
