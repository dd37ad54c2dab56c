#include "engine/platform/random.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>

#include "tests/support/seeded_random_source.h"

namespace pawl::platform {
namespace {

using ::testing::MatchesRegex;

TEST(SystemRandomTest, DrawsAnotherNumberEachTime) {
  SystemRandom random;
  std::set<std::uint64_t> drawn;
  for (int i = 0; i < 1000; ++i) {
    drawn.insert(random.Next64());
  }
  EXPECT_EQ(drawn.size(), 1000U);
}

TEST(RandomUuidTest, IsAVersionFourUuidOfTheRfcVariant) {
  test::SeededRandomSource random(1);
  for (int i = 0; i < 100; ++i) {
    EXPECT_THAT(RandomUuid(random),
                MatchesRegex("[0-9a-f]+-[0-9a-f]+-4[0-9a-f]+-[89ab][0-9a-f]+-[0-9a-f]+"));
    EXPECT_EQ(RandomUuid(random).size(), 36U);
  }
}

TEST(RandomUuidTest, IsAFunctionOfItsSource) {
  test::SeededRandomSource one(7);
  test::SeededRandomSource same(7);
  test::SeededRandomSource other(8);
  const std::string uuid = RandomUuid(one);
  EXPECT_EQ(RandomUuid(same), uuid);
  EXPECT_NE(RandomUuid(other), uuid);
}

TEST(RandomKeyTest, UsesEveryByteOfItsSource) {
  SystemRandom random;
  // Each byte is zero in all of 64 keys with a probability of 2^-512.
  std::array<std::uint8_t, kRandomKeyBytes> seen{};
  for (int i = 0; i < 64; ++i) {
    const auto key = RandomKey(random);
    for (std::size_t byte = 0; byte < key.size(); ++byte) {
      seen[byte] = static_cast<std::uint8_t>(seen[byte] | key[byte]);
    }
  }
  for (const std::uint8_t bits : seen) {
    EXPECT_NE(bits, 0);
  }
}

}  // namespace
}  // namespace pawl::platform
