// Whatever an expression does, it ends within its budget.
#include <gtest/gtest.h>

#include <string>

#include "tests/unit/engine/expression/jsonata/answer.h"

namespace pawl::expression::jsonata {
namespace {

std::string Repeated(std::string_view piece, int count) {
  std::string text;
  for (int i = 0; i < count; ++i) {
    text += piece;
  }
  return text;
}

TEST(JsonataBudgetTest, EndlessTailRecursionRunsOutOfSteps) {
  EXPECT_EQ(CodeOf("($f := function($n){ $f($n + 1) }; $f(0))", {}, {.steps = 10'000}), "U1001");
}

TEST(JsonataBudgetTest, EndlessRecursionIsTooDeep) {
  EXPECT_EQ(CodeOf("($f := function($n){ 1 + $f($n + 1) }; $f(0))"), "U1001");
}

TEST(JsonataBudgetTest, NoBudgetOverflowsTheStack) {
  const Budget budget = {.depth = 1'000'000'000};
  EXPECT_EQ(CodeOf("($f := function($n){ 1 + $f($n + 1) }; $f(0))", {}, budget), "U1001");
}

TEST(JsonataBudgetTest, NoKindOfRecursionOverflowsTheStack) {
  const Budget budget = {.depth = 1'000'000'000};
  constexpr std::string_view kBodies[] = {
      "{'a': [1, 2]^($f()).b}",
      "$map([1, 2], function($x){ $f() + 1 })",
      "$reduce([1, 2], function($x, $y){ [$f()] })",
      "$sort([1, 2], function($x, $y){ [$f()] })",
      "$replace('a', /a/, function($m){ '' & $f() })",
      "{'a': 1} ~> |$|{'b': $f()}|",
      "[1, 2]{'a': $f()}",
      "a#$i.b[$f()].%.($f())",
      "$each({'a': 1}, function($v, $k){ [$f()] })",
      "[[1 ? $f() : 2] ~> $append(1)]",
      "1 + -$f()",
  };
  for (const std::string_view body : kBodies) {
    const std::string text = "($f := function(){ " + std::string(body) + " }; $f())";
    EXPECT_EQ(CodeOf(text, R"({"a":{"b":1}})", budget), "U1001") << text;
  }
}

TEST(JsonataBudgetTest, LongSearchesRunOutOfSteps) {
  const std::string text = Repeated("a", 50'000);
  EXPECT_EQ(CodeOf("[1..1000000].$contains('" + text + "', '" + text + "b')"), "U1001");
  EXPECT_EQ(CodeOf("[1..10000000][$ = '" + text + "']"), "U1001");
}

TEST(JsonataBudgetTest, TailCallsDoNotNest) {
  EXPECT_EQ(Answer("($f := function($n){ $n = 0 ? 'done' : $f($n - 1) }; $f(5000))"), R"("done")");
}

TEST(JsonataBudgetTest, TextsThatDoubleRunOutOfMemory) {
  EXPECT_EQ(CodeOf("$reduce([1..60], function($s, $i){ $s & $s }, 'xxxxxxxx')"), "U1001");
  EXPECT_EQ(CodeOf("$pad('x', 1e15)"), "U1001");
}

TEST(JsonataBudgetTest, ArraysThatDoubleRunOutOfSteps) {
  EXPECT_EQ(CodeOf("$reduce([1..60], function($s, $i){ [[$s], [$s]] }, 1)"), "U1001");
}

TEST(JsonataBudgetTest, DeepValuesAreTooDeepToLookAt) {
  constexpr std::string_view kDeep = "$reduce([1..20000], function($s, $i){ [[$s]] }, 1)";
  EXPECT_EQ(CodeOf(kDeep), "U1001");
  EXPECT_EQ(CodeOf("$string(" + std::string(kDeep) + ")"), "U1001");
  EXPECT_EQ(CodeOf("$boolean(" + std::string(kDeep) + ")"), "U1001");
}

TEST(JsonataBudgetTest, LongChainsOfFunctionsAreTooDeepToCall) {
  EXPECT_EQ(CodeOf("$reduce($append([$string], [1..20000]), function($f, $i){ $f ~> $string })(1)"),
            "U1001");
}

TEST(JsonataBudgetTest, AnObjectThatContainsItselfEnds) {
  EXPECT_EQ(CodeOf(R"({"a":{}} ~> |a|{"self": $}|)"), "U1001");
}

TEST(JsonataBudgetTest, DeepSyntaxIsRefused) {
  EXPECT_EQ(CodeOf(Repeated("(", 100'000)), "U1001");
  EXPECT_EQ(CodeOf(Repeated("[", 100'000)), "U1001");
  EXPECT_EQ(CodeOf("1" + Repeated("+1", 100'000)), "U1001");
  EXPECT_EQ(CodeOf("a" + Repeated("[b", 100'000)), "U1001");
  EXPECT_EQ(CodeOf(Repeated("-", 100'000) + "1"), "U1001");
}

TEST(JsonataBudgetTest, DeepInputsAreLookedThrough) {
  const std::string deep = Repeated("[", 500) + "1" + Repeated("]", 500);
  EXPECT_EQ(Answer("$count(**)", deep), "1");
}

}  // namespace
}  // namespace pawl::expression::jsonata
