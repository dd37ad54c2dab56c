// Any bytes as the body of a request of the AWS API: checked against the shapes of several
// operations, its ARNs taken apart, its texts judged. And as a request of AWS Lambda's: a target, a
// line feed, a body. What is refused has a name and a text that JSON can hold; what is kept is
// JSON.
#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "engine/base/check.h"
#include "engine/json/arena.h"
#include "engine/json/parse.h"
#include "engine/json/write.h"
#include "server/aws/api_error.h"
#include "server/aws/api_input.h"
#include "server/aws/api_shape.h"
#include "server/aws/arn.h"
#include "server/aws/execution_input.h"
#include "server/aws/machine_configuration.h"
#include "server/aws/request_shapes.h"
#include "server/aws/resource_name.h"
#include "server/aws/variable_references.h"
#include "server/lambda/function_reference.h"
#include "server/lambda/lambda_error.h"
#include "server/lambda/lambda_input.h"
#include "server/lambda/request_shapes.h"
#include "server/lambda/unsupported_operations.h"

namespace {

namespace shapes = pawl::aws::shapes;
using pawl::Status;

constexpr std::int64_t kPayloadMax = 64;

void CheckRefusal(const Status& status) {
  if (status.ok()) return;
  const pawl::aws::ApiError error = pawl::aws::ToApiError(status);
  PAWL_CHECK(!error.code.empty() && !error.message.empty());
  PAWL_CHECK(pawl::json::Check(pawl::aws::ErrorJson(error)).ok());
}

void CheckShapes(pawl::json::Value input) {
  const std::array<std::span<const pawl::aws::MemberShape>, 6> requests = {
      shapes::kCreateStateMachine,
      shapes::kCreateStateMachineAlias,
      shapes::kListExecutions,
      shapes::kTestState,
      shapes::kUpdateMapRun,
      shapes::kTagResource};
  for (const auto& members : requests)
    CheckRefusal(pawl::aws::CheckInput(input, members, kPayloadMax));
}

void CheckText(const std::string& text) {
  const pawl::ArnScheme arns;
  CheckRefusal(pawl::aws::ParseMachineArn(arns, text).status());
  CheckRefusal(pawl::aws::ParsePlainMachineArn(arns, text).status());
  CheckRefusal(pawl::aws::ParseExecutionArn(arns, {}, text).status());
  CheckRefusal(pawl::aws::ParseActivityArn(arns, text).status());
  CheckRefusal(pawl::aws::ParseResourceArn(arns, {}, text).status());
  CheckRefusal(pawl::aws::CheckMapRunArn(arns, text));
  CheckRefusal(pawl::aws::CheckResourceName(text));
  CheckRefusal(pawl::aws::CheckExecutionInput(text));
  pawl::aws::VariableReferences(text);
}

void CheckConfiguration(pawl::json::Value input) {
  const auto kept = pawl::aws::ConfigurationOf(pawl::aws::ApiInput(input), "");
  CheckRefusal(kept.status());
  if (!kept.ok() || !kept->has_value()) return;
  std::string out;
  {
    pawl::aws::JsonFields fields(out);
    pawl::aws::WriteConfiguration(out, fields, **kept);
  }
  PAWL_CHECK(pawl::json::Check(**kept).ok());
  PAWL_CHECK(pawl::json::Check(out).ok());
}

void CheckLambdaRefusal(const Status& status) {
  if (status.ok()) return;
  const auto error = pawl::lambda::ToLambdaError(status);
  PAWL_CHECK(!error.code.empty() && error.http_status >= 400);
  PAWL_CHECK(pawl::json::Check(pawl::lambda::ErrorResponse(error).body).ok());
}

constexpr std::array kLambdaOperations = {
    pawl::lambda::Operation{.name = "CreateFunction",
                            .method = "POST",
                            .path = "/2015-03-31/functions",
                            .members_in = pawl::lambda::MembersIn::kBody,
                            .input = pawl::lambda::shapes::kCreateFunction},
    pawl::lambda::Operation{.name = "ListAliases",
                            .method = "GET",
                            .path = "/2015-03-31/functions/{FunctionName}/aliases",
                            .members_in = pawl::lambda::MembersIn::kQuery,
                            .input = pawl::lambda::shapes::kListAliases},
    pawl::lambda::Operation{.name = "UntagResource",
                            .method = "DELETE",
                            .path = "/2017-03-31/tags/{Resource}",
                            .members_in = pawl::lambda::MembersIn::kQuery,
                            .input = pawl::lambda::shapes::kUntagResource},
    pawl::lambda::Operation{.name = "Invoke",
                            .method = "POST",
                            .path = "/2015-03-31/functions/{FunctionName}/invocations",
                            .members_in = pawl::lambda::MembersIn::kQueryAndHeaders,
                            .input = pawl::lambda::shapes::kInvoke}};

void CheckLambda(std::string_view text) {
  const std::string_view line = text.substr(0, text.find('\n'));
  const std::string_view body = text.substr(std::min(text.size(), line.size() + 1));
  const pawl::lambda::Target target = pawl::lambda::ParseTarget(line);
  const pawl::http::HttpRequest request{
      .headers = {{.name = "x-amz-client-context", .value = std::string(body)}},
      .body = std::string(body)};
  pawl::lambda::UnsupportedOperationName("GET", target);
  CheckLambdaRefusal(pawl::lambda::ResolveFunction({}, {}, line, "").status());
  for (const pawl::lambda::Operation& operation : kLambdaOperations) {
    const auto path = pawl::lambda::MatchPath(operation.path, target);
    const pawl::lambda::FoundOperation found{
        .operation = operation, .path = path.value_or(std::vector<pawl::lambda::PathParameter>())};
    pawl::json::Arena arena;
    const auto input = pawl::lambda::InputOf(request, found, target, arena);
    CheckLambdaRefusal(input.status());
    if (!input.ok()) continue;
    PAWL_CHECK(pawl::json::Check(pawl::json::Write(*input)).ok());
    CheckLambdaRefusal(pawl::aws::CheckInput(*input, operation.input, kPayloadMax));
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  pawl::aws::VariableReferences(text);
  CheckLambda(text);
  pawl::json::Arena arena;
  const auto input = pawl::json::Parse(text, arena);
  if (!input.ok() || !input->is_object()) return 0;
  CheckShapes(*input);
  for (const pawl::json::Member& member : input->members()) {
    if (member.value.is_string()) CheckText(std::string(member.value.string()));
  }
  CheckConfiguration(*input);
  return 0;
}
