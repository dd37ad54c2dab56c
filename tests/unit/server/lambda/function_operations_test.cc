// Functions, their versions, concurrency and tags of the AWS Lambda API.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "engine/expression/digest.h"
#include "tests/support/memory_object_store.h"
#include "tests/support/temporary_directory.h"
#include "tests/unit/server/lambda/lambda_client.h"

namespace pawl::test {
namespace {

using testing::HasSubstr;
using testing::MatchesRegex;
using testing::Not;
using testing::StartsWith;

constexpr char kFunction[] = "/2015-03-31/functions/f";
constexpr char kConfiguration[] = "/2015-03-31/functions/f/configuration";
constexpr char kCode[] = "/2015-03-31/functions/f/code";
constexpr char kArn[] = "arn:aws:lambda:us-east-1:123456789012:function:f";

// What "Location" says behind the server's address.
std::string PathBehindServer(const std::string& location) {
  const std::string server = "http://here:8083";
  EXPECT_THAT(location, StartsWith(server));
  return location.substr(server.size());
}

class FunctionOperationsTest : public testing::Test {
 protected:
  LambdaClient client_;
};

TEST_F(FunctionOperationsTest, AFunctionIsCreated) {
  const LambdaAnswer created = client_.Create(
      "f",
      R"(,"Timeout":5,"MemorySize":256,"Description":"d","Environment":{"Variables":{"AB":"c"}})");
  EXPECT_EQ(created.status, 201);
  EXPECT_EQ(created.Get("FunctionName"), "f");
  EXPECT_EQ(created.Get("FunctionArn"), kArn);
  EXPECT_EQ(created.Get("Runtime"), "python3.12");
  EXPECT_EQ(created.Get("Handler"), "app.handler");
  EXPECT_EQ(created.Get("Timeout"), "5");
  EXPECT_EQ(created.Get("MemorySize"), "256");
  EXPECT_EQ(created.Get("Environment"), R"({"Variables":{"AB":"c"}})");
  EXPECT_EQ(created.Get("Version"), "$LATEST");
  EXPECT_EQ(created.Get("State"), "Active");
  EXPECT_EQ(created.Get("LastUpdateStatus"), "Successful");
  EXPECT_EQ(created.Get("PackageType"), "Zip");
  EXPECT_THAT(created.Get("LastModified"), MatchesRegex("....-..-..T..:..:..[.]...[+]0000"));
  EXPECT_EQ(created.Get("CodeSize"), std::to_string(ArchiveOf("one").size()));
  EXPECT_EQ(expression::DecodeBase64(created.Get("CodeSha256")).value_or("").size(), 32U);
  EXPECT_EQ(client_.Get(kConfiguration).body, created.body);
  EXPECT_EQ(client_.Create("f").Error(),
            "409 ResourceConflictException: Function already exist: f");
}

TEST_F(FunctionOperationsTest, WhatIsNotSaidHasAwsDefaults) {
  const LambdaAnswer created = client_.Create("f");
  EXPECT_EQ(created.Get("Timeout"), "3");
  EXPECT_EQ(created.Get("MemorySize"), "128");
  EXPECT_EQ(created.Get("Description"), "");
  EXPECT_EQ(created.Get("Environment"), "(none)");
  EXPECT_EQ(created.Get("TracingConfig"), R"({"Mode":"PassThrough"})");
  EXPECT_EQ(created.Get("Architectures"), R"(["x86_64"])");
  EXPECT_EQ(created.Get("EphemeralStorage"), R"({"Size":512})");
  EXPECT_EQ(created.Get("SnapStart"), R"({"ApplyOn":"None","OptimizationStatus":"Off"})");
  EXPECT_EQ(created.Get("LoggingConfig"), R"({"LogFormat":"Text","LogGroup":"/aws/lambda/f"})");
  EXPECT_EQ(created.Get("VpcConfig"), "(none)");
}

TEST_F(FunctionOperationsTest, WhatIsKeptIsGivenBack) {
  const LambdaAnswer created = client_.Create(
      "f",
      R"(,"VpcConfig":{"SubnetIds":["subnet-1"],"SecurityGroupIds":[]},)"
      R"("Layers":["arn:aws:lambda:us-east-1:123456789012:layer:l:1"],)"
      R"("TracingConfig":{"Mode":"Active"},"Architectures":["arm64"],"KMSKeyArn":"arn:aws:kms:x")");
  EXPECT_EQ(created.Get("VpcConfig"),
            R"({"SubnetIds":["subnet-1"],"SecurityGroupIds":[],"VpcId":"",)"
            R"("Ipv6AllowedForDualStack":false})");
  EXPECT_EQ(created.Get("Layers"),
            R"([{"Arn":"arn:aws:lambda:us-east-1:123456789012:layer:l:1","CodeSize":0}])");
  const LambdaAnswer updated = client_.Put(kConfiguration, R"({"KMSKeyArn":"","Timeout":9})");
  EXPECT_EQ(updated.Get("KMSKeyArn"), "(none)");
  EXPECT_EQ(updated.Get("TracingConfig"), R"({"Mode":"Active"})");
  EXPECT_EQ(updated.Get("Architectures"), R"(["arm64"])");
}

TEST_F(FunctionOperationsTest, WhatWouldRunOtherwiseIsRefused) {
  EXPECT_THAT(client_.Create("f", R"(,"PackageType":"Image")").Error(),
              HasSubstr("InvalidParameterValueException: PackageType Image is not supported"));
  EXPECT_EQ(client_.Create("f", R"(,"DurableConfig":{"ExecutionTimeout":60})").Error(),
            "400 InvalidParameterValueException: DurableConfig is not supported");
  EXPECT_EQ(client_.Create("f", R"(,"ImageConfig":{})").Error(), "");
  EXPECT_THAT(client_.Put(kCode, R"({"ImageUri":"x"})").Error(),
              HasSubstr("ImageUri is not supported"));
}

TEST_F(FunctionOperationsTest, CodeComesFromOnePlace) {
  ASSERT_EQ(client_.Create("f").Error(), "");
  EXPECT_EQ(client_.Put(kCode, "{}").Error(),
            "400 InvalidParameterValueException: Please provide a source for function code.");
  EXPECT_EQ(client_.Put(kCode, R"({"ZipFile":"","S3Key":"k"})").Error(),
            "400 InvalidParameterValueException: Please do not provide other FunctionCode "
            "parameters when providing a ZipFile.");
  EXPECT_EQ(client_.Put(kCode, R"({"ZipFile":"?"})").Error(),
            "400 SerializationException: ZipFile is not base64");
  EXPECT_THAT(client_.Put(kCode, R"({"S3Bucket":"bucket","S3Key":"k"})").Error(),
              HasSubstr("this server has no object store"));
}

TEST(FunctionCodeTest, CodeComesFromTheObjectStore) {
  const auto store = std::make_shared<MemoryObjectStore>();
  store->Put({.bucket = "bucket", .key = "code.zip"}, ArchiveOf("from the store"));
  LambdaClient client({.object_store = store});
  ASSERT_EQ(client.Create("f").Error(), "");
  EXPECT_EQ(client.Put(kCode, R"({"S3Bucket":"bucket","S3Key":"code.zip"})").Get("CodeSize"),
            std::to_string(ArchiveOf("from the store").size()));
  EXPECT_THAT(client.Put(kCode, R"({"S3Bucket":"bucket","S3Key":"absent"})").Error(),
              StartsWith("400 InvalidParameterValueException: Error occurred while GetObject. S3 "
                         "Error Code: NoSuchKey. S3 Error Message: "));
  EXPECT_THAT(client.Put(kCode, R"({"S3Bucket":"bucket","S3Key":"code.zip","S3ObjectVersion":"1"})")
                  .Error(),
              HasSubstr("S3ObjectVersion is not supported"));
}

TEST_F(FunctionOperationsTest, CodeIsUpdated) {
  const LambdaAnswer created = client_.Create("f");
  const std::string zip = LambdaClient::Zip("two");
  const LambdaAnswer dry = client_.Put(kCode, R"({"DryRun":true,"ZipFile":)" + zip + "}");
  EXPECT_NE(dry.Get("CodeSha256"), created.Get("CodeSha256"));
  EXPECT_EQ(client_.Get(kConfiguration).Get("CodeSha256"), created.Get("CodeSha256"));
  EXPECT_THAT(client_.Put(kCode, R"({"RevisionId":"x","ZipFile":)" + zip + "}").Error(),
              StartsWith("412 PreconditionFailedException: The Revision Id provided"));
  const LambdaAnswer updated = client_.Put(kCode,
                                           R"({"RevisionId":")" + created.Get("RevisionId") +
                                               R"(","Publish":true,"ZipFile":)" + zip + "}");
  EXPECT_EQ(updated.Get("CodeSha256"), dry.Get("CodeSha256"));
  EXPECT_EQ(updated.Get("Version"), "1");
  EXPECT_EQ(client_.Put(kCode, R"({"Architectures":["arm64"],"ZipFile":)" + zip + "}")
                .Get("Architectures"),
            R"(["arm64"])");
}

