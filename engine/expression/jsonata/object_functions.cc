// Functions on objects.
#include <array>

#include "engine/expression/jsonata/evaluator.h"
#include "engine/expression/jsonata/functions.h"

namespace pawl::expression::jsonata {
namespace {

// Adds the keys of an object, or of all objects in an array, to `names`.
bool GatherKeys(Evaluator& evaluator, Value value, Object& names) {
  if (!evaluator.Charge(1)) return false;
  if (value.is_object()) {
    for (std::size_t i = 0; i < value.member_count(); ++i) {
      if (!evaluator.SetMember(names, value.member_name(i), Value::Boolean(true))) return false;
    }
    return true;
  }
  if (!value.is_array()) return true;
  if (!evaluator.Enter()) return false;
  bool done = true;
  for (std::size_t i = 0; done && i < value.item_count(); ++i) {
    done = GatherKeys(evaluator, value.item(i), names);
  }
  evaluator.Leave();
  return done;
}

Value Keys(Evaluator& evaluator, const Call& call) {
  Object* const names = evaluator.NewObject();
  if (!GatherKeys(evaluator, call.At(0), *names)) return Value::Failed();
  Array* const keys = evaluator.NewSequence();
  for (const Object::Member& member : names->members()) {
    keys->Push(Value::String(member.name), evaluator.arena());
  }
  return Value::Of(keys);
}

Value Lookup(Evaluator& evaluator, const Call& call) {
  if (!call.At(1).is_string()) {
    return call.At(0).is_array() ? Value::Of(evaluator.NewSequence()) : Value();
  }
  return evaluator.Lookup(call.At(0), call.At(1).text());
}

Value Merge(Evaluator& evaluator, const Call& call) {
  const Value objects = call.At(0);
  if (objects.is_undefined()) return {};
  Object* const merged = evaluator.NewObject();
  for (std::size_t i = 0; i < objects.item_count(); ++i) {
    const Value object = objects.item(i);
    const std::size_t count = object.is_object() ? object.member_count() : 0;
    if (!evaluator.Charge(1)) return Value::Failed();
    for (std::size_t m = 0; m < count; ++m) {
      if (!evaluator.SetMember(*merged, object.member_name(m), object.member_value(m))) {
        return Value::Failed();
      }
    }
  }
  return Value::Of(merged);
}

// Adds an object for each member of an object, or of all objects in an array.
bool SpreadInto(Evaluator& evaluator, Value value, Array& out) {
  if (!evaluator.Charge(1)) return false;
  if (value.is_object()) {
    for (std::size_t i = 0; i < value.member_count(); ++i) {
      if (!evaluator.Charge(1)) return false;
      Object* const object = evaluator.NewObject();
      object->Set(value.member_name(i), value.member_value(i), evaluator.arena());
      out.Push(Value::Of(object), evaluator.arena());
    }
    return true;
  }
  if (!value.is_array()) {
    out.Push(value, evaluator.arena());
    return true;
  }
  if (!evaluator.Enter()) return false;
  bool done = true;
  for (std::size_t i = 0; done && i < value.item_count(); ++i) {
    done = SpreadInto(evaluator, value.item(i), out);
  }
  evaluator.Leave();
  return done;
}

Value Spread(Evaluator& evaluator, const Call& call) {
  const Value value = call.At(0);
  if (!value.is_object() && !value.is_array()) return value;
  Array* const parts = evaluator.NewSequence();
  if (!SpreadInto(evaluator, value, *parts)) return Value::Failed();
  // What is put together of an array's items is no sequence any more.
  if (value.is_array() && value.item_count() > 0) parts->is_sequence = false;
  return Value::Of(parts);
}

Value Clone(Evaluator& evaluator, const Call& call) {
  return call.At(0).is_undefined() ? Value() : evaluator.Clone(call.At(0));
}

constexpr std::array kObjectFunctions = {
    Builtin{"keys", "<x-:a<s>>", 1, Keys},
    Builtin{"lookup", "<x-s:x>", 2, Lookup},
    Builtin{"merge", "<a<o>:o>", 1, Merge},
    Builtin{"spread", "<x-:a<o>>", 1, Spread},
    Builtin{"clone", "<(oa)-:o>", 1, Clone},
};

}  // namespace

std::span<const Builtin> ObjectFunctions() {
  return kObjectFunctions;
}

}  // namespace pawl::expression::jsonata
