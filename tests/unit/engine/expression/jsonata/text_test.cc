#include "engine/expression/jsonata/text.h"

#include <gtest/gtest.h>

namespace pawl::expression::jsonata {
namespace {

TEST(JsonataTextTest, CountsCharactersAndUnits) {
  EXPECT_EQ(CountCharacters("aé😀"), 3U);
  EXPECT_EQ(CountUtf16Units("aé😀"), 4U);
  EXPECT_EQ(CharacterOffset("aé😀", 2), 3U);
  EXPECT_EQ(CharacterOffset("aé", 9), 3U);
}

// U+FF5E is behind U+1F600 by UTF-16 units, before it by code points.
TEST(JsonataTextTest, ComparesByUtf16Units) {
  EXPECT_TRUE(CompareTexts("\uFF5E", "\U0001F600") > 0);
  EXPECT_TRUE(CompareTexts("a", "ab") < 0);
  EXPECT_TRUE(CompareTexts("é", "z") > 0);
}

TEST(JsonataTextTest, CodePointsSurviveBeingWrittenAndRead) {
  std::string text;
  for (const std::uint32_t code_point : {0x41U, 0xE9U, 0x20ACU, 0x1F600U}) {
    AppendCodePoint(text, code_point);
  }
  EXPECT_EQ(text, "Aé€😀");
  EXPECT_EQ(CodePointAt(text, 6), 0x1F600U);
}

}  // namespace
}  // namespace pawl::expression::jsonata
