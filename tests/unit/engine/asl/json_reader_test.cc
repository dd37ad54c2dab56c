#include "engine/asl/json_reader.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "engine/json/write.h"
#include "tests/unit/engine/asl/definitions.h"

namespace pawl::test {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

class JsonReaderTest : public ::testing::Test {
 protected:
  // The text read and written again; the error where it cannot be read.
  std::string Read(std::string_view text) {
    asl::SourceTree tree;
    asl::Problems problems;
    if (!asl::ReadJson(text, tree, problems)) {
      const asl::Diagnostic problem = problems.Take().front();
      return std::to_string(problem.line) + ":" + std::to_string(problem.column) + " " +
             problem.code;
    }
    json::Arena arena;
    return json::Write(asl::ToValue(*tree.root(), arena));
  }
};

TEST_F(JsonReaderTest, ValuesOfEveryTypeAreReadAsTheyStand) {
  const std::string text =
      R"({"a":[1,-0.5e+10,1E2,0,true,false,null,"",{}],"b":{"c":[]},"b":"twice"})";
  EXPECT_EQ(Read(text), text);
}

TEST_F(JsonReaderTest, EscapesAreDecoded) {
  EXPECT_EQ(Read(R"("\"\\\/\b\f\n\r\tA\u00e9\u20AC\uD83D\uDE00")"),
            "\"\\\"\\\\/\\b\\f\\n\\r\\tAé€😀\"");
}

TEST_F(JsonReaderTest, SyntaxErrorsNameTheirPlace) {
  EXPECT_EQ(Read(""), "1:1 INVALID_JSON_DESCRIPTION");
  EXPECT_EQ(Read("{\n\"a\" 1}"), "2:5 INVALID_JSON_DESCRIPTION");
  EXPECT_EQ(Read("[1,\n\n ]"), "3:2 INVALID_JSON_DESCRIPTION");
  EXPECT_EQ(Read("{'a': 1}"), "1:2 INVALID_JSON_DESCRIPTION");
  EXPECT_EQ(Read("{\"a\": \"x"), "1:7 INVALID_JSON_DESCRIPTION");
  EXPECT_EQ(Read("{\"a\": 1} x"), "1:10 INVALID_JSON_DESCRIPTION");
  EXPECT_EQ(Read("[tru]"), "1:2 INVALID_JSON_DESCRIPTION");
  EXPECT_EQ(Read("{\"a\": 1"), "1:8 INVALID_JSON_DESCRIPTION");
}

TEST_F(JsonReaderTest, WhatOtherReadersLetThroughIsRefused) {
  for (const std::string_view text : {"[01]",
                                      "[1.]",
                                      "[.5]",
                                      "[+1]",
                                      "[1e]",
                                      "[-]",
                                      "[NaN]",
                                      "// no\n1",
                                      "[\"\t\"]",
                                      "[\"\\x41\"]",
                                      R"(["\uD800"])",
                                      R"(["\uD800\u0041"])",
                                      R"(["\uDC00"])",
                                      R"(["\u12G4"])",
                                      R"(["\)",
                                      R"(["\u12)"}) {
    EXPECT_THAT(Read(text), ::testing::HasSubstr("INVALID_JSON_DESCRIPTION")) << text;
  }
}

TEST_F(JsonReaderTest, NestingIsBounded) {
  const std::string fits(asl::kDefinitionDepthMax, '[');
  const std::string closes(asl::kDefinitionDepthMax, ']');
  EXPECT_EQ(Read(fits + closes), fits + closes);
  EXPECT_EQ(Read(std::string(1'000'000, '[')), "1:129 NESTING_TOO_DEEP");
}

TEST_F(JsonReaderTest, EveryValueKnowsWhereItStands) {
  asl::SourceTree tree;
  asl::Problems problems;
  ASSERT_TRUE(asl::ReadJson("{\n \"é\": [1,\n  true]}", tree, problems));
  const asl::SourceMember& member = tree.root()->members[0];
  EXPECT_EQ(member.position, (asl::Position{2, 2}));
  EXPECT_EQ(member.value->position, (asl::Position{2, 8}));
  EXPECT_EQ(member.value->items[1]->position, (asl::Position{3, 3}));
}

TEST(DuplicateMembersTest, EachRepetitionIsReportedWithTheLineOfTheFirst) {
  const auto diagnostics = Diagnose(
      "{\"StartAt\": \"A\",\n\"States\": {\"A\": {\"Type\": \"Succeed\"},\n"
      "\"A\": {\"Type\": \"Succeed\"}}}");
  ASSERT_THAT(diagnostics, ElementsAre(Problem("DUPLICATE_FIELD_NAME", "/States/A")));
  EXPECT_EQ(diagnostics[0].line, 3U);
  EXPECT_THAT(diagnostics[0].message, ::testing::HasSubstr("line 2"));
}

}  // namespace
}  // namespace pawl::test
