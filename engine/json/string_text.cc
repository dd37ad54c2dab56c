#include "engine/json/string_text.h"

#include <algorithm>
#include <cstddef>
#include <cstring>

namespace pawl::json {
namespace {

// The code unit of four hexadecimal digits that were checked before.
unsigned CodeUnit(const char* digits) {
  unsigned unit = 0;
  for (int i = 0; i < 4; ++i) {
    unit = unit << 4U | HexDigit(digits[i]);
  }
  return unit;
}

char* AppendUtf8(char* out, unsigned code_point) {
  const auto put = [&out](unsigned byte) { *out++ = static_cast<char>(byte); };
  if (code_point < 0x80) {
    put(code_point);
  } else if (code_point < 0x800) {
    put(0xC0U | code_point >> 6U);
    put(0x80U | (code_point & 0x3FU));
  } else if (code_point < 0x10000) {
    put(0xE0U | code_point >> 12U);
    put(0x80U | (code_point >> 6U & 0x3FU));
    put(0x80U | (code_point & 0x3FU));
  } else {
    put(0xF0U | code_point >> 18U);
    put(0x80U | (code_point >> 12U & 0x3FU));
    put(0x80U | (code_point >> 6U & 0x3FU));
    put(0x80U | (code_point & 0x3FU));
  }
  return out;
}

char SimpleEscape(char c) {
  switch (c) {
    case 'b':
      return '\b';
    case 'f':
      return '\f';
    case 'n':
      return '\n';
    case 'r':
      return '\r';
    case 't':
      return '\t';
    default:
      return c;  // Quote, backslash, slash.
  }
}

}  // namespace

std::string_view DecodeEscapes(RawString raw, Arena& arena) {
  // Every escape is longer than what it stands for.
  char* const begin = static_cast<char*>(arena.Allocate(raw.text.size()));
  char* out = begin;
  const char* in = raw.text.data();
  const char* const end = in + raw.text.size();
  while (in != end) {
    if (*in != '\\') {
      const void* const next = std::memchr(in, '\\', static_cast<std::size_t>(end - in));
      const char* const stop = next == nullptr ? end : static_cast<const char*>(next);
      out = std::copy(in, stop, out);
      in = stop;
      continue;
    }
    if (in[1] != 'u') {
      *out++ = SimpleEscape(in[1]);
      in += 2;
      continue;
    }
    unsigned code_point = CodeUnit(in + 2);
    in += 6;
    if (IsHighSurrogate(code_point)) {
      code_point = 0x10000U + ((code_point - 0xD800U) << 10U) + (CodeUnit(in + 2) - 0xDC00U);
      in += 6;
    }
    out = AppendUtf8(out, code_point);
  }
  return {begin, static_cast<std::size_t>(out - begin)};
}

}  // namespace pawl::json
