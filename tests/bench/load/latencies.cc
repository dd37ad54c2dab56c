#include "tests/bench/load/latencies.h"

#include <algorithm>

namespace pawl::bench {

double Latencies::Quantile(double fraction) const {
  if (all_.empty()) return 0;
  std::vector<std::chrono::nanoseconds> sorted = all_;
  const auto place = static_cast<std::ptrdiff_t>(fraction * static_cast<double>(sorted.size() - 1));
  std::nth_element(sorted.begin(), sorted.begin() + place, sorted.end());
  return std::chrono::duration<double, std::milli>(sorted[static_cast<std::size_t>(place)]).count();
}

}  // namespace pawl::bench
