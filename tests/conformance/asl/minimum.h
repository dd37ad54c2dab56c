// How many core cases are known to hold. These numbers only go up: below one of them the build is
// broken.
#pragma once

namespace pawl::test {

inline constexpr int kRunMin = 297;
inline constexpr int kOutcomeMin = 295;
inline constexpr int kCausalMin = 292;
inline constexpr int kHistoryMin = 292;

}  // namespace pawl::test
