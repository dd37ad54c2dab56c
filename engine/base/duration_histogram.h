// DurationHistogram: how often things took how long, in buckets as Prometheus has them.
#pragma once

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>

namespace pawl {

struct DurationHistogram {
  // Upper bounds of the buckets, inclusive, in seconds: a commit takes the first of them, a
  // function any. What is longer is in one more.
  static constexpr std::array kBounds = {0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01,
                                         0.025,  0.05,    0.1,    0.25,  0.5,    1.0,   2.5,
                                         5.0,    10.0,    30.0,   60.0,  300.0,  900.0};

  // How many fell into each bucket alone.
  std::array<std::uint64_t, kBounds.size() + 1> counts = {};
  double sum_seconds = 0;

  // Negative is nothing: a clock was set.
  void Add(std::chrono::duration<double> duration) {
    const double seconds = duration.count() > 0 ? duration.count() : 0;
    std::size_t bucket = 0;
    while (bucket < kBounds.size() && seconds > kBounds[bucket])
      ++bucket;
    ++counts[bucket];
    sum_seconds += seconds;
  }

  void Add(const DurationHistogram& other) {
    for (std::size_t i = 0; i < counts.size(); ++i)
      counts[i] += other.counts[i];
    sum_seconds += other.sum_seconds;
  }

  bool operator==(const DurationHistogram&) const = default;
};

}  // namespace pawl
