// How many cases are known to hold. These numbers only go up: below one of them the build is
// broken.
#pragma once

namespace pawl::test {

inline constexpr int kRunMin = 351;
inline constexpr int kOutcomeMin = 347;
inline constexpr int kCausalMin = 337;
inline constexpr int kHistoryMin = 337;

}  // namespace pawl::test
