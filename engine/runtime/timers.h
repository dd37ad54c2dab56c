// Timers: what is due soon, in memory. A timer is only a poke: who gets it looks at the frame's own
// deadlines, so timers need no cancelling and may fire twice.
#pragma once

#include <cstddef>
#include <optional>
#include <queue>
#include <vector>

#include "engine/base/ids.h"
#include "engine/base/time.h"

namespace pawl::runtime {

struct Timer {
  Timestamp due;
  ExecutionId execution;
  FrameNumber frame;

  // The order in which timers fire: by time, and for equal times by where they go.
  auto operator<=>(const Timer&) const = default;
};

// A binary heap of 32 bytes a timer. Not thread-safe.
class Timers {
 public:
  void Arm(const Timer& timer) { heap_.push(timer); }

  // The earliest due time.
  std::optional<Timestamp> Next() const {
    if (heap_.empty()) return std::nullopt;
    return heap_.top().due;
  }

  // Takes the earliest timer due at or before `now`.
  std::optional<Timer> Take(Timestamp now) {
    if (heap_.empty() || heap_.top().due > now) return std::nullopt;
    const Timer timer = heap_.top();
    heap_.pop();
    return timer;
  }

  std::size_t size() const { return heap_.size(); }

 private:
  std::priority_queue<Timer, std::vector<Timer>, std::greater<>> heap_;
};

}  // namespace pawl::runtime
