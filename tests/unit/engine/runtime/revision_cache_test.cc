#include "engine/runtime/revision_cache.h"

#include <gtest/gtest.h>

#include <cstddef>
#include <memory>

namespace pawl::runtime {
namespace {

TEST(RevisionCacheTest, AStateMachineOfMoreThanTheBoundIsKeptAlone) {
  RevisionCache cache;
  const auto machine = std::make_shared<const asl::StateMachine>();
  cache.Remember({1, "small", 1}, machine, 1);
  cache.Remember({1, "large", 1}, machine, RevisionCache::kBytesMax);
  EXPECT_EQ(cache.Find({1, "small", 1}), nullptr);
  EXPECT_EQ(cache.Find({1, "large", 1}), machine);
  cache.Remember({1, "small", 1}, machine, 1);
  EXPECT_EQ(cache.Find({1, "large", 1}), nullptr);
  EXPECT_EQ(cache.Find({1, "small", 1}), machine);
  const std::size_t bytes = cache.bytes();
  cache.Remember({1, "small", 1}, machine, 1);
  EXPECT_EQ(cache.bytes(), bytes);
}

}  // namespace
}  // namespace pawl::runtime
