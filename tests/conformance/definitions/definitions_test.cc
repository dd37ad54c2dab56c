// Definitions whose verdict is stated by their source: what a validator must accept and refuse.
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "engine/asl/compile.h"
#include "tests/conformance/definitions/corpus.h"

namespace pawl::test {
namespace {

struct Entry {
  std::string file;
  std::string verdict;
  bool is_arguable = false;
};

class DefinitionsTest : public ::testing::Test {
 protected:
  void SetUp() override {
    if (!std::filesystem::exists(Folder())) {
      GTEST_SKIP() << Folder() << " is not there: definitions are not checked";
    }
  }

  static std::filesystem::path Folder() { return ConformanceFolder() / "definitions"; }

  static std::vector<Entry> Entries(const std::string& index, const std::string& prefix) {
    std::vector<Entry> entries;
    for (const json::Document& line : ReadLines(Folder() / index)) {
      entries.push_back({.file = prefix + Text(line.root(), "file"),
                         .verdict = Text(line.root(), "verdict"),
                         .is_arguable = line.root().Find("caution") != nullptr});
    }
    return entries;
  }

  static void CheckVerdict(const Entry& entry) {
    const std::string source = ReadFile(Folder() / entry.file);
    ASSERT_FALSE(source.empty()) << entry.file;
    const asl::Compilation compilation = asl::Compile(source);
    const asl::Diagnostic* error = FindRealError(compilation);
    if (entry.verdict == "valid") {
      EXPECT_EQ(error, nullptr) << entry.file << " is valid, but:\n" << Report(compilation);
    } else {
      EXPECT_NE(error, nullptr) << entry.file << " is invalid, but was accepted:\n"
                                << Report(compilation);
    }
  }
};

TEST_F(DefinitionsTest, VerdictsOfTheValidatorsFixturesAreAgreedWith) {
  for (const Entry& entry : Entries("index.jsonl", "")) {
    // An invalid one with a caution rests on the rule of one tool.
    if (!(entry.is_arguable && entry.verdict == "invalid")) {
      CheckVerdict(entry);
    }
  }
}

TEST_F(DefinitionsTest, DeployedDefinitionsAreAccepted) {
  for (const Entry& entry : Entries("realworld/index.jsonl", "")) {
    if (entry.verdict != "doubtful") {
      CheckVerdict(entry);
    }
  }
}

TEST_F(DefinitionsTest, EveryProblemHasAPlaceAndAWayToMendIt) {
  for (const Entry& entry : Entries("index.jsonl", "")) {
    for (const asl::Diagnostic& diagnostic :
         asl::Compile(ReadFile(Folder() / entry.file)).diagnostics) {
      EXPECT_FALSE(diagnostic.code.empty()) << entry.file;
      EXPECT_FALSE(diagnostic.message.empty()) << entry.file;
      EXPECT_GE(diagnostic.line, 1U) << entry.file;
      EXPECT_GE(diagnostic.column, 1U) << entry.file;
    }
  }
}

}  // namespace
}  // namespace pawl::test
