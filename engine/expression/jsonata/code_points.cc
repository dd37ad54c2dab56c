#include "engine/expression/jsonata/code_points.h"

#include <cstddef>

#include "engine/base/utf8.h"

namespace pawl::expression::jsonata {

namespace {

constexpr char32_t kReplacement = 0xFFFD;

constexpr char32_t Byte(char c) {
  return static_cast<unsigned char>(c);
}

}  // namespace

std::u32string CodePoints(std::string_view text) {
  std::u32string code_points;
  code_points.reserve(text.size());
  const char* const end = text.data() + text.size();
  for (const char* at = text.data(); at != end;) {
    const std::size_t length = Utf8SequenceLength(at, end);
    if (length <= 1) {
      code_points += length == 1 ? Byte(*at) : kReplacement;
      ++at;
      continue;
    }
    // The first byte has as many leading ones as the sequence has bytes; six bits follow in each.
    char32_t code_point = Byte(*at) & (0x7FU >> length);
    for (std::size_t i = 1; i < length; ++i) {
      code_point = (code_point << 6U) | (Byte(at[i]) & 0x3FU);
    }
    code_points += code_point;
    at += length;
  }
  return code_points;
}

void AppendUtf8(char32_t code_point, std::string& text) {
  const auto append = [&text](char32_t byte) { text += static_cast<char>(byte); };
  if (code_point < 0x80) {
    append(code_point);
  } else if (code_point < 0x800) {
    append(0xC0U | (code_point >> 6U));
    append(0x80U | (code_point & 0x3FU));
  } else if (code_point < 0x10000) {
    append(0xE0U | (code_point >> 12U));
    append(0x80U | ((code_point >> 6U) & 0x3FU));
    append(0x80U | (code_point & 0x3FU));
  } else {
    append(0xF0U | (code_point >> 18U));
    append(0x80U | ((code_point >> 12U) & 0x3FU));
    append(0x80U | ((code_point >> 6U) & 0x3FU));
    append(0x80U | (code_point & 0x3FU));
  }
}

std::string Utf8(std::u32string_view code_points) {
  std::string text;
  text.reserve(code_points.size());
  for (const char32_t code_point : code_points) {
    AppendUtf8(code_point, text);
  }
  return text;
}

}  // namespace pawl::expression::jsonata
