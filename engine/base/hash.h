// A fixed 64-bit hash of bytes: the same on every machine and in every release, because shards and
// seeds are derived from it and stored.
#pragma once

#include <cstdint>
#include <string_view>

namespace pawl {

// XXH3, 64 bits, with a seed. Not for secrets.
std::uint64_t HashBytes(std::string_view bytes, std::uint64_t seed = 0);

// Mixes two numbers into one (splitmix64's finaliser over their combination).
constexpr std::uint64_t HashCombine(std::uint64_t a, std::uint64_t b) {
  std::uint64_t z = a + 0x9E3779B97F4A7C15U * (b + 1);
  z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9U;
  z = (z ^ (z >> 27)) * 0x94D049BB133111EBU;
  return z ^ (z >> 31);
}

}  // namespace pawl
