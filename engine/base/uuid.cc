#include "engine/base/uuid.h"

#include <string_view>

namespace pawl {

std::string UuidOf(std::uint64_t high, std::uint64_t low) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  std::string id(36, '-');
  const auto put = [text = id.data(), &kDigits](std::size_t end, int digits, std::uint64_t bits) {
    for (; digits > 0; --digits, bits >>= 4)
      text[--end] = kDigits[bits & 0xF];
  };
  put(8, 8, high >> 32);
  put(13, 4, high >> 16);
  put(18, 4, high);
  put(23, 4, low >> 48);
  put(36, 12, low);
  id[14] = '4';
  id[19] = kDigits[8 + (low >> 62)];
  return id;
}

}  // namespace pawl
