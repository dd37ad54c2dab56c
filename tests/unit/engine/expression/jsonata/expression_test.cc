#include "engine/expression/jsonata/expression.h"

#include <gtest/gtest.h>

#include "tests/unit/engine/expression/jsonata/answer.h"

namespace pawl::expression::jsonata {
namespace {

TEST(JsonataExpressionTest, NumbersThatPassThroughKeepTheirDigits) {
  EXPECT_EQ(Answer("a", R"({"a":12345678901234567890.10})"), "12345678901234567890.10");
  EXPECT_EQ(Answer("a + 0", R"({"a":1.10})"), "1.1");
}

TEST(JsonataExpressionTest, AnUnknownVariableIsNoValue) {
  EXPECT_EQ(Answer("$nothing"), "undefined");
}

TEST(JsonataExpressionTest, AFunctionAnywhereIsNoJson) {
  EXPECT_EQ(Answer("$sum"), "a function");
  EXPECT_EQ(Answer(R"({"f": [function($x){$x}]})"), "a function");
}

TEST(JsonataExpressionTest, ReadsVariablesOfTheEnvironment) {
  json::Arena arena;
  FixedEnvironment environment(std::nullopt);
  environment.SetStates(json::Parse(R"({"input":{"a":[1,2]}})", arena).value());
  const Expression expression = Expression::Parse("$sum($states.input.a)").value();
  EXPECT_EQ(json::Write(expression.Evaluate(environment, arena)->value), "3");
}

TEST(JsonataExpressionTest, AnErrorOfTheEnvironmentIsPassedOn) {
  json::Arena arena;
  FixedEnvironment environment(std::nullopt);
  const Result<Outcome> outcome =
      Expression::Parse("1 + $broken").value().Evaluate(environment, arena);
  EXPECT_EQ(outcome.status().code(), StatusCode::kUnavailable);
}

TEST(JsonataExpressionTest, AnErrorSaysWhereItArose) {
  ErrorPlace place;
  EXPECT_FALSE(Expression::Parse("[1!2]", {}, &place).ok());
  EXPECT_EQ(place.position, 3U);
  EXPECT_EQ(place.token, "!");

  json::Arena arena;
  FixedEnvironment environment(std::nullopt);
  const Expression expression = Expression::Parse(R"(1 + "a")").value();
  EXPECT_FALSE(expression.Evaluate(environment, arena, {}, &place).ok());
  EXPECT_EQ(place.position, 3U);
  EXPECT_EQ(place.token, "+");
}

TEST(JsonataExpressionTest, EvalIsRefused) {
  EXPECT_EQ(Answer("$eval('1')"),
            "T1006: The function $eval is not available; $parse reads JSON text");
}

TEST(JsonataExpressionTest, DefaultOperatorsAreThereOnDemand) {
  EXPECT_EQ(CodeOf("a ?? 1"), "S0211");
  const Expression expression =
      Expression::Parse("[a ?? 1, 0 ?: 2]", {.has_default_operators = true}).value();
  json::Arena arena;
  FixedEnvironment environment(std::nullopt);
  EXPECT_EQ(json::Write(expression.Evaluate(environment, arena)->value), "[1,2]");
}

}  // namespace
}  // namespace pawl::expression::jsonata
