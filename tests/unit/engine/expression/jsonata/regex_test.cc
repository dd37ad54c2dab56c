// ECMAScript, "RegExp (Regular Expression) Objects", without the flag u, as JSONata compiles them.
#include "engine/expression/jsonata/regex.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

namespace pawl::expression::jsonata {
namespace {

using ::testing::ElementsAre;
using ::testing::Optional;

struct Flags {
  bool ignore_case = false;
  bool multiline = false;
};

// What the first match in `text` is; "none", or the error.
std::string Found(std::string_view pattern, std::string_view text, Flags flags = {}) {
  const Result<Regex> regex = Regex::Compile(pattern, flags.ignore_case, flags.multiline);
  if (!regex.ok()) return regex.status().message();
  const Result<std::optional<Regex::Match>> match = regex->Find(text, 0);
  if (!match.ok()) return match.status().reason();
  if (!*match) return "none";
  return std::string(text.substr((*match)->begin, (*match)->end - (*match)->begin));
}

constexpr Flags kIgnoreCase{.ignore_case = true};
constexpr Flags kMultiline{.multiline = true};

TEST(RegexTest, AMatchHasItsPlaceAndItsGroups) {
  const Regex regex = *Regex::Compile("(ab)|(a)(x)?", false, false);
  const auto first = **regex.Find("éab a", 0);
  EXPECT_EQ(first.begin, 2U);
  EXPECT_EQ(first.end, 4U);
  EXPECT_THAT(first.groups,
              ElementsAre(Optional(std::string_view("ab")), std::nullopt, std::nullopt));

  const auto second = **regex.Find("éab a", first.end);
  EXPECT_EQ(second.begin, 5U);
  EXPECT_FALSE(regex.Find("éab a", second.end)->has_value());
}

TEST(RegexTest, LookaroundAndBackreferencesWork) {
  EXPECT_EQ(Found("\\w+(?=!)", "no yes!"), "yes");
  EXPECT_EQ(Found("\\bb(?!a)\\w+", "bad bed"), "bed");
  EXPECT_EQ(Found("(?<=\\$)\\d+", "7 $42"), "42");
  EXPECT_EQ(Found("(?<!\\$)\\b\\d+", "$42 7"), "7");
  EXPECT_EQ(Found("(\\w)\\1", "hello"), "ll");
  EXPECT_EQ(Found("(?<twice>\\w)\\k<twice>", "hello"), "ll");
}

TEST(RegexTest, AReferenceToAGroupThatTookNoPartIsEmpty) {
  EXPECT_EQ(Found("(a)|b\\1", "b"), "b");
}

TEST(RegexTest, ADigitEscapeWithoutItsGroupIsOctal) {
  EXPECT_EQ(Found("\\101", "A"), "A");
  EXPECT_EQ(Found("(x)\\2", "x\x02"), "x\x02");
  EXPECT_EQ(Found("\\8", "8"), "8");
}

TEST(RegexTest, DigitsAndWordsAreAsciiAndSpacesAreUnicode) {
  EXPECT_EQ(Found("\\d", "٣"), "none");
  EXPECT_EQ(Found("\\w+", "éa_1"), "a_1");
  EXPECT_EQ(Found("a\\sb", "a\u00a0b"), "a\u00a0b");
  EXPECT_EQ(Found("[\\s]+", "a\ufeff\u2003b"), "\ufeff\u2003");
  EXPECT_EQ(Found("\\S+", "\u3000é "), "é");
  EXPECT_EQ(Found("[\\S]+", "\u3000é\u2028"), "é");
}

TEST(RegexTest, ADotIsACharacterThatEndsNoLine) {
  EXPECT_EQ(Found(".+", "é😀\u0085z\u2028b"), "é😀\u0085z");
  EXPECT_EQ(Found(".", "\n\r\u2029"), "none");
}

TEST(RegexTest, AnchorsAreThoseOfTheTextOrWithMOfItsLines) {
  EXPECT_EQ(Found("^b", "a\nb"), "none");
  EXPECT_EQ(Found("a$", "a\n"), "none");
  EXPECT_EQ(Found("^b$", "a\nb\nc", kMultiline), "b");
  EXPECT_EQ(Found("^b$", "a\rb\u2028c", kMultiline), "b");
}

TEST(RegexTest, CaseIsIgnoredWithI) {
  EXPECT_EQ(Found("hat", "HAT"), "none");
  EXPECT_EQ(Found("hät", "HÄT", kIgnoreCase), "HÄT");
  EXPECT_EQ(Found("[a-c]+", "xABC", kIgnoreCase), "ABC");
}

TEST(RegexTest, EscapesThatMeanNothingAreTheCharacter) {
  EXPECT_EQ(Found("\\/\\-\\q\\!", "/-q!"), "/-q!");
  EXPECT_EQ(Found("\\p{2}", "ppp"), "pp");
  EXPECT_EQ(Found("\\u0041\\x42\\cJ\\0", std::string_view("AB\n\0", 4)), std::string("AB\n\0", 4));
  EXPECT_EQ(Found("\\ud83d\\ude00", "😀"), "😀");
  EXPECT_EQ(Found("\\ug\\xg", "ugxg"), "ugxg");
}

TEST(RegexTest, BracesThatAreNoQuantifierAreThemselves) {
  EXPECT_EQ(Found("a{,2}", "a{,2}"), "a{,2}");
  EXPECT_EQ(Found("{x}", "{x}"), "{x}");
  EXPECT_EQ(Found("a{2,3}?", "aaaa"), "aa");
  EXPECT_EQ(Found("]}", "]}"), "]}");
}

TEST(RegexTest, ClassesAreJavaScripts) {
  EXPECT_EQ(Found("[]", "a"), "none");
  EXPECT_EQ(Found("[^]+", "a\nb"), "a\nb");
  EXPECT_EQ(Found("[[:alpha:]+", "a:["), "a:[");
  EXPECT_EQ(Found("[\\w-]+", "a-b c"), "a-b");
  EXPECT_EQ(Found("[\\w-.]+", "a-.b c"), "a-.b");
  EXPECT_EQ(Found("[-a]+", "b-a"), "-a");
  EXPECT_EQ(Found("[\\b]", "a\bc"), "\b");
  EXPECT_EQ(Found("[\\]^]+", "a]^"), "]^");
  EXPECT_EQ(Found("[^\\d,]+", "1,ab2"), "ab");
}

TEST(RegexTest, WhatJavaScriptRefusesIsAnError) {
  for (const char* const pattern : {"a++",
                                    "*",
                                    "(?:+)",
                                    "a**",
                                    "^*",
                                    "x{2}{3}",
                                    "(",
                                    ")",
                                    "[a",
                                    "[z-a]",
                                    "\\",
                                    "(?<",
                                    "(?x)"}) {
    const Result<Regex> regex = Regex::Compile(pattern, false, false);
    ASSERT_FALSE(regex.ok()) << pattern;
    EXPECT_EQ(regex.status().code(), StatusCode::kFailedPrecondition);
    EXPECT_EQ(regex.status().reason(), Regex::kInvalidRegex);
  }
  EXPECT_EQ(Found("a++", ""), "Invalid regular expression: /a++/: Nothing to repeat");
}

TEST(RegexTest, ASearchThatRunsAwayIsStopped) {
  const std::string text = std::string(200'000, 'a') + "!bcx";
  EXPECT_EQ(Found("^(a+)+!$", text), "U1001");
  EXPECT_EQ(Found("^(a|aa)+$", text), "U1001");
  EXPECT_EQ(Found("a*b", text), "U1001");
  EXPECT_EQ(Found("(?:a|b)*c", text), "U1001");
  EXPECT_EQ(Found("(.*)(.*)(.*)[yz]", text), "U1001");
}

TEST(RegexTest, OrdinarySearchesOfLongTextsAreNot) {
  const std::string text = std::string(250'000, 'a') + "b";
  EXPECT_EQ(Found("a+b", text).size(), text.size());
  EXPECT_EQ(Found("(a|b)*", text.substr(150'000)).size(), 100'001U);
  EXPECT_EQ(Found("^.*?b", text).size(), text.size());
  EXPECT_EQ(Found("b$", text), "b");
}

TEST(RegexTest, WorkIsAddedUp) {
  const Regex regex = *Regex::Compile("a+", false, false);
  std::uint64_t work = 0;
  ASSERT_TRUE(regex.Find("aaa", 0, &work).ok());
  const std::uint64_t once = work;
  ASSERT_TRUE(regex.Find("aaa", 0, &work).ok());
  EXPECT_GT(once, 0U);
  EXPECT_EQ(work, 2 * once);
}

TEST(RegexTest, TextThatIsNotUtf8IsRefused) {
  EXPECT_EQ(Found("a", "a\xed\xa0\x80"), Regex::kInvalidText);
}

}  // namespace
}  // namespace pawl::expression::jsonata
