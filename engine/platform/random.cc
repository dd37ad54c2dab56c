#include "engine/platform/random.h"

#include <sys/random.h>

#include <cerrno>
#include <utility>

#include "engine/base/check.h"

namespace pawl::platform {

std::uint64_t SystemRandom::Next64() {
  const MutexLock lock(mutex_);
  if (left_ == 0) {
    ssize_t size = 0;
    do {
      size = getrandom(numbers_.data(), sizeof(numbers_), 0);
    } while (size < 0 && errno == EINTR);
    // The kernel gives up to 256 bytes whole once its pool is ready, and waits until then.
    PAWL_CHECK(size == static_cast<ssize_t>(sizeof(numbers_)));
    left_ = numbers_.size();
  }
  // No number stays here once it was given.
  return std::exchange(numbers_[--left_], 0);
}

std::array<std::uint8_t, kRandomKeyBytes> RandomKey(Random& random) {
  std::array<std::uint8_t, kRandomKeyBytes> key{};
  for (std::size_t i = 0; i < key.size(); i += 8) {
    std::uint64_t bits = random.Next64();
    for (std::size_t byte = 0; byte < 8; ++byte) {
      key[i + byte] = static_cast<std::uint8_t>(bits & 0xFF);
      bits >>= 8;
    }
  }
  return key;
}

std::string RandomUuid(Random& random) {
  constexpr std::string_view kHex = "0123456789abcdef";
  const std::uint64_t version = 4;
  const std::uint64_t high = (random.Next64() & ~std::uint64_t{0xF000}) | (version << 12);
  const std::uint64_t low =
      (random.Next64() & ~(std::uint64_t{0b11} << 62)) | (std::uint64_t{0b10} << 62);
  std::string text;
  text.reserve(36);
  for (int nibble = 0; nibble < 32; ++nibble) {
    if (nibble == 8 || nibble == 12 || nibble == 16 || nibble == 20) text.push_back('-');
    const std::uint64_t half = nibble < 16 ? high : low;
    text.push_back(kHex[(half >> (60 - 4 * (nibble % 16))) & 0xF]);
  }
  return text;
}

}  // namespace pawl::platform
