#include "engine/base/coding.h"

#include <gtest/gtest.h>

#include <limits>
#include <string>

namespace pawl {
namespace {

TEST(CodingTest, BigEndianOrderIsNumericOrder) {
  std::string small;
  std::string large;
  Encoder(small).BigEndian64(255);
  Encoder(large).BigEndian64(256);
  EXPECT_LT(small, large);
}

TEST(CodingTest, VarintsComeBackAtEveryLength) {
  for (unsigned shift = 0; shift < 64; ++shift) {
    const std::uint64_t value = std::uint64_t{1} << shift;
    std::string bytes;
    Encoder(bytes).Varint(value);
    Decoder decoder(bytes);
    EXPECT_EQ(decoder.Varint(), value);
    EXPECT_TRUE(decoder.Finished());
  }
}

TEST(CodingTest, SignedVarintsKeepTheExtremes) {
  for (const std::int64_t value : {std::int64_t{0},
                                   std::int64_t{-1},
                                   std::numeric_limits<std::int64_t>::min(),
                                   std::numeric_limits<std::int64_t>::max()}) {
    std::string bytes;
    Encoder(bytes).SignedVarint(value);
    EXPECT_EQ(Decoder(bytes).SignedVarint(), value);
  }
}

TEST(CodingTest, AVarintOfMoreThanSixtyFourBitsIsRefused) {
  Decoder decoder(std::string_view("\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\x02", 10));
  EXPECT_EQ(decoder.Varint(), 0U);
  EXPECT_FALSE(decoder.ok());
}

TEST(CodingTest, AStringLongerThanTheRestIsRefused) {
  std::string bytes;
  Encoder(bytes).Varint(5);
  bytes += "abc";
  Decoder decoder(bytes);
  EXPECT_EQ(decoder.String(), "");
  EXPECT_FALSE(decoder.ok());
  EXPECT_EQ(decoder.Byte(), 0);
}

}  // namespace
}  // namespace pawl
