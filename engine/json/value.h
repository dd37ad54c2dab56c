// Value: a JSON value that keeps its number's text and its members' order. It is a 16-byte view of
// memory in an Arena (or in the text it was parsed from) and is passed by value; it never changes.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "engine/base/status.h"
#include "engine/json/arena.h"

namespace pawl::json {

enum class Type : std::uint8_t { kNull, kBoolean, kNumber, kString, kArray, kObject };

// "null", "boolean", "number", "string", "array", "object": for messages.
std::string_view TypeName(Type type);

struct Member;

// Lifetime: valid while its arena is neither reset nor destroyed and the parsed text lives.
class Value {
 public:
  // null.
  Value() = default;

  static Value Boolean(bool value);
  // `text` is a JSON number and outlives the value.
  static Value Number(std::string_view text);
  static Value Number(std::int64_t value, Arena& arena);
  // The shortest text that reads back as `value`, whole numbers without a fraction; `value` is
  // finite.
  static Value Number(double value, Arena& arena);
  // `text` is UTF-8 without escapes and outlives the value.
  static Value String(std::string_view text);
  // The spans outlive the value.
  static Value Array(std::span<const Value> items);
  static Value Object(std::span<const Member> members);

  Type type() const { return type_; }

  bool is_null() const { return type_ == Type::kNull; }

  bool is_boolean() const { return type_ == Type::kBoolean; }

  bool is_number() const { return type_ == Type::kNumber; }

  bool is_string() const { return type_ == Type::kString; }

  bool is_array() const { return type_ == Type::kArray; }

  bool is_object() const { return type_ == Type::kObject; }

  // Each of these requires its type.
  bool boolean() const;
  std::string_view number_text() const;
  std::string_view string() const;
  std::span<const Value> items() const;
  std::span<const Member> members() const;

  // A number whose value is an integer of 64 bits, whatever its text (1, 1.0, 1e0); else nullopt.
  std::optional<std::int64_t> AsInt64() const;
  // Requires a number. Beyond the range of double: infinity.
  double AsDouble() const;

  // How many arrays and objects nest in this value: 0 for a scalar, 1 for [] and {}; held at
  // 65,535. What is built from parsed values may nest deeper than a parser takes: check before it
  // is stored.
  std::size_t depth() const { return depth_; }

  // The member of an object; nullptr if there is none or this is no object. Linear.
  const Value* Find(std::string_view name) const;

 private:
  Type type_ = Type::kNull;
  bool boolean_ = false;
  std::uint16_t depth_ = 0;
  std::uint32_t size_ = 0;
  const void* data_ = nullptr;
};

struct Member {
  std::string_view name;
  Value value;
};

// Same JSON value: numbers by their exact decimal value (1 equals 1.0), objects whatever the order
// of their members. No recursion.
bool Equal(Value a, Value b);
// The same with its work counted: takes one off `work_left` for each value compared, and gives up
// with false when nothing is left.
bool Equal(Value a, Value b, std::size_t& work_left);

// Collects items or members, then copies them into an arena as one value.
class ArrayBuilder {
 public:
  void Add(Value value) { items_.push_back(value); }

  std::size_t size() const { return items_.size(); }

  Value Build(Arena& arena) const;

 private:
  std::vector<Value> items_;
};

class ObjectBuilder {
 public:
  // `name` outlives the value built. A name given twice keeps its first place and its last value.
  void Set(std::string_view name, Value value);
  Value Build(Arena& arena) const;

 private:
  std::vector<Member> members_;
  // Places in `members_`, once there are too many for a linear search.
  std::unordered_map<std::string_view, std::size_t> index_;
};

}  // namespace pawl::json
