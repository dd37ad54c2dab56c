// Tags of resources (Step Functions and Lambda API, TagResource): part of engine.h.
#pragma once

#include <cstdint>
#include <string>

#include "engine/base/ids.h"

namespace pawl {

// AWS's quotas: tags of one resource, and the characters of a key and of a value.
inline constexpr std::size_t kTagsMax = 50;
inline constexpr std::size_t kTagKeyCharactersMax = 128;
inline constexpr std::size_t kTagValueCharactersMax = 256;

struct Tag {
  // 1 to 128 characters: letters, digits, white space and _ . : / = + - @.
  std::string key = {};
  // 0 to 256 of the same characters.
  std::string value = {};

  bool operator==(const Tag&) const = default;
};

enum class ResourceKind : std::uint8_t { kStateMachine, kActivity, kFunction };

// What has tags.
struct ResourceName {
  NamespaceId namespace_id = {};
  ResourceKind kind = ResourceKind::kStateMachine;
  std::string name = {};
};

}  // namespace pawl
