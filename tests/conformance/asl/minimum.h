// How many core cases are known to hold. These numbers only go up: below one of them the build is
// broken.
#pragma once

namespace pawl::test {

inline constexpr int kRunMin = 297;
inline constexpr int kOutcomeMin = 293;
inline constexpr int kCausalMin = 290;
inline constexpr int kHistoryMin = 290;

}  // namespace pawl::test
