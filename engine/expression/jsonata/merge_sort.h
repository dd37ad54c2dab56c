// A stable merge sort whose comparison may fail.
#pragma once

#include <cstddef>
#include <numeric>
#include <optional>
#include <vector>

namespace pawl::expression::jsonata {

// The places 0 to `count` - 1 in sorted order. `is_behind(a, b)` says whether the item at `a`,
// which stands before the one at `b`, belongs behind it; nullopt ends the sort, which then gives
// nullopt. The comparisons are those of the textbook's recursive sort that splits in the middle,
// left half first.
template <typename IsBehind>
bool MergeSortRange(std::vector<std::size_t>& places,
                    std::vector<std::size_t>& merged,
                    std::size_t begin,
                    std::size_t end,
                    const IsBehind& is_behind) {
  if (end - begin <= 1) return true;
  const std::size_t middle = begin + (end - begin) / 2;
  if (!MergeSortRange(places, merged, begin, middle, is_behind) ||
      !MergeSortRange(places, merged, middle, end, is_behind)) {
    return false;
  }
  std::size_t left = begin;
  std::size_t right = middle;
  merged.clear();
  while (left < middle && right < end) {
    const std::optional<bool> swaps = is_behind(places[left], places[right]);
    if (!swaps) return false;
    merged.push_back(*swaps ? places[right++] : places[left++]);
  }
  while (left < middle) {
    merged.push_back(places[left++]);
  }
  for (std::size_t i = 0; i < merged.size(); ++i) {
    places[begin + i] = merged[i];
  }
  return true;
}

template <typename IsBehind>
std::optional<std::vector<std::size_t>> MergeSort(std::size_t count, const IsBehind& is_behind) {
  std::vector<std::size_t> places(count);
  std::iota(places.begin(), places.end(), std::size_t{0});
  std::vector<std::size_t> merged;
  merged.reserve(count);
  if (!MergeSortRange(places, merged, 0, count, is_behind)) return std::nullopt;
  return places;
}

}  // namespace pawl::expression::jsonata
