// An expression, then a line with three dashes, then the document that it is applied to. Whatever
// they are, the evaluation ends within its budget, and what it gives is JSON.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "engine/base/check.h"
#include "engine/expression/jsonata/expression.h"
#include "engine/json/parse.h"
#include "engine/json/write.h"

namespace pawl::expression::jsonata {
namespace {

constexpr std::string_view kDocument =
    R"({"a":[{"b":1,"c":"x y"},{"b":2,"c":[true,null]}],"d":{"e":-1.5e3},"f":"10","g":[[1],[2,3]]})";
constexpr std::string_view kRule = "\n---\n";
constexpr Budget kBudget = {
    .steps = 20'000, .depth = 100, .memory_bytes = std::size_t{2} * 1024 * 1024};

class FuzzEnvironment final : public Environment {
 public:
  explicit FuzzEnvironment(json::Value input) : input_(input) {}

  std::optional<json::Value> Input() override { return input_; }

  Result<std::optional<json::Value>> Variable(std::string_view name) override {
    if (name == "states") return std::optional(input_);
    return std::optional<json::Value>();
  }

  SeededRandom& Random() override { return random_; }

  Timestamp Now() override { return FromMicros(1'700'000'000'123'456); }

 private:
  json::Value input_;
  SeededRandom random_{1};
};

// A code of JSONata: a letter and four digits.
void CheckReason(std::string_view reason) {
  PAWL_CHECK(reason.size() == 5);
  PAWL_CHECK(reason[0] == 'S' || reason[0] == 'T' || reason[0] == 'D' || reason[0] == 'U');
  PAWL_CHECK(
      std::all_of(reason.begin() + 1, reason.end(), [](char c) { return c >= '0' && c <= '9'; }));
}

void EvaluateIt(const Expression& expression, json::Value input, json::Arena& arena) {
  FuzzEnvironment environment(input);
  ErrorPlace place;
  const Result<Outcome> outcome = expression.Evaluate(environment, arena, kBudget, &place);
  if (!outcome.ok()) {
    CheckReason(outcome.status().reason());
    PAWL_CHECK(outcome.status().code() == StatusCode::kFailedPrecondition ||
               outcome.status().code() == StatusCode::kResourceExhausted);
    PAWL_CHECK(place.position <= expression.text().size());
    return;
  }
  if (outcome->kind != Outcome::Kind::kValue) return;
  PAWL_CHECK(outcome->value.depth() > kJsonDepthMax ||
             json::Check(json::Write(outcome->value)).ok());
}

void Run(std::string_view data) {
  const std::size_t rule = data.find(kRule);
  const std::string_view text = data.substr(0, rule);
  // An expression stands in a definition, so it is UTF-8.
  std::string quoted;
  json::WriteStringTo(quoted, text);
  if (!json::Check(quoted).ok()) return;

  json::Arena arena;
  const Result<json::Value> given = json::Parse(
      rule == std::string_view::npos ? kDocument : data.substr(rule + kRule.size()), arena);
  const json::Value input = given.ok() ? *given : json::Parse(kDocument, arena).value();
  for (const bool has_default_operators : {false, true}) {
    ErrorPlace place;
    const Result<Expression> expression =
        Expression::Parse(text, {.has_default_operators = has_default_operators}, &place);
    if (!expression.ok()) {
      CheckReason(expression.status().reason());
      PAWL_CHECK(place.position <= text.size());
      continue;
    }
    PAWL_CHECK(expression->MayRead("states") || !expression->MayRead("states", "input"));
    EvaluateIt(*expression, input, arena);
  }
}

}  // namespace
}  // namespace pawl::expression::jsonata

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  pawl::expression::jsonata::Run({reinterpret_cast<const char*>(data), size});
  return 0;
}