// API model, FunctionConfiguration: what is published is answered as the version that it is.
TEST_F(FunctionOperationsTest, WhatIsPublishedIsAnsweredAsAVersion) {
  const LambdaAnswer created = client_.Create("f", R"(,"Publish":true)");
  EXPECT_EQ(created.Get("Version"), "1");
  EXPECT_EQ(created.Get("FunctionArn"), std::string(kArn) + ":1");
  EXPECT_EQ(created.Get("FunctionName"), "f");
  const LambdaAnswer updated =
      client_.Put(kCode, R"({"Publish":true,"ZipFile":)" + LambdaClient::Zip("two") + "}");
  EXPECT_EQ(updated.Get("Version"), "2");
  EXPECT_EQ(updated.Get("FunctionArn"), std::string(kArn) + ":2");
  const LambdaAnswer unpublished =
      client_.Put(kCode, R"({"ZipFile":)" + LambdaClient::Zip("three") + "}");
  EXPECT_EQ(unpublished.Get("Version"), "$LATEST");
  EXPECT_EQ(unpublished.Get("FunctionArn"), kArn);
}

TEST_F(FunctionOperationsTest, AFunctionIsDescribedByItsQualifier) {
  ASSERT_EQ(client_.Create("f", R"(,"Publish":true)").Error(), "");
  const auto described = [&](const std::string& qualifier) {
    const LambdaAnswer answer = client_.Get(std::string(kFunction) + "?Qualifier=" + qualifier);
    return answer.Get("Configuration.FunctionArn") + " " + answer.Get("Configuration.Version");
  };
  ASSERT_EQ(
      client_.Post(std::string(kFunction) + "/aliases", R"({"Name":"live","FunctionVersion":"1"})")
          .Error(),
      "");
  EXPECT_EQ(described("1"), std::string(kArn) + ":1 1");
  EXPECT_EQ(described("live"), std::string(kArn) + ":live 1");
  EXPECT_EQ(described("%24LATEST"), std::string(kArn) + ":$LATEST $LATEST");
}

