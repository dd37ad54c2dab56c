// What values mean: whether they are true, whether they are equal, what a name finds in them.
#include <cmath>

#include "engine/expression/jsonata/evaluator.h"
#include "engine/expression/jsonata/text_cost.h"

namespace pawl::expression::jsonata {

std::optional<bool> Evaluator::IsTruthy(Value value) {
  switch (value.kind()) {
    case Kind::kBoolean:
      return value.boolean();
    case Kind::kString:
      return !value.text().empty();
    case Kind::kNumber:
    case Kind::kNumberText: {
      const std::optional<bool> is_numeric = IsNumeric(value);
      if (!is_numeric) return std::nullopt;
      return *is_numeric && value.number() != 0;
    }
    case Kind::kJsonObject:
    case Kind::kObject:
      return value.member_count() > 0;
    case Kind::kTuple:
      return true;
    case Kind::kJsonArray:
    case Kind::kArray:
      return IsAnyTruthy(value);
    default:
      return false;
  }
}

std::optional<bool> Evaluator::IsAnyTruthy(Value array) {
  if (!Enter()) return std::nullopt;
  std::optional<bool> result = false;
  for (std::size_t i = 0; i < array.item_count(); ++i) {
    if (!Charge(1)) {
      result = std::nullopt;
      break;
    }
    result = IsTruthy(array.item(i));
    if (!result || *result) break;
  }
  Leave();
  return result;
}

std::optional<bool> Evaluator::Equals(Value left, Value right) {
  if (!Charge(1)) return std::nullopt;
  if (left.is_number() && right.is_number()) return left.number() == right.number();
  if (left.is_string() && right.is_string()) {
    if (left.text().size() != right.text().size()) return false;
    return ChargeText(left.text()) ? std::optional(left.text() == right.text()) : std::nullopt;
  }
  if (left.is_boolean() && right.is_boolean()) return left.boolean() == right.boolean();
  if (left.is_array() && right.is_array()) return EqualItems(left, right);
  if (left.is_object() && right.is_object()) return EqualMembers(left, right);
  return left.kind() == right.kind() && (left.is_null() || left.is_undefined() ||
                                         (left.is_function() && left.data() == right.data()));
}

std::optional<bool> Evaluator::EqualItems(Value left, Value right) {
  if (left.item_count() != right.item_count()) return false;
  if (!Enter()) return std::nullopt;
  std::optional<bool> result = true;
  for (std::size_t i = 0; i < left.item_count(); ++i) {
    result = Equals(left.item(i), right.item(i));
    if (!result || !*result) break;
  }
  Leave();
  return result;
}

std::optional<bool> Evaluator::EqualMembers(Value left, Value right) {
  const std::size_t count = left.member_count();
  if (count != right.member_count()) return false;
  if (!Enter()) return std::nullopt;
  std::optional<bool> result = true;
  for (std::size_t i = 0; i < count; ++i) {
    // Finding a member may look at all of them.
    if (right.kind() == Kind::kJsonObject && !Charge(count / 8)) {
      result = std::nullopt;
      break;
    }
    const Value other = right.Find(left.member_name(i));
    result = other.is_undefined() ? std::optional(false) : Equals(left.member_value(i), other);
    if (!result || !*result) break;
  }
  Leave();
  return result;
}

Value Evaluator::Lookup(Value value, std::string_view name) {
  if (!value.is_array()) {
    // Members of JSON are looked through one by one.
    constexpr std::size_t kMembersPerStep = 16;
    const std::size_t members =
        value.kind() == Kind::kJsonObject ? value.member_count() / kMembersPerStep : 0;
    if (!Charge(members + name.size() / kTextBytesPerStep)) return Value::Failed();
    return value.Find(name);
  }
  if (!Enter()) return Value::Failed();
  Array* const found = NewSequence();
  bool done = Charge(value.item_count());
  for (std::size_t i = 0; done && i < value.item_count(); ++i) {
    const Value result = Lookup(value.item(i), name);
    if (result.is_undefined()) continue;
    done = !result.failed() && AppendTo(*found, result);
  }
  Leave();
  return done ? Value::Of(found) : Value::Failed();
}

}  // namespace pawl::expression::jsonata
