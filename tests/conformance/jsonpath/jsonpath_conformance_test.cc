// Runs every recorded query of Jayway's json-path against ours.
#include <gtest/gtest.h>

#include <algorithm>
#include <cctype>
#include <fstream>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "engine/expression/path.h"
#include "engine/json/parse.h"
#include "engine/json/write.h"

namespace pawl::expression {
namespace {

// Where we differ on purpose; engine/expression/README.md argues each.
const std::map<std::string_view, std::string_view> kExceptions = {
    {"current_with_dot_notation", "a path of the Amazon States Language starts with $"},
    {"dot_notation_without_root", "a path of the Amazon States Language starts with $"},
    {"dot_notation_without_root_and_dot", "a path of the Amazon States Language starts with $"},
    {"dot_notation_without_dot", "$a is the variable a"},
};

struct Case {
  std::string id;
  std::string text;
};

std::vector<Case> LoadCases() {
  std::vector<Case> cases;
  std::ifstream file(PAWL_JSONPATH_CASES);
  std::string line;
  json::Arena arena;
  while (std::getline(file, line)) {
    const json::Value root = json::Parse(line, arena).value();
    cases.push_back({.id = std::string(root.Find("id")->string()), .text = line});
    arena.Reset();
  }
  return cases;
}

// For arrays whose order does not count, each expected item takes one that equals it.
bool IsSameAnswer(json::Value expected, json::Value found, bool is_ordered) {
  if (is_ordered || !expected.is_array()) return json::Equal(expected, found);
  if (!found.is_array() || expected.items().size() != found.items().size()) return false;
  std::vector<json::Value> rest(found.items().begin(), found.items().end());
  for (const json::Value item : expected.items()) {
    const auto match = std::find_if(
        rest.begin(), rest.end(), [item](json::Value other) { return json::Equal(item, other); });
    if (match == rest.end()) return false;
    rest.erase(match);
  }
  return true;
}

std::string TestName(const testing::TestParamInfo<Case>& tested) {
  std::string name = std::to_string(tested.index) + "_" + tested.param.id;
  for (char& c : name) {
    if (std::isalnum(static_cast<unsigned char>(c)) == 0) c = '_';
  }
  return name;
}

class JsonPathConformanceTest : public testing::TestWithParam<Case> {};

GTEST_ALLOW_UNINSTANTIATED_PARAMETERIZED_TEST(JsonPathConformanceTest);

TEST_P(JsonPathConformanceTest, AnswersAsRecorded) {
  if (const auto exception = kExceptions.find(GetParam().id); exception != kExceptions.end()) {
    GTEST_SKIP() << "differs on purpose: " << exception->second;
  }
  json::Arena arena;
  const json::Value root = json::Parse(GetParam().text, arena).value();
  const std::string_view selector = root.Find("selector")->string();
  const json::Value* const document = root.Find("document");
  const json::Value answer = *root.Find("jayway");
  const json::Value* const ordered = root.Find("ordered");

  const Result<Path> path = Path::Parse(selector);
  const Result<json::Value> found =
      path.ok() ? path->Evaluate(*document, arena) : Result<json::Value>(path.status());
  const std::string told = found.ok() ? json::Write(*found) : found.status().ToString();
  if (!answer.Find("ok")->boolean()) {
    const bool is_not_found = answer.Find("error")->string() == "NOT_FOUND";
    ASSERT_FALSE(found.ok()) << selector << "\nfound " << told;
    EXPECT_EQ(found.status().code() == StatusCode::kNotFound, is_not_found) << selector << told;
    return;
  }
  ASSERT_TRUE(found.ok()) << selector << "\n" << told;
  const bool is_ordered = ordered == nullptr || ordered->boolean();
  EXPECT_TRUE(IsSameAnswer(*answer.Find("result"), *found, is_ordered))
      << selector << "\nexpected " << json::Write(*answer.Find("result")) << "\nfound " << told;
}

INSTANTIATE_TEST_SUITE_P(Recorded,
                         JsonPathConformanceTest,
                         testing::ValuesIn(LoadCases()),
                         TestName);

TEST(JsonPathConformanceSuiteTest, TheRecordedCasesAreThere) {
  if (!std::ifstream(PAWL_JSONPATH_CASES)) {
    GTEST_SKIP() << "no recorded cases at " PAWL_JSONPATH_CASES "; the suite did not run";
  }
  EXPECT_GE(LoadCases().size(), 161U);
}

}  // namespace
}  // namespace pawl::expression
