// Tags of the AWS Lambda API.
#include <string>
#include <utility>
#include <vector>

#include "engine/json/write.h"
#include "server/lambda/lambda_error.h"
#include "server/lambda/operation_functions.h"
#include "server/lambda/tag_map.h"

namespace pawl::lambda {
namespace {

ResourceName ResourceOf(const FunctionName& name) {
  return {.namespace_id = name.namespace_id, .kind = ResourceKind::kFunction, .name = name.name};
}

// The function of the member Resource: an ARN, as a function has tags in all its versions.
Result<ResourceName> ResourceIn(const LambdaCall& call) {
  const std::string arn = call.input.Required("Resource");
  if (!arn.starts_with("arn:") || !IsFunctionReference(arn)) {
    return InvalidValue("Resource: '" + arn + "' is not the ARN of a function");
  }
  ASSIGN_OR_RETURN(const FunctionName name,
                   ResolveFunction(call.arns(), call.caller.namespace_id, arn, ""));
  if (!name.qualifier.empty()) {
    return InvalidValue(
        "Tags on function aliases and versions are not supported. Please specify "
        "a function ARN.");
  }
  return ResourceOf(name);
}

std::string MapJson(const std::vector<Tag>& tags) {
  std::string out = "{";
  for (const Tag& tag : tags) {
    if (&tag != tags.data()) out += ',';
    json::WriteStringTo(out, tag.key);
    out += ':';
    json::WriteStringTo(out, tag.value);
  }
  return out + "}";
}

}  // namespace

std::vector<Tag> TagsIn(json::Value map) {
  std::vector<Tag> tags;
  if (!map.is_object()) return tags;
  for (const json::Member& member : map.members())
    tags.push_back({.key = std::string(member.name), .value = std::string(member.value.string())});
  return tags;
}

Result<std::string> TagsJson(const LambdaCall& call, const FunctionName& name) {
  ASSIGN_OR_RETURN(const std::vector<Tag> tags, call.engine().ListTags(ResourceOf(name)));
  return tags.empty() ? std::string() : MapJson(tags);
}

Result<std::string> TagResource(const LambdaCall& call) {
  ASSIGN_OR_RETURN(const ResourceName resource, ResourceIn(call));
  RETURN_IF_ERROR(call.engine().TagResource(resource, TagsIn(call.input.Value("Tags"))));
  return std::string();
}

Result<std::string> UntagResource(const LambdaCall& call) {
  ASSIGN_OR_RETURN(const ResourceName resource, ResourceIn(call));
  std::vector<std::string> keys;
  for (const json::Value& key : call.input.Value("TagKeys").items())
    keys.emplace_back(key.string());
  RETURN_IF_ERROR(call.engine().UntagResource(resource, keys));
  return std::string();
}

Result<std::string> ListTags(const LambdaCall& call) {
  ASSIGN_OR_RETURN(const ResourceName resource, ResourceIn(call));
  ASSIGN_OR_RETURN(const std::vector<Tag> tags, call.engine().ListTags(resource));
  return R"({"Tags":)" + MapJson(tags) + "}";
}

}  // namespace pawl::lambda
