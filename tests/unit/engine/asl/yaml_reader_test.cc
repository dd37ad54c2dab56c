#include "engine/asl/yaml_reader.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "engine/json/write.h"
#include "tests/unit/engine/asl/definitions.h"

namespace pawl::test {
namespace {

using ::testing::HasSubstr;
using ::testing::StartsWith;

class YamlReaderTest : public ::testing::Test {
 protected:
  // The text as JSON; the error where it cannot be read.
  std::string Read(std::string_view text) {
    asl::SourceTree tree;
    asl::Problems problems;
    if (!asl::ReadYaml(text, tree, problems)) {
      const asl::Diagnostic problem = problems.Take().front();
      return std::to_string(problem.line) + ":" + std::to_string(problem.column) + " " +
             problem.code + " " + problem.message;
    }
    json::Arena arena;
    return json::Write(asl::ToValue(*tree.root(), arena));
  }
};

// YAML 1.2.2, section 10.3.2.
TEST_F(YamlReaderTest, PlainScalarsHaveTheTypesOfTheCoreSchema) {
  EXPECT_EQ(Read("[true, True, FALSE, null, ~, Null, , x]"),
            "[true,true,false,null,null,null,null,\"x\"]");
  EXPECT_EQ(Read("[0, 12, -7, +3, 0o17, 0xfF, 1.5, -.5, 2., 1e3, 6.E-2]"),
            "[0,12,-7,3,15,255,1.5,-0.5,2.0,1e3,6.0E-2]");
}

TEST_F(YamlReaderTest, WhatOnlyLooksLikeMoreIsAString) {
  EXPECT_EQ(
      Read("[yes, no, on, off, y, 2026-11-20, 12:30, 1_000, 0b1, 1.2.3, e3, -, '5', \"true\"]"),
      "[\"yes\",\"no\",\"on\",\"off\",\"y\",\"2026-11-20\",\"12:30\",\"1_000\",\"0b1\","
      "\"1.2.3\",\"e3\",\"-\",\"5\",\"true\"]");
  EXPECT_EQ(Read("a: !!str 12\nb: |\n  two\n  lines\nc: >-\n  one\n  line\n"),
            "{\"a\":\"12\",\"b\":\"two\\nlines\\n\",\"c\":\"one line\"}");
}

TEST_F(YamlReaderTest, TagsAreKeptWhereTheReaderIsToldSo) {
  asl::SourceTree tree;
  asl::Problems problems;
  ASSERT_TRUE(asl::ReadYaml("{a: !Ref 12, b: !Join [x], c: !Sub \"y\", d: !!str 1}",
                            tree,
                            problems,
                            asl::TagRule::kKeep));
  const asl::SourceNode& root = *tree.root();
  EXPECT_EQ(root.FindValue("a")->tag, "!Ref");
  EXPECT_EQ(root.FindValue("a")->text, "12");
  EXPECT_TRUE(root.FindValue("a")->is(json::Type::kString));
  EXPECT_EQ(root.FindValue("b")->tag, "!Join");
  EXPECT_EQ(root.FindValue("c")->tag, "!Sub");
  EXPECT_EQ(root.FindValue("d")->tag, "");
}

TEST_F(YamlReaderTest, NamesAreTextWhateverTheyLookLike) {
  EXPECT_EQ(Read("{1: a, true: b, 'c': d}"), "{\"1\":\"a\",\"true\":\"b\",\"c\":\"d\"}");
}

TEST_F(YamlReaderTest, AliasesStandForTheirAnchors) {
  EXPECT_EQ(Read("a: &x [1, {b: &y 2}]\nc: *x\nd: [*y, *y]\n"),
            "{\"a\":[1,{\"b\":2}],\"c\":[1,{\"b\":2}],\"d\":[2,2]}");
}

TEST_F(YamlReaderTest, AliasesAreCounted) {
  std::string text = "a: &x 1\nb:\n";
  for (std::size_t i = 0; i < asl::kYamlAliasesMax; ++i) {
    text += "- *x\n";
  }
  EXPECT_THAT(Read(text), StartsWith("{"));
  EXPECT_THAT(Read(text + "- *x\n"), HasSubstr("YAML_ALIAS_LIMIT"));
}

TEST_F(YamlReaderTest, WhatAliasesExpandToIsBounded) {
  std::string bomb = "a0: &a0 [x, x, x, x, x, x, x, x, x]\n";
  for (int i = 1; i < 11; ++i) {
    const std::string last = "*a" + std::to_string(i - 1);
    bomb += "a" + std::to_string(i) + ": &a" + std::to_string(i) + " [" + last;
    for (int j = 1; j < 9; ++j) {
      bomb += ", " + last;
    }
    bomb += "]\n";
  }
  EXPECT_THAT(Read(bomb), HasSubstr("YAML_ALIAS_LIMIT"));
  const std::string big = "a: &a " + std::string(10'000, 'x') + "\nb: [";
  EXPECT_THAT(Read(big + "*a, *a]"), StartsWith("{"));
  EXPECT_THAT(Read(big + "*a, *a, *a, *a, *a, *a, *a, *a, *a, *a, *a]"),
              HasSubstr("YAML_ALIAS_LIMIT"));
}

TEST_F(YamlReaderTest, AnAliasInsideItsOwnAnchorIsRefused) {
  EXPECT_THAT(Read("a: &x [1, *x]"), StartsWith("1:11 INVALID_YAML_DESCRIPTION"));
}

TEST_F(YamlReaderTest, WhatJsonCannotSayIsRefused) {
  for (const std::string_view text : {"a: .inf",
                                      "a: -.Inf",
                                      "a: .nan",
                                      "? [1, 2]\n: a",
                                      "? {a: 1}\n: a",
                                      "~: a",
                                      "a: !Sub x",
                                      "a: !!binary eA==",
                                      "a: !<x> [1]",
                                      "a: 0xfffffffffffffffff",
                                      "a: &x 1\n<<: *x",
                                      "a: 1\n---\nb: 2",
                                      "",
                                      "# nothing\n",
                                      "a: \"\x01\"",
                                      "a: 1\x04"}) {
    EXPECT_THAT(Read(text), HasSubstr("INVALID_YAML_DESCRIPTION")) << text;
  }
}

// 012 is ten to YAML 1.1 and twelve to YAML 1.2; an account number would lose its zero.
TEST_F(YamlReaderTest, NumbersWithLeadingZerosAreRefusedAsAmbiguous) {
  EXPECT_THAT(Read("a: 012345678901"), HasSubstr("leading zero"));
  EXPECT_EQ(Read("a: 0.5"), "{\"a\":0.5}");
}

TEST_F(YamlReaderTest, SyntaxErrorsNameTheirPlace) {
  EXPECT_THAT(Read("a: 1\nb: [1, 2\n"), HasSubstr("INVALID_YAML_DESCRIPTION"));
  EXPECT_THAT(Read("a: 1\n b: 2"), StartsWith("2:3 INVALID_YAML_DESCRIPTION"));
  EXPECT_THAT(Read("a: *nothing"), StartsWith("1:4 INVALID_YAML_DESCRIPTION"));
}

TEST_F(YamlReaderTest, NestingIsBoundedInFlowInBlocksAndThroughAliases) {
  EXPECT_THAT(Read(std::string(128, '[') + std::string(128, ']')), StartsWith("[["));
  EXPECT_THAT(Read(std::string(129, '[') + std::string(129, ']')), HasSubstr("NESTING_TOO_DEEP"));
  std::string dashes;
  for (int i = 0; i < 1000; ++i) {
    dashes += "- ";
  }
  EXPECT_THAT(Read(dashes), HasSubstr("NESTING_TOO_DEEP"));
  EXPECT_THAT(Read("a: &x " + std::string(100, '[') + std::string(100, ']') +
                   "\nb: " + std::string(40, '[') + "*x" + std::string(40, ']')),
              HasSubstr("NESTING_TOO_DEEP"));
}

TEST_F(YamlReaderTest, AMillionBracketsAreRefused) {
  EXPECT_THAT(Read(std::string(1'000'000, '[')), HasSubstr("NESTING_TOO_DEEP"));
  EXPECT_THAT(Read(std::string(1'000'000, '{')), HasSubstr("NESTING_TOO_DEEP"));
}

TEST(YamlPositionsTest, ProblemsStandWhereTheNameOrTheValueDoes) {
  const auto diagnostics = Diagnose(
      "StartAt: A\n"
      "States:\n"
      "  A:\n"
      "    Type: Pass\n"
      "    Next: Nowhere\n"
      "  B:\n"
      "    Type: Succeed\n");
  ASSERT_EQ(diagnostics.size(), 2U);
  EXPECT_THAT(diagnostics[0], Problem("MISSING_TRANSITION_TARGET", "/States/A/Next"));
  EXPECT_EQ(diagnostics[0].line, 5U);
  EXPECT_EQ(diagnostics[0].column, 11U);
  EXPECT_THAT(diagnostics[1], Problem("MISSING_TRANSITION_TARGET", "/States/B"));
  EXPECT_EQ(diagnostics[1].line, 6U);
  EXPECT_EQ(diagnostics[1].column, 3U);
}

TEST(YamlPositionsTest, DuplicateNamesAreReported) {
  EXPECT_THAT(Diagnose("StartAt: A\nStartAt: A\nStates: {A: {Type: Succeed}}\n"),
              ::testing::ElementsAre(Problem("DUPLICATE_FIELD_NAME", "/StartAt")));
}

TEST(YamlPositionsTest, AVersionWithoutQuotesIsToldToHaveThem) {
  EXPECT_THAT(
      Diagnose("Version: 1.0\nStartAt: A\nStates: {A: {Type: Succeed}}\n"),
      ::testing::ElementsAre(ProblemSaying("SCHEMA_VALIDATION_FAILED", "put it in quotes")));
}

}  // namespace
}  // namespace pawl::test
