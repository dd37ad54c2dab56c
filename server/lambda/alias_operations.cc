// Aliases of the AWS Lambda API.
#include <optional>
#include <string>
#include <utility>

#include "engine/json/arena.h"
#include "engine/json/write.h"
#include "server/aws/json_fields.h"
#include "server/lambda/lambda_error.h"
#include "server/lambda/operation_functions.h"
#include "server/lambda/page.h"

namespace pawl::lambda {
namespace {

// The version that gets a part of the calls; empty: none.
struct OtherVersion {
  std::string version = {};
  double weight = 0;
};

// nullopt: the request has no RoutingConfig.
Result<std::optional<OtherVersion>> RoutingIn(const LambdaCall& call) {
  if (!call.input.Has("RoutingConfig")) return std::optional<OtherVersion>();
  const json::Value weights =
      aws::ApiInput(call.input.Value("RoutingConfig")).Value("AdditionalVersionWeights");
  if (!weights.is_object() || weights.members().empty()) return std::optional(OtherVersion());
  if (weights.members().size() > 1) {
    return InvalidValue("Number of items in AdditionalVersionWeights cannot be greater than 1");
  }
  const json::Member& other = weights.members().front();
  return std::optional(
      OtherVersion{.version = std::string(other.name), .weight = other.value.AsDouble()});
}

Result<FunctionName> AliasNameIn(const LambdaCall& call) {
  ASSIGN_OR_RETURN(FunctionName name, call.PlainFunction());
  name.qualifier = call.input.Required("Name");
  return name;
}

void WriteAlias(std::string& out, const FunctionAlias& alias) {
  aws::JsonFields fields(out);
  fields.Text("AliasArn", alias.arn);
  fields.Text("Name", alias.name.qualifier);
  fields.Text("FunctionVersion", alias.version);
  fields.Text("Description", alias.description);
  if (!alias.other_version.empty()) {
    json::Arena arena;
    fields.Begin("RoutingConfig");
    aws::JsonFields routing(out);
    routing.Begin("AdditionalVersionWeights");
    aws::JsonFields(out).Raw(alias.other_version,
                             json::Write(json::Value::Number(alias.other_weight, arena)));
  }
  fields.Text("RevisionId", alias.revision_id);
}

std::string AliasJson(const FunctionAlias& alias) {
  std::string out;
  WriteAlias(out, alias);
  return out;
}

}  // namespace

Result<std::string> CreateAlias(const LambdaCall& call) {
  FunctionAlias alias;
  ASSIGN_OR_RETURN(alias.name, AliasNameIn(call));
  ASSIGN_OR_RETURN(const auto routing, RoutingIn(call));
  alias.version = call.input.Required("FunctionVersion");
  alias.description = call.input.Text("Description").value_or("");
  if (routing) {
    alias.other_version = routing->version;
    alias.other_weight = routing->weight;
  }
  ASSIGN_OR_RETURN(const FunctionAlias created, call.functions().CreateAlias(alias));
  return AliasJson(created);
}

Result<std::string> GetAlias(const LambdaCall& call) {
  ASSIGN_OR_RETURN(const FunctionName name, AliasNameIn(call));
  ASSIGN_OR_RETURN(const FunctionAlias alias, call.functions().DescribeAlias(name));
  return AliasJson(alias);
}

Result<std::string> UpdateAlias(const LambdaCall& call) {
  FunctionAliasUpdate update;
  ASSIGN_OR_RETURN(update.name, AliasNameIn(call));
  ASSIGN_OR_RETURN(const auto routing, RoutingIn(call));
  update.version = call.input.Text("FunctionVersion");
  update.description = call.input.Text("Description");
  update.revision_id = call.input.Text("RevisionId");
  if (routing) {
    update.other_version = routing->version;
    update.other_weight = routing->weight;
  }
  ASSIGN_OR_RETURN(const FunctionAlias alias, call.functions().UpdateAlias(update));
  return AliasJson(alias);
}

Result<std::string> ListAliases(const LambdaCall& call) {
  ASSIGN_OR_RETURN(const FunctionName name, call.PlainFunction());
  const std::string version = call.input.Text("FunctionVersion").value_or("");
  ASSIGN_OR_RETURN(const aws::Page page, PageOf(call, name.name + ":" + version));
  ASSIGN_OR_RETURN(const FunctionAliasList list,
                   call.functions().ListAliases(name, version, page.size(), page.after()));
  return aws::ListJson(page, "Aliases", list.aliases, list.next, WriteAlias, kNextMarker);
}

Result<std::string> DeleteAlias(const LambdaCall& call) {
  ASSIGN_OR_RETURN(const FunctionName name, AliasNameIn(call));
  RETURN_IF_ERROR(call.functions().DeleteAlias(name));
  return std::string();
}

}  // namespace pawl::lambda