TEST_F(FunctionOperationsTest, AConfigurationIsUpdatedInPart) {
  const LambdaAnswer created = client_.Create("f", R"(,"Timeout":5)");
  const LambdaAnswer updated =
      client_.Put(kConfiguration, R"({"MemorySize":512,"Environment":{"Variables":{"AB":"c"}}})");
  EXPECT_EQ(updated.Get("MemorySize"), "512");
  EXPECT_EQ(updated.Get("Timeout"), "5");
  EXPECT_NE(updated.Get("RevisionId"), created.Get("RevisionId"));
  EXPECT_THAT(
      client_
          .Put(kConfiguration, R"({"Timeout":6,"RevisionId":")" + created.Get("RevisionId") + "\"}")
          .Error(),
      StartsWith("412 PreconditionFailedException"));
  EXPECT_EQ(client_.Put(kConfiguration, R"({"Environment":{}})").Get("Environment"), "(none)");
  EXPECT_THAT(client_.Put(kConfiguration, R"({"Timeout":901})").Error(),
              HasSubstr("Value '901' at 'timeout' failed to satisfy constraint: Member must have "
                        "value less than or equal to 900"));
}

TEST_F(FunctionOperationsTest, CodeCanBeFetchedForAWhile) {
  ASSERT_EQ(client_.Create("f").Error(), "");
  const LambdaAnswer got = client_.Get(kFunction);
  EXPECT_EQ(got.Get("Configuration.State"), "Active");
  EXPECT_EQ(got.Get("Code.RepositoryType"), "S3");
  EXPECT_EQ(got.Get("Tags"), "(none)");
  const std::string path = PathBehindServer(got.Get("Code.Location"));
  const LambdaAnswer code = client_.Get(path);
  EXPECT_EQ(code.status, 200);
  EXPECT_EQ(code.content_type, "application/zip");
  EXPECT_EQ(code.body, ArchiveOf("one"));
  EXPECT_THAT(client_.Get(path + "x").Error(), StartsWith("403 AccessDeniedException: the URL"));
  client_.clock().Advance(std::chrono::minutes(11));
  EXPECT_THAT(client_.Get(path).Error(), HasSubstr("has expired"));
}

