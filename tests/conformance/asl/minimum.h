// How many core cases are known to hold. These numbers only go up: below one of them the build is
// broken.
#pragma once

namespace pawl::test {

inline constexpr int kRunMin = 301;
inline constexpr int kOutcomeMin = 299;
inline constexpr int kCausalMin = 296;
inline constexpr int kHistoryMin = 296;

}  // namespace pawl::test
