#include "server/templates/resource_types.h"

#include <array>

namespace pawl::templates {
namespace {

constexpr std::string_view kNoIdentity = "there is no IAM here: everything may call everything";
constexpr std::string_view kNoStorage =
    "data is kept by AWS or what stands in for it: give functions its address";
constexpr std::string_view kNoMessages = "there are no queues, topics and buses here";
constexpr std::string_view kNoSchedule =
    "nothing starts on its own here: let cron, or who sends the event, call StartExecution or "
    "Invoke";
constexpr std::string_view kNoGateway =
    "there is no API gateway here: the server's AWS API is called directly";
constexpr std::string_view kNoLogs = "functions and executions have Pawl's own logs and history";
constexpr std::string_view kNoLayers =
    "there are no layers: put the modules into the function's directory";
constexpr std::string_view kNoNetwork = "functions are in the network of their worker";
constexpr std::string_view kNoKeys = "there are no managed keys and secrets here";
constexpr std::string_view kNoEffect = "it has no meaning outside AWS";
constexpr std::string_view kUnknown = "Pawl runs functions, activities and state machines alone";

using enum ResourceKind;

// Known ones; the rest follows by prefix.
constexpr std::array kTypes = std::to_array<ResourceType>({
    {.type = "AWS::Serverless::Function",
     .kind = kFunction,
     .name_property = "FunctionName",
     .arn = "arn:{P}:lambda:{R}:{A}:function:{N}"},
    {.type = "AWS::Lambda::Function",
     .kind = kFunction,
     .name_property = "FunctionName",
     .arn = "arn:{P}:lambda:{R}:{A}:function:{N}"},
    {.type = "AWS::Lambda::Version", .kind = kFunctionVersion},
    {.type = "AWS::Lambda::Alias", .kind = kFunctionAlias},
    {.type = "AWS::StepFunctions::Activity",
     .kind = kActivity,
     .name_property = "Name",
     .reference = "arn:{P}:states:{R}:{A}:activity:{N}",
     .arn = "arn:{P}:states:{R}:{A}:activity:{N}",
     .name_attribute = "Name"},
    {.type = "AWS::Serverless::StateMachine",
     .kind = kStateMachine,
     .name_property = "Name",
     .reference = "arn:{P}:states:{R}:{A}:stateMachine:{N}",
     .arn = "arn:{P}:states:{R}:{A}:stateMachine:{N}",
     .name_attribute = "Name"},
    {.type = "AWS::StepFunctions::StateMachine",
     .kind = kStateMachine,
     .name_property = "StateMachineName",
     .reference = "arn:{P}:states:{R}:{A}:stateMachine:{N}",
     .arn = "arn:{P}:states:{R}:{A}:stateMachine:{N}",
     .name_attribute = "Name"},
    {.type = "AWS::StepFunctions::StateMachineVersion", .kind = kStateMachineVersion},
    {.type = "AWS::StepFunctions::StateMachineAlias", .kind = kStateMachineAlias},

    {.type = "AWS::IAM::Role",
     .name_property = "RoleName",
     .arn = "arn:{P}:iam::{A}:role/{N}",
     .why_left_out = kNoIdentity},
    {.type = "AWS::DynamoDB::Table",
     .name_property = "TableName",
     .arn = "arn:{P}:dynamodb:{R}:{A}:table/{N}",
     .why_left_out = kNoStorage},
    {.type = "AWS::Serverless::SimpleTable",
     .name_property = "TableName",
     .arn = "arn:{P}:dynamodb:{R}:{A}:table/{N}",
     .why_left_out = kNoStorage},
    {.type = "AWS::S3::Bucket",
     .name_property = "BucketName",
     .arn = "arn:{P}:s3:::{N}",
     .why_left_out = kNoStorage},
    {.type = "AWS::SQS::Queue",
     .name_property = "QueueName",
     .reference = "https://sqs.{R}.amazonaws.com/{A}/{N}",
     .arn = "arn:{P}:sqs:{R}:{A}:{N}",
     .name_attribute = "QueueName",
     .why_left_out = kNoMessages},
    {.type = "AWS::SNS::Topic",
     .name_property = "TopicName",
     .reference = "arn:{P}:sns:{R}:{A}:{N}",
     .arn = "arn:{P}:sns:{R}:{A}:{N}",
     .name_attribute = "TopicName",
     .why_left_out = kNoMessages},
    {.type = "AWS::Kinesis::Stream",
     .name_property = "Name",
     .arn = "arn:{P}:kinesis:{R}:{A}:stream/{N}",
     .why_left_out = kNoMessages},
    {.type = "AWS::Events::EventBus",
     .name_property = "Name",
     .arn = "arn:{P}:events:{R}:{A}:event-bus/{N}",
     .name_attribute = "Name",
     .why_left_out = kNoMessages},
    {.type = "AWS::Events::Rule",
     .name_property = "Name",
     .arn = "arn:{P}:events:{R}:{A}:rule/{N}",
     .why_left_out = kNoSchedule},
    {.type = "AWS::Logs::LogGroup",
     .name_property = "LogGroupName",
     .arn = "arn:{P}:logs:{R}:{A}:log-group:{N}:*",
     .why_left_out = kNoLogs},
    {.type = "AWS::SecretsManager::Secret",
     .name_property = "Name",
     .reference = "arn:{P}:secretsmanager:{R}:{A}:secret:{N}",
     .why_left_out = kNoKeys},
    {.type = "AWS::SSM::Parameter", .name_property = "Name", .why_left_out = kNoKeys},
    {.type = "AWS::KMS::Key", .arn = "arn:{P}:kms:{R}:{A}:key/{N}", .why_left_out = kNoKeys},
    {.type = "AWS::ECS::Cluster",
     .name_property = "ClusterName",
     .arn = "arn:{P}:ecs:{R}:{A}:cluster/{N}",
     .why_left_out = kUnknown},
    {.type = "AWS::Serverless::LayerVersion",
     .name_property = "LayerName",
     .reference = "arn:{P}:lambda:{R}:{A}:layer:{N}:1",
     .why_left_out = kNoLayers},
    {.type = "AWS::Lambda::LayerVersion",
     .name_property = "LayerName",
     .reference = "arn:{P}:lambda:{R}:{A}:layer:{N}:1",
     .why_left_out = kNoLayers},
    {.type = "AWS::Lambda::Permission", .why_left_out = kNoIdentity},
    {.type = "AWS::Lambda::EventSourceMapping", .why_left_out = kNoSchedule},
    {.type = "AWS::CDK::Metadata", .why_left_out = kNoEffect},
});

struct Family {
  std::string_view prefix;
  ResourceType type;
};

constexpr std::array kFamilies = std::to_array<Family>({
    {"AWS::IAM::", {.why_left_out = kNoIdentity}},
    {"AWS::Scheduler::", {.why_left_out = kNoSchedule}},
    {"AWS::Events::", {.why_left_out = kNoSchedule}},
    {"AWS::Pipes::", {.why_left_out = kNoSchedule}},
    {"AWS::ApiGateway", {.why_left_out = kNoGateway}},
    {"AWS::Serverless::Api", {.why_left_out = kNoGateway}},
    {"AWS::Serverless::HttpApi", {.why_left_out = kNoGateway}},
    {"AWS::Logs::", {.why_left_out = kNoLogs}},
    {"AWS::CloudWatch::", {.why_left_out = kNoLogs}},
    {"AWS::SQS::", {.why_left_out = kNoMessages}},
    {"AWS::SNS::", {.why_left_out = kNoMessages}},
    {"AWS::S3::", {.why_left_out = kNoStorage}},
    {"AWS::DynamoDB::", {.why_left_out = kNoStorage}},
    {"AWS::RDS::", {.why_left_out = kNoStorage}},
    {"AWS::EC2::", {.why_left_out = kNoNetwork}},
    {"AWS::KMS::", {.why_left_out = kNoKeys}},
    {"AWS::SecretsManager::", {.why_left_out = kNoKeys}},
    {"", {.why_left_out = kUnknown}},
});

struct Reason {
  std::string_view name;
  std::string_view why;
};

constexpr std::array kProperties = std::to_array<Reason>({
    {"AssumeRolePolicyDocument", kNoIdentity},
    {"DeadLetterConfig", kNoMessages},
    {"DeadLetterQueue", kNoMessages},
    {"DeploymentPreference", "an alias moves at once"},
    {"EventInvokeConfig", "a direct call is not queued and not tried again"},
    {"FileSystemConfigs", "functions see the files of their worker"},
    {"FunctionUrlConfig", kNoGateway},
    {"ImageConfig", "container images do not run here"},
    {"KmsKeyArn", kNoKeys},
    {"Layers", kNoLayers},
    {"PermissionsBoundary", kNoIdentity},
    {"Policies", kNoIdentity},
    {"ProvisionedConcurrencyConfig", "workers keep interpreters ready on their own"},
    {"RolePath", kNoIdentity},
    {"SnapStart", "workers keep interpreters ready on their own"},
    {"VpcConfig", kNoNetwork},
});

constexpr std::array kEvents = std::to_array<Reason>({
    {"Api", kNoGateway},
    {"HttpApi", kNoGateway},
});

std::string_view Find(const auto& reasons, std::string_view name, std::string_view otherwise) {
  for (const Reason& reason : reasons) {
    if (reason.name == name) return reason.why;
  }
  return otherwise;
}

}  // namespace

const ResourceType& TypeOf(std::string_view type) {
  for (const ResourceType& known : kTypes) {
    if (known.type == type) return known;
  }
  for (const Family& family : kFamilies) {
    if (type.starts_with(family.prefix)) return family.type;
  }
  return kFamilies.back().type;
}

std::string Filled(std::string_view pattern, const Account& account, std::string_view name) {
  std::string text;
  for (std::size_t i = 0; i < pattern.size(); ++i) {
    if (pattern[i] != '{') {
      text += pattern[i];
      continue;
    }
    switch (pattern[i + 1]) {
      case 'P':
        text += account.partition;
        break;
      case 'R':
        text += account.region;
        break;
      case 'A':
        text += account.id;
        break;
      default:
        text += name;
    }
    i += 2;
  }
  return text;
}

std::optional<std::string> AttributeOf(const ResourceType& type,
                                       std::string_view attribute,
                                       const Account& account,
                                       std::string_view name) {
  const bool is_arn = attribute == "Arn" || attribute == "TopicArn";
  if (is_arn && !type.arn.empty()) return Filled(type.arn, account, name);
  if (!type.name_attribute.empty() && attribute == type.name_attribute) return std::string(name);
  if (attribute == "QueueUrl" && type.type == "AWS::SQS::Queue") {
    return Filled(type.reference, account, name);
  }
  return std::nullopt;
}

std::string_view WhyPropertyIsLeftOut(std::string_view property) {
  return Find(kProperties, property, "Pawl has no such property");
}

std::string_view WhyEventIsLeftOut(std::string_view event_type) {
  return Find(kEvents, event_type, kNoSchedule);
}

}  // namespace pawl::templates
