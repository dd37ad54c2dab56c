#include "engine/json/member_names.h"

#include <algorithm>
#include <bit>
#include <numeric>

namespace pawl::json {
namespace {

constexpr std::size_t kPairwiseMax = 12;
// How far a name may land from its slot before the table is given up.
constexpr std::size_t kProbesMax = 24;
constexpr std::size_t kSlotsPerName = 2;

bool SameName(const MemberName& a, const MemberName& b) {
  return a.fingerprint == b.fingerprint && a.text() == b.text();
}

}  // namespace

const MemberName* DuplicateNames::Find(std::span<const MemberName> names) {
  if (names.size() <= kPairwiseMax) {
    for (std::size_t i = 1; i < names.size(); ++i) {
      for (std::size_t j = 0; j < i; ++j) {
        if (SameName(names[i], names[j])) return &names[i];
      }
    }
    return nullptr;
  }

  // A slot holds the index of a name plus one; zero is free.
  const std::size_t slot_count = std::bit_ceil(names.size() * kSlotsPerName);
  slots_.assign(slot_count, 0);
  for (std::size_t i = 0; i < names.size(); ++i) {
    std::size_t slot = names[i].fingerprint & (slot_count - 1);
    std::size_t probes = 0;
    while (slots_[slot] != 0) {
      if (SameName(names[slots_[slot] - 1], names[i])) return &names[i];
      if (++probes == kProbesMax) return FindSorted(names);
      slot = (slot + 1) & (slot_count - 1);
    }
    slots_[slot] = static_cast<std::uint32_t>(i + 1);
  }
  return nullptr;
}

const MemberName* DuplicateNames::FindSorted(std::span<const MemberName> names) {
  std::vector<std::uint32_t> order(names.size());
  std::iota(order.begin(), order.end(), 0U);
  std::sort(order.begin(), order.end(), [names](std::uint32_t a, std::uint32_t b) {
    const int difference = names[a].text().compare(names[b].text());
    return difference != 0 ? difference < 0 : a < b;
  });
  const auto same = [names](std::uint32_t a, std::uint32_t b) {
    return names[a].text() == names[b].text();
  };
  const auto found = std::adjacent_find(order.begin(), order.end(), same);
  return found == order.end() ? nullptr : &names[*(found + 1)];
}

}  // namespace pawl::json
