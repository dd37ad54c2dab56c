#include "engine/asl/jsonata_syntax.h"

#include <gtest/gtest.h>

#include <string>
#include <string_view>

namespace pawl::test {
namespace {

Status Check(std::string_view expression) {
  return asl::CheckJsonata("{% " + std::string(expression) + " %}");
}

// docs.jsonata.org, each kind of expression.
TEST(JsonataSyntaxTest, ExpressionsOfEveryKindAreAccepted) {
  for (const std::string_view expression :
       {"1",
        "-3.5e-2",
        "$states.input.items[price > 100].name",
        "Phone[0].number",
        "`a name`.b",
        "a.*.b",
        "**.Postcode",
        "a.%.b",
        "a ? b : c",
        "a ? b",
        "a ? b ? 1 : 2 : 3",
        "[1..5]",
        "[1, 'two', [3]][]",
        "[]",
        "{}",
        "{'a': 1, \"b\": [2], c: d ? e : f}",
        "$x := 5",
        "($x := 1; $y := 2; $x + $y;)",
        "()",
        "$sum(a.b) & ''",
        "$f(?, 1)",
        "$map([1,2], function($v, $i) { $v * $i })",
        "function($x)<n:n>{ $x }(1)",
        "λ($x) { $x }",
        "Account.Order.Product^(>Price, <Quantity)",
        "Account.Order@$o#$i.Product",
        "$ ~> |Account|{'a': 1}, ['b']|",
        "$match(s, /a(b|c)[\\/]d/i)",
        "a / b / c",
        "not(a) and b or c in [1,2]",
        "and and or",
        "a /* comment */ + b",
        "x != 1 and y <= 2 and z >= 3",
        "$string(1) ~> $length()",
        "$groupBy{a: b}",
        "\"\\u00e9 \\n\"",
        "$not(null in $each(a, function($v) { $length($trim($v)) > 0 ? $v : null }))"}) {
    const Status status = Check(expression);
    EXPECT_TRUE(status.ok()) << expression << status.message();
  }
}

TEST(JsonataSyntaxTest, BrokenExpressionsAreRefused) {
  for (const std::string_view expression : {"",
                                            "1 +",
                                            "420.",
                                            "a b",
                                            "(1",
                                            "1)",
                                            "[1, 2",
                                            "{'a': 1",
                                            "(1]",
                                            "'open",
                                            "`open",
                                            "/open",
                                            "//",
                                            "/* open",
                                            "a ?: b",
                                            "a ?? b",
                                            "$.store.book[?(@.price < 10)].title",
                                            "function($x) $x",
                                            "a, b",
                                            "a; b",
                                            "a : b",
                                            "[1,]",
                                            "f(,)",
                                            "a ! b",
                                            "'\\q'",
                                            "'\\u12'",
                                            "* *",
                                            "a^b",
                                            "a@b",
                                            "|a|b",
                                            "= 1"}) {
    EXPECT_FALSE(Check(expression).ok()) << expression;
  }
}

TEST(JsonataSyntaxTest, DelimitersStandAtTheVeryBeginningAndEnd) {
  EXPECT_TRUE(asl::CheckJsonata("{%1%}").ok());
  EXPECT_FALSE(asl::CheckJsonata("{% 1 %").ok());
  EXPECT_FALSE(asl::CheckJsonata("1 %}").ok());
  EXPECT_FALSE(asl::CheckJsonata("{%}").ok());
  EXPECT_FALSE(asl::LooksLikeJsonata(" {% 1 %} "));
  EXPECT_FALSE(asl::LooksLikeJsonata("text"));
}

TEST(JsonataSyntaxTest, ErrorsNameTheColumnInTheWholeText) {
  EXPECT_EQ(asl::CheckJsonata("{% 1 2 %}").message(), "column 6: expected an operator, found '2'");
  EXPECT_EQ(asl::CheckJsonata("{% (1 %}").message(), "column 4: '(' is never closed");
}

TEST(JsonataSyntaxTest, NestingIsBounded) {
  EXPECT_FALSE(Check(std::string(100'000, '(') + "1" + std::string(100'000, ')')).ok());
  EXPECT_TRUE(Check(std::string(400, '(') + "1" + std::string(400, ')')).ok());
}

}  // namespace
}  // namespace pawl::test
