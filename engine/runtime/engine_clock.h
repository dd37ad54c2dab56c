// EngineClock: the engine's one time. It follows the wall clock smoothly and never runs backwards,
// also not over a restart.
#pragma once

#include <cstdint>

#include "engine/base/mutex.h"
#include "engine/base/time.h"
#include "engine/platform/clock.h"

namespace pawl::runtime {

// Time runs with the monotonic clock on an offset fixed at start. Where the wall clock is set,
// engine time is slewed towards it by at most 1 part in 20, so that no wait ends early by more than
// that and none is skipped. Threads: safe from any thread.
class EngineClock {
 public:
  // `high_water` is the latest time found in the store: engine time begins at it or later.
  EngineClock(platform::Clock& clock, Timestamp high_water);

  Timestamp Now();

 private:
  platform::Clock& clock_;
  Mutex mutex_;
  std::chrono::nanoseconds monotonic_ PAWL_GUARDED_BY(mutex_);
  Timestamp now_ PAWL_GUARDED_BY(mutex_);
};

}  // namespace pawl::runtime
