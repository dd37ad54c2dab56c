#include "engine/expression/jsonata/reads.h"

#include <gtest/gtest.h>

#include "engine/expression/jsonata/expression.h"

namespace pawl::expression::jsonata {
namespace {

Expression Parsed(std::string_view text) {
  return Expression::Parse(text).value();
}

TEST(JsonataReadsTest, AMemberOfAVariableIsAllThatIsRead) {
  const Expression expression = Parsed("$states.input.a[b = $states.context.x]");
  EXPECT_TRUE(expression.MayRead("states"));
  EXPECT_TRUE(expression.MayRead("states", "input"));
  EXPECT_TRUE(expression.MayRead("states", "context"));
  EXPECT_FALSE(expression.MayRead("states", "result"));
  EXPECT_FALSE(expression.MayRead("other"));
}

TEST(JsonataReadsTest, AVariableThatIsPassedOnMayBeReadWhole) {
  EXPECT_TRUE(Parsed("$keys($states)").MayRead("states", "result"));
  EXPECT_TRUE(Parsed("$states.*").MayRead("states", "result"));
  EXPECT_TRUE(Parsed("($s := $states; $s.input)").MayRead("states", "result"));
}

TEST(JsonataReadsTest, NamesAtTheTopReadTheInput) {
  EXPECT_TRUE(Parsed("a.b").ReadsInput());
  EXPECT_TRUE(Parsed("[1, $]").ReadsInput());
  EXPECT_TRUE(Parsed("$map($x, function($v){ $$ })").ReadsInput());
  EXPECT_FALSE(Parsed("$states.input.items[price > 100]").ReadsInput());
  EXPECT_FALSE(Parsed("$x[$ = 1].(a + b)").ReadsInput());
  EXPECT_FALSE(Parsed("$map($x, function($v){ $v.a })").ReadsInput());
}

}  // namespace
}  // namespace pawl::expression::jsonata
