// Answer: what an expression gives, as text, so that a test fits a line.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "engine/base/random.h"
#include "engine/expression/jsonata/expression.h"
#include "engine/json/parse.h"
#include "engine/json/write.h"

namespace pawl::expression::jsonata {

// An input, the variable $states, and noon of a day in 2026.
class FixedEnvironment final : public Environment {
 public:
  explicit FixedEnvironment(std::optional<json::Value> input) : input_(input) {}

  void SetStates(json::Value states) { states_ = states; }

  std::optional<json::Value> Input() override { return input_; }

  Result<std::optional<json::Value>> Variable(std::string_view name) override {
    if (name == "broken") return Unavailable("the variable cannot be loaded");
    return name == "states" ? states_ : std::nullopt;
  }

  SeededRandom& Random() override { return random_; }

  Timestamp Now() override { return ParseTimestamp("2026-11-20T12:00:00Z").value(); }

 private:
  std::optional<json::Value> input_;
  std::optional<json::Value> states_;
  SeededRandom random_{7};
};

inline std::string Told(const Status& status) {
  return status.reason() + ": " + status.message();
}

// The value as JSON text, "undefined", "a function", or "T2001: ..." for an error.
inline std::string Answer(std::string_view text,
                          std::string_view input = {},
                          const Budget& budget = {}) {
  const Result<Expression> expression = Expression::Parse(text);
  if (!expression.ok()) return Told(expression.status());
  json::Arena arena;
  std::optional<json::Value> root;
  if (!input.empty()) root = json::Parse(input, arena).value();
  FixedEnvironment environment(root);
  const Result<Outcome> outcome = expression->Evaluate(environment, arena, budget);
  if (!outcome.ok()) return Told(outcome.status());
  if (outcome->kind == Outcome::Kind::kUndefined) return "undefined";
  if (outcome->kind == Outcome::Kind::kFunction) return "a function";
  return json::Write(outcome->value);
}

// The code of the error alone.
inline std::string CodeOf(std::string_view text,
                          std::string_view input = {},
                          const Budget& budget = {}) {
  const std::string answer = Answer(text, input, budget);
  return answer.substr(0, answer.find(':'));
}

}  // namespace pawl::expression::jsonata
