// Latencies of a run, and what to say of them.
#pragma once

#include <chrono>
#include <cstddef>
#include <vector>

namespace pawl::bench {

class Latencies {
 public:
  void Add(std::chrono::nanoseconds latency) { all_.push_back(latency); }

  std::size_t count() const { return all_.size(); }

  // In milliseconds; `fraction` is between 0 and 1. 0 if there are none.
  double Quantile(double fraction) const;

 private:
  std::vector<std::chrono::nanoseconds> all_;
};

}  // namespace pawl::bench
