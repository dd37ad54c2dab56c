// The transform |pattern|update, delete|: copies its input, then changes, in the copy, what the
// pattern finds there.
#include <cmath>

#include "engine/expression/jsonata/evaluator.h"
#include "engine/expression/jsonata/number_text.h"

namespace pawl::expression::jsonata {

Value Evaluator::Transform(const Function& function, Value input) {
  if (input.is_undefined()) return {};
  // Its signature in the reference is <(oa):o>.
  if (!input.is_object() && !input.is_array()) return Fail(Error{.code = "T0410", .index = 1});
  const Node& node = *function.node;
  const Value copy = Clone(input);
  if (copy.failed()) return copy;
  const Value matches = Evaluate(*node.first, copy, function.frame);
  if (matches.failed()) return matches;
  if (matches.is_undefined()) return copy;
  const std::size_t count = matches.is_array() ? matches.item_count() : 1;
  for (std::size_t i = 0; i < count; ++i) {
    const Value match = matches.is_array() ? matches.item(i) : matches;
    if (!Charge(1) || !Update(node, match, function.frame) ||
        !Delete(node, match, function.frame)) {
      return Value::Failed();
    }
  }
  return copy;
}

// A copy that can be changed. Its numbers have 15 digits, since the reference copies by way of
// $string.
Value Evaluator::Clone(Value value) {
  if (!Charge(1)) return Value::Failed();
  if (value.is_number()) return CloneNumber(value);
  if (value.is_function()) return Value::String({});
  if (!value.is_array() && !value.is_object()) return value;
  if (!Enter()) return Value::Failed();
  Value copy;
  if (value.is_array()) {
    Array* const array = NewArray();
    copy = Value::Of(array);
    for (std::size_t i = 0; i < value.item_count(); ++i) {
      const Value item = Clone(value.item(i));
      if (item.failed()) return item;
      array->Push(item.is_undefined() ? Value::Null() : item, arena_);
    }
  } else {
    Object* const object = NewObject();
    copy = Value::Of(object);
    for (std::size_t i = 0; i < value.member_count(); ++i) {
      const Value member = Clone(value.member_value(i));
      if (member.failed()) return member;
      if (!member.is_undefined()) object->Set(value.member_name(i), member, arena_);
    }
  }
  Leave();
  return copy;
}

Value Evaluator::CloneNumber(Value value) {
  const double number = value.number();
  if (std::isinf(number)) return Fail("D1001", value);
  if (std::isnan(number)) return Value::Null();
  const double rounded = RoundTo15Digits(number);
  return rounded == number ? value : Value::Number(rounded);
}

bool Evaluator::Update(const Node& node, Value match, Frame* frame) {
  const Value update = Evaluate(*node.second, match, frame);
  if (update.failed()) return false;
  if (update.is_undefined()) return true;
  if (!update.is_object()) {
    Fail("T2011", update);
    if (node.second->position != kNoPosition) error_.position = node.second->position;
    return false;
  }
  if (match.kind() != Kind::kObject) return true;
  for (std::size_t i = 0; i < update.member_count(); ++i) {
    if (!SetMember(match.object(), update.member_name(i), update.member_value(i))) return false;
  }
  return true;
}

bool Evaluator::Delete(const Node& node, Value match, Frame* frame) {
  if (node.third == nullptr) return true;
  const Value names = Evaluate(*node.third, match, frame);
  if (names.failed()) return false;
  if (names.is_undefined()) return true;
  const std::size_t count = names.is_array() ? names.item_count() : 1;
  const auto name_at = [names](std::size_t i) { return names.is_array() ? names.item(i) : names; };
  for (std::size_t i = 0; i < count; ++i) {
    if (name_at(i).is_string()) continue;
    Fail("T2012", names);
    if (node.third->position != kNoPosition) error_.position = node.third->position;
    return false;
  }
  for (std::size_t i = 0; match.kind() == Kind::kObject && i < count; ++i) {
    if (!Charge(1 + match.member_count())) return false;
    match.object().Remove(name_at(i).text(), arena_);
  }
  return true;
}

}  // namespace pawl::expression::jsonata
