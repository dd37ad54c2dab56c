// Resource: what a Task state calls.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

#include "engine/asl/state_machine.h"

namespace pawl::asl {

struct Resource {
  enum class Kind : std::uint8_t {
    kFunction,      // a bare function name or a Lambda ARN
    kLambdaInvoke,  // arn:aws:states:::lambda:invoke
    kEngineCall,    // arn:aws:states:::states:startExecution, and some of aws-sdk:sfn
    kService,       // what a worker calls: other AWS services, and HTTP endpoints
    kActivity,
    kUnsupported,  // a resource of the language that this engine does not run yet
    kInvalid,
  };
  Kind kind = Kind::kInvalid;
  // kFunction: the function's bare name and its qualifier (empty: none).
  std::string function_name = {};
  std::string qualifier = {};
  // kActivity: its bare name.
  std::string activity = {};
  // The suffix of a service integration.
  IntegrationPattern pattern = IntegrationPattern::kRequestResponse;
  // kEngineCall.
  EngineCall call = EngineCall::kStartExecution;
  bool is_aws_sdk = false;
  // kService: "sqs:sendMessage", "aws-sdk:s3:getObject", "http:invoke"; without the suffix.
  std::string service_call = {};
  // lambda:invoke, also with a suffix it does not have: its parameters have the shape of Lambda's
  // Invoke.
  bool is_lambda_invoke = false;
  // kUnsupported: its name for "… is not supported yet". kInvalid: what is wrong with it.
  std::string explanation = {};

  static Resource Invalid(std::string explanation) {
    return {.kind = Kind::kInvalid, .explanation = std::move(explanation)};
  }
};

Resource ParseResource(std::string_view text);

// Whether an activity may have this name.
bool IsActivityName(std::string_view text);

// Whether `text` names a function: a bare name or a Lambda ARN.
bool IsFunctionReference(std::string_view text);

}  // namespace pawl::asl
