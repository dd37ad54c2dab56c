#include "engine/base/utf8.h"

#include <gtest/gtest.h>

namespace pawl {
namespace {

TEST(Utf8Test, ValidTextStaysAsItIs) {
  for (const std::string& text :
       {std::string(),
        std::string("plain"),
        std::string("a\0b", 3),
        std::string("\xC2\x80 \xDF\xBF"),
        std::string("\xE0\xA0\x80 \xED\x9F\xBF \xEE\x80\x80 \xEF\xBF\xBF"),
        std::string("\xF0\x90\x80\x80 \xF4\x8F\xBF\xBF")}) {
    EXPECT_EQ(ToValidUtf8(text), text);
  }
}

// RFC 3629, section 3: overlong forms, surrogates and numbers above U+10FFFF are no sequences.
TEST(Utf8Test, EachByteOfNoSequenceIsReplaced) {
  const std::string mark = "\xEF\xBF\xBD";
  EXPECT_EQ(ToValidUtf8("a\xFFz"), "a" + mark + "z");
  EXPECT_EQ(ToValidUtf8("\x80"), mark);
  EXPECT_EQ(ToValidUtf8("\xC0\xAF"), mark + mark);
  EXPECT_EQ(ToValidUtf8("\xE0\x9F\xBF"), mark + mark + mark);
  EXPECT_EQ(ToValidUtf8("\xED\xA0\x80"), mark + mark + mark);
  EXPECT_EQ(ToValidUtf8("\xF4\x90\x80\x80"), mark + mark + mark + mark);
}

TEST(Utf8Test, TheValidPartEndsBeforeTheFirstByteOfNoSequence) {
  EXPECT_EQ(ValidUtf8Bytes(""), 0U);
  EXPECT_EQ(ValidUtf8Bytes("a\xE2\x82\xAC"), 4U);
  EXPECT_EQ(ValidUtf8Bytes("a\xE2\x82\xAC\xE2\x82z"), 4U);
  EXPECT_TRUE(IsUtf8("a\xE2\x82\xAC"));
  EXPECT_FALSE(IsUtf8("a\xE2\x82"));
}

TEST(Utf8Test, ASequenceCutShortIsReplacedAndTheRestIsKept) {
  const std::string mark = "\xEF\xBF\xBD";
  EXPECT_EQ(ToValidUtf8("\xE2\x82"), mark + mark);
  EXPECT_EQ(ToValidUtf8("\xE2\x82 \xE2\x82\xAC"), mark + mark + " \xE2\x82\xAC");
}

}  // namespace
}  // namespace pawl
