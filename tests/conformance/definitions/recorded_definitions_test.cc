// Definitions that AWS took or refused when the recordings of the conformance suite were made.
#include <gtest/gtest.h>

#include <string>
#include <string_view>

#include "engine/asl/compile.h"
#include "engine/json/write.h"
#include "tests/conformance/definitions/corpus.h"

namespace pawl::test {
namespace {

// What a placeholder "@{…}" of the suite stands for, well enough for a validator.
std::string ReplacementFor(std::string_view placeholder) {
  if (placeholder == "partition") return "aws";
  if (placeholder == "region") return "us-east-1";
  if (placeholder == "account" || placeholder == "account2") return "123456789012";
  if (placeholder.starts_with("uid")) return "x1";
  if (placeholder.starts_with("role")) return "arn:aws:iam::123456789012:role/r";
  return "arn:aws:lambda:us-east-1:123456789012:function:f";
}

std::string WithoutPlaceholders(std::string_view text) {
  std::string result;
  for (std::size_t at = text.find("@{"); at != std::string_view::npos; at = text.find("@{")) {
    const std::size_t end = text.find('}', at);
    result += text.substr(0, at);
    result += ReplacementFor(text.substr(at + 2, end - at - 2));
    text.remove_prefix(end + 1);
  }
  return result.append(text);
}

std::string DefinitionOf(json::Value state_machine) {
  const json::Value* text = state_machine.Find("definition_text");
  if (text != nullptr && text->is_string()) {
    return WithoutPlaceholders(text->string());
  }
  const json::Value* definition = state_machine.Find("definition");
  return definition == nullptr ? "" : WithoutPlaceholders(json::Write(*definition));
}

class RecordedDefinitionsTest : public ::testing::Test {
 protected:
  void SetUp() override {
    if (!std::filesystem::exists(Folder())) {
      GTEST_SKIP() << Folder() << " is not there: recorded definitions are not checked";
    }
  }

  static std::filesystem::path Folder() { return ConformanceFolder() / "asl"; }

  // Calls `check(case, definition)` for each definition of the suite's cases of that kind.
  template <typename Check>
  static int ForEach(std::string_view kind, Check check) {
    int count = 0;
    for (const auto& file : std::filesystem::directory_iterator(Folder())) {
      if (file.path().extension() != ".jsonl") {
        continue;
      }
      for (const json::Document& line : ReadLines(file.path())) {
        if (Text(line.root(), "kind") != kind) {
          continue;
        }
        for (const json::Value& machine : line.root().Find("state_machines")->items()) {
          check(line.root(), DefinitionOf(machine), Text(machine, "type"));
          ++count;
        }
      }
    }
    return count;
  }
};

TEST_F(RecordedDefinitionsTest, WhatAwsExecutedIsAccepted) {
  const int count = ForEach(
      "execution", [](json::Value test_case, const std::string& definition, const std::string&) {
        const asl::Compilation compilation = asl::Compile(definition);
        EXPECT_EQ(FindRealError(compilation), nullptr) << Text(test_case, "id") << "\n"
                                                       << definition << "\n"
                                                       << Report(compilation);
      });
  EXPECT_GT(count, 300);
}

TEST_F(RecordedDefinitionsTest, WhatAwsRefusedToCreateIsRefused) {
  const int count = ForEach(
      "create_error", [](json::Value test_case, const std::string& definition, const std::string&) {
        const asl::Compilation compilation = asl::Compile(definition);
        EXPECT_NE(FindRealError(compilation), nullptr) << Text(test_case, "id") << "\n"
                                                       << definition << "\n"
                                                       << Report(compilation);
      });
  EXPECT_GE(count, 8);
}

// The answers about Express state machines come from a check that knows the type; only what holds
// for both types is compared.
TEST_F(RecordedDefinitionsTest, ValidationAgreesOnCodeAndPlace) {
  ForEach("validate", [](json::Value test_case, const std::string& definition, const std::string&) {
    const json::Value& response = *test_case.Find("expected")->Find("validation_response");
    const auto expected = response.Find("diagnostics")->items();
    const asl::Compilation compilation = asl::Compile(definition);
    const asl::Diagnostic* error = FindRealError(compilation);
    if (expected.empty()) {
      EXPECT_EQ(error, nullptr) << Text(test_case, "id") << Report(compilation);
      return;
    }
    if (Text(expected[0], "message").starts_with("Express")) {
      return;
    }
    ASSERT_NE(error, nullptr) << Text(test_case, "id") << Report(compilation);
    EXPECT_EQ(error->code, Text(expected[0], "code"));
    EXPECT_EQ(error->message, Text(expected[0], "message"));
    const std::string location = Text(expected[0], "location");
    EXPECT_EQ(error->pointer, location == "/" ? "" : location);
  });
}

}  // namespace
}  // namespace pawl::test
