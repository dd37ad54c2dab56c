#include "engine/objects/item_cursor.h"

#include <gtest/gtest.h>

#include <limits>
#include <string>

namespace pawl::test {
namespace {

using objects::DecodeCursor;
using objects::EncodeCursor;
using objects::InputType;
using objects::ItemCursor;
using objects::ItemReaderOptions;

constexpr std::uint64_t kMax = std::numeric_limits<std::uint64_t>::max();

const ItemReaderOptions kOptions{
    .bucket = "bucket", .key = "key", .input_type = InputType::kCsv, .csv_headers = {"a"}};
const ItemCursor kCursor{.items = 7,
                         .objects = 2,
                         .key = "a/b",
                         .manifest_tag = kMax,
                         .is_in_object = true,
                         .object_tag = 12345,
                         .position = {.offset = 99, .line = 3, .count = 2, .is_object = true}};

TEST(ItemCursorTest, ReadsBackWhatWasWritten) {
  EXPECT_EQ(DecodeCursor(EncodeCursor(kCursor, kOptions), kOptions).value(), kCursor);
  EXPECT_EQ(DecodeCursor(EncodeCursor({}, kOptions), kOptions).value(), ItemCursor());
}

TEST(ItemCursorTest, IsShort) {
  EXPECT_LT(EncodeCursor(kCursor, kOptions).size(), 150U);
  ItemCursor largest{.items = kMax,
                     .objects = kMax,
                     .key = std::string(1024, 'x'),
                     .manifest_tag = kMax,
                     .is_in_object = true,
                     .object_tag = kMax,
                     .position = {.offset = kMax, .line = kMax, .count = kMax}};
  EXPECT_EQ(DecodeCursor(EncodeCursor(largest, kOptions), kOptions).value(), largest);
  EXPECT_LT(EncodeCursor(largest, kOptions).size(), 2300U);
}

TEST(ItemCursorTest, BelongsToItsOptions) {
  const std::string text = EncodeCursor(kCursor, kOptions);
  ItemReaderOptions other = kOptions;
  other.max_items = 9;
  other.read_bytes = 1;
  EXPECT_TRUE(DecodeCursor(text, other).ok());
  other.csv_headers = {"b"};
  EXPECT_EQ(DecodeCursor(text, other).status().field(), "cursor");
}

TEST(ItemCursorTest, RefusesWhatIsNoCursor) {
  const std::string text = EncodeCursor(kCursor, kOptions);
  for (std::size_t i = 0; i < text.size(); ++i) {
    std::string changed = text;
    changed[i] = changed[i] == '0' ? '1' : '0';
    EXPECT_EQ(DecodeCursor(changed, kOptions).status().code(), StatusCode::kInvalidArgument);
    EXPECT_FALSE(DecodeCursor(text.substr(0, i), kOptions).ok());
  }
  EXPECT_FALSE(DecodeCursor(text + "00", kOptions).ok());
  EXPECT_FALSE(DecodeCursor(std::string(1'000'000, '0'), kOptions).ok());
}

}  // namespace
}  // namespace pawl::test
