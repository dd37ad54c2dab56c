// The table behind CheckFields: every field of the Amazon States Language.
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <string_view>

#include "engine/asl/fields.h"
#include "engine/asl/shapes.h"

namespace pawl::asl {

// Query languages as bits.
inline constexpr std::uint8_t kInJsonPath = 1;
inline constexpr std::uint8_t kInJsonata = 2;
inline constexpr std::uint8_t kInBoth = 3;

struct Field {
  std::string_view name;
  // Which objects have it: bits of Object.
  std::uint32_t objects;
  std::uint8_t languages;
  Shape shape;
  bool is_required = false;
  ShapeBounds bounds = {};
  // "… is not supported yet": the engine does not run this field. nullptr: it does.
  const char* unsupported = nullptr;
};

// Of each group at most one field may be there, and one must where it is required. Unused names are
// empty and stand last.
struct FieldGroup {
  std::array<std::string_view, 4> names;
  std::uint32_t objects;
  bool is_required = false;
};

std::span<const Field> AllFields();
std::span<const FieldGroup> AllFieldGroups();

// The field of that name; nullptr if the object has none in any query language.
const Field* FindField(std::string_view name, Object object);

}  // namespace pawl::asl
