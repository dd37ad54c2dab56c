// Reading a template of AWS CloudFormation or AWS SAM: text in, the resources that Pawl runs out.
// Nothing is read but the text, and nothing is deployed: files that a template names are given as
// paths.
//
// Sources: AWS CloudFormation User Guide, "Template reference"; AWS SAM Developer Guide, "The AWS
// SAM template".
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "engine/asl/compile.h"
#include "engine/runtime/deployed_functions.h"

namespace pawl::templates {

// AWS CloudFormation quotas: a template in S3 has at most 1 MB and 500 resources.
inline constexpr std::size_t kTemplateBytesMax = std::size_t{1024} * 1024;
inline constexpr std::size_t kResourcesMax = 500;

// Where the server says that it is: its ARNs begin so.
struct Account {
  std::string partition = "aws";
  std::string region = "us-east-1";
  std::string id = "123456789012";
};

struct TemplateOptions {
  // By name; each is one of the template's. They go before its defaults.
  std::map<std::string, std::string> parameters = {};
  Account account = {};
  // Empty: "pawl", and names of resources have no prefix. Else AWS::StackName, and what has no name
  // of its own is called STACK_NAME-LOGICAL_ID.
  std::string stack_name = {};
  // Logical ids of resources to leave out.
  std::set<std::string> skipped = {};
  // By logical id: the numbers of versions that are published. For those that are not, values have
  // "${LOGICAL_ID}" in place of the number: read the template again after publishing.
  std::map<std::string, std::uint64_t> published = {};
};

// A text of the template, or a file beside it. One of the two is not empty.
struct Content {
  std::string text = {};
  // As it is written: relative to the template's folder.
  std::string path = {};
};

// AWS::Serverless::Function, AWS::Lambda::Function.
struct Function {
  std::string name = {};
  // `other` is what a template says and Pawl keeps, in the names of AWS Lambda's API.
  FunctionConfiguration configuration = {};
  // A text is index.py; a path leads to a directory, or to a zip archive.
  Content code = {};
  std::optional<std::uint32_t> reserved_concurrency = {};
  std::map<std::string, std::string> tags = {};
};

// AWS::Lambda::Version, or AutoPublishAlias of a SAM function.
struct FunctionVersion {
  std::string function = {};
  std::string description = {};
};

// AWS::Lambda::Alias, or AutoPublishAlias of a SAM function. Versions: see
// TemplateOptions::published.
struct FunctionAlias {
  std::string function = {};
  std::string name = {};
  std::string version = {};
  // Empty: none. 0 to 1.
  std::string other_version = {};
  double other_weight = 0;
  std::string description = {};
};

// AWS::StepFunctions::Activity.
struct Activity {
  std::string name = {};
  std::map<std::string, std::string> tags = {};
};

// AWS::Serverless::StateMachine, AWS::StepFunctions::StateMachine.
struct StateMachine {
  std::string name = {};
  // STANDARD or EXPRESS.
  std::string type = "STANDARD";
  // What `substitutions` are not yet put into: see Substitute.
  Content definition = {};
  std::map<std::string, std::string> substitutions = {};
  std::string role_arn = {};
  // Logging, tracing and encryption as JSON text in the names of AWS Step Functions' API; may be
  // empty.
  std::string configuration = {};
  std::map<std::string, std::string> tags = {};
};

// AWS::StepFunctions::StateMachineVersion, or AutoPublishAlias of a SAM state machine.
struct StateMachineVersion {
  std::string state_machine = {};
  std::string description = {};
};

struct AliasRoute {
  // See TemplateOptions::published.
  std::string version = {};
  // Percent.
  std::uint32_t weight = 0;
};

// AWS::StepFunctions::StateMachineAlias, or AutoPublishAlias of a SAM state machine.
struct StateMachineAlias {
  std::string state_machine = {};
  std::string name = {};
  std::string description = {};
  std::vector<AliasRoute> routes = {};
};

using ResourceDetails = std::variant<Function,
                                     FunctionVersion,
                                     FunctionAlias,
                                     Activity,
                                     StateMachine,
                                     StateMachineVersion,
                                     StateMachineAlias>;

struct Resource {
  // "Orders"; of what AutoPublishAlias makes "Orders.Version" and "Orders.Alias".
  std::string logical_id = {};
  std::string type = {};
  // In the template, both from 1.
  std::uint32_t line = 1;
  std::uint32_t column = 1;
  ResourceDetails details = {};
};

// What a template holds and nothing is done about: a resource, or a property of one.
struct LeftOut {
  // "Orders" or "Orders.Events.Nightly".
  std::string what = {};
  // Of the resource or event; empty for other properties.
  std::string type = {};
  // One line.
  std::string why = {};
};

struct Template {
  // In the order in which they are to be deployed: what another refers to stands before it, else
  // functions before activities before state machines.
  std::vector<Resource> resources = {};
  // In the order of the template.
  std::vector<LeftOut> left_out = {};
};

struct Reading {
  // Complete only where ok().
  Template content = {};
  // In the order of the template; the codes stand in this folder's README.
  std::vector<asl::Diagnostic> diagnostics = {};

  bool ok() const;
};

// Whether the text is a template rather than a definition: it has Resources, and says that it is a
// template or has a resource whose type begins with "AWS::".
bool IsTemplate(std::string_view text);

// Reads all of a template, JSON or YAML. Never fails otherwise than by diagnostics, whatever the
// bytes; time and memory are bounded. Equal arguments give equal readings. Threads: any.
Reading ReadTemplate(std::string_view text, const TemplateOptions& options);

}  // namespace pawl::templates
