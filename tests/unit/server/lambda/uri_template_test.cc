#include "server/lambda/uri_template.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace pawl::lambda {
namespace {

using testing::ElementsAre;

TEST(UriTemplateTest, ATargetIsTakenApart) {
  const Target target = ParseTarget("/a/b%3Ac%2Fd/?x=1%2B1&y&x=2");
  EXPECT_THAT(target.segments, ElementsAre("a", "b:c/d"));
  EXPECT_EQ(target.Parameter("x"), "1+1");
  EXPECT_EQ(target.Parameter("y"), "");
  EXPECT_EQ(target.Parameter("z"), std::nullopt);
  EXPECT_THAT(ParseTarget("/").segments, testing::IsEmpty());
  EXPECT_THAT(ParseTarget("*").segments, testing::IsEmpty());
  EXPECT_THAT(ParseTarget("").segments, testing::IsEmpty());
}

TEST(UriTemplateTest, APatternNamesTheParametersOfAPath) {
  const Target target = ParseTarget("/f/one/aliases/two");
  const auto parameters = MatchPath("/f/{FunctionName}/aliases/{Name}", target);
  ASSERT_TRUE(parameters && parameters->size() == 2);
  EXPECT_EQ(parameters->at(0).name, "FunctionName");
  EXPECT_EQ(parameters->at(0).value, "one");
  EXPECT_EQ(parameters->at(1).value, "two");
}

TEST(UriTemplateTest, APathMatchesWhole) {
  EXPECT_TRUE(MatchPath("/f", ParseTarget("/f")));
  EXPECT_TRUE(MatchPath("/f", ParseTarget("/f/?Marker=x")));
  EXPECT_FALSE(MatchPath("/f", ParseTarget("/f/g")));
  EXPECT_FALSE(MatchPath("/f/{Name}", ParseTarget("/f")));
  EXPECT_FALSE(MatchPath("/f/{Name}/code", ParseTarget("/f//code")));
  EXPECT_FALSE(MatchPath("/f", ParseTarget("//f")));
}

}  // namespace
}  // namespace pawl::lambda
