// Versions of the AWS Lambda API.
#include <optional>
#include <string>
#include <utility>

#include "engine/expression/digest.h"
#include "server/lambda/function_configuration.h"
#include "server/lambda/lambda_error.h"
#include "server/lambda/operation_functions.h"
#include "server/lambda/page.h"

namespace pawl::lambda {
namespace {

// The raw hash that CodeSha256 stands for; nullopt if there is none.
Result<std::optional<std::string>> CodeHashIn(const LambdaCall& call) {
  const auto text = call.input.Text("CodeSha256");
  if (!text || text->empty()) return std::optional<std::string>();
  auto hash = expression::DecodeBase64(*text);
  if (hash) return hash;
  return InvalidValue("CodeSha256: '" + *text + "' is no SHA-256 in base64");
}

}  // namespace

Result<std::string> PublishVersion(const LambdaCall& call) {
  PublishFunctionRequest request;
  ASSIGN_OR_RETURN(request.name, call.PlainFunction());
  ASSIGN_OR_RETURN(request.code_sha256, CodeHashIn(call));
  request.description = call.input.Text("Description").value_or("");
  request.revision_id = call.input.Text("RevisionId");
  ASSIGN_OR_RETURN(const FunctionInfo version, call.functions().Publish(request));
  std::string out;
  WriteFunction(out, version, Listing::kWhole);
  return out;
}

Result<std::string> ListVersionsByFunction(const LambdaCall& call) {
  ASSIGN_OR_RETURN(const FunctionName name, call.PlainFunction());
  ASSIGN_OR_RETURN(const aws::Page page, PageOf(call, name.name));
  ASSIGN_OR_RETURN(const FunctionList list,
                   call.functions().ListVersions(name, page.size(), page.after()));
  const auto write = [](std::string& out, const FunctionInfo& version) {
    WriteFunction(out, version, Listing::kLine);
  };
  return aws::ListJson(page, "Versions", list.functions, list.next, write, kNextMarker);
}

}  // namespace pawl::lambda
