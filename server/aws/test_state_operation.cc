// TestState of the AWS Step Functions API.
#include <memory>
#include <utility>

#include "server/aws/api_error.h"
#include "server/aws/operation_functions.h"
#include "server/aws/test_state_json.h"

namespace pawl::aws {

void TestState(const ApiCall& call, const ApiReply& reply) {
  Result<TestStateCall> read = ReadTestState(call.body);
  if (!read.ok()) return reply.Send(Invalid(read.status().message()));
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
