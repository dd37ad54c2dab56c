#include "engine/rows/tags_row.h"

#include <gtest/gtest.h>

namespace pawl::rows {
namespace {

TEST(TagsRowTest, TagsComeBack) {
  const TagsRow tags{{"a", "1"}, {"b", ""}};
  const std::string value = EncodeTags(tags);
  EXPECT_EQ(*DecodeTags(value), tags);
  for (std::size_t size = 0; size < value.size(); ++size)
    EXPECT_EQ(DecodeTags(value.substr(0, size)).status().code(), StatusCode::kDataLoss) << size;
}

TEST(TagsRowTest, AKeyThatComesTwiceIsDataLoss) {
  std::string value = EncodeTags({{"a", ""}, {"b", ""}});
  value[value.find('b')] = 'a';
  EXPECT_EQ(DecodeTags(value).status().code(), StatusCode::kDataLoss);
}

}  // namespace
}  // namespace pawl::rows
