// Functions: their definition, their signatures and how they are put together.
#include <gtest/gtest.h>

#include "tests/unit/engine/expression/jsonata/answer.h"

namespace pawl::expression::jsonata {
namespace {

TEST(JsonataCallTest, FunctionsSeeTheVariablesAroundTheirDefinition) {
  EXPECT_EQ(Answer("($x := 1; $f := function($y){ $x + $y }; ($x := 10; $f(5)))"), "6");
}

TEST(JsonataCallTest, OpenPlacesMakeANewFunction) {
  EXPECT_EQ(Answer("($first := $substring(?, 0, 2); $first('hello'))"), R"("he")");
  EXPECT_EQ(Answer("($add := function($a, $b){ $a - $b }; $less := $add(?, 1); $less(5))"), "4");
  EXPECT_EQ(CodeOf("$unknown(?)"), "T1008");
}

TEST(JsonataCallTest, TheArrowPassesOnAndComposes) {
  EXPECT_EQ(Answer("' a ' ~> $trim() ~> $uppercase"), R"("A")");
  EXPECT_EQ(Answer("($f := $trim ~> $uppercase; $f(' a '))"), R"("A")");
  EXPECT_EQ(CodeOf("1 ~> 2"), "T2006");
}

TEST(JsonataCallTest, TheContextStandsInForAMissingArgument) {
  EXPECT_EQ(Answer("a.$uppercase()", R"({"a":"x"})"), R"("X")");
  EXPECT_EQ(
      Answer("a.$uppercase()", R"({"a":1})"),
      R"(T0411: Context value is not a compatible type with argument 1 of function "uppercase")");
}

TEST(JsonataCallTest, SignaturesAreChecked) {
  EXPECT_EQ(Answer("function($a)<a<n>>{$a}(1)"), "[1]");
  EXPECT_EQ(Answer("function($a)<a<n>>{$a}(['x'])"),
            R"(T0412: Argument 1 of function undefined must be an array of "numbers")");
  EXPECT_EQ(Answer("$uppercase(1)"),
            R"(T0410: Argument 1 of function "uppercase" does not match function signature)");
  EXPECT_EQ(CodeOf("function($a)<n<n>>{1}"), "S0401");
}

TEST(JsonataCallTest, AForgottenDollarIsPointedOut) {
  EXPECT_EQ(Answer("sum(1)"), "T1005: Attempted to invoke a non-function. Did you mean $sum?");
  EXPECT_EQ(Answer("unknown(1)"), "T1006: Attempted to invoke a non-function");
}

TEST(JsonataCallTest, TransformsChangeACopy) {
  EXPECT_EQ(Answer("[a ~> |b|{'c': c + 1}, 'd'|, a.b.c]", R"({"a":{"b":{"c":1,"d":2}}})"),
            R"([{"b":{"c":2}},1])");
  EXPECT_EQ(CodeOf("{} ~> |$|1|"), "T2011");
}

TEST(JsonataCallTest, PatternsAreFunctions) {
  EXPECT_EQ(Answer("/b+/('abbc').[match, start, end]"), R"(["bb",1,3])");
  EXPECT_EQ(CodeOf("$split('a', $uppercase)"), "T1010");
}

}  // namespace
}  // namespace pawl::expression::jsonata
