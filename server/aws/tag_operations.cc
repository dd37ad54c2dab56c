// Tags of the AWS Step Functions API.
#include <string>
#include <utility>
#include <vector>

#include "server/aws/arn.h"
#include "server/aws/json_fields.h"
#include "server/aws/operation_functions.h"
#include "server/aws/tags_in.h"

namespace pawl::aws {
namespace {

Result<ResourceName> ResourceIn(const ApiCall& call) {
  return ParseResourceArn(
      call.arns(), call.caller.namespace_id, call.input.Required("resourceArn"));
}

}  // namespace

std::vector<Tag> TagsIn(const ApiInput& input) {
  std::vector<Tag> tags;
  const json::Value list = input.Value("tags");
  if (!list.is_array()) return tags;
  for (const json::Value& item : list.items()) {
    const ApiInput tag(item);
    tags.push_back({.key = tag.Text("key").value_or(""), .value = tag.Text("value").value_or("")});
  }
  return tags;
}

Result<std::string> TagResource(const ApiCall& call) {
  ASSIGN_OR_RETURN(const ResourceName resource, ResourceIn(call));
  RETURN_IF_ERROR(call.engine().TagResource(resource, TagsIn(call.input)));
  return std::string("{}");
}

Result<std::string> UntagResource(const ApiCall& call) {
  ASSIGN_OR_RETURN(const ResourceName resource, ResourceIn(call));
  std::vector<std::string> keys;
  for (const json::Value& key : call.input.Value("tagKeys").items())
    keys.emplace_back(key.string());
  RETURN_IF_ERROR(call.engine().UntagResource(resource, keys));
  return std::string("{}");
}

Result<std::string> ListTagsForResource(const ApiCall& call) {
  ASSIGN_OR_RETURN(const ResourceName resource, ResourceIn(call));
  ASSIGN_OR_RETURN(const std::vector<Tag> tags, call.engine().ListTags(resource));
  std::string out;
  {
    JsonFields fields(out);
    fields.Begin("tags");
    out += '[';
    for (const Tag& tag : tags) {
      if (&tag != tags.data()) out += ',';
      JsonFields item(out);
      item.Text("key", tag.key);
      item.Text("value", tag.value);
    }
    out += ']';
  }
  return out;
}

}  // namespace pawl::aws
