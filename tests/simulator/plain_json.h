// PlainJson: JSON as the simulator's own parts see it: a tree that is copied and changed freely,
// with one value that stands for a text nobody can foresee.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace pawl::simulator {

struct PlainJson {
  enum class Type : std::uint8_t {
    kNull,
    kBoolean,
    kNumber,
    kString,
    kArray,
    kObject,
    // Some text that the specification leaves open (the wording of a cause, the time of day).
    kSomeText,
  };

  Type type = Type::kNull;
  bool boolean = false;
  // The number as it is written, or the string.
  std::string text = {};
  std::vector<PlainJson> items = {};
  std::vector<std::pair<std::string, PlainJson>> members = {};

  static PlainJson Boolean(bool value);
  static PlainJson Number(std::int64_t value);
  static PlainJson String(std::string value);
  static PlainJson Array(std::vector<PlainJson> items);
  static PlainJson Object(std::vector<std::pair<std::string, PlainJson>> members = {});
  static PlainJson SomeText();
  // The program's own JSON text; anything else ends the program.
  static PlainJson Parse(std::string_view text);

  bool is_number() const { return type == Type::kNumber; }

  bool is_string() const { return type == Type::kString || type == Type::kSomeText; }

  bool is_array() const { return type == Type::kArray; }

  bool is_object() const { return type == Type::kObject; }

  // nullptr if there is none or this is no object.
  const PlainJson* Find(std::string_view name) const;
  // Replaces the member or adds it at the end. Requires an object.
  void Set(std::string name, PlainJson value);
  double AsDouble() const;
  // A whole number.
  std::optional<std::int64_t> AsInteger() const;

  std::string Write() const;
};

// A string.
inline PlainJson Text(std::string_view text) {
  return PlainJson::String(std::string(text));
}

// Whether `actual` is what `expected` says; the order of members is free.
bool Matches(const PlainJson& expected, const PlainJson& actual);

}  // namespace pawl::simulator
