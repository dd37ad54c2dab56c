#include "engine/asl/resource.h"

#include <gtest/gtest.h>

#include <string>
#include <string_view>

namespace pawl::test {
namespace {

using asl::ParseResource;
using Kind = asl::Resource::Kind;

TEST(ResourceTest, FunctionsGoByNameOrByLambdaArn) {
  for (const std::string_view text :
       {"load",
        "load.items_2-b",
        "arn:aws:lambda:us-east-1:123456789012:function:load",
        "arn:aws-cn:lambda:cn-north-1:123456789012:function:load:7",
        "arn:aws:lambda:::function:load",
        "arn:aws:lambda:us-east-1:ACCOUNT_ID:function:load:alias_1"}) {
    EXPECT_EQ(ParseResource(text).kind, Kind::kFunction) << text;
  }
  EXPECT_EQ(ParseResource("arn:aws:lambda:r:1:function:load:PROD").qualifier, "PROD");
}

TEST(ResourceTest, LambdaInvokeIsKnownInEveryPartition) {
  EXPECT_EQ(ParseResource("arn:aws:states:::lambda:invoke").kind, Kind::kLambdaInvoke);
  EXPECT_EQ(ParseResource("arn:aws-us-gov:states:us-gov-west-1:1:lambda:invoke").kind,
            Kind::kLambdaInvoke);
}

TEST(ResourceTest, StartExecutionHasEveryPattern) {
  const auto job = ParseResource("arn:aws:states:::states:startExecution.sync:2");
  EXPECT_EQ(job.kind, Kind::kEngineCall);
  EXPECT_EQ(job.pattern, asl::IntegrationPattern::kRunJobJson);
  EXPECT_EQ(ParseResource("arn:aws:states:::states:startExecution").pattern,
            asl::IntegrationPattern::kRequestResponse);
}

TEST(ResourceTest, WhatDoesNotRunYetIsNotCalledInvalid) {
  for (const std::string_view text : {"arn:aws:states:::s3:getObject",
                                      "arn:aws:swf:us-east-1:123456789012:task:X",
                                      "${LoadFunctionArn}"}) {
    EXPECT_EQ(ParseResource(text).kind, Kind::kUnsupported) << text;
    EXPECT_FALSE(ParseResource(text).explanation.empty()) << text;
  }
}

TEST(ResourceTest, ActivitiesAndCallbacksAreTasksThatEndByAToken) {
  const auto activity = ParseResource("arn:aws:states:us-east-1:123456789012:activity:manual");
  EXPECT_EQ(activity.kind, Kind::kActivity);
  EXPECT_EQ(activity.activity, "manual");
  const auto callback = ParseResource("arn:aws:states:::lambda:invoke.waitForTaskToken");
  EXPECT_EQ(callback.kind, Kind::kLambdaInvoke);
  EXPECT_EQ(callback.pattern, asl::IntegrationPattern::kCallback);
}

TEST(ResourceTest, WhatNamesNothingIsInvalid) {
  const std::string long_name(81, 'a');
  for (const std::string_view text : {"",
                                      "two words",
                                      "a:b",
                                      "https://example.com",
                                      "arn:aws:lambda",
                                      "arn:aws:lambda:us-east-1:1:function:",
                                      "arn:aws:lambda:us-east-1:1:function:f:",
                                      "arn:aws:lambda:us-east-1:1:function:f:$*#$7485",
                                      "arn:aws:lambda:us-east-1:1:layer:f",
                                      "arn:google:lambda:::function:f",
                                      "arn:aws:states:::lambda:invoke.sync",
                                      "arn:aws:states:::lambda:invoke.later",
                                      "arn:aws:states:::lambda",
                                      "arn:aws:states:::activity:",
                                      "${open",
                                      "${}"}) {
    EXPECT_EQ(ParseResource(text).kind, Kind::kInvalid) << text;
  }
  EXPECT_EQ(ParseResource(long_name).kind, Kind::kInvalid);
}

}  // namespace
}  // namespace pawl::test