TEST_F(FunctionOperationsTest, CodeThatIsGoneIsNotFound) {
  ASSERT_EQ(client_.Create("f").Error(), "");
  const std::string path = PathBehindServer(client_.Get(kFunction).Get("Code.Location"));
  ASSERT_EQ(client_.Delete(kFunction).status, 204);
  EXPECT_THAT(client_.Get(path).Error(), StartsWith("404 ResourceNotFoundException: "));
}

TEST_F(FunctionOperationsTest, LargeCodeGoesThereAndBack) {
  const std::string text(3'000'000, 'x');
  ASSERT_EQ(client_.Create("f").Error(), "");
  ASSERT_EQ(client_.Put(kCode, R"({"ZipFile":)" + LambdaClient::Zip(text) + "}").Error(), "");
  EXPECT_EQ(client_.Get(PathBehindServer(client_.Get(kFunction).Get("Code.Location"))).body,
            ArchiveOf(text));
}

TEST_F(FunctionOperationsTest, WhatIsNotThereIsNotFound) {
  const std::string not_found =
      std::string("404 ResourceNotFoundException: Function not found: ") + kArn;
  EXPECT_EQ(client_.Get(kFunction).Error(), not_found);
  EXPECT_EQ(client_.Get(std::string(kFunction) + "?Qualifier=3").Error(), not_found + ":3");
  EXPECT_EQ(client_.Get(kConfiguration).Error(), not_found);
  EXPECT_EQ(client_.Put(kConfiguration, "{}").Error(), not_found);
  EXPECT_EQ(client_.Put(kCode, R"({"ZipFile":)" + LambdaClient::Zip("x") + "}").Error(), not_found);
  EXPECT_EQ(client_.Delete(kFunction).Error(), not_found);
  EXPECT_EQ(client_.Post(std::string(kFunction) + "/versions", "{}").Error(), not_found);
  EXPECT_EQ(client_.Get(std::string(kFunction) + "/versions").Error(), not_found);
}

TEST_F(FunctionOperationsTest, AListHasPages) {
  for (const char* name : {"a", "b", "c"})
    ASSERT_EQ(client_.Create(name).Error(), "");
  const std::string list = "/2015-03-31/functions/?MaxItems=2";
  const LambdaAnswer first = client_.Get(list);
  EXPECT_THAT(first.body, HasSubstr(R"("FunctionName":"b")"));
  EXPECT_THAT(first.body, Not(HasSubstr(R"("FunctionName":"c")")));
  EXPECT_THAT(first.body, Not(HasSubstr(R"("State")")));
  const LambdaAnswer second = client_.Get(list + "&Marker=" + first.Get("NextMarker"));
  EXPECT_THAT(second.body, HasSubstr(R"("FunctionName":"c")"));
  EXPECT_EQ(second.Get("NextMarker"), "(none)");
  EXPECT_THAT(client_.Get(list + "&FunctionVersion=ALL&Marker=" + first.Get("NextMarker")).Error(),
              StartsWith("400 InvalidParameterValueException: Invalid Marker"));
}

TEST_F(FunctionOperationsTest, AListEndsWithWhatWorkersBring) {
  ASSERT_EQ(client_.Create("b").Error(), "");
  client_.harness().AddWorker({"a", "b", "c"});
  client_.harness().Settle();
  std::string names;
  std::string marker;
  do {
    const LambdaAnswer page = client_.Get("/2015-03-31/functions?MaxItems=1" +
                                          (marker.empty() ? "" : "&Marker=" + marker));
    const std::size_t at = page.body.find(R"("FunctionName":")");
    if (at != std::string::npos) names += page.body.substr(at + 16, 1);
    marker = page.Get("NextMarker");
  } while (marker != "(none)");
  EXPECT_EQ(names, "bac");
  EXPECT_EQ(client_.Get("/2015-03-31/functions/a").Get("Configuration.Description"),
            "Not deployed: served by workers that bring it themselves");
  EXPECT_EQ(client_.Get("/2015-03-31/functions/a").Get("Code"), "(none)");
}

