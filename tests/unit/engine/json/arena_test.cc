#include "engine/json/arena.h"

#include <gtest/gtest.h>

#include <cstdint>
#include <cstring>
#include <string>

namespace pawl::json {
namespace {

TEST(ArenaTest, AllocationsAreAlignedAndDoNotOverlap) {
  Arena arena;
  for (std::size_t size = 1; size < 500; ++size) {
    void* const first = arena.Allocate(size);
    void* const second = arena.Allocate(size);
    EXPECT_EQ(reinterpret_cast<std::uintptr_t>(first) % 8, 0U);
    std::memset(first, 1, size);
    std::memset(second, 2, size);
    EXPECT_EQ(static_cast<char*>(first)[size - 1], 1);
  }
}

TEST(ArenaTest, ACopyOutlivesItsSource) {
  Arena arena;
  std::string source = "text";
  const std::string_view copy = arena.Copy(source);
  source = "gone";
  EXPECT_EQ(copy, "text");
}

TEST(ArenaTest, AnUnusedArenaTakesNoMemory) {
  EXPECT_EQ(Arena().allocated_bytes(), 0U);
}

TEST(ArenaTest, ResetKeepsOneBlockAndUsesItAgain) {
  Arena arena;
  for (int i = 0; i < 100; ++i) {
    arena.Allocate(1000);
  }
  arena.Reset();
  const std::size_t kept = arena.allocated_bytes();
  EXPECT_GT(kept, 0U);
  EXPECT_LT(kept, 100'000U);
  arena.Allocate(1000);
  EXPECT_EQ(arena.allocated_bytes(), kept);
}

TEST(ArenaTest, ABlockLargerThanAnyOtherFits) {
  Arena arena;
  arena.Allocate(8);
  void* const large = arena.Allocate(10'000'000);
  std::memset(large, 7, 10'000'000);
  EXPECT_GE(arena.allocated_bytes(), 10'000'000U);
}

}  // namespace
}  // namespace pawl::json
