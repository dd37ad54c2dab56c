// TestState of AWS Step Functions: its request and its answer.
#pragma once

#include <string>
#include <string_view>

#include "engine/base/status.h"
#include "engine/runtime/engine.h"
#include "server/aws/api_error.h"

namespace pawl::aws {

struct TestStateCall {
  TestStateRequest request = {};
  // inspectionLevel DEBUG or TRACE: the answer has inspectionData. With TRACE `request` asks for
  // the exchange of an HTTP task, with revealSecrets for all of it.
  bool shows_inspection = false;
};

// Reads AWS's TestStateInput, a JSON object. InvalidArgument, for AWS's error ValidationException:
// a member of the wrong type or out of its bounds. Members that are not known are passed over.
Result<TestStateCall> ReadTestState(std::string_view json);

// Appends AWS's TestStateOutput as one JSON object.
void WriteTestState(std::string& out, const StateTestResult& result, bool shows_inspection);

// How AWS words the error by which Engine::TestState refused `request`.
ApiError TestStateError(const TestStateRequest& request, const Status& status);

}  // namespace pawl::aws
