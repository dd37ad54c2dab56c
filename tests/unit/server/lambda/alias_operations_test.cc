// Aliases of the AWS Lambda API.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/unit/server/lambda/lambda_client.h"

namespace pawl::test {
namespace {

using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

constexpr char kAliases[] = "/2015-03-31/functions/f/aliases";
constexpr char kLive[] = "/2015-03-31/functions/f/aliases/live";
constexpr char kLiveArn[] = "arn:aws:lambda:us-east-1:123456789012:function:f:live";

class AliasOperationsTest : public testing::Test {
 protected:
  AliasOperationsTest() {
    EXPECT_EQ(client_.Create("f", R"(,"Publish":true)").Error(), "");
    const std::string zip = LambdaClient::Zip("two");
    EXPECT_EQ(
        client_.Put("/2015-03-31/functions/f/code", R"({"Publish":true,"ZipFile":)" + zip + "}")
            .Get("Version"),
        "2");
  }

  LambdaAnswer CreateLive(const std::string& more = "") {
    return client_.Post(kAliases, R"({"Name":"live","FunctionVersion":"1")" + more + "}");
  }

  LambdaClient client_;
};

TEST_F(AliasOperationsTest, AnAliasLeadsToAVersion) {
  const LambdaAnswer created = CreateLive(R"(,"Description":"d")");
  EXPECT_EQ(created.status, 201);
  EXPECT_EQ(created.Get("AliasArn"), kLiveArn);
  EXPECT_EQ(created.Get("Name"), "live");
  EXPECT_EQ(created.Get("FunctionVersion"), "1");
  EXPECT_EQ(created.Get("Description"), "d");
  EXPECT_EQ(created.Get("RoutingConfig"), "(none)");
  EXPECT_EQ(client_.Get(kLive).body, created.body);
  EXPECT_EQ(client_.Get("/2015-03-31/functions/f?Qualifier=live").Get("Configuration.Version"),
            "1");
  EXPECT_THAT(CreateLive().Error(), StartsWith("409 ResourceConflictException: "));
}

TEST_F(AliasOperationsTest, AnAliasMayDivideItsCalls) {
  const LambdaAnswer created =
      CreateLive(R"(,"RoutingConfig":{"AdditionalVersionWeights":{"2":0.25}})");
  EXPECT_EQ(created.Get("RoutingConfig"), R"({"AdditionalVersionWeights":{"2":0.25}})");
  EXPECT_EQ(client_.Put(kLive, R"({"Description":"e"})").Get("RoutingConfig"),
            R"({"AdditionalVersionWeights":{"2":0.25}})");
  EXPECT_EQ(client_.Put(kLive, R"({"RoutingConfig":{}})").Get("RoutingConfig"), "(none)");
  EXPECT_THAT(
      client_.Put(kLive, R"({"RoutingConfig":{"AdditionalVersionWeights":{"1":0.1,"2":0.1}}})")
          .Error(),
      HasSubstr("Number of items in AdditionalVersionWeights"));
  EXPECT_THAT(
      client_.Put(kLive, R"({"RoutingConfig":{"AdditionalVersionWeights":{"2":1.5}}})").Error(),
      HasSubstr("Value '{2=1.5}' at 'routingConfig.additionalVersionWeights' failed to satisfy "
                "constraint: Map value must satisfy constraint: [Member must have value less than "
                "or equal to 1]"));
}

TEST_F(AliasOperationsTest, AnAliasIsUpdated) {
  const LambdaAnswer created = CreateLive();
  const LambdaAnswer updated = client_.Put(
      kLive, R"({"FunctionVersion":"2","RevisionId":")" + created.Get("RevisionId") + "\"}");
  EXPECT_EQ(updated.Get("FunctionVersion"), "2");
  EXPECT_THAT(client_.Put(kLive, R"({"RevisionId":")" + created.Get("RevisionId") + "\"}").Error(),
              StartsWith("412 PreconditionFailedException: "));
}

TEST_F(AliasOperationsTest, AliasesAreListed) {
  ASSERT_EQ(CreateLive().status, 201);
  ASSERT_EQ(client_.Post(kAliases, R"({"Name":"next","FunctionVersion":"2"})").status, 201);
  const std::string list = kAliases;
  const LambdaAnswer first = client_.Get(list + "?MaxItems=1");
  EXPECT_THAT(first.body, HasSubstr(R"("Name":"live")"));
  EXPECT_THAT(client_.Get(list + "?Marker=" + first.Get("NextMarker")).body,
              HasSubstr(R"("Name":"next")"));
  EXPECT_THAT(client_.Get(list + "?FunctionVersion=2").body, Not(HasSubstr(R"("Name":"live")")));
}

TEST_F(AliasOperationsTest, AnAliasIsDeleted) {
  ASSERT_EQ(CreateLive().status, 201);
  EXPECT_EQ(client_.Delete("/2015-03-31/functions/f?Qualifier=1").Error(),
            "409 ResourceConflictException: Unable to delete version because the following aliases "
            "reference it: [live]");
  EXPECT_EQ(client_.Delete(kLive).status, 204);
  EXPECT_EQ(client_.Get(kLive).Error(),
            std::string("404 ResourceNotFoundException: Cannot find alias arn: ") + kLiveArn);
}

TEST_F(AliasOperationsTest, ANameIsNoNumber) {
  EXPECT_THAT(client_.Post(kAliases, R"({"Name":"1","FunctionVersion":"1"})").Error(),
              HasSubstr("Value '1' at 'name' failed to satisfy constraint: Member must satisfy "
                        "regular expression pattern: (?!^[0-9]+$)([a-zA-Z0-9-_]+)"));
}

}  // namespace
}  // namespace pawl::test