TEST_F(FunctionOperationsTest, VersionsArePublishedAndListed) {
  const LambdaAnswer created = client_.Create("f");
  const std::string versions = std::string(kFunction) + "/versions";
  const LambdaAnswer first = client_.Post(
      versions, R"({"Description":"first","CodeSha256":")" + created.Get("CodeSha256") + "\"}");
  EXPECT_EQ(first.status, 201);
  EXPECT_EQ(first.Get("Version"), "1");
  EXPECT_EQ(first.Get("FunctionArn"), std::string(kArn) + ":1");
  EXPECT_EQ(first.Get("Description"), "first");
  EXPECT_EQ(client_.Post(versions, "{}").Get("Version"), "1");
  EXPECT_THAT(client_.Post(versions, R"({"CodeSha256":"AAAA"})").Error(),
              HasSubstr("InvalidParameterValueException: CodeSHA256"));
  EXPECT_THAT(client_.Post(versions, R"({"RevisionId":"x"})").Error(), StartsWith("412 "));
  const LambdaAnswer page = client_.Get(versions + "?MaxItems=1");
  EXPECT_THAT(page.body, HasSubstr(R"("Version":"$LATEST")"));
  EXPECT_THAT(client_.Get(versions + "?Marker=" + page.Get("NextMarker")).body,
              HasSubstr(R"("Version":"1")"));
  EXPECT_EQ(client_.Get(std::string(kFunction) + ":1").Get("Configuration.Version"), "1");
  EXPECT_THAT(client_.Get("/2015-03-31/functions?FunctionVersion=ALL").body,
              HasSubstr(R"("Version":"1")"));
  EXPECT_EQ(client_.Delete(std::string(kFunction) + "?Qualifier=1").status, 204);
  EXPECT_EQ(client_.Get(std::string(kFunction) + ":1").status, 404);
}

TEST_F(FunctionOperationsTest, WhatChangesAFunctionTakesNoQualifier) {
  EXPECT_THAT(client_.Put("/2015-03-31/functions/f:1/configuration", "{}").Error(),
              HasSubstr("UpdateFunctionConfiguration takes no version or alias; found '1'"));
}

TEST_F(FunctionOperationsTest, ConcurrencyIsReserved) {
  ASSERT_EQ(client_.Create("f").Error(), "");
  const std::string put = "/2017-10-31/functions/f/concurrency";
  const std::string get = "/2019-09-30/functions/f/concurrency";
  EXPECT_EQ(client_.Get(get).body, "{}");
  EXPECT_EQ(client_.Put(put, R"({"ReservedConcurrentExecutions":0})").body,
            R"({"ReservedConcurrentExecutions":0})");
  EXPECT_EQ(client_.Get(get).body, R"({"ReservedConcurrentExecutions":0})");
  EXPECT_EQ(client_.Get(kFunction).Get("Concurrency"), R"({"ReservedConcurrentExecutions":0})");
  EXPECT_EQ(client_.Delete(put).status, 204);
  EXPECT_EQ(client_.Get(kFunction).Get("Concurrency"), "(none)");
  EXPECT_EQ(
      client_.Put("/2017-10-31/functions/g/concurrency", R"({"ReservedConcurrentExecutions":1})")
          .status,
      404);
}

TEST_F(FunctionOperationsTest, AFunctionHasTags) {
  ASSERT_EQ(client_.Create("f", R"(,"Tags":{"a":"1"})").Error(), "");
  const std::string tags = std::string("/2017-03-31/tags/") + kArn;
  EXPECT_EQ(client_.Post(tags, R"({"Tags":{"b":"2","c":"3"}})").status, 204);
  EXPECT_EQ(client_.Get(tags).body, R"({"Tags":{"a":"1","b":"2","c":"3"}})");
  EXPECT_EQ(client_.Delete(tags + "?tagKeys=a&tagKeys=c").status, 204);
  EXPECT_EQ(client_.Get(kFunction).Get("Tags"), R"({"b":"2"})");
  EXPECT_THAT(client_.Delete(tags).Error(), HasSubstr("Value null at 'tagKeys'"));
  EXPECT_THAT(client_.Get(tags + ":1").Error(), HasSubstr("Tags on function aliases and versions"));
  EXPECT_THAT(client_.Get("/2017-03-31/tags/f").Error(), HasSubstr("is not the ARN of a function"));
  EXPECT_EQ(client_.Get(std::string(tags) + "g").status, 404);
}

}  // namespace
}  // namespace pawl::test
