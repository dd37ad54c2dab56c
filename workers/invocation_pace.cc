#include "workers/invocation_pace.h"

#include <algorithm>

namespace pawl::workers {
namespace {

// A function is fast when its invocations take less than this on average.
constexpr double kFastMicros = 1'000;
// It gets as many at once as take about this long together.
constexpr double kTogetherMicros = 2'000;
constexpr std::uint64_t kMeasuredMin = 4;
// The average is one of about so many invocations: a single slow one ends the haste at once.
constexpr std::uint64_t kAveraged = 16;

}  // namespace

void InvocationPace::Note(std::chrono::microseconds duration) {
  ++measured_;
  const auto weight = static_cast<double>(std::min(measured_, kAveraged));
  mean_micros_ += (static_cast<double>(duration.count()) - mean_micros_) / weight;
}

std::size_t InvocationPace::depth() const {
  if (measured_ < kMeasuredMin || mean_micros_ >= kFastMicros) return 1;
  const auto depth = static_cast<std::size_t>(kTogetherMicros / (mean_micros_ + 1));
  return std::clamp<std::size_t>(depth, 1, kDepthMax);
}

}  // namespace pawl::workers
