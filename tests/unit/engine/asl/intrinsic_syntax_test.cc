#include "engine/asl/intrinsic_syntax.h"

#include <gtest/gtest.h>

#include <string>
#include <string_view>

namespace pawl::test {
namespace {

TEST(IntrinsicSyntaxTest, CallsOfEveryFormAreAccepted) {
  for (const std::string_view call :
       {"States.UUID()",
        "States.Array()",
        "States.Array(1, -2.5e3, true, false, null, 'x', $, $$.Execution.Id)",
        "States.Format('It\\'s {} and \\{\\}', $.a['b, (c)'])",
        "States.ArrayGetItem($.a[?(@.b == 'x, y)')].c, 0)",
        "States.StringToJson(States.JsonToString($.a))",
        "States.MathRandom(1, 10)",
        "States.MathRandom(1, 10, 3)",
        "States.Hash('a','SHA-1')",
        "States.JsonMerge($.a[0], $.b, false)"}) {
    EXPECT_TRUE(asl::CheckIntrinsic(call).ok()) << asl::CheckIntrinsic(call).message();
  }
}

TEST(IntrinsicSyntaxTest, BrokenCallsAreRefused) {
  for (const std::string_view call : {"States.Nope()",
                                      "States.uuid()",
                                      "States.UUID",
                                      "States.UUID(",
                                      "States.UUID(1)",
                                      "States.UUID() x",
                                      "States.ArrayLength()",
                                      "States.MathAdd(1)",
                                      "States.MathAdd(1, 2, 3)",
                                      "States.Format('open)",
                                      "States.Format(\"double\")",
                                      "States.Format('{}', )",
                                      "States.Format('{}' $.a)",
                                      "States.Format('{}', a)",
                                      "States.Format('{}', $.[)",
                                      "States.Format('bad \\\" escape')",
                                      "States.Array(-)"}) {
    EXPECT_FALSE(asl::CheckIntrinsic(call).ok()) << call;
  }
}

// AWS Step Functions Developer Guide, "Intrinsics": at most ten in one field.
TEST(IntrinsicSyntaxTest, TenCallsFitInAField) {
  const auto nested = [](int calls) {
    std::string text = "$.a";
    for (int i = 0; i < calls; ++i) {
      text = "States.JsonToString(" + text + ")";
    }
    return text;
  };
  EXPECT_TRUE(asl::CheckIntrinsic(nested(10)).ok());
  EXPECT_FALSE(asl::CheckIntrinsic(nested(11)).ok());
  EXPECT_FALSE(asl::CheckIntrinsic(nested(1'000)).ok());
}

TEST(IntrinsicSyntaxTest, AMisspeltNameIsGuessed) {
  EXPECT_NE(asl::CheckIntrinsic("States.Formt('x')").message().find("'States.Format'"),
            std::string::npos);
}

}  // namespace
}  // namespace pawl::test
