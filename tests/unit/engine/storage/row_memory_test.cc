#include "engine/storage/row_memory.h"

#include <gtest/gtest.h>

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <memory>
#include <optional>
#include <random>
#include <utility>
#include <vector>

namespace pawl::storage {
namespace {

TEST(RowMemoryTest, WhatIsTakenIsAlignedAndApart) {
  RowMemory memory(std::make_shared<RowRegions>());
  std::mt19937 random(1);
  std::vector<std::pair<unsigned char*, std::size_t>> taken;
  for (std::size_t i = 0; i < 2000; ++i) {
    const std::size_t bytes = i % 100 == 0 ? RowMemory::kBytesMax : random() % 300;
    auto* const begin = static_cast<unsigned char*>(memory.Take(bytes));
    EXPECT_EQ(reinterpret_cast<std::uintptr_t>(begin) % alignof(void*), 0U);
    std::memset(begin, static_cast<int>(i % 251), bytes);
    taken.emplace_back(begin, bytes);
  }
  std::size_t sum = 0;
  for (std::size_t i = 0; i < taken.size(); ++i) {
    const auto [begin, bytes] = taken[i];
    for (std::size_t at = 0; at < bytes; ++at)
      ASSERT_EQ(begin[at], i % 251) << i;
    sum += bytes;
  }
  EXPECT_GE(memory.used_bytes(), sum);
  EXPECT_LE(memory.used_bytes(), memory.regions() * RowRegions::kBytes);
  EXPECT_GT(memory.used_bytes(), (memory.regions() - 1) * RowRegions::kBytes);
}

TEST(RowMemoryTest, RegionsBeginWhereHugePagesDo) {
  RowRegions regions;
  std::byte* const region = regions.Take();
  EXPECT_EQ(reinterpret_cast<std::uintptr_t>(region) % RowRegions::kBytes, 0U);
  std::memset(region, 1, RowRegions::kBytes);
  regions.GiveBack(region);
}

TEST(RowMemoryTest, TheNextOneHasTheRegionsOfTheLast) {
  const auto regions = std::make_shared<RowRegions>();
  std::optional<RowMemory> memory(regions);
  const void* const first = memory->Take(8);
  memory.reset();
  EXPECT_EQ(regions->spares(), 1U);
  memory.emplace(regions);
  EXPECT_EQ(memory->Take(8), first);
  EXPECT_EQ(regions->spares(), 0U);
}

TEST(RowMemoryTest, SparesAreBounded) {
  const auto regions = std::make_shared<RowRegions>();
  {
    RowMemory memory(regions);
    while (memory.regions() < 2 * RowRegions::kSparesMax)
      (void)memory.Take(RowMemory::kBytesMax);
    EXPECT_EQ(regions->spares(), 0U);
  }
  EXPECT_EQ(regions->spares(), RowRegions::kSparesMax);
}

}  // namespace
}  // namespace pawl::storage
