#include "server/lambda/operations.h"

#include <array>
#include <utility>

#include "server/lambda/lambda_call.h"
#include "server/lambda/operation_functions.h"
#include "server/lambda/request_shapes.h"

namespace pawl::lambda {
namespace {

constexpr std::string_view kFunctions = "/2015-03-31/functions";
constexpr std::string_view kFunction = "/2015-03-31/functions/{FunctionName}";
constexpr std::string_view kConfiguration = "/2015-03-31/functions/{FunctionName}/configuration";
constexpr std::string_view kVersions = "/2015-03-31/functions/{FunctionName}/versions";
constexpr std::string_view kAliases = "/2015-03-31/functions/{FunctionName}/aliases";
constexpr std::string_view kAlias = "/2015-03-31/functions/{FunctionName}/aliases/{Name}";
constexpr std::string_view kConcurrency = "/2017-10-31/functions/{FunctionName}/concurrency";
constexpr std::string_view kTags = "/2017-03-31/tags/{Resource}";

constexpr auto kBody = MembersIn::kBody;
constexpr auto kQuery = MembersIn::kQuery;
constexpr int kOk = 200;
constexpr int kCreated = 201;

constexpr std::array kOperations = {
    Operation{"CreateAlias", "POST", kAliases, kBody, shapes::kCreateAlias, kCreated, CreateAlias},
    Operation{"CreateFunction",
              "POST",
              kFunctions,
              kBody,
              shapes::kCreateFunction,
              kCreated,
              CreateFunction,
              nullptr,
              /*takes_code=*/true},
    Operation{"DeleteAlias", "DELETE", kAlias, kQuery, shapes::kAlias, kNoContent, DeleteAlias},
    Operation{"DeleteFunction",
              "DELETE",
              kFunction,
              kQuery,
              shapes::kQualifiedFunction,
              kNoContent,
              DeleteFunction},
    Operation{"DeleteFunctionConcurrency",
              "DELETE",
              kConcurrency,
              kQuery,
              shapes::kFunction,
              kNoContent,
              DeleteFunctionConcurrency},
    Operation{"GetAccountSettings",
              "GET",
              "/2016-08-19/account-settings",
              kQuery,
              {},
              kOk,
              GetAccountSettings},
    Operation{"GetAlias", "GET", kAlias, kQuery, shapes::kAlias, kOk, GetAlias},
    Operation{
        "GetFunction", "GET", kFunction, kQuery, shapes::kQualifiedFunction, kOk, GetFunction},
    Operation{"GetFunctionConcurrency",
              "GET",
              "/2019-09-30/functions/{FunctionName}/concurrency",
              kQuery,
              shapes::kFunction,
              kOk,
              GetFunctionConcurrency},
    Operation{"GetFunctionConfiguration",
              "GET",
              kConfiguration,
              kQuery,
              shapes::kQualifiedFunction,
              kOk,
              GetFunctionConfiguration},
    Operation{"Invoke",
              "POST",
              "/2015-03-31/functions/{FunctionName}/invocations",
              MembersIn::kQueryAndHeaders,
              shapes::kInvoke,
              kOk,
              nullptr,
              Invoke},
    Operation{"ListAliases", "GET", kAliases, kQuery, shapes::kListAliases, kOk, ListAliases},
    Operation{
        "ListFunctions", "GET", kFunctions, kQuery, shapes::kListFunctions, kOk, ListFunctions},
    Operation{"ListTags", "GET", kTags, kQuery, shapes::kListTags, kOk, ListTags},
    Operation{"ListVersionsByFunction",
              "GET",
              kVersions,
              kQuery,
              shapes::kListVersions,
              kOk,
              ListVersionsByFunction},
    Operation{"PublishVersion",
              "POST",
              kVersions,
              kBody,
              shapes::kPublishVersion,
              kCreated,
              PublishVersion},
    Operation{"PutFunctionConcurrency",
              "PUT",
              kConcurrency,
              kBody,
              shapes::kPutFunctionConcurrency,
              kOk,
              PutFunctionConcurrency},
    Operation{"TagResource", "POST", kTags, kBody, shapes::kTagResource, kNoContent, TagResource},
    Operation{"UntagResource",
              "DELETE",
              kTags,
              kQuery,
              shapes::kUntagResource,
              kNoContent,
              UntagResource},
    Operation{"UpdateAlias", "PUT", kAlias, kBody, shapes::kUpdateAlias, kOk, UpdateAlias},
    Operation{"UpdateFunctionCode",
              "PUT",
              "/2015-03-31/functions/{FunctionName}/code",
              kBody,
              shapes::kUpdateFunctionCode,
              kOk,
              UpdateFunctionCode,
              nullptr,
              /*takes_code=*/true},
    Operation{"UpdateFunctionConfiguration",
              "PUT",
              kConfiguration,
              kBody,
              shapes::kUpdateFunctionConfiguration,
              kOk,
              UpdateFunctionConfiguration}};

}  // namespace

std::span<const Operation> AllOperations() {
  return kOperations;
}

std::optional<FoundOperation> FindOperation(std::string_view method, const Target& target) {
  for (const Operation& operation : kOperations) {
    if (operation.method != method) continue;
    auto path = MatchPath(operation.path, target);
    if (path) return FoundOperation{.operation = operation, .path = *std::move(path)};
  }
  return std::nullopt;
}

}  // namespace pawl::lambda
