#include "engine/asl/path_check.h"

#include <gtest/gtest.h>

#include <string_view>

namespace pawl::test {
namespace {

using asl::CheckCallText;
using asl::CheckPathText;

TEST(PathCheckTest, WhatTheEngineEvaluatesIsGood) {
  for (const std::string_view path : {"$", "$.a[0]", "$$.Execution.Id", "$..a[?(@.b == 'c')]"}) {
    EXPECT_TRUE(CheckPathText(path).status.ok()) << path;
    EXPECT_EQ(CheckPathText(path).unsupported, "") << path;
  }
  EXPECT_TRUE(CheckCallText("States.Format('{}', $.a)").status.ok());
  EXPECT_EQ(CheckCallText("States.Format('{}', $.a)").unsupported, "");
}

// Deployed definitions: parallel-translate, asl-validator's valid-path-array-context.
TEST(PathCheckTest, WhatAwsAloneTakesIsGoodAndUnsupported) {
  for (const std::string_view path :
       {"$[?(@.Code==es)].Text", "$.a[?(@.b != word && @.c<other_word)]", "$[(@.length-1)].bar"}) {
    EXPECT_TRUE(CheckPathText(path).status.ok()) << path;
    EXPECT_NE(CheckPathText(path).unsupported, "") << path;
  }
  for (const std::string_view call : {"States.ArrayGetItem($.a[?(@.b == Word)].c, 0)",
                                      "States.Array('it\\'s == x', $.a[(@.length-1)])"}) {
    EXPECT_TRUE(CheckCallText(call).status.ok()) << call;
    EXPECT_NE(CheckCallText(call).unsupported, "") << call;
  }
}

TEST(PathCheckTest, WhatIsBrokenStaysBroken) {
  for (const std::string_view path :
       {"", "a", "$.", "$.a[", "$[?(@.b==)]", "$[(@.length-1]", "$[("}) {
    EXPECT_FALSE(CheckPathText(path).status.ok()) << path;
  }
  for (const std::string_view call : {"States.Nope()",
                                      "States.Format('{}' x == y)",
                                      "States.ArrayGetItem($.a[?(@.b == Word)]",
                                      "States.Format('open == word"}) {
    EXPECT_FALSE(CheckCallText(call).status.ok()) << call;
  }
}

}  // namespace
}  // namespace pawl::test
