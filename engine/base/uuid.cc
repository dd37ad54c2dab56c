#include "engine/base/uuid.h"

#include <string_view>

namespace pawl {

std::string UuidOf(std::uint64_t high, std::uint64_t low) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  std::string id(36, '-');
  std::size_t at = 0;
  for (int nibble = 0; nibble < 32; ++nibble) {
    if (at == 8 || at == 13 || at == 18 || at == 23) ++at;
    const std::uint64_t half = nibble < 16 ? high : low;
    id[at++] = kDigits[(half >> (60 - 4 * (nibble % 16))) & 0xF];
  }
  id[14] = '4';
  id[19] = kDigits[8 + (low >> 62)];
  return id;
}

}  // namespace pawl
