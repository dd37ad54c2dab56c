// How much a page of a listing holds.
#pragma once

#include <algorithm>
#include <cstddef>

namespace pawl::runtime {

inline constexpr std::size_t kPageSizeMax = 1'000;

// 1 to kPageSizeMax; more is taken as the most.
constexpr std::size_t PageSize(std::size_t asked) {
  return std::clamp<std::size_t>(asked, 1, kPageSizeMax);
}

}  // namespace pawl::runtime
