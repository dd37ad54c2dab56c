// How many core cases are known to hold. These numbers only go up: below one of them the build is
// broken.
#pragma once

namespace pawl::test {

inline constexpr int kRunMin = 207;
inline constexpr int kOutcomeMin = 204;
inline constexpr int kCausalMin = 201;
inline constexpr int kHistoryMin = 201;

}  // namespace pawl::test
