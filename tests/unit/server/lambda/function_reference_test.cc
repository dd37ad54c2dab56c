#include "server/lambda/function_reference.h"

#include <gtest/gtest.h>

namespace pawl::lambda {
namespace {

// "name" or "name:qualifier", or why there is none.
std::string Resolved(std::string_view reference, std::string_view qualifier = "") {
  const auto name = ResolveFunction({}, {}, reference, qualifier);
  if (!name.ok()) return name.status().reason() + ": " + name.status().message();
  return name->qualifier.empty() ? name->name : name->name + ":" + name->qualifier;
}

TEST(FunctionReferenceTest, AFunctionIsNamedInManyWays) {
  EXPECT_EQ(Resolved("f"), "f");
  EXPECT_EQ(Resolved("f:3"), "f:3");
  EXPECT_EQ(Resolved("f:$LATEST"), "f:$LATEST");
  EXPECT_EQ(Resolved("function:f:live"), "f:live");
  EXPECT_EQ(Resolved("123456789012:function:f"), "f");
  EXPECT_EQ(Resolved("123456789012:f"), "f");
  EXPECT_EQ(Resolved("us-east-1:123456789012:function:f"), "f");
  EXPECT_EQ(Resolved("arn:aws:lambda:us-east-1:123456789012:function:f"), "f");
  EXPECT_EQ(Resolved("arn:aws:lambda:us-east-1:123456789012:function:f:live"), "f:live");
  // The last field is a name, whatever it looks like.
  EXPECT_EQ(Resolved("123456789012"), "123456789012");
  EXPECT_EQ(Resolved("function"), "function");
}

TEST(FunctionReferenceTest, AQualifierMayStandBesideTheName) {
  EXPECT_EQ(Resolved("f", "3"), "f:3");
  EXPECT_EQ(Resolved("f:3", "3"), "f:3");
  EXPECT_EQ(Resolved("f:3", "4"),
            "InvalidParameterValue: The derived qualifier from the function name does not match "
            "the specified qualifier.");
}

TEST(FunctionReferenceTest, WhatIsElsewhereIsNotHere) {
  EXPECT_EQ(Resolved("arn:aws:lambda:eu-west-1:123456789012:function:f"),
            "ResourceNotFound: Functions from 'eu-west-1' are not reachable in this region "
            "('us-east-1')");
  EXPECT_EQ(Resolved("999999999999:function:f"),
            "ResourceNotFound: Function not found: 999999999999:function:f");
}

TEST(FunctionReferenceTest, WhatNamesNoFunctionIsNone) {
  for (const char* text : {"",
                           "a b",
                           "a/b",
                           "f:",
                           ":f",
                           "f:1:2",
                           "f:$latest",
                           "arn:aws:s3:::bucket",
                           "arn:x:lambda:us-east-1:123456789012:function:f",
                           "a:b:c:d:e:f:g:h:i:j"}) {
    EXPECT_FALSE(ParseFunctionReference(text)) << text;
  }
  EXPECT_FALSE(IsFunctionReference("a.b"));
  EXPECT_TRUE(IsNamespacedFunctionReference("a.b"));
}

}  // namespace
}  // namespace pawl::lambda
