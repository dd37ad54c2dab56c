// TestState of the AWS Step Functions API.
#include <memory>
#include <utility>

#include "server/aws/api_error.h"
#include "server/aws/arn.h"
#include "server/aws/execution_input.h"
#include "server/aws/operation_functions.h"
#include "server/aws/test_state_json.h"

namespace pawl::aws {
namespace {

// What has an error of its own here; the test itself knows only what is valid.
Status CheckTexts(const ApiInput& input) {
  if (const auto role = input.Text("roleArn")) RETURN_IF_ERROR(CheckRoleArn(*role));
  const std::string text = input.Text("input").value_or("");
  return text.empty() ? OkStatus() : CheckExecutionInput(text);
}

}  // namespace

void TestState(const ApiCall& call, const ApiReply& reply) {
  Result<TestStateCall> read = ReadTestState(call.body);
  if (!read.ok()) return reply.Send(Invalid(read.status().message()));
  const Status checked = CheckTexts(call.input);
  if (!checked.ok()) return reply.Send(checked);
  read->request.namespace_id = call.caller.namespace_id;
  // Its error is worded by what was asked.
  const auto asked = std::make_shared<const TestStateCall>(*std::move(read));
  call.engine().TestState(asked->request, [reply, asked](const Result<StateTestResult>& result) {
    if (!result.ok()) {
      ApiError error = TestStateError(asked->request, result.status());
      return reply.Send(Refusal(std::move(error.code), std::move(error.message)));
    }
    std::string out;
    WriteTestState(out, *result, asked->shows_inspection);
    reply.Send(std::move(out));
  });
}

}  // namespace pawl::aws
