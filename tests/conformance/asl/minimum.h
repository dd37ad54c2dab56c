// How many core cases are known to hold. These numbers only go up: below one of them the build is
// broken.
#pragma once

namespace pawl::test {

inline constexpr int kRunMin = 439;
inline constexpr int kOutcomeMin = 437;
inline constexpr int kCausalMin = 434;
inline constexpr int kHistoryMin = 434;

}  // namespace pawl::test
