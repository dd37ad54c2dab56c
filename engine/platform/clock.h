// Clock: the two times the operating system tells. Objects get one by constructor; tests give them
// a ManualClock (tests/support).
#pragma once

#include <chrono>

#include "engine/base/time.h"

namespace pawl::platform {

// Threads: safe from any thread.
class Clock {
 public:
  Clock() = default;
  Clock(const Clock&) = delete;
  Clock& operator=(const Clock&) = delete;
  virtual ~Clock() = default;

  // The time people agree on. It jumps when somebody sets it, backwards too.
  virtual Timestamp WallNow() = 0;
  // Time since some fixed point, which never runs backwards. It is comparable within one process
  // and stands still while the machine sleeps.
  virtual std::chrono::nanoseconds MonotonicNow() = 0;
};

// CLOCK_REALTIME and CLOCK_MONOTONIC.
class SystemClock final : public Clock {
 public:
  Timestamp WallNow() override;
  std::chrono::nanoseconds MonotonicNow() override;
};

}  // namespace pawl::platform
