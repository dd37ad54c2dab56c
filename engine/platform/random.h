// Random: numbers nobody can foresee. What must be drawn again alike comes from SeededRandom
// (engine/base) instead.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>

#include "engine/base/mutex.h"

namespace pawl::platform {

// Threads: safe from any thread.
class Random {
 public:
  Random() = default;
  Random(const Random&) = delete;
  Random& operator=(const Random&) = delete;
  virtual ~Random() = default;

  virtual std::uint64_t Next64() = 0;
};

// The kernel's generator (getrandom), fit for keys, asked for many numbers at once. A process that
// forks must not go on with it on both sides.
class SystemRandom final : public Random {
 public:
  std::uint64_t Next64() override;

 private:
  Mutex mutex_;
  std::array<std::uint64_t, 32> numbers_ PAWL_GUARDED_BY(mutex_) = {};
  std::size_t left_ PAWL_GUARDED_BY(mutex_) = 0;
};

inline constexpr std::size_t kRandomKeyBytes = 32;

// A key for HMAC or encryption.
std::array<std::uint8_t, kRandomKeyBytes> RandomKey(Random& random);

// A version 4 UUID in lower case, "1b4e28ba-2fa1-4d3b-9c5e-7b1d0f6a8e42" (RFC 4122, section 4.4).
std::string RandomUuid(Random& random);

}  // namespace pawl::platform
