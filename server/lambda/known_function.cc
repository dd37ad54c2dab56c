#include "server/lambda/known_function.h"

#include <algorithm>
#include <vector>

namespace pawl::lambda {
namespace {

constexpr char kDescription[] = "Not deployed: served by workers that bring it themselves";

}  // namespace

FunctionInfo AnnouncedFunction(const ArnScheme& arns, const std::string& name) {
  FunctionInfo function{
      .name = name, .arn = ArnOf(arns, {.name = name}), .version = std::string(kLatestVersion)};
  function.configuration.description = kDescription;
  return function;
}

bool IsAnnouncedOnly(const FunctionInfo& function) {
  return function.code_sha256.empty();
}

Result<FunctionInfo> DescribeKnown(const LambdaCall& call, const FunctionName& name) {
  Result<FunctionInfo> described = call.functions().Describe(name);
  if (described.status().code() != StatusCode::kNotFound) return described;
  const std::vector<std::string> announced = call.functions().Announced(name.namespace_id);
  // It has no versions: what a call's qualifier says is not read.
  if (std::find(announced.begin(), announced.end(), name.name) == announced.end()) return described;
  return AnnouncedFunction(call.arns(), name.name);
}

}  // namespace pawl::lambda
