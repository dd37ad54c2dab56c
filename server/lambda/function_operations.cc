// Functions of the AWS Lambda API.
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "server/aws/json_fields.h"
#include "server/lambda/code_location.h"
#include "server/lambda/function_code.h"
#include "server/lambda/function_configuration.h"
#include "server/lambda/known_function.h"
#include "server/lambda/lambda_error.h"
#include "server/lambda/operation_functions.h"
#include "server/lambda/page.h"
#include "server/lambda/tag_map.h"

namespace pawl::lambda {
namespace {

// How often an update without a revision is tried against others that come between.
constexpr int kUpdateAttempts = 10;

std::string FunctionJson(const FunctionInfo& function) {
  std::string out;
  WriteFunction(out, function, Listing::kWhole);
  return out;
}

// `configuration` of the revision that `revision_id` names, or of the latest.
Result<FunctionInfo> TryUpdate(const LambdaCall& call, UpdateFunctionRequest request) {
  const auto given = call.input.Text("RevisionId");
  ASSIGN_OR_RETURN(const FunctionInfo before, call.functions().Describe(request.name));
  ASSIGN_OR_RETURN(request.configuration, ConfigurationIn(call.input, before.configuration));
  request.revision_id = given ? *given : before.revision_id;
  return call.functions().Update(request);
}

// An update changes members of what is there: it must not undo what another one does meanwhile.
Result<FunctionInfo> Update(const LambdaCall& call, const UpdateFunctionRequest& request) {
  const bool has_revision = call.input.Has("RevisionId");
  for (int attempt = 0; attempt < kUpdateAttempts; ++attempt) {
    Result<FunctionInfo> updated = TryUpdate(call, request);
    const bool is_overtaken =
        !has_revision && updated.status().code() == StatusCode::kFailedPrecondition;
    if (!is_overtaken) return updated;
  }
  return Refusal("ResourceConflict",
                 "The operation cannot be performed at this time. An update is in progress for "
                 "resource: " +
                     ArnOf(call.arns(), request.name));
}

// A list goes through the deployed functions, then through those that workers announce. Its markers
// say which, and behind which name.
constexpr char kDeployed = 'd';
constexpr char kAnnounced = 'a';

// The announced functions behind `after` that still have room in `list`.
void AppendAnnounced(const LambdaCall& call,
                     std::size_t size,
                     std::string after,
                     FunctionList& list) {
  for (const std::string& name : call.functions().Announced(call.caller.namespace_id)) {
    if (name <= after) continue;
    if (list.functions.size() == size) {
      // At the end of a page of deployed functions alone, none has been given yet.
      list.next = kAnnounced + after;
      return;
    }
    list.functions.push_back(AnnouncedFunction(call.arns(), name));
    after = name;
  }
}

Result<FunctionList> ListPage(const LambdaCall& call, const aws::Page& page) {
  const std::string& marker = page.after();
  const bool is_behind = marker.starts_with(kAnnounced);
  FunctionList list;
  if (!is_behind) {
    const std::string after = marker.empty() ? "" : marker.substr(1);
    ASSIGN_OR_RETURN(list, call.functions().List(call.caller.namespace_id, page.size(), after));
    if (!list.next.empty()) {
      list.next.insert(0, 1, kDeployed);
      return list;
    }
  }
  AppendAnnounced(call, page.size(), is_behind ? marker.substr(1) : "", list);
  return list;
}

// FunctionVersion=ALL: each function's versions behind it. A page may have more lines than were
// asked for, as a function is not divided.
Result<std::vector<FunctionInfo>> WithVersions(const LambdaCall& call,
                                               std::vector<FunctionInfo> functions) {
  constexpr std::size_t kVersionsPage = 100;
  std::vector<FunctionInfo> all;
  for (FunctionInfo& function : functions) {
    if (IsAnnouncedOnly(function)) {
      all.push_back(std::move(function));
      continue;
    }
    const FunctionName name{.namespace_id = call.caller.namespace_id, .name = function.name};
    std::string after;
    do {
      ASSIGN_OR_RETURN(FunctionList versions,
                       call.functions().ListVersions(name, kVersionsPage, after));
      for (FunctionInfo& version : versions.functions)
        all.push_back(std::move(version));
      after = std::move(versions.next);
    } while (!after.empty());
  }
  return all;
}

void WriteCode(const LambdaCall& call, aws::JsonFields& fields, const FunctionInfo& function) {
  std::string code;
  {
    aws::JsonFields location(code);
    location.Text("RepositoryType", "S3");
    location.Text("Location", CodeLocation(call, function));
  }
  fields.Raw("Code", code);
}

}  // namespace

Result<std::string> CreateFunction(const LambdaCall& call) {
  CreateFunctionRequest request;
  ASSIGN_OR_RETURN(request.name, call.PlainFunction());
  ASSIGN_OR_RETURN(request.configuration, ConfigurationIn(call.input, {}));
  if (!call.input.Has("Runtime") || !call.input.Has("Handler")) {
    return InvalidValue(
        "Runtime and Handler are mandatory parameters for functions created with deployment "
        "packages.");
  }
  ASSIGN_OR_RETURN(request.code,
                   CodeIn(call.engine().options(), aws::ApiInput(call.input.Value("Code"))));
  request.publish = call.input.Boolean("Publish", false);
  request.tags = TagsIn(call.input.Value("Tags"));
  ASSIGN_OR_RETURN(const FunctionInfo function, call.functions().Create(request));
  return FunctionJson(function);
}

Result<std::string> UpdateFunctionCode(const LambdaCall& call) {
  UpdateFunctionRequest request;
  ASSIGN_OR_RETURN(request.name, call.PlainFunction());
  ASSIGN_OR_RETURN(request.code, CodeIn(call.engine().options(), call.input));
  request.publish = call.input.Boolean("Publish", false);
  request.dry_run = call.input.Boolean("DryRun", false);
  if (call.input.Has("Architectures")) {
    ASSIGN_OR_RETURN(const FunctionInfo function, Update(call, request));
    return FunctionJson(function);
  }
  request.revision_id = call.input.Text("RevisionId");
  ASSIGN_OR_RETURN(const FunctionInfo function, call.functions().Update(request));
  return FunctionJson(function);
}

Result<std::string> UpdateFunctionConfiguration(const LambdaCall& call) {
  UpdateFunctionRequest request;
  ASSIGN_OR_RETURN(request.name, call.PlainFunction());
  ASSIGN_OR_RETURN(const FunctionInfo function, Update(call, request));
  return FunctionJson(function);
}

Result<std::string> GetFunction(const LambdaCall& call) {
  ASSIGN_OR_RETURN(const FunctionName name, call.Function());
  ASSIGN_OR_RETURN(const FunctionInfo function, DescribeKnown(call, name));
  const bool is_deployed = !IsAnnouncedOnly(function);
  std::string tags;
  if (is_deployed) {
    ASSIGN_OR_RETURN(tags, TagsJson(call, name));
  }
  std::string out;
  {
    aws::JsonFields fields(out);
    fields.Raw("Configuration", FunctionJson(function));
    if (is_deployed) WriteCode(call, fields, function);
    if (!tags.empty()) fields.Raw("Tags", tags);
    if (function.reserved_concurrency) {
      fields.Begin("Concurrency");
      aws::JsonFields(out).Number("ReservedConcurrentExecutions", *function.reserved_concurrency);
    }
  }
  return out;
}

Result<std::string> GetFunctionConfiguration(const LambdaCall& call) {
  ASSIGN_OR_RETURN(const FunctionName name, call.Function());
  ASSIGN_OR_RETURN(const FunctionInfo function, DescribeKnown(call, name));
  return FunctionJson(function);
}

Result<std::string> ListFunctions(const LambdaCall& call) {
  const bool has_versions = call.input.Has("FunctionVersion");
  ASSIGN_OR_RETURN(const aws::Page page, PageOf(call, has_versions ? "all" : ""));
  ASSIGN_OR_RETURN(FunctionList list, ListPage(call, page));
  if (has_versions) {
    ASSIGN_OR_RETURN(list.functions, WithVersions(call, std::move(list.functions)));
  }
  const auto write = [](std::string& out, const FunctionInfo& function) {
    WriteFunction(out, function, Listing::kLine);
  };
  return aws::ListJson(page, "Functions", list.functions, list.next, write, kNextMarker);
}

Result<std::string> DeleteFunction(const LambdaCall& call) {
  ASSIGN_OR_RETURN(const FunctionName name, call.Function());
  RETURN_IF_ERROR(call.functions().Delete(name));
  return std::string();
}

}  // namespace pawl::lambda
