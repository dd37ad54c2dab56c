#include "server/lambda/lambda_endpoint.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>

#include "server/lambda/operations.h"
#include "server/lambda/unsupported_operations.h"
#include "tests/unit/server/lambda/lambda_client.h"

namespace pawl::test {
namespace {

using testing::HasSubstr;
using testing::MatchesRegex;
using testing::StartsWith;

// A path of the pattern, with "x" for each parameter.
std::string PathLike(std::string_view pattern) {
  std::string path;
  bool is_parameter = false;
  for (const char c : pattern) {
    if (c == '{') path += 'x';
    is_parameter = (is_parameter || c == '{') && c != '}';
    if (!is_parameter && c != '}') path += c;
  }
  return path;
}

class LambdaEndpointTest : public testing::Test {
 protected:
  LambdaClient client_;
};

TEST_F(LambdaEndpointTest, AnswersInTheRestProtocol) {
  const LambdaAnswer answer = client_.Get("/2015-03-31/functions");
  EXPECT_EQ(answer.status, 200);
  EXPECT_EQ(answer.content_type, "application/json");
  EXPECT_EQ(answer.body, R"({"Functions":[]})");
  EXPECT_THAT(answer.headers.at("x-amzn-RequestId"), MatchesRegex("[0-9a-f]{8}-[0-9a-f-]{27}"));
}

TEST_F(LambdaEndpointTest, NamesWhatItDoesNotSupport) {
  EXPECT_EQ(client_.Get("/2018-10-31/layers").Error(),
            "501 UnknownOperationException: the operation ListLayers is not supported");
  EXPECT_EQ(client_.Post("/2015-03-31/event-source-mappings/", "{}").Error(),
            "501 UnknownOperationException: the operation CreateEventSourceMapping is not "
            "supported");
  EXPECT_EQ(client_.Get("/2015-03-31/no\xff").Error(),
            "501 UnknownOperationException: 'GET' of '/2015-03-31/no?' is no operation of AWS "
            "Lambda");
}

http::HttpResponse Refused(LambdaClient& client, std::string target, int status) {
  return client.endpoint().Refuse({.method = "POST", .target = std::move(target)},
                                  {.status = status, .text = "why"});
}

std::string HeaderOf(const http::HttpResponse& response, std::string_view name) {
  for (const http::HttpHeader& header : response.headers) {
    if (header.name == name) return header.value;
  }
  return "(none)";
}

TEST_F(LambdaEndpointTest, ARequestThatIsRefusedUnreadGetsAnErrorOfThisApi) {
  const http::HttpResponse large =
      Refused(client_, "/2015-03-31/functions/f/invocations?Qualifier=1", 413);
  EXPECT_EQ(large.status, 413);
  EXPECT_EQ(large.content_type, "application/json");
  EXPECT_EQ(large.body, R"({"Type":"User","message":"why"})");
  EXPECT_EQ(HeaderOf(large, "x-amzn-ErrorType"), "RequestTooLargeException");
  EXPECT_THAT(HeaderOf(large, "x-amzn-RequestId"), MatchesRegex("[0-9a-f]{8}-[0-9a-f-]{27}"));

  const http::HttpResponse code = Refused(client_, "/2015-03-31/functions", 413);
  EXPECT_EQ(HeaderOf(code, "x-amzn-ErrorType"), "RequestEntityTooLargeException");
  const http::HttpResponse full = Refused(client_, "/2015-03-31/functions", 503);
  EXPECT_EQ(full.status, 503);
  EXPECT_EQ(full.body, R"({"Type":"Service","message":"why"})");
  EXPECT_EQ(HeaderOf(full, "x-amzn-ErrorType"), "ServiceUnavailable");
}

TEST_F(LambdaEndpointTest, EveryOperationIsFoundByItsPathAlone) {
  std::set<std::string_view> names;
  for (const lambda::Operation& operation : lambda::AllOperations()) {
    EXPECT_TRUE(names.insert(operation.name).second);
    EXPECT_NE(operation.answer == nullptr, operation.begin == nullptr) << operation.name;
    const std::string path = PathLike(operation.path);
    EXPECT_TRUE(lambda::IsLambdaTarget(path)) << path;
    const lambda::Target target = lambda::ParseTarget(path);
    const auto found = lambda::FindOperation(operation.method, target);
    ASSERT_TRUE(found) << path;
    EXPECT_EQ(found->operation.name, operation.name);
    EXPECT_EQ(lambda::UnsupportedOperationName(operation.method, target), "");
  }
}

TEST_F(LambdaEndpointTest, EveryBodyIsHeldAgainstItsShape) {
  for (const lambda::Operation& operation : lambda::AllOperations()) {
    if (operation.members_in != lambda::MembersIn::kBody) continue;
    const std::string path = PathLike(operation.path);
    const auto send = [&](std::string body) {
      return client_.Send(
          {.method = std::string(operation.method), .target = path, .body = std::move(body)});
    };
    EXPECT_THAT(send("{").Error(), StartsWith("400 SerializationException: ")) << operation.name;
    EXPECT_THAT(send("[]").Error(), StartsWith("400 SerializationException: the request is array"));
    for (const aws::MemberShape& member : operation.input) {
      const std::string name(member.name);
      if (path.find('x') != std::string::npos && operation.path.find("{" + name) != path.npos)
        continue;
      const bool is_object = member.shape->kind == aws::ShapeKind::kStructure ||
                             member.shape->kind == aws::ShapeKind::kMap;
      EXPECT_THAT(send("{\"" + name + "\":" + (is_object ? "[]" : "{}") + "}").Error(),
                  StartsWith("400 SerializationException: "))
          << operation.name << " " << name;
    }
  }
}

TEST_F(LambdaEndpointTest, ValidatesInAwsWords) {
  EXPECT_THAT(client_.Get("/2015-03-31/functions/a%20b").Error(),
              StartsWith("400 ValidationException: 1 validation error detected: Value 'a b' at "
                         "'functionName' failed to satisfy constraint: Member must satisfy regular "
                         "expression pattern: (arn:"));
  EXPECT_EQ(client_.Get("/2015-03-31/functions?MaxItems=0").Error(),
            "400 ValidationException: 1 validation error detected: Value '0' at 'maxItems' failed "
            "to satisfy constraint: Member must have value greater than or equal to 1");
  EXPECT_EQ(client_.Get("/2015-03-31/functions?MaxItems=many").Error(),
            "400 SerializationException: STRING_VALUE can not be converted to a Integer at "
            "'maxItems'");
  EXPECT_THAT(client_.Create("f", R"(,"Environment":{"Variables":{"1":"secret"}})").Error(),
              HasSubstr("Value at 'environment.variables' failed to satisfy constraint: Map keys "
                        "must satisfy constraint: [Member must satisfy regular expression pattern: "
                        "[a-zA-Z]([a-zA-Z0-9_])+]"));
  EXPECT_THAT(client_.Post("/2015-03-31/functions", "{}").Error(),
              HasSubstr("Value null at 'functionName' failed to satisfy constraint: Member must "
                        "not be null; Value null at 'role'"));
}

TEST_F(LambdaEndpointTest, BytesThatAreNoTextAreRefused) {
  EXPECT_EQ(client_.Get("/2015-03-31/functions/%FF").Error(),
            "400 SerializationException: FunctionName is not UTF-8");
  EXPECT_EQ(client_.Get("/2015-03-31/functions?Marker=%FF").Error(),
            "400 SerializationException: Marker is not UTF-8");
}

TEST_F(LambdaEndpointTest, CodeMayBeLarge) {
  lambda::LambdaEndpoint& endpoint = client_.endpoint();
  EXPECT_EQ(endpoint.BodyBytesMax("POST", "/2015-03-31/functions"), lambda::kCodeRequestBytesMax);
  EXPECT_EQ(endpoint.BodyBytesMax("POST", "/2015-03-31/functions/"), lambda::kCodeRequestBytesMax);
  EXPECT_EQ(endpoint.BodyBytesMax("PUT", "/2015-03-31/functions/f/code"),
            lambda::kCodeRequestBytesMax);
  EXPECT_EQ(endpoint.BodyBytesMax("GET", "/2015-03-31/functions"), std::nullopt);
  EXPECT_EQ(endpoint.BodyBytesMax("POST", "/2015-03-31/functions/f/invocations"), std::nullopt);
}

TEST_F(LambdaEndpointTest, KnowsItsTargetsByTheirDate) {
  EXPECT_TRUE(lambda::IsLambdaTarget("/2015-03-31/functions"));
  EXPECT_TRUE(lambda::IsLambdaTarget("/2099-12-31/x"));
  for (const char* target : {"", "/", "/metrics", "/2015-03-31", "/2015x03-31/functions"})
    EXPECT_FALSE(lambda::IsLambdaTarget(target)) << target;
}

}  // namespace
}  // namespace pawl::test
