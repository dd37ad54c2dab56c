#include "engine/expression/jsonata/parser.h"

#include <gtest/gtest.h>

#include "tests/unit/engine/expression/jsonata/answer.h"

namespace pawl::expression::jsonata {
namespace {

TEST(JsonataParserTest, OperatorsBindAsTheyShould) {
  EXPECT_EQ(Answer("1 + 2 * 3 - 4"), "3");
  EXPECT_EQ(Answer("1 < 2 and 3 > 4 or true"), "true");
  EXPECT_EQ(Answer("$x := 2 + 3"), "5");
}

TEST(JsonataParserTest, ASlashDividesBehindAnOperandAndElseStartsAPattern) {
  EXPECT_EQ(Answer("10/2"), "5");
  EXPECT_EQ(Answer("$contains('abc', /b/)"), "true");
}

TEST(JsonataParserTest, KeywordsCanBeNames) {
  EXPECT_EQ(Answer("and.or.in", R"({"and":{"or":{"in":1}}})"), "1");
}

TEST(JsonataParserTest, CommentsAreSpaces) {
  EXPECT_EQ(Answer("1 /* one */ + /**/ 2"), "3");
  EXPECT_EQ(Answer("1 /* one"), "S0106: Comment has no closing tag");
}

TEST(JsonataParserTest, ErrorsSayWhatWasExpected) {
  EXPECT_EQ(Answer("[1:2]"), R"(S0202: Expected "]", got ":")");
  EXPECT_EQ(Answer("[1"), R"(S0203: Expected "]" before end of expression)");
  EXPECT_EQ(Answer("1 +"), "S0207: Unexpected end of expression");
  EXPECT_EQ(Answer("a b"), R"(S0201: Syntax error: "b")");
  EXPECT_EQ(Answer("[1,]"), R"(S0211: The symbol "]" cannot be used as a unary operator)");
}

TEST(JsonataParserTest, TextsHaveTheEscapesOfJson) {
  EXPECT_EQ(Answer(R"("\u00e9\n\ud83d\ude00")"), R"("é\n😀")");
  EXPECT_EQ(Answer(R"('\y')"), R"(S0103: Unsupported escape sequence: \"y")");
  EXPECT_EQ(CodeOf(R"('\u12')"), "S0104");
}

TEST(JsonataParserTest, AParentNeedsAStepToBeTheParentOf) {
  EXPECT_EQ(CodeOf("%"), "S0217");
  EXPECT_EQ(CodeOf("a.%.%.%"), "S0217");
}

}  // namespace
}  // namespace pawl::expression::jsonata
