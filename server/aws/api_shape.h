// Shapes: what the members of a request must look like, as data, and the check of a request against
// them with AWS's texts.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

#include "engine/base/status.h"
#include "engine/json/value.h"

namespace pawl::aws {

enum class ShapeKind : std::uint8_t {
  kString,
  kInteger,
  kNumber,
  kBoolean,
  kStructure,
  kList,
  // Members with any names.
  kMap,
};

struct MemberShape;

struct Shape {
  ShapeKind kind = ShapeKind::kString;
  // Of a string: characters; of a list: entries; of a number: its value.
  std::optional<std::int64_t> min = {};
  std::optional<std::int64_t> max = {};
  // Of a string: as the message shows it, and whether a text matches.
  std::string_view pattern = {};
  bool (*matches)(std::string_view) = nullptr;
  // Of a string that is one of a few: in the order in which AWS lists them.
  std::span<const std::string_view> words = {};
  // Of a string: its most characters are a setting of the server, in place of `max`.
  bool is_payload = false;
  // Messages do not show the value.
  bool is_sensitive = false;
  // Of a structure; `name` is what messages call it.
  std::string_view name = {};
  std::span<const MemberShape> members = {};
  // Of a list or map: its entries.
  const Shape* item = nullptr;
  // Of a map: its names.
  const Shape* key = nullptr;
};

struct MemberShape {
  std::string_view name;
  const Shape* shape;
  bool is_required = false;
};

// Whether `input`, an object, has what it must and its members are within their bounds; payloads
// have `payload_max` characters at most. Members that no shape names are passed over; null is as
// good as none. Messages begin the names of members in lower case, as AWS's do. Errors: reason
// SerializationException (a value of another type), ValidationException (all that is out of bounds,
// in AWS's words: "1 validation error detected: Value '81' at 'maxResults' failed to satisfy
// constraint: Member must have value less than or equal to 80").
Status CheckInput(json::Value input,
                  std::span<const MemberShape> members,
                  std::int64_t payload_max);

}  // namespace pawl::aws
