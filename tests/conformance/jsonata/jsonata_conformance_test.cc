// Runs the official test suite of JSONata against ours. Where JSONata 2.0.6, which Step Functions
// has, answers otherwise than the release that the suite is of, its recorded answer counts.
#include <gtest/gtest.h>

#include <algorithm>
#include <cctype>
#include <chrono>
#include <fstream>
#include <iterator>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "engine/expression/jsonata/expression.h"
#include "engine/json/parse.h"
#include "engine/json/write.h"

namespace pawl::expression::jsonata {
namespace {

constexpr std::string_view kCases = PAWL_JSONATA_SUITE "/cases.jsonl";
constexpr std::string_view kPastBudget = "U1001";

struct Case {
  std::string id;
  std::string text;
};

std::string ReadFile(const std::string& name) {
  std::ifstream file(name);
  return {std::istreambuf_iterator<char>(file), {}};
}

// A lone surrogate is no JSON text for us. Written with its backslash doubled it reaches the
// expression as the escape that it was.
std::string DoubleLoneSurrogates(std::string line) {
  constexpr std::string_view kLone = "\\ud800";
  for (std::size_t at = line.find(kLone); at != std::string::npos; at = line.find(kLone, at + 2)) {
    line.insert(at, "\\");
  }
  return line;
}

std::vector<Case> LoadCases() {
  std::vector<Case> cases;
  std::ifstream file{std::string(kCases)};
  std::string line;
  json::Arena arena;
  while (std::getline(file, line)) {
    line = DoubleLoneSurrogates(line);
    const json::Value root = json::Parse(line, arena).value();
    cases.push_back({.id = std::string(root.Find("id")->string()), .text = line});
    arena.Reset();
  }
  return cases;
}

std::string TestName(const testing::TestParamInfo<Case>& tested) {
  std::string name = std::to_string(tested.index) + "_" + tested.param.id;
  for (char& c : name) {
    if (std::isalnum(static_cast<unsigned char>(c)) == 0) c = '_';
  }
  return name;
}

// Numbers as JSONata has them: the nearest doubles.
bool IsSameNumber(json::Value a, json::Value b) {
  return a.AsDouble() == b.AsDouble();
}

bool IsSame(json::Value expected, json::Value found, bool is_ordered);

bool HasSameItems(std::span<const json::Value> expected,
                  std::span<const json::Value> found,
                  bool is_ordered) {
  if (is_ordered) {
    return std::equal(expected.begin(),
                      expected.end(),
                      found.begin(),
                      found.end(),
                      [](json::Value a, json::Value b) { return IsSame(a, b, true); });
  }
  return std::is_permutation(expected.begin(),
                             expected.end(),
                             found.begin(),
                             found.end(),
                             [](json::Value a, json::Value b) { return IsSame(a, b, true); });
}

bool IsSame(json::Value expected, json::Value found, bool is_ordered) {
  if (expected.type() != found.type()) return false;
  switch (expected.type()) {
    case json::Type::kNumber:
      return IsSameNumber(expected, found);
    case json::Type::kArray:
      return HasSameItems(expected.items(), found.items(), is_ordered);
    case json::Type::kObject:
      return expected.members().size() == found.members().size() &&
             std::all_of(expected.members().begin(),
                         expected.members().end(),
                         [found](const json::Member& member) {
                           const json::Value* const other = found.Find(member.name);
                           return other != nullptr && IsSame(member.value, *other, true);
                         });
    default:
      return json::Equal(expected, found);
  }
}

// What a case gives the expression to see.
class CaseEnvironment final : public Environment {
 public:
  CaseEnvironment(json::Value root, json::Arena& arena) : bindings_(root.Find("bindings")) {
    if (const json::Value* const data = root.Find("data"); data != nullptr) {
      input_ = *data;
    } else if (const json::Value* const name = root.Find("dataset");
               name != nullptr && name->is_string()) {
      dataset_ = ReadFile(PAWL_JSONATA_SUITE "/datasets/" + std::string(name->string()) + ".json");
      input_ = json::Parse(dataset_, arena).value();
    }
  }

  std::optional<json::Value> Input() override { return input_; }

  Result<std::optional<json::Value>> Variable(std::string_view name) override {
    const json::Value* const found = bindings_ == nullptr ? nullptr : bindings_->Find(name);
    return found == nullptr ? std::nullopt : std::optional(*found);
  }

  SeededRandom& Random() override { return random_; }

  Timestamp Now() override {
    return std::chrono::floor<Duration>(std::chrono::system_clock::now());
  }

 private:
  const json::Value* bindings_;
  std::string dataset_;
  std::optional<json::Value> input_;
  SeededRandom random_{1};
};

Budget BudgetOf(json::Value root) {
  Budget budget;
  if (const json::Value* const depth = root.Find("depth"); depth != nullptr) {
    budget.depth = static_cast<std::size_t>(depth->AsDouble());
  }
  if (const json::Value* const limit = root.Find("timelimit"); limit != nullptr) {
    // About as much as the reference does in that time.
    constexpr double kStepsPerMillisecond = 10'000;
    budget.steps = static_cast<std::uint64_t>(limit->AsDouble() * kStepsPerMillisecond);
    budget.memory_bytes = std::size_t{1} << 30;
  }
  return budget;
}

struct Answer {
  Status status;
  // The outcome points into it.
  std::optional<Expression> expression;
  Outcome outcome;
  ErrorPlace place;

