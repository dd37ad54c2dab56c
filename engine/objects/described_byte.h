// How an error shows a byte of an object that it did not expect.
#pragma once

#include <string>

namespace pawl::objects {

// "'x'", or "the byte 7" where it does not print.
inline std::string DescribeByte(char c) {
  constexpr unsigned kFirstPrintable = 0x20;
  constexpr unsigned kFirstUnprintable = 0x7F;
  const auto byte = static_cast<unsigned char>(c);
  if (byte >= kFirstPrintable && byte < kFirstUnprintable) return {'\'', c, '\''};
  return "the byte " + std::to_string(byte);
}

}  // namespace pawl::objects
