#include "engine/expression/java_text.h"

#include <gtest/gtest.h>

#include "engine/json/parse.h"

namespace pawl::expression {
namespace {

TEST(JavaTextTest, ValuesLookAsJavaPrintsThem) {
  json::Arena arena;
  const json::Value value =
      json::Parse(R"({"Arg1": 1, "Arg2": [], "c": [null, true, "x y", {"d": -1.5}], "e": {}})",
                  arena)
          .value();
  EXPECT_EQ(JavaText(value), "{Arg1=1, Arg2=[], c=[null, true, x y, {d=-1.5}], e={}}");
}

TEST(JavaTextTest, AStringIsItself) {
  EXPECT_EQ(JavaText(json::Value::String("a \"b\"")), "a \"b\"");
}

}  // namespace
}  // namespace pawl::expression
