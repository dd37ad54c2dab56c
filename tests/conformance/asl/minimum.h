// How many cases are known to hold. These numbers only go up: below one of them the build is
// broken.
#pragma once

namespace pawl::test {

inline constexpr int kRunMin = 489;
inline constexpr int kOutcomeMin = 485;
inline constexpr int kCausalMin = 473;
inline constexpr int kHistoryMin = 473;

}  // namespace pawl::test
