#include "engine/json/parse.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "engine/json/write.h"

namespace pawl::json {
namespace {

using testing::HasSubstr;
using testing::StartsWith;

// What Check and Parse say, which must be the same. "ok" if they accept.
std::string Verdict(std::string_view text, std::size_t depth_max = kJsonDepthMax) {
  Arena arena;
  const Status checked = Check(text, depth_max);
  const Status parsed = Parse(text, arena, depth_max).status();
  EXPECT_EQ(checked, parsed) << text.substr(0, 100);
  if (checked.ok()) return "ok";
  EXPECT_EQ(checked.code(), StatusCode::kInvalidArgument);
  return checked.message();
}

TEST(ParseTest, EveryKindOfValueIsRead) {
  Arena arena;
  const Value root =
      Parse(" [null, true, false, -1.5E+3, \"text\", [], {}, {\"a\": 0}]\r\n\t", arena).value();
  ASSERT_EQ(root.items().size(), 8U);
  EXPECT_TRUE(root.items()[0].is_null());
  EXPECT_TRUE(root.items()[1].boolean());
  EXPECT_FALSE(root.items()[2].boolean());
  EXPECT_EQ(root.items()[3].number_text(), "-1.5E+3");
  EXPECT_EQ(root.items()[4].string(), "text");
  EXPECT_TRUE(root.items()[5].items().empty());
  EXPECT_TRUE(root.items()[6].members().empty());
  EXPECT_EQ(root.items()[7].Find("a")->AsInt64(), 0);
}

TEST(ParseTest, EscapesAreDecoded) {
  Arena arena;
  const Value root =
      Parse(R"({"\u0061\n": "x\"\\\/\b\f\r\t\u00e9\u20AC\uD83D\uDE00y"})", arena).value();
  EXPECT_EQ(root.members()[0].name, "a\n");
  EXPECT_EQ(root.members()[0].value.string(), "x\"\\/\b\f\r\té€😀y");
}

TEST(ParseTest, StringsWithoutEscapesPointIntoTheText) {
  Arena arena;
  const std::string text = R"(["plain", 12])";
  const Value root = Parse(text, arena).value();
  EXPECT_EQ(root.items()[0].string().data(), text.data() + 2);
  EXPECT_EQ(root.items()[1].number_text().data(), text.data() + 10);
}

TEST(ParseTest, AStringMayHoldAnEncodedNul) {
  Arena arena;
  const Value root = Parse(R"("a\u0000b")", arena).value();
  EXPECT_EQ(root.string(), std::string_view("a\0b", 3));
}

TEST(ParseTest, ErrorsNameLineColumnAndWhatWasExpected) {
  EXPECT_EQ(Verdict(R"({"a": 1])"),
            "line 1, column 8: expected ',' or '}' after a member, found ']' (byte offset 7)");
  EXPECT_EQ(Verdict("[1,\n  2 3]"),
            "line 2, column 5: expected ',' or ']' after an item, found '3' (byte offset 8)");
  EXPECT_THAT(Verdict("{\"é\": nope}"),
              StartsWith("line 1, column 7: expected a value (object, array, string, number, true, "
                         "false or null), found 'nope'"));
  EXPECT_THAT(Verdict(""), StartsWith("line 1, column 1: expected a value"));
  EXPECT_THAT(Verdict(" "), HasSubstr("found the end of the text"));
  EXPECT_THAT(Verdict("{'a': 1}"),
              HasSubstr("expected a member name in double quotes or '}', found '''"));
  EXPECT_THAT(Verdict(R"({"a": 1,})"), HasSubstr("expected a member name in double quotes"));
  EXPECT_THAT(Verdict(R"({"a" 1})"), HasSubstr("expected ':' after a member name, found '1'"));
  EXPECT_THAT(Verdict("1 2"), HasSubstr("expected the end of the text after the value, found '2'"));
  EXPECT_THAT(Verdict("\xEF\xBB\xBF{}"), HasSubstr("found a byte order mark"));
  EXPECT_THAT(Verdict("\"abc"), StartsWith("line 1, column 1: expected a string to end"));
}

class RefusedTextTest : public testing::TestWithParam<std::string_view> {};

TEST_P(RefusedTextTest, IsRefusedByCheckAndParse) {
  EXPECT_NE(Verdict(GetParam()), "ok") << GetParam();
}

INSTANTIATE_TEST_SUITE_P(Rfc8259,
                         RefusedTextTest,
                         testing::Values("[1,]",
                                         "[,1]",
                                         "[",
                                         "]",
                                         "{",
                                         "}",
                                         "[1",
                                         "[1,",
                                         "{\"a\"",
                                         "{\"a\":",
                                         "{\"a\":1",
                                         "{\"a\":1,",
                                         "{1:2}",
                                         "{a:1}",
                                         "{\"a\":1 \"b\":2}",
                                         "[1}",
                                         "{\"a\":1]",
                                         "tru",
                                         "truee",
                                         "True",
                                         "nul",
                                         "nulll",
                                         "NaN",
                                         "Infinity",
                                         "-Infinity",
                                         "-",
                                         "+1",
                                         "01",
                                         "-01",
                                         "1.",
                                         ".5",
                                         "1.e1",
                                         "1e",
                                         "1e+",
                                         "0x10",
                                         "1_000",
                                         "--1",
                                         "1 1",
                                         "'a'",
                                         "\"\\x\"",
                                         "\"\\u12\"",
                                         "\"\\u12g4\"",
                                         "\"\\",
                                         "\"a\nb\"",
                                         "\"\x01\"",
                                         "// c\n1",
                                         "/* c */1",
                                         "[1]x",
                                         "undefined",
                                         "\x0c[]"));

INSTANTIATE_TEST_SUITE_P(InvalidUtf8,
                         RefusedTextTest,
                         testing::Values("\"\x80\"",
                                         "\"\xC0\x80\"",
                                         "\"\xC1\xBF\"",
                                         "\"\xE0\x80\x80\"",
                                         "\"\xED\xA0\x80\"",
                                         "\"\xED\xBF\xBF\"",
                                         "\"\xF0\x80\x80\x80\"",
                                         "\"\xF4\x90\x80\x80\"",
                                         "\"\xF5\x80\x80\x80\"",
                                         "\"\xFF\"",
                                         "\"\xC3\"",
                                         "\"\xE2\x82\"",
                                         "\"\xF0\x9F\x98\"",
                                         "{\"\xC3\": 1}"));

INSTANTIATE_TEST_SUITE_P(LoneSurrogates,
                         RefusedTextTest,
                         testing::Values(R"("\ud800")",
                                         R"("\udc00")",
                                         R"("\ud800x")",
                                         R"("\ud800\n")",
                                         R"("\ud800\ud800")",
                                         R"("\udc00\ud800")",
                                         R"("\ud800A")",
                                         R"({"\ud800": 1})"));

TEST(ParseTest, TheLimitsOfUtf8AreAccepted) {
  EXPECT_EQ(Verdict("\"\xC2\x80 \xDF\xBF \xE0\xA0\x80 \xED\x9F\xBF \xEE\x80\x80 \xEF\xBF\xBF "
                    "\xF0\x90\x80\x80 \xF4\x8F\xBF\xBF\""),
            "ok");
}

TEST(ParseTest, InvalidBytesAreFoundAtEveryPlace) {
  for (std::size_t place = 0; place < 70; ++place) {
    std::string text(70, 'x');
    text[place] = '\xFF';
    EXPECT_THAT(Verdict("\"" + text + "\""), HasSubstr("expected UTF-8, found the byte 0xFF"));
    text[place] = '\n';
    EXPECT_THAT(Verdict("\"" + text + "\""), HasSubstr("control character U+000A"));
  }
}

TEST(ParseTest, DuplicateMemberNamesAreRefused) {
  EXPECT_EQ(
      Verdict(R"({"a": 1, "b": 2, "a": 3})"),
      "line 1, column 18: expected member names that differ, found \"a\" a second time in one "
      "object (byte offset 17)");
  EXPECT_THAT(Verdict(R"({"a": 1, "\u0061": 3})"), StartsWith("line 1, column 10: "));
  EXPECT_EQ(Verdict(R"({"a": {"a": 1}, "b": {"a": 1}})"), "ok");
  EXPECT_EQ(Verdict(R"([{"a": 1}, {"a": 1}])"), "ok");
}

std::string ObjectOf(int count, const std::string& prefix, const std::string& suffix) {
  std::string text = "{";
  for (int i = 0; i < count; ++i) {
    if (i > 0) text += ",";
    text += "\"" + prefix + std::to_string(i) + suffix + "\":" + std::to_string(i);
  }
  return text + "}";
}

TEST(ParseTest, DuplicatesInLargeObjectsAreFoundAtEveryPlace) {
  EXPECT_EQ(Verdict(ObjectOf(300, "name", "")), "ok");
  for (int place = 0; place < 300; ++place) {
    std::string text = ObjectOf(300, "name", "");
    text.pop_back();
    text += ",\"name" + std::to_string(place) + "\":0}";
    EXPECT_THAT(Verdict(text), HasSubstr("\"name" + std::to_string(place) + "\" a second time"));
  }
}

// Names that differ only in the middle share their fingerprint.
TEST(ParseTest, NamesMadeToCollideAreStillToldApart) {
  const std::string same = "0123456789";
  EXPECT_EQ(Verdict(ObjectOf(50'000, same, same)), "ok");
  std::string text = ObjectOf(1000, same, same);
  text.pop_back();
  text += ",\"" + same + "77" + same + "\":0}";
  EXPECT_THAT(Verdict(text), HasSubstr("77" + same + "\" a second time"));
}

TEST(ParseTest, DepthIsLimited) {
  EXPECT_EQ(Verdict("[[1]]", 2), "ok");
  EXPECT_THAT(Verdict("[[[1]]]", 2),
              StartsWith("line 1, column 3: expected at most 2 arrays and objects"));
  EXPECT_EQ(Verdict("1", 0), "ok");
  EXPECT_NE(Verdict("[]", 0), "ok");
  EXPECT_EQ(Verdict(std::string(512, '[') + std::string(512, ']')), "ok");
  EXPECT_THAT(Verdict(std::string(513, '[') + std::string(513, ']')), HasSubstr("at most 512"));
}

TEST(ParseTest, AMillionBracketsAreRefusedOrReadWithoutRecursion) {
  const std::string open(1'000'000, '[');
  EXPECT_THAT(Verdict(open), HasSubstr("at most 512"));
  EXPECT_EQ(Verdict(open + std::string(1'000'000, ']'), 1'000'000), "ok");
}

TEST(ParseTest, ADocumentOwnsItsText) {
  Document document = Document::Parse(Bytes(R"({"a": "b"})")).value();
  const Document moved = std::move(document);
  EXPECT_EQ(Write(moved.root()), R"({"a":"b"})");
  EXPECT_GT(moved.memory_bytes(), moved.text().size());
}

TEST(ParseTest, ADocumentWithAnErrorIsRefused) {
  EXPECT_EQ(Document::Parse(Bytes("{")).status().code(), StatusCode::kInvalidArgument);
}

}  // namespace
}  // namespace pawl::json
