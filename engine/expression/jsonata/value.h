// What expressions compute with: JSON values as they came, and what an evaluation makes itself:
// arrays that may be sequences, objects that a transform may still change, functions, and no value.
//
// A Value is a view of 16 bytes, passed by value. What it points to is in the evaluation's arena,
// in the expression or in what the environment gave.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

#include "engine/json/arena.h"
#include "engine/json/value.h"

namespace pawl::expression::jsonata {

struct Array;
struct Function;
struct Tuple;
class Object;

enum class Kind : std::uint8_t {
  // No value. JSONata knows it apart from null.
  kUndefined,
  // Something went wrong; the evaluator holds the error.
  kFailed,
  kNull,
  kBoolean,
  kNumber,
  // A number as its JSON text, not read yet.
  kNumberText,
  kString,
  kJsonArray,
  kArray,
  kJsonObject,
  kObject,
  kFunction,
  // A call in tail position, still to be made. Only the evaluator sees it.
  kThunk,
  // An item of a tuple stream: a context and the variables bound on the way there. Only paths see
  // it.
  kTuple,
};

class Value {
 public:
  Value() = default;

  static Value Failed() { return {Kind::kFailed, 0, nullptr}; }

  static Value Null() { return {Kind::kNull, 0, nullptr}; }

  static Value Boolean(bool value) { return {Kind::kBoolean, value ? 1U : 0U, nullptr}; }

  static Value Number(double value) {
    Value result;
    result.kind_ = Kind::kNumber;
    result.number_ = value;
    return result;
  }

  static Value String(std::string_view text) {
    return {Kind::kString, static_cast<std::uint32_t>(text.size()), text.data()};
  }

  static Value Of(Array* array) { return {Kind::kArray, 0, array}; }

  static Value Of(Object* object) { return {Kind::kObject, 0, object}; }

  static Value Of(const Function* function) { return {Kind::kFunction, 0, function}; }

  static Value Of(Tuple* tuple) { return {Kind::kTuple, 0, tuple}; }

  static Value Thunk(const void* call) { return {Kind::kThunk, 0, call}; }

  static Value FromJson(json::Value value);

  Kind kind() const { return kind_; }

  bool is_undefined() const { return kind_ == Kind::kUndefined; }

  bool failed() const { return kind_ == Kind::kFailed; }

  bool is_null() const { return kind_ == Kind::kNull; }

  bool is_boolean() const { return kind_ == Kind::kBoolean; }

  bool is_number() const { return kind_ == Kind::kNumber || kind_ == Kind::kNumberText; }

  bool is_string() const { return kind_ == Kind::kString; }

  bool is_array() const { return kind_ == Kind::kArray || kind_ == Kind::kJsonArray; }

  bool is_object() const { return kind_ == Kind::kObject || kind_ == Kind::kJsonObject; }

  bool is_function() const { return kind_ == Kind::kFunction; }

  // Each requires its kind.
  bool boolean() const { return size_ != 0; }

  double number() const { return kind_ == Kind::kNumber ? number_ : NumberOfText(); }

  std::string_view text() const { return {static_cast<const char*>(data_), size_}; }

  std::span<const json::Value> json_items() const {
    return {static_cast<const json::Value*>(data_), size_};
  }

  std::span<const json::Member> json_members() const {
    return {static_cast<const json::Member*>(data_), size_};
  }

  Array& array() const { return *static_cast<Array*>(const_cast<void*>(data_)); }

  Object& object() const { return *static_cast<Object*>(const_cast<void*>(data_)); }

  const Function& function() const { return *static_cast<const Function*>(data_); }

  Tuple& tuple() const { return *static_cast<Tuple*>(const_cast<void*>(data_)); }

  const void* data() const { return data_; }

  // Whether this is an array of the evaluation's own with such a mark; see Array.
  bool is_sequence() const;
  bool is_cons() const;
  bool is_tuple_stream() const;

  // The items of any array.
  std::size_t item_count() const;
  Value item(std::size_t index) const;

  // The members of any object, in order.
  std::size_t member_count() const;
  std::string_view member_name(std::size_t index) const;
  Value member_value(std::size_t index) const;
  // Undefined where there is none.
  Value Find(std::string_view name) const;

 private:
  Value(Kind kind, std::uint32_t size, const void* data) : kind_(kind), size_(size), data_(data) {}

  double NumberOfText() const;

  Kind kind_ = Kind::kUndefined;
  std::uint32_t size_ = 0;

  union {
    const void* data_ = nullptr;
    double number_;
  };
};

static_assert(sizeof(Value) == 16);

// An array the evaluation made. The marks are JSONata's: they decide when an array stands for its
// items and when for itself.
struct Array {
  Value* items = nullptr;
  std::uint32_t size = 0;
  std::uint32_t capacity = 0;
  // A result of matching: none is no value, one is that item.
  bool is_sequence = false;
  // A sequence that stays an array with one item.
  bool keeps_singleton = false;
  // Written as [...] in a path: does not flatten into the result.
  bool is_cons = false;
  // Around an array that is the input, so that it is taken as one context.
  bool is_outer_wrapper = false;
  // The items are tuples.
  bool is_tuple_stream = false;

  void Push(Value value, json::Arena& arena) {
    if (size == capacity) Grow(size + 1, arena);
    items[size++] = value;
  }

  // Room for `count` items in all.
  void Grow(std::uint32_t count, json::Arena& arena);
};

// An object the evaluation made. Members keep the order in which they were first set.
class Object {
 public:
  struct Member {
    std::string_view name;
    Value value;
  };

  std::span<const Member> members() const { return {members_, size_}; }

  // nullptr if there is none.
  Value* Find(std::string_view name);
  // `name` outlives the object.
  void Set(std::string_view name, Value value, json::Arena& arena);
  void Remove(std::string_view name, json::Arena& arena);

 private:
  void Grow(json::Arena& arena);
  void Index(json::Arena& arena);
  // The slot that has `name` or would take it. Requires slots.
  std::uint32_t& SlotOf(std::string_view name);

  Member* members_ = nullptr;
  std::uint32_t size_ = 0;
  std::uint32_t capacity_ = 0;
  // A hash table of places in `members_` plus one, once there are many.
  std::uint32_t* slots_ = nullptr;
  std::uint32_t slot_count_ = 0;
};

// A variable and what it stands for.
struct Binding {
  std::uint32_t name = 0;
  Value value;
};

struct Tuple {
  Value context;
  std::span<const Binding> bindings;
};

inline bool Value::is_sequence() const {
  return kind_ == Kind::kArray && array().is_sequence;
}

inline bool Value::is_cons() const {
  return kind_ == Kind::kArray && array().is_cons;
}

inline bool Value::is_tuple_stream() const {
  return kind_ == Kind::kArray && array().is_tuple_stream;
}

inline std::size_t Value::item_count() const {
  return kind_ == Kind::kArray ? array().size : size_;
}

inline Value Value::item(std::size_t index) const {
  return kind_ == Kind::kArray ? array().items[index] : FromJson(json_items()[index]);
}

inline std::size_t Value::member_count() const {
  return kind_ == Kind::kObject ? object().members().size() : size_;
}

inline std::string_view Value::member_name(std::size_t index) const {
  return kind_ == Kind::kObject ? object().members()[index].name : json_members()[index].name;
}

inline Value Value::member_value(std::size_t index) const {
  return kind_ == Kind::kObject ? object().members()[index].value
                                : FromJson(json_members()[index].value);
}

}  // namespace pawl::expression::jsonata
