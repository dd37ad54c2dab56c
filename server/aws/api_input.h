// ApiInput: the members of a request that was checked against its shapes.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "engine/json/value.h"

namespace pawl::aws {

// Lifetime: that of the value. A member of the wrong type counts as absent: CheckInput has refused
// it before.
class ApiInput {
 public:
  explicit ApiInput(json::Value object) : object_(object) {}

  std::optional<std::string> Text(std::string_view name) const {
    const json::Value* value = object_.Find(name);
    if (value == nullptr || !value->is_string()) return std::nullopt;
    return std::string(value->string());
  }

  // Of a member that is required.
  std::string Required(std::string_view name) const { return Text(name).value_or(""); }

  std::optional<std::int64_t> Integer(std::string_view name) const {
    const json::Value* value = object_.Find(name);
    if (value == nullptr || !value->is_number()) return std::nullopt;
    return value->AsInt64();
  }

  std::optional<double> Number(std::string_view name) const {
    const json::Value* value = object_.Find(name);
    if (value == nullptr || !value->is_number()) return std::nullopt;
    return value->AsDouble();
  }

  bool Boolean(std::string_view name, bool otherwise) const {
    const json::Value* value = object_.Find(name);
    return value != nullptr && value->is_boolean() ? value->boolean() : otherwise;
  }

  // The value of a structure or list; null if there is none.
  json::Value Value(std::string_view name) const {
    const json::Value* value = object_.Find(name);
    return value == nullptr ? json::Value() : *value;
  }

  bool Has(std::string_view name) const { return !Value(name).is_null(); }

 private:
  json::Value object_;
};

// includedData: whether payloads and definitions are wanted too.
inline bool WantsData(const ApiInput& input) {
  return input.Text("includedData") != "METADATA_ONLY";
}

}  // namespace pawl::aws
