// The text of a JSON string and what it stands for.
#pragma once

#include <string_view>

#include "engine/json/arena.h"

namespace pawl::json {

// The value of a hexadecimal digit; 16 for anything else.
constexpr unsigned HexDigit(char c) {
  if (c >= '0' && c <= '9') return static_cast<unsigned>(c - '0');
  if (c >= 'a' && c <= 'f') return static_cast<unsigned>(c - 'a') + 10;
  if (c >= 'A' && c <= 'F') return static_cast<unsigned>(c - 'A') + 10;
  return 16;
}

constexpr bool IsHighSurrogate(unsigned unit) {
  return unit >= 0xD800 && unit <= 0xDBFF;
}

constexpr bool IsLowSurrogate(unsigned unit) {
  return unit >= 0xDC00 && unit <= 0xDFFF;
}

// The text between two quotes, as written. Its escapes were checked.
struct RawString {
  std::string_view text;
  bool has_escapes = false;
};

// What a string with escapes stands for, in the arena.
std::string_view DecodeEscapes(RawString raw, Arena& arena);

// The string itself where nothing is escaped, else decoded into the arena.
inline std::string_view Decode(RawString raw, Arena& arena) {
  return raw.has_escapes ? DecodeEscapes(raw, arena) : raw.text;
}

}  // namespace pawl::json
