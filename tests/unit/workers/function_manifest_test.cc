#include "workers/function_manifest.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace pawl::workers {
namespace {

using namespace std::chrono_literals;
using ::testing::HasSubstr;

TEST(FunctionManifestTest, AFunctionHasItsSettings) {
  const ManifestFunctions read = ReadManifest(
      "functions:\n"
      "  resize:\n"
      "    handler: images.resize\n"
      "    timeout: 1.5\n"
      "    memory: 512\n"
      "    concurrency: 4\n"
      "    environment: {MODE: fast, LEVEL: 3}\n"
      "  plain: {handler: a/b.c}\n",
      "pawl.yaml");
  EXPECT_TRUE(read.problems.empty());
  ASSERT_EQ(read.functions.size(), 2U);
  const FunctionSpec& resize = read.functions[0];
  EXPECT_EQ(resize.name, "resize");
  EXPECT_EQ(resize.handler, "images.resize");
  EXPECT_EQ(resize.timeout, 1500ms);
  EXPECT_EQ(resize.memory_mb, 512U);
  EXPECT_EQ(resize.concurrency, 4U);
  EXPECT_EQ(resize.environment.at("LEVEL"), "3");
  EXPECT_EQ(read.functions[1].timeout, FunctionSpec().timeout);
}

struct ProblemCase {
  const char* text;
  int line;
  const char* message;
};

class ManifestProblemTest : public ::testing::TestWithParam<ProblemCase> {};

TEST_P(ManifestProblemTest, NamesTheLineAndWhatWouldBeRight) {
  const ManifestFunctions read = ReadManifest(GetParam().text, "pawl.yaml");
  ASSERT_EQ(read.problems.size(), 1U);
  EXPECT_EQ(read.problems[0].line, GetParam().line);
  EXPECT_THAT(read.problems[0].message, HasSubstr(GetParam().message));
  EXPECT_TRUE(read.functions.empty());
}

INSTANTIATE_TEST_SUITE_P(
    Texts,
    ManifestProblemTest,
    ::testing::Values(
        ProblemCase{"", 1, "expected a mapping with the member 'functions', found nothing"},
        ProblemCase{"[1]", 1, "found a list"},
        ProblemCase{"functions: 3", 1, "'functions' must map function names"},
        ProblemCase{"functions:\n  f:\n", 2, "must be a mapping with 'handler', found nothing"},
        ProblemCase{"functions:\n  f: {timeout: 3}\n", 2, "needs a handler of the form"},
        ProblemCase{"functions:\n  f: {handler: main}\n", 2, "found 'main'"},
        ProblemCase{"functions:\n  f:\n    handler: a.b\n    timeout: -1\n",
                    4,
                    "the timeout must be seconds above 0, at most 366 days, found '-1'"},
        ProblemCase{"functions:\n  f:\n    handler: a.b\n    timeout: .nan\n", 4, "found '.nan'"},
        ProblemCase{"functions:\n  f:\n    handler: a.b\n    memory: 100.5\n", 4, "found '100.5'"},
        ProblemCase{"functions:\n  f:\n    handler: a.b\n    memory: 1GB\n", 4, "found '1GB'"},
        ProblemCase{"functions:\n  f:\n    handler: a.b\n    concurrency: 0\n", 4, "found '0'"},
        ProblemCase{"functions:\n  f:\n    handler: a.b\n    environment: x\n", 4, "found 'x'"},
        ProblemCase{"functions:\n  f:\n    handler: a.b\n    environment:\n      A: [1]\n",
                    5,
                    "'A' must be text, found a list"},
        ProblemCase{"functions:\n  f:\n    handler: a.b\n    environment: {_HANDLER: x}\n",
                    2,
                    "_HANDLER is set by the runtime"},
        ProblemCase{"functions:\n  f:\n    handler: a.b\n    time: 3\n",
                    4,
                    "has no member 'time'; it may have 'handler', 'timeout'"},
        ProblemCase{"functions:\n  a/b: {handler: a.b}\n", 2, "must be 1 to 80 characters"},
        ProblemCase{"functions: {}\nmore: 1\n", 2, "the manifest has no member 'more'"},
        ProblemCase{"functions:\n  f: {handler: a.b\n", 3, "no valid YAML"}));

TEST(FunctionManifestTest, AFunctionThatIsThereTwiceIsAProblem) {
  const ManifestFunctions read =
      ReadManifest("functions:\n  f: {handler: a.b}\n  f: {handler: a.c}\n", "pawl.yaml");
  ASSERT_EQ(read.problems.size(), 1U);
  EXPECT_EQ(read.problems[0].ToString(), "pawl.yaml:3: the function 'f' is there twice");
  EXPECT_EQ(read.functions.size(), 1U);
}

TEST(FunctionManifestTest, ABrokenFunctionLeavesTheOthers) {
  const ManifestFunctions read =
      ReadManifest("functions:\n  bad: {}\n  good: {handler: a.b}\n", "pawl.yaml");
  EXPECT_EQ(read.problems.size(), 1U);
  ASSERT_EQ(read.functions.size(), 1U);
  EXPECT_EQ(read.functions[0].name, "good");
}

TEST(FunctionManifestTest, DepthAndAliasesAreBounded) {
  EXPECT_EQ(ReadManifest(std::string(1'000'000, '['), "pawl.yaml").problems.size(), 1U);
  std::string bomb = "a0: &a0 [x, x]\n";
  for (int i = 1; i < 40; ++i) {
    const std::string before = "*a" + std::to_string(i - 1);
    bomb += "a" + std::to_string(i) + ": &a" + std::to_string(i) + " [" + before + ", " + before +
            "]\n";
  }
  EXPECT_FALSE(ReadManifest(bomb, "pawl.yaml").problems.empty());
  EXPECT_EQ(ReadManifest(std::string(2'000'000, ' '), "pawl.yaml").problems.size(), 1U);
}

}  // namespace
}  // namespace pawl::workers
