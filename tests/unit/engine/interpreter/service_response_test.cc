// Mocked results against the APIs they stand for. Texts are recorded.
#include "engine/interpreter/service_response.h"

#include <gtest/gtest.h>

#include <string>

#include "engine/json/arena.h"
#include "engine/json/parse.h"

namespace pawl::interpreter {
namespace {

// What is wrong, without what all texts begin with.
std::string Wrong(const std::string& action, std::string_view response, bool is_complete = true) {
  json::Arena arena;
  const auto value = json::Parse(response, arena);
  const Status status = CheckServiceResponse("arn:aws:states:::" + action, *value, is_complete);
  constexpr std::string_view kPrefix = "Mock result schema validation error: ";
  if (status.ok()) return "";
  EXPECT_EQ(status.message().substr(0, kPrefix.size()), kPrefix);
  return status.message().substr(kPrefix.size());
}

TEST(ServiceResponseTest, MembersHaveTheirTypes) {
  EXPECT_EQ(Wrong("lambda:invoke", R"({"StatusCode":"200"})"),
            "Field 'StatusCode' must be a number");
  EXPECT_EQ(Wrong("states:startExecution", R"({"ExecutionArn":"a","StartDate":true})"),
            "Field 'StartDate' must be a string");
  EXPECT_EQ(Wrong("events:putEvents", R"({"Entries":"e"})"), "Field 'Entries' must be an array");
  EXPECT_EQ(Wrong("aws-sdk:kms:encrypt", R"({"CiphertextBlob":1})"),
            "Field 'CiphertextBlob' must be a string");
}

TEST(ServiceResponseTest, NestedMembersAreTold) {
  EXPECT_EQ(Wrong("events:putEvents", R"({"Entries":[{"EventId":"e"},{"EventId":["e"]}]})"),
            "Field 'EventId' must be a string");
  EXPECT_EQ(Wrong("dynamodb:putItem", R"({"ConsumedCapacity":{"CapacityUnits":"1"}})"),
            "Field 'CapacityUnits' must be a number");
}

TEST(ServiceResponseTest, ValuesKeepTheirBounds) {
  EXPECT_EQ(Wrong("aws-sdk:kms:encrypt", R"({"CiphertextBlob":""})"),
            "Field 'CiphertextBlob' is smaller than the minimum length");
  EXPECT_EQ(Wrong("aws-sdk:lambda:getFunction", R"({"Configuration":{"MemorySize":127}})"),
            "Field 'MemorySize' is less than the minimum value");
  EXPECT_EQ(Wrong("aws-sdk:lambda:getFunction", R"({"Configuration":{"MemorySize":10241}})"),
            "Field 'MemorySize' exceeds the maximum value");
  EXPECT_EQ(Wrong("aws-sdk:s3:getObject", R"({"StorageClass":"Papyrus"})"),
            "Field 'StorageClass' is not an expected value");
}

TEST(ServiceResponseTest, RequiredMembersAreThereIfTheResponseIsComplete) {
  EXPECT_EQ(Wrong("states:startExecution", R"({"executionArn":"a"})"),
            "Required field 'ExecutionArn' is missing");
  EXPECT_EQ(Wrong("states:startExecution", "{}", false), "");
}

TEST(ServiceResponseTest, MembersThatAnApiDoesNotHaveAreTaken) {
  EXPECT_EQ(Wrong("events:putEvents", R"({"random":"json"})"), "");
}

TEST(ServiceResponseTest, ApisThatAreNotKnownTakeAnything) {
  EXPECT_EQ(Wrong("nobody:knows", "[1]"), "");
  EXPECT_EQ(Wrong("sqs:sendMessage.waitForTaskToken", "[1]"), "");
  json::Arena arena;
  EXPECT_TRUE(CheckServiceResponse("function", *json::Parse("1", arena), true).ok());
}

TEST(ServiceResponseTest, AResponseIsAnObject) {
  EXPECT_EQ(Wrong("sqs:sendMessage", "[]"),
            "the response of sqs:sendMessage must be an object, found array");
}

}  // namespace
}  // namespace pawl::interpreter
