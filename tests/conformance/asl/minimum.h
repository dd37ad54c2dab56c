// How many core cases are known to hold. These numbers only go up: below one of them the build is
// broken.
#pragma once

namespace pawl::test {

inline constexpr int kRunMin = 182;
inline constexpr int kOutcomeMin = 180;
inline constexpr int kCausalMin = 177;
inline constexpr int kHistoryMin = 177;

}  // namespace pawl::test
