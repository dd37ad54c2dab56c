// Any bytes become UTF-8, judged by decoding and encoding; valid text stays as it is.
#include <bit>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "engine/base/check.h"
#include "engine/base/utf8.h"

namespace {

// What the code point has in UTF-8; "" if it is none (RFC 3629, section 3).
std::string Encoded(std::uint32_t point) {
  if (point > 0x10FFFF || (point >= 0xD800 && point <= 0xDFFF)) return "";
  if (point < 0x80) return {static_cast<char>(point)};
  const int bytes = point < 0x800 ? 2 : point < 0x10000 ? 3 : 4;
  std::string text(static_cast<std::size_t>(bytes), '\0');
  for (int i = bytes - 1; i > 0; --i, point >>= 6U) {
    text[static_cast<std::size_t>(i)] = static_cast<char>(0x80U | (point & 0x3FU));
  }
  text[0] = static_cast<char>((0xF00U >> static_cast<unsigned>(bytes)) | point);
  return text;
}

// Takes each sequence apart by its first byte alone and looks whether it comes out again.
bool IsWellFormed(std::string_view text) {
  while (!text.empty()) {
    const auto first = static_cast<std::uint8_t>(text.front());
    const auto ones = static_cast<std::size_t>(std::countl_one(first));
    const std::size_t bytes = ones == 0 ? 1 : ones;
    if (bytes > 4 || text.size() < bytes) return false;
    std::uint32_t point = ones == 0 ? first : first & (0x7FU >> ones);
    for (std::size_t i = 1; i < bytes; ++i) {
      point = (point << 6U) | (static_cast<std::uint8_t>(text[i]) & 0x3FU);
    }
    if (Encoded(point) != text.substr(0, bytes)) return false;
    text.remove_prefix(bytes);
  }
  return true;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string text(reinterpret_cast<const char*>(data), size);
  const std::string valid = pawl::ToValidUtf8(text);
  PAWL_CHECK(IsWellFormed(valid));
  PAWL_CHECK((valid == text) == IsWellFormed(text));
  PAWL_CHECK(pawl::IsUtf8(text) == IsWellFormed(text));
  PAWL_CHECK(valid.size() <= text.size() * 3);
  return 0;
}
