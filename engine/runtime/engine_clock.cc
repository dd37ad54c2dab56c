#include "engine/runtime/engine_clock.h"

#include <algorithm>

namespace pawl::runtime {
namespace {

// A microsecond of slew for every twenty that pass.
constexpr std::int64_t kSlewDivisor = 20;

}  // namespace

EngineClock::EngineClock(platform::Clock& clock, Timestamp high_water)
    : clock_(clock),
      monotonic_(clock.MonotonicNow()),
      now_(std::max(clock.WallNow(), high_water)) {}

Timestamp EngineClock::Now() {
  const MutexLock lock(mutex_);
  const std::chrono::nanoseconds monotonic = clock_.MonotonicNow();
  const auto passed = std::chrono::duration_cast<Duration>(monotonic - monotonic_);
  if (passed <= Duration::zero()) return now_;
  monotonic_ += passed;
  now_ += passed;
  const Duration slew_max = passed / kSlewDivisor;
  now_ += std::clamp(clock_.WallNow() - now_, -slew_max, slew_max);
  return now_;
}

}  // namespace pawl::runtime
