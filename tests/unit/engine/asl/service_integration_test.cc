// Integrations of AWS services and HTTP tasks: what a definition may name, and what it hears
// otherwise.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <string_view>

#include "engine/asl/resource.h"
#include "engine/base/built_in_function.h"
#include "tests/unit/engine/asl/definitions.h"

namespace pawl::test {
namespace {

using asl::IntegrationPattern;
using asl::ParseResource;
using asl::Resource;
using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

Resource Parse(std::string_view call) {
  return ParseResource("arn:aws:states:::" + std::string(call));
}

// A task of this resource with these parameters.
std::string TaskOf(std::string_view call, std::string_view parameters) {
  return WithState(R"("Type": "Task", "End": true, "Resource": "arn:aws:states:::)" +
                   std::string(call) + R"(", "Parameters": )" + std::string(parameters));
}

// Step Functions Developer Guide, "Integrating optimized services".
TEST(ServiceIntegrationTest, OptimizedIntegrationsHaveThePatternsThatAwsGivesThem) {
  for (const std::string_view call : {"sqs:sendMessage",
                                      "sns:publish",
                                      "dynamodb:updateItem",
                                      "events:putEvents",
                                      "ecs:runTask",
                                      "batch:submitJob",
                                      "emr-serverless:startJobRun",
                                      "elasticmapreduce:modifyInstanceFleetByName",
                                      "apigateway:invoke",
                                      "eks:call",
                                      "eks:runJob",
                                      "http:invoke"}) {
    const Resource resource = Parse(call);
    EXPECT_EQ(resource.kind, Resource::Kind::kService) << call;
    EXPECT_EQ(resource.service_call, call);
  }
  const Resource callback = Parse("sqs:sendMessage.waitForTaskToken");
  EXPECT_EQ(callback.service_call, "sqs:sendMessage");
  EXPECT_EQ(callback.pattern, IntegrationPattern::kCallback);
}

TEST(ServiceIntegrationTest, APatternThatAnActionDoesNotHaveIsInvalid) {
  const Resource sync = Parse("sqs:sendMessage.sync");
  EXPECT_EQ(sync.kind, Resource::Kind::kInvalid);
  EXPECT_EQ(sync.explanation,
            "sqs:sendMessage has no .sync; it may have no suffix, .waitForTaskToken");
  for (const std::string_view call : {"dynamodb:getItem.waitForTaskToken",
                                      "batch:submitJob.sync:2",
                                      "http:invoke.waitForTaskToken",
                                      "apigateway:invoke.sync",
                                      "eks:call.sync",
                                      "eks:runJob.waitForTaskToken",
                                      "aws-sdk:glue:startJobRun.sync"}) {
    EXPECT_EQ(Parse(call).kind, Resource::Kind::kInvalid) << call;
  }
}

TEST(ServiceIntegrationTest, ATaskMayWaitForAJobWhereAwsHasIt) {
  for (const std::string_view call : {"glue:startJobRun",
                                      "batch:submitJob",
                                      "ecs:runTask",
                                      "athena:startQueryExecution",
                                      "emr-serverless:startJobRun",
                                      "sagemaker:createTrainingJob",
                                      "elasticmapreduce:addStep",
                                      "eks:createCluster",
                                      "eks:runJob"}) {
    const Resource resource = Parse(std::string(call) + ".sync");
    EXPECT_EQ(resource.kind, Resource::Kind::kService) << call;
    EXPECT_EQ(resource.service_call, call);
    EXPECT_EQ(resource.pattern, IntegrationPattern::kRunJob);
  }
}

TEST(ServiceIntegrationTest, WhatADistributedMapAloneNamesIsNoTask) {
  for (const std::string_view call : {"s3:getObject", "s3:listObjectsV2", "s3:putObject"}) {
    EXPECT_EQ(Parse(call).kind, Resource::Kind::kUnsupported) << call;
  }
}

TEST(ServiceIntegrationTest, AnUnknownServiceHearsWhichThereAre) {
  const Resource resource = Parse("sqss:sendMessage");
  EXPECT_EQ(resource.kind, Resource::Kind::kInvalid);
  EXPECT_THAT(resource.explanation,
              AllOf(HasSubstr("(did you mean 'sqs'?)"),
                    HasSubstr("sagemaker, sns, sqs"),
                    HasSubstr("arn:aws:states:::aws-sdk:sqss:sendMessage")));
}

TEST(ServiceIntegrationTest, AnUnknownActionHearsWhichThereAre) {
  const Resource resource = Parse("dynamodb:getItems");
  EXPECT_EQ(resource.kind, Resource::Kind::kInvalid);
  EXPECT_THAT(resource.explanation,
              AllOf(HasSubstr("(did you mean 'getItem'?)"),
                    HasSubstr("it has getItem, putItem, updateItem, deleteItem"),
                    HasSubstr("aws-sdk:dynamodb:getItems")));
}

TEST(ServiceIntegrationTest, TheSdkHasEveryServiceInLowerCaseAndEveryActionInCamelCase) {
  const Resource resource = Parse("aws-sdk:elasticloadbalancingv2:describeListeners");
  EXPECT_EQ(resource.kind, Resource::Kind::kService);
  EXPECT_EQ(resource.service_call, "aws-sdk:elasticloadbalancingv2:describeListeners");
  EXPECT_EQ(Parse("aws-sdk:s3:listBuckets.waitForTaskToken").pattern,
            IntegrationPattern::kCallback);
}

TEST(ServiceIntegrationTest, ASdkNameOfAnotherFormHearsTheRightOne) {
  EXPECT_THAT(Parse("aws-sdk:DynamoDB:PutItem").explanation,
              HasSubstr("'aws-sdk:dynamodb:putItem'"));
  EXPECT_THAT(Parse("aws-sdk:redshift-data:execute_statement").explanation,
              HasSubstr("'aws-sdk:redshiftdata:executeStatement'"));
  for (const std::string_view call : {"aws-sdk:s3",
                                      "aws-sdk:s3:getObject:again",
                                      "aws-sdk:s3:GetObject",
                                      "aws-sdk:s3:selectObjectContent"}) {
    EXPECT_EQ(Parse(call).kind, Resource::Kind::kInvalid) << call;
  }
}

TEST(ServiceIntegrationTest, TheTaskCallsTheBuiltInFunctionOfItsWorker) {
  const auto sqs = asl::Compile(TaskOf("sqs:sendMessage", R"({"QueueUrl": "q"})"));
  const auto& queue = std::get<asl::TaskState>(FindState(sqs, "S").details);
  EXPECT_EQ(queue.integration, asl::TaskState::Integration::kService);
  EXPECT_EQ(queue.function_name, kAwsFunction);
  EXPECT_EQ(queue.service_call, "sqs:sendMessage");
  EXPECT_FALSE(queue.waits_for_job());

  const auto glue = asl::Compile(TaskOf("glue:startJobRun.sync", R"({"JobName": "etl"})"));
  const auto& job = std::get<asl::TaskState>(FindState(glue, "S").details);
  EXPECT_EQ(job.function_name, kAwsFunction);
  EXPECT_EQ(job.service_call, "glue:startJobRun");
  EXPECT_TRUE(job.waits_for_job());
  EXPECT_FALSE(job.waits_for_execution());

  const auto http = asl::Compile(TaskOf("http:invoke",
                                        R"({"ApiEndpoint.$": "$.url", "Method": "GET",
                                            "Authentication": {"ConnectionArn": "c"}})"));
  EXPECT_EQ(std::get<asl::TaskState>(FindState(http, "S").details).function_name, kHttpFunction);
}

TEST(ServiceIntegrationTest, ParametersAreAnObject) {
  EXPECT_THAT(Diagnose(TaskOf("sqs:sendMessage", R"("text")")),
              ElementsAre(Problem("SCHEMA_VALIDATION_FAILED", "/States/S/Parameters")));
  EXPECT_THAT(Diagnose(WithState(R"("Type": "Task", "End": true, "QueryLanguage": "JSONata",
                  "Resource": "arn:aws:states:::sqs:sendMessage", "Arguments": "{% $x %}")")),
              IsEmpty());
}

// Step Functions Developer Guide, "Call HTTPS APIs in Step Functions workflows".
TEST(ServiceIntegrationTest, AnHttpTaskHasAnEndpointAMethodAndAConnection) {
  EXPECT_THAT(Diagnose(TaskOf("http:invoke", R"({"Method": "GET"})")),
              ElementsAre(ProblemSaying("SCHEMA_VALIDATION_FAILED", "[ApiEndpoint]"),
                          ProblemSaying("SCHEMA_VALIDATION_FAILED", "[Authentication]")));
  EXPECT_THAT(Diagnose(TaskOf("http:invoke",
                              R"({"ApiEndpoint": "https://a.example", "Method": "get",
                                  "InvocationConfig": {"ConnectionArn": "c"}, "Header": {}})")),
              ElementsAre(Problem("SCHEMA_VALIDATION_FAILED", "/States/S/Parameters/Method"),
                          ProblemSaying("SCHEMA_VALIDATION_FAILED", "did you mean 'Headers'")));
}

// Step Functions Developer Guide, "Call API Gateway REST APIs with Step Functions".
TEST(ServiceIntegrationTest, ARequestToApiGatewayHasAnEndpointAndAMethod) {
  EXPECT_THAT(Diagnose(TaskOf("apigateway:invoke.waitForTaskToken", R"x({
                  "ApiEndpoint": "a1.execute-api.us-east-1.amazonaws.com", "Method": "POST",
                  "Headers": {"TaskToken.$": "States.Array($$.Task.Token)"}, "Stage": "prod",
                  "Path.$": "$.path", "QueryParameters": {"a": ["1"]}, "RequestBody": {},
                  "AllowNullValues": true, "AuthType": "IAM_ROLE"})x")),
              IsEmpty());
  EXPECT_THAT(Diagnose(TaskOf("apigateway:invoke", R"({"Method.$": "$.m", "Body": {}})")),
              ElementsAre(ProblemSaying("SCHEMA_VALIDATION_FAILED", "[ApiEndpoint]"),
                          ProblemSaying("SCHEMA_VALIDATION_FAILED", "has no parameter 'Body'")));
  EXPECT_THAT(
      Diagnose(TaskOf("apigateway:invoke",
                      R"({"ApiEndpoint": "a", "Method": "GET", "AuthType": "IAM"})")),
      ElementsAre(ProblemSaying("SCHEMA_VALIDATION_FAILED", "NO_AUTH, IAM_ROLE, RESOURCE_POLICY")));
}

// Step Functions Developer Guide, "Create and manage Amazon EKS clusters with Step Functions".
TEST(ServiceIntegrationTest, ACallOfKubernetesNamesItsCluster) {
  EXPECT_THAT(Diagnose(TaskOf("eks:call", R"({"Method": "GET", "Path": "/api/v1/pods"})")),
              ElementsAre(ProblemSaying("SCHEMA_VALIDATION_FAILED",
                                        "[ClusterName, CertificateAuthority, Endpoint]")));
  EXPECT_THAT(Diagnose(TaskOf("eks:runJob.sync", R"({"ClusterName": "c", "Endpoint.$": "$.e",
                  "CertificateAuthority.$": "$.ca", "Job": {"kind": "Job"}, "Namespace": "n",
                  "LogOptions": {"RetrieveLogs": true}})")),
              IsEmpty());
}

// Step Functions Developer Guide, "Create and manage Amazon EMR clusters with Step Functions".
TEST(ServiceIntegrationTest, AGroupOfAClusterIsModifiedByItsName) {
  EXPECT_THAT(
      Diagnose(TaskOf("elasticmapreduce:modifyInstanceGroupByName",
                      R"({"ClusterId": "j-1", "InstanceGroupId": "ig-1", "InstanceGroup": {}})")),
      ElementsAre(ProblemSaying("SCHEMA_VALIDATION_FAILED", "[InstanceGroupName]"),
                  ProblemSaying("SCHEMA_VALIDATION_FAILED", "no parameter 'InstanceGroupId'")));
}

TEST(ServiceIntegrationTest, ExpressMachinesDoNotWaitForTokens) {
  const std::string source = TaskOf("sns:publish.waitForTaskToken", R"({"Message": "m"})");
  EXPECT_THAT(
      asl::Compile(source, Limits().definition_bytes_max, asl::MachineType::kExpress).diagnostics,
      ElementsAre(ProblemSaying("SCHEMA_VALIDATION_FAILED", "waitForTaskToken")));
}

}  // namespace
}  // namespace pawl::test
