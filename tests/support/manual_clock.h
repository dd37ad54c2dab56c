// A clock that stands still until the test moves it.
#pragma once

#include <chrono>

#include "engine/base/check.h"
#include "engine/base/mutex.h"
#include "engine/platform/clock.h"

namespace pawl::test {

class ManualClock final : public platform::Clock {
 public:
  // 2026-01-01T00:00:00Z, so that times in a failed test's output are easy to read.
  static constexpr Timestamp kStart = FromMicros(1'767'225'600'000'000);

  explicit ManualClock(Timestamp wall = kStart) : wall_(wall) {}

  Timestamp WallNow() override {
    const MutexLock lock(mutex_);
    return wall_;
  }

  std::chrono::nanoseconds MonotonicNow() override {
    const MutexLock lock(mutex_);
    return monotonic_;
  }

  // Time passes: both clocks go forward. `by` is not negative.
  void Advance(Duration by) {
    PAWL_CHECK(by >= Duration::zero());
    const MutexLock lock(mutex_);
    wall_ += by;
    monotonic_ += by;
  }

  // Somebody sets the wall clock, possibly backwards; the monotonic clock does not move.
  void SetWall(Timestamp wall) {
    const MutexLock lock(mutex_);
    wall_ = wall;
  }

 private:
  Mutex mutex_;
  Timestamp wall_ PAWL_GUARDED_BY(mutex_);
  // Not zero: a zero in a result is then a forgotten clock.
  std::chrono::nanoseconds monotonic_ PAWL_GUARDED_BY(mutex_) = std::chrono::hours(1);
};

}  // namespace pawl::test
