// InvocationPace: how many invocations a child may be given at once.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>

namespace pawl::workers {

// A message to a child costs more than running a trivial function, so a fast function gets several
// invocations at once; a slow one gets one, because those behind it would wait. Pure.
class InvocationPace {
 public:
  static constexpr std::size_t kDepthMax = 64;

  void Note(std::chrono::microseconds duration);

  // From 1 to kDepthMax.
  std::size_t depth() const;

 private:
  // How long an invocation takes, as a moving average, and how many were measured.
  double mean_micros_ = 0;
  std::uint64_t measured_ = 0;
};

}  // namespace pawl::workers
