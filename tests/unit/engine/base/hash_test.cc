#include "engine/base/hash.h"

#include <gtest/gtest.h>

namespace pawl {
namespace {

// Shards and seeds are stored, so the hash may never change. The values are XXH3's own
// (xxhsum -H3 prints the first).
TEST(HashTest, IsXxh3OnEveryMachine) {
  EXPECT_EQ(HashBytes(""), 0x2D06800538D394C2U);
  EXPECT_NE(HashBytes("a"), HashBytes("b"));
  EXPECT_NE(HashBytes("a", 1), HashBytes("a", 2));
}

TEST(HashTest, CombineDependsOnTheOrder) {
  EXPECT_NE(HashCombine(1, 2), HashCombine(2, 1));
}

}  // namespace
}  // namespace pawl
