// The platform's Random, foreseeable: the same seed gives the same numbers.
#pragma once

#include <cstdint>

#include "engine/base/mutex.h"
#include "engine/base/random.h"
#include "engine/platform/random.h"

namespace pawl::test {

class SeededRandomSource final : public platform::Random {
 public:
  explicit SeededRandomSource(std::uint64_t seed) : random_(seed) {}

  std::uint64_t Next64() override {
    const MutexLock lock(mutex_);
    return random_.Next();
  }

 private:
  Mutex mutex_;
  SeededRandom random_ PAWL_GUARDED_BY(mutex_);
};

}  // namespace pawl::test
