#include "server/cli/terminal_text.h"

#include <gtest/gtest.h>

namespace pawl::cli {
namespace {

TEST(TerminalTextTest, OrdinaryTextStaysAsItIs) {
  EXPECT_EQ(SafeText("Grüße, 世界 🚀"), "Grüße, 世界 🚀");
}

TEST(TerminalTextTest, EscapeSequencesAreShownNotObeyed) {
  EXPECT_EQ(SafeText("\x1b[2J\x07 a\nb"), "\\u001b[2J\\u0007 a\\u000ab");
}

TEST(TerminalTextTest, C1ControlsAndDirectionOverridesAreShownNotObeyed) {
  EXPECT_EQ(SafeText("\xc2\x9b"
                     "31m"),
            "\\u009b31m");
  EXPECT_EQ(SafeText("a\xe2\x80\xae"
                     "b"),
            "a\\u202eb");
}

TEST(TerminalTextTest, BytesThatAreNoUtf8AreShownAsNumbers) {
  EXPECT_EQ(SafeText("a\xff\xc0\xaf"), "a\\xff\\xc0\\xaf");
  EXPECT_EQ(SafeText("\xed\xa0\x80"), "\\xed\\xa0\\x80");
  EXPECT_EQ(SafeText("\xe4\xb8"), "\\xe4\\xb8");
}

TEST(TerminalTextTest, JsonKeepsItsValueAndItsLines) {
  EXPECT_EQ(SafeJson("{\n\"a\": \"\x7f\xc2\x9b\"}"), "{\n\"a\": \"\\u007f\\u009b\"}");
}

TEST(TerminalTextTest, LongTextIsCutAtACharacter) {
  EXPECT_EQ(SafeText("äöüß", 4), "äöüß");
  EXPECT_EQ(SafeText("äöüß", 3), "äö…");
  EXPECT_EQ(SafeText("äöüß", 1), "…");
  EXPECT_EQ(SafeText("äöüß", 0), "");
}

}  // namespace
}  // namespace pawl::cli
