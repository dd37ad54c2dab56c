#include "engine/platform/clock.h"

namespace pawl::platform {

Timestamp SystemClock::WallNow() {
  return std::chrono::floor<Duration>(std::chrono::system_clock::now());
}

std::chrono::nanoseconds SystemClock::MonotonicNow() {
  return std::chrono::steady_clock::now().time_since_epoch();
}

}  // namespace pawl::platform