  std::string ToString() const {
    if (!status.ok()) return status.reason() + " " + status.ToString() + " at " + place.token;
    if (outcome.kind == Outcome::Kind::kUndefined) return "undefined";
    return outcome.kind == Outcome::Kind::kFunction ? "a function" : json::Write(outcome.value);
  }
};

Answer AnswerTo(json::Value root, Environment& environment, json::Arena& arena) {
  Answer answer;
  const Result<Expression> parsed =
      Expression::Parse(root.Find("expr")->string(), {}, &answer.place);
  answer.status = parsed.status();
  if (!parsed.ok()) return answer;
  answer.expression = *parsed;
  const Result<Outcome> outcome =
      answer.expression->Evaluate(environment, arena, BudgetOf(root), &answer.place);
  answer.status = outcome.status();
  if (outcome.ok()) answer.outcome = *outcome;
  return answer;
}

// A case may say what text an error has: its message, or what the message is about.
void ExpectErrorFields(json::Value fields, const Answer& answer) {
  for (const json::Member& member : fields.members()) {
    if (member.name == "message") {
      EXPECT_EQ(answer.status.message(), member.value.string());
    } else if (member.name == "functionName") {
      EXPECT_NE(answer.status.message().find(member.value.string()), std::string::npos)
          << answer.ToString();
    }
  }
}

void ExpectError(json::Value root, json::Value expected, const Answer& answer) {
  const std::string_view code = expected.Find("code")->string();
  ASSERT_FALSE(answer.status.ok()) << "expected " << code << ", found " << answer.ToString();
  EXPECT_EQ(answer.status.reason(), code) << answer.ToString();
  if (const json::Value* const phase = expected.Find("phase"); phase != nullptr) {
    EXPECT_EQ(answer.expression.has_value(), phase->string() == "evaluate");
  }
  if (const json::Value* const token = expected.Find("token"); token != nullptr) {
    EXPECT_EQ(answer.place.token, token->string());
  }
  if (const json::Value* const message = expected.Find("message"); message != nullptr) {
    EXPECT_EQ(answer.status.message(), message->string());
  }
  if (const json::Value* const fields = root.Find("error"); fields != nullptr) {
    ExpectErrorFields(*fields, answer);
  }
}

void ExpectOutcome(json::Value root, json::Value expected, const Answer& answer) {
  const bool has_limit = root.Find("timelimit") != nullptr || root.Find("depth") != nullptr;
  if (has_limit && answer.status.reason() == kPastBudget) return;
  if (expected.Find("code") != nullptr) return ExpectError(root, expected, answer);
  ASSERT_TRUE(answer.status.ok()) << answer.ToString();
  if (expected.Find("undefinedResult") != nullptr) {
    EXPECT_EQ(answer.outcome.kind, Outcome::Kind::kUndefined) << answer.ToString();
    return;
  }
  const json::Value result = *expected.Find("result");
  ASSERT_EQ(answer.outcome.kind, Outcome::Kind::kValue) << answer.ToString();
  EXPECT_TRUE(IsSame(result, answer.outcome.value, root.Find("unordered") == nullptr))
      << "expected " << json::Write(result) << "\nfound    " << answer.ToString();
}

// Where 2.0.6 itself breaks down, or gives what is no JSON, it sets no example: then the later
// answer counts, and a refusal does as well.
bool SetsExample(json::Value earlier) {
  const json::Value* const code = earlier.Find("code");
  return earlier.Find("never_ends") == nullptr && earlier.Find("unrepresentable") == nullptr &&
         (code == nullptr || code->string() != "none");
}

class JsonataConformanceTest : public testing::TestWithParam<Case> {};

GTEST_ALLOW_UNINSTANTIATED_PARAMETERIZED_TEST(JsonataConformanceTest);

TEST_P(JsonataConformanceTest, AnswersAsTheReference) {
  json::Arena arena;
  const json::Value root = json::Parse(GetParam().text, arena).value();
  CaseEnvironment environment(root, arena);
  SCOPED_TRACE(std::string(root.Find("expr")->string()));
  const Answer answer = AnswerTo(root, environment, arena);
  const json::Value* const reason = root.Find("stepfunctions_reason");
  if (reason != nullptr && reason->string().starts_with("$eval")) {
    EXPECT_NE(answer.status.message().find("$eval is not available"), std::string::npos)
        << answer.ToString();
    return;
  }
  const json::Value* const earlier = root.Find("jsonata_2_0_6");
  if (earlier != nullptr && SetsExample(*earlier)) return ExpectOutcome(root, *earlier, answer);
  if (earlier != nullptr && !answer.status.ok()) return;
  ExpectOutcome(root, root, answer);
}

INSTANTIATE_TEST_SUITE_P(Suite, JsonataConformanceTest, testing::ValuesIn(LoadCases()), TestName);

TEST(JsonataConformanceSuiteTest, TheSuiteIsThere) {
  if (!std::ifstream(std::string(kCases))) {
    GTEST_SKIP() << "no test suite at " << kCases << "; it did not run";
  }
  EXPECT_GE(LoadCases().size(), 1214U);
}

}  // namespace
}  // namespace pawl::expression::jsonata
