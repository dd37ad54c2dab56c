// How many cases are known to hold. These numbers only go up: below one of them the build is
// broken.
#pragma once

namespace pawl::test {

inline constexpr int kRunMin = 499;
inline constexpr int kOutcomeMin = 496;
inline constexpr int kCausalMin = 484;
inline constexpr int kHistoryMin = 484;

}  // namespace pawl::test
