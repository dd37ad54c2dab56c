#include "engine/asl/resource.h"

#include <algorithm>
#include <array>
#include <utility>
#include <vector>

#include "engine/asl/service_integration.h"
#include "engine/asl/source.h"
#include "engine/base/ascii.h"

namespace pawl::asl {

namespace {

constexpr std::size_t kFunctionNameMax = 80;
constexpr std::size_t kQualifierMax = 128;
constexpr std::size_t kArnBytesMax = 2048;

struct Suffix {
  std::string_view text;
  IntegrationPattern pattern;
};

constexpr std::array<Suffix, 4> kSuffixes = {{
    {"", IntegrationPattern::kRequestResponse},
    {".sync", IntegrationPattern::kRunJob},
    {".sync:2", IntegrationPattern::kRunJobJson},
    {".waitForTaskToken", IntegrationPattern::kCallback},
}};

struct SdkCall {
  std::string_view action;
  EngineCall call;
};

constexpr std::array<SdkCall, 4> kSdkCalls = {{
    {"aws-sdk:sfn:startExecution", EngineCall::kStartExecution},
    {"aws-sdk:sfn:sendTaskSuccess", EngineCall::kSendTaskSuccess},
    {"aws-sdk:sfn:sendTaskFailure", EngineCall::kSendTaskFailure},
    {"aws-sdk:sfn:sendTaskHeartbeat", EngineCall::kSendTaskHeartbeat},
}};

const SdkCall* FindSdkCall(std::string_view action) {
  const auto* found = std::find_if(kSdkCalls.begin(), kSdkCalls.end(), [&](const SdkCall& call) {
    return call.action == action;
  });
  return found == kSdkCalls.end() ? nullptr : found;
}

bool ConsistsOf(std::string_view text, std::string_view more) {
  return std::all_of(text.begin(), text.end(), [&](char c) {
    return IsLetter(c) || IsDigit(c) || more.find(c) != std::string_view::npos;
  });
}

bool IsFunctionName(std::string_view text) {
  return !text.empty() && text.size() <= kFunctionNameMax && ConsistsOf(text, "_.-");
}

bool IsQualifier(std::string_view text) {
  return text == "$LATEST" ||
         (!text.empty() && text.size() <= kQualifierMax && ConsistsOf(text, "_-"));
}

Resource Unsupported(std::string explanation) {
  return {.kind = Resource::Kind::kUnsupported, .explanation = std::move(explanation)};
}

// "${Name}" of a CloudFormation or CDK template, which stands for an ARN that is not there yet.
bool IsPlaceholder(std::string_view text) {
  return text.size() > 3 && text.starts_with("${") && text.ends_with('}') &&
         ConsistsOf(text.substr(2, text.size() - 3), "_.:-");
}

// The parts of an ARN: arn:partition:service:region:account:rest.
struct Arn {
  std::string_view partition;
  std::string_view service;
  std::string_view region;
  std::string_view account;
  std::string_view rest;
};

bool SplitArn(std::string_view text, Arn& arn) {
  std::string_view rest = text.substr(std::string_view("arn:").size());
  for (std::string_view* part : {&arn.partition, &arn.service, &arn.region, &arn.account}) {
    const std::size_t colon = rest.find(':');
    if (colon == std::string_view::npos) {
      return false;
    }
    *part = rest.substr(0, colon);
    rest.remove_prefix(colon + 1);
  }
  arn.rest = rest;
  return arn.partition.starts_with("aws") && ConsistsOf(arn.partition, "-") &&
         !arn.service.empty() && ConsistsOf(arn.service, "-") && ConsistsOf(arn.region, "-") &&
         ConsistsOf(arn.account, "_-") && !arn.rest.empty();
}

Resource ParseLambda(std::string_view text, std::string_view rest) {
  constexpr std::string_view kPrefix = "function:";
  if (!rest.starts_with(kPrefix)) {
    return Resource::Invalid(
        Quote(text) +
        " is no Lambda function's ARN; write "
        "arn:aws:lambda:REGION:ACCOUNT:function:NAME or the function's bare name");
  }
  const std::string_view name_and_qualifier = rest.substr(kPrefix.size());
  const std::size_t colon = name_and_qualifier.find(':');
  const std::string_view name = name_and_qualifier.substr(0, colon);
  if (!IsFunctionName(name)) {
    return Resource::Invalid("the function's name " + Quote(name) +
                             " must be 1 to 80 letters, digits, '_', '-' or '.'");
  }
  Resource resource{.kind = Resource::Kind::kFunction, .function_name = std::string(name)};
  if (colon != std::string_view::npos) {
    const std::string_view qualifier = name_and_qualifier.substr(colon + 1);
    if (!IsQualifier(qualifier)) {
      return Resource::Invalid(
          "the version or alias " + Quote(qualifier) +
          " behind the function's name must be $LATEST, or letters, digits, '_' or '-'");
    }
    resource.qualifier = std::string(qualifier);
  }
  return resource;
}

// service:action with an optional suffix, or aws-sdk:service:action.
Resource ParseIntegration(std::string_view text, std::string_view rest) {
  std::string_view action = rest;
  std::string_view suffix;
  if (const std::size_t dot = rest.find('.'); dot != std::string_view::npos) {
    action = rest.substr(0, dot);
    suffix = rest.substr(dot);
  }
  const auto* known =
      std::find_if(kSuffixes.begin(), kSuffixes.end(), [&](const Suffix& candidate) {
        return candidate.text == suffix;
      });
  const bool is_named = action.find(':') != std::string_view::npos && !action.starts_with(':') &&
                        !action.ends_with(':') && ConsistsOf(action, ":_-");
  if (known == kSuffixes.end() || !is_named) {
    return Resource::Invalid(Quote(text) +
                             " is no service integration; write "
                             "arn:aws:states:::SERVICE:ACTION with nothing, .sync, .sync:2 or "
                             ".waitForTaskToken behind it");
  }
  if (action == "lambda:invoke") {
    if (suffix.empty() || known->pattern == IntegrationPattern::kCallback) {
      return {.kind = Resource::Kind::kLambdaInvoke,
              .pattern = known->pattern,
              .is_lambda_invoke = true};
    }
    Resource resource = Resource::Invalid("lambda:invoke has no " + std::string(suffix) +
                                          "; without a suffix it waits for the function's result");
    resource.is_lambda_invoke = true;
    return resource;
  }
  if (action == "states:startExecution") {
    return {.kind = Resource::Kind::kEngineCall, .pattern = known->pattern};
  }
  if (const auto* call = FindSdkCall(action); call != nullptr) {
    // Step Functions Developer Guide, "AWS SDK integrations": they have no .sync.
    if (suffix.starts_with(".sync"))
      return Resource::Invalid(Quote(text) + ": an AWS SDK integration has no .sync");
    return {.kind = Resource::Kind::kEngineCall,
            .pattern = known->pattern,
            .call = call->call,
            .is_aws_sdk = true};
  }
  return ParseServiceIntegration(text, action, suffix, known->pattern);
}

Resource ParseStates(std::string_view text, const Arn& arn) {
  constexpr std::string_view kActivity = "activity:";
  if (arn.rest.starts_with(kActivity)) {
    const std::string_view name = arn.rest.substr(kActivity.size());
    const bool is_name = IsFunctionName(name);
    if (is_name) return {.kind = Resource::Kind::kActivity, .activity = std::string(name)};
    return Resource::Invalid("the activity's name " + Quote(name) +
                             " must be 1 to 80 letters, digits, '_', '-' or '.'");
  }
  return ParseIntegration(text, arn.rest);
}

}  // namespace

Resource ParseResource(std::string_view text) {
  if (IsFunctionName(text)) {
    return {.kind = Resource::Kind::kFunction, .function_name = std::string(text)};
  }
  if (IsPlaceholder(text)) {
    return Unsupported("the template placeholder " + Quote(text) +
                       " stands for a resource that is not filled in; deploying it");
  }
  if (!text.starts_with("arn:") || text.size() > kArnBytesMax) {
    return Resource::Invalid(
        Quote(text) +
        " names no resource; write a function's name (letters, digits, '_', '-', '.'), "
        "arn:aws:lambda:REGION:ACCOUNT:function:NAME, or arn:aws:states:::lambda:invoke");
  }
  Arn arn;
  if (!SplitArn(text, arn)) {
    return Resource::Invalid(Quote(text) +
                             " is no ARN; it has the form arn:aws:SERVICE:REGION:ACCOUNT:RESOURCE");
  }
  if (arn.service == "lambda") {
    return ParseLambda(text, arn.rest);
  }
  if (arn.service == "states") {
    return ParseStates(text, arn);
  }
  return Unsupported("a resource of the service " + Quote(arn.service));
}

bool IsActivityName(std::string_view text) {
  return IsFunctionName(text);
}

bool IsFunctionReference(std::string_view text) {
  return ParseResource(text).kind == Resource::Kind::kFunction;
}

}  // namespace pawl::asl
