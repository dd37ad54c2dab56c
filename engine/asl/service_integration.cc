// The optimised integrations are data: Step Functions Developer Guide, "Integrating optimized
// services", with the actions and patterns that it gives each of them.
#include "engine/asl/service_integration.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "engine/asl/problems.h"
#include "engine/asl/source.h"
#include "engine/base/ascii.h"

namespace pawl::asl {

namespace {

constexpr std::string_view kSdkPrefix = "aws-sdk:";

// What a Task may do beside taking the answer, and whether a worker calls the action at all.
enum Trait : std::uint8_t {
  kAnswerOnly = 0,
  kJob = 1U << 0U,
  kToken = 1U << 1U,
  // No worker calls it for a Task.
  kNotServed = 1U << 2U,
};

struct Action {
  std::string_view service;
  std::string_view name;
  std::uint8_t traits = kAnswerOnly;
};

constexpr std::array<Action, 67> kActions = {{
    {"apigateway", "invoke", kToken},
    {"athena", "startQueryExecution", kJob},
    {"athena", "stopQueryExecution"},
    {"athena", "getQueryExecution"},
    {"athena", "getQueryResults"},
    {"batch", "submitJob", kJob},
    {"bedrock", "invokeModel"},
    {"bedrock", "createModelCustomizationJob", kJob},
    {"codebuild", "startBuild", kJob},
    {"codebuild", "stopBuild"},
    {"codebuild", "batchDeleteBuilds"},
    {"codebuild", "batchGetReports"},
    {"codebuild", "startBuildBatch", kJob},
    {"codebuild", "stopBuildBatch"},
    {"codebuild", "retryBuildBatch", kJob},
    {"codebuild", "deleteBuildBatch"},
    {"databrew", "startJobRun", kJob},
    {"dynamodb", "getItem"},
    {"dynamodb", "putItem"},
    {"dynamodb", "updateItem"},
    {"dynamodb", "deleteItem"},
    {"ecs", "runTask", kJob | kToken},
    {"eks", "createCluster", kJob},
    {"eks", "deleteCluster", kJob},
    {"eks", "createFargateProfile", kJob},
    {"eks", "deleteFargateProfile", kJob},
    {"eks", "createNodegroup", kJob},
    {"eks", "deleteNodegroup", kJob},
    {"eks", "runJob", kJob},
    {"eks", "call"},
    {"elasticmapreduce", "createCluster", kJob},
    {"elasticmapreduce", "setClusterTerminationProtection"},
    {"elasticmapreduce", "terminateCluster", kJob},
    {"elasticmapreduce", "addStep", kJob},
    {"elasticmapreduce", "cancelStep"},
    {"elasticmapreduce", "modifyInstanceFleetByName"},
    {"elasticmapreduce", "modifyInstanceGroupByName"},
    {"emr-containers", "createVirtualCluster"},
    {"emr-containers", "deleteVirtualCluster", kJob},
    {"emr-containers", "startJobRun", kJob},
    {"emr-serverless", "createApplication", kJob},
    {"emr-serverless", "startApplication", kJob},
    {"emr-serverless", "stopApplication", kJob},
    {"emr-serverless", "deleteApplication", kJob},
    {"emr-serverless", "startJobRun", kJob},
    {"emr-serverless", "cancelJobRun", kJob},
    {"events", "putEvents", kToken},
    {"glue", "startJobRun", kJob},
    {"http", "invoke"},
    {"mediaconvert", "createJob", kJob},
    {"sagemaker", "createEndpoint"},
    {"sagemaker", "createEndpointConfig"},
    {"sagemaker", "createHyperParameterTuningJob", kJob},
    {"sagemaker", "createLabelingJob", kJob},
    {"sagemaker", "createModel"},
    {"sagemaker", "createProcessingJob", kJob},
    {"sagemaker", "createTrainingJob", kJob},
    {"sagemaker", "createTransformJob", kJob},
    {"sagemaker", "updateEndpoint"},
    {"sns", "publish", kToken},
    {"sqs", "sendMessage", kToken},
    // This and startExecution never come here: other code reads them. A wrong name hears of them.
    {"lambda", "invoke", kToken},
    // Recorded (services, test_list_functions), though no document has it.
    {"lambda", "listFunctions"},
    {"states", "startExecution", kJob | kToken},
    // Of a distributed Map's ItemReader and ResultWriter alone.
    {"s3", "getObject", kNotServed},
    {"s3", "listObjectsV2", kNotServed},
    {"s3", "putObject", kNotServed},
}};

// Step Functions Developer Guide, "Unsupported API actions for supported services": the answers of
// some are streams, and one is deprecated.
constexpr std::array<std::string_view, 3> kRefusedSdkActions = {
    "kinesis:subscribeToShard", "lambda:invokeAsync", "s3:selectObjectContent"};

Resource UnsupportedCall(std::string explanation, IntegrationPattern pattern) {
  return {.kind = Resource::Kind::kUnsupported,
          .pattern = pattern,
          .explanation = std::move(explanation)};
}

Resource Served(std::string_view call, IntegrationPattern pattern) {
  return {.kind = Resource::Kind::kService, .pattern = pattern, .service_call = std::string(call)};
}

std::vector<std::string_view> ServiceNames() {
  std::vector<std::string_view> names;
  for (const Action& action : kActions) {
    if (names.empty() || names.back() != action.service) names.push_back(action.service);
  }
  return names;
}

std::vector<std::string_view> ActionNames(std::string_view service) {
  std::vector<std::string_view> names;
  for (const Action& action : kActions) {
    if (action.service == service) names.push_back(action.name);
  }
  return names;
}

std::string Listed(const std::vector<std::string_view>& names) {
  std::string list;
  for (const std::string_view name : names) {
    list += (list.empty() ? "" : ", ") + std::string(name);
  }
  return list;
}

Resource UnknownService(std::string_view service, std::string_view action) {
  const std::vector<std::string_view> names = ServiceNames();
  return Resource::Invalid("there is no optimized integration of the service " + Quote(service) +
                           DidYouMean(service, names) + "; there are those of " + Listed(names) +
                           ", and arn:aws:states:::aws-sdk:" + std::string(service) + ":" +
                           std::string(action) + " calls any service of AWS");
}

Resource UnknownAction(std::string_view service, std::string_view action) {
  const std::vector<std::string_view> names = ActionNames(service);
  return Resource::Invalid("the integration of " + Quote(service) + " has no action " +
                           Quote(action) + DidYouMean(action, names) + "; it has " + Listed(names) +
                           ", and arn:aws:states:::aws-sdk:" + std::string(service) + ":" +
                           std::string(action) + " calls any action of the service");
}

// As AWS writes them: "dynamodb".
bool IsSdkService(std::string_view text) {
  return !text.empty() && IsLower(text.front()) &&
         std::all_of(text.begin(), text.end(), [](char c) { return IsLower(c) || IsDigit(c); });
}

// "putItem".
bool IsSdkAction(std::string_view text) {
  return !text.empty() && IsLower(text.front()) &&
         std::all_of(text.begin(), text.end(), [](char c) { return IsLetter(c) || IsDigit(c); });
}

// "redshiftdata" of "Redshift-Data".
std::string RightService(std::string_view service) {
  std::string right;
  for (const char c : service) {
    if (IsLetter(c) || IsDigit(c)) right += ToLower(c);
  }
  return right;
}

// "putItem" of "PutItem" and "put_item".
std::string RightAction(std::string_view action) {
  std::string right;
  bool begins_word = false;
  for (const char c : action) {
    if (!IsLetter(c) && !IsDigit(c)) {
      begins_word = true;
      continue;
    }
    if (right.empty()) {
      right += ToLower(c);
    } else {
      right += begins_word ? ToUpper(c) : c;
    }
    begins_word = false;
  }
  return right;
}

// How both would be written right; an example where no letters are left.
std::string RightSdkName(std::string_view service, std::string_view action) {
  const std::string right_service = RightService(service);
  const std::string right_action = RightAction(action);
  const bool is_right = IsSdkService(right_service) && IsSdkAction(right_action);
  return std::string(kSdkPrefix) +
         (is_right ? right_service + ":" + right_action : "dynamodb:putItem");
}

Resource ParseSdk(std::string_view text, std::string_view call, IntegrationPattern pattern) {
  const std::string_view name = call.substr(kSdkPrefix.size());
  const std::size_t colon = name.find(':');
  const std::string_view service = name.substr(0, colon);
  const std::string_view action =
      colon == std::string_view::npos ? std::string_view() : name.substr(colon + 1);
  if (!IsSdkService(service) || !IsSdkAction(action)) {
    return Resource::Invalid(
        Quote(text) +
        " is no AWS SDK integration; write arn:aws:states:::aws-sdk:SERVICE:ACTION with "
        "the service in lower case and the action in camel case, such as " +
        Quote(RightSdkName(service, action)));
  }
  if (pattern == IntegrationPattern::kRunJob || pattern == IntegrationPattern::kRunJobJson) {
    return Resource::Invalid(Quote(text) + ": an AWS SDK integration has no .sync");
  }
  if (std::find(kRefusedSdkActions.begin(), kRefusedSdkActions.end(), name) !=
      kRefusedSdkActions.end()) {
    return Resource::Invalid(Quote(text) + ": Step Functions does not call " + std::string(action));
  }
  return Served(call, pattern);
}

// Step Functions Developer Guide, "Discover service integration patterns": .sync:2 is states' own.
Resource ParseKnown(const Action& action, std::string_view suffix, IntegrationPattern pattern) {
  const std::string call = std::string(action.service) + ":" + std::string(action.name);
  const bool is_job = pattern == IntegrationPattern::kRunJob;
  const bool has_pattern =
      pattern == IntegrationPattern::kRequestResponse || (is_job && (action.traits & kJob) != 0) ||
      (pattern == IntegrationPattern::kCallback && (action.traits & kToken) != 0);
  if (!has_pattern) {
    std::string others = (action.traits & kJob) != 0 ? ", .sync" : "";
    others += (action.traits & kToken) != 0 ? ", .waitForTaskToken" : "";
    return Resource::Invalid(call + " has no " + std::string(suffix) + "; it may have no suffix" +
                             others);
  }
  if ((action.traits & kNotServed) != 0) {
    return UnsupportedCall("the service integration " + Quote(call), pattern);
  }
  return Served(call, pattern);
}

}  // namespace

Resource ParseServiceIntegration(std::string_view text,
                                 std::string_view call,
                                 std::string_view suffix,
                                 IntegrationPattern pattern) {
  if (call.starts_with(kSdkPrefix)) return ParseSdk(text, call, pattern);
  const std::size_t colon = call.find(':');
  const std::string_view service = call.substr(0, colon);
  const std::string_view name = call.substr(colon + 1);
  if (ActionNames(service).empty()) return UnknownService(service, name);
  const auto* action = std::find_if(kActions.begin(), kActions.end(), [&](const Action& one) {
    return one.service == service && one.name == name;
  });
  if (action == kActions.end()) return UnknownAction(service, name);
  return ParseKnown(*action, suffix, pattern);
}

}  // namespace pawl::asl
