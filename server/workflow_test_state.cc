// TestState of pawl.v1.WorkflowService.
#include <fmt/format.h>

#include <utility>

#include "server/caller.h"
#include "server/wire.h"
#include "server/workflow_service.h"

namespace pawl::server {
namespace {

using interpreter::Inspection;
using interpreter::MockError;
using interpreter::MockValidation;
using interpreter::StateMock;
using interpreter::StateTest;
using interpreter::StateTestStatus;

Result<MockValidation> ValidationFromWire(v1::MockValidation validation) {
  switch (validation) {
    case v1::MOCK_VALIDATION_UNSPECIFIED:
    case v1::MOCK_VALIDATION_STRICT:
      return MockValidation::kStrict;
    case v1::MOCK_VALIDATION_PRESENT:
      return MockValidation::kPresent;
    case v1::MOCK_VALIDATION_NONE:
      return MockValidation::kNone;
    default:
      return InvalidArgument(
          fmt::format("mock.validation: {} is no MockValidation", static_cast<int>(validation)),
          "mock.validation");
  }
}

Result<StateMock> MockFromWire(const v1::StateMock& wire) {
  StateMock mock;
  ASSIGN_OR_RETURN(mock.validation, ValidationFromWire(wire.validation()));
  if (wire.has_result()) mock.result = Bytes(wire.result());
  if (wire.has_error_output()) {
    mock.error_output =
        MockError{.error = wire.error_output().error(), .cause = wire.error_output().cause()};
  }
  return mock;
}

Result<TestStateRequest> TestFromWire(NamespaceId namespace_id, const v1::TestStateRequest& wire) {
  if (wire.definition().empty()) {
    return InvalidArgument("definition: is required and was empty", "definition");
  }
  TestStateRequest request{.namespace_id = namespace_id,
                           .definition = wire.definition(),
                           .state_name = wire.state_name()};
  StateTest& test = request.test;
  if (!wire.input().empty()) test.input = Bytes(wire.input());
  if (wire.has_variables()) test.variables = Bytes(wire.variables());
  if (wire.has_context()) test.context = Bytes(wire.context());
  if (wire.has_role_arn()) test.role_arn = wire.role_arn();
  if (wire.has_mock()) {
    ASSIGN_OR_RETURN(test.mock, MockFromWire(wire.mock()));
  }
  if (wire.has_retrier_retry_count()) test.retrier_retry_count = wire.retrier_retry_count();
  if (wire.has_error_caused_by_state()) test.error_caused_by_state = wire.error_caused_by_state();
  if (wire.has_map_iteration_failure_count()) {
    test.map_iteration_failure_count = wire.map_iteration_failure_count();
  }
  if (wire.has_map_item_reader_data()) {
    test.map_item_reader_data = Bytes(wire.map_item_reader_data());
  }
  return request;
}

v1::StateTestStatus TestStatusToWire(StateTestStatus status) {
  switch (status) {
    case StateTestStatus::kSucceeded:
      return v1::STATE_TEST_STATUS_SUCCEEDED;
    case StateTestStatus::kFailed:
      return v1::STATE_TEST_STATUS_FAILED;
    case StateTestStatus::kRetriable:
      return v1::STATE_TEST_STATUS_RETRIABLE;
    case StateTestStatus::kCaughtError:
      return v1::STATE_TEST_STATUS_CAUGHT_ERROR;
  }
  return v1::STATE_TEST_STATUS_UNSPECIFIED;
}

void AddNumbers(const Inspection& inspection, v1::StateInspection& wire) {
  if (inspection.max_concurrency) wire.set_max_concurrency(*inspection.max_concurrency);
  if (inspection.tolerated_failure_count) {
    wire.set_tolerated_failure_count(*inspection.tolerated_failure_count);
  }
  if (inspection.tolerated_failure_percentage) {
    wire.set_tolerated_failure_percentage(*inspection.tolerated_failure_percentage);
  }
  if (inspection.retry_index) wire.set_retry_index(*inspection.retry_index);
  if (inspection.catch_index) wire.set_catch_index(*inspection.catch_index);
  if (inspection.retry_backoff) {
    *wire.mutable_retry_backoff() = ToWire(*inspection.retry_backoff);
  }
}

void AddSteps(const Inspection& steps, v1::StateInspection& wire) {
  wire.set_input(steps.input.str());
  if (steps.after_arguments) wire.set_after_arguments(steps.after_arguments->str());
  if (steps.after_input_path) wire.set_after_input_path(steps.after_input_path->str());
  if (steps.after_parameters) wire.set_after_parameters(steps.after_parameters->str());
  if (steps.result) wire.set_result(steps.result->str());
  if (steps.after_result_selector) {
    wire.set_after_result_selector(steps.after_result_selector->str());
  }
  if (steps.after_result_path) wire.set_after_result_path(steps.after_result_path->str());
  if (steps.after_items_path) wire.set_after_items_path(steps.after_items_path->str());
  if (steps.after_item_selector) wire.set_after_item_selector(steps.after_item_selector->str());
}

v1::StateInspection InspectionToWire(const Inspection& inspection) {
  v1::StateInspection wire;
  AddSteps(inspection, wire);
  AddNumbers(inspection, wire);
  for (const auto& [name, value] : inspection.variables)
    (*wire.mutable_variables())[name] = value.str();
  return wire;
}

v1::TestStateResponse TestResultToWire(const StateTestResult& result) {
  v1::TestStateResponse wire;
  wire.set_status(TestStatusToWire(result.status));
  if (result.output) wire.set_output(result.output->str());
  if (result.error) wire.set_error(*result.error);
  if (result.cause) wire.set_cause(*result.cause);
  wire.set_next_state(result.next_state);
  *wire.mutable_inspection() = InspectionToWire(result.inspection);
  return wire;
}

}  // namespace

void WorkflowService::TestState(const grpc::ServerContextBase& context,
                                const v1::TestStateRequest& request,
                                rpc::Answer<v1::TestStateResponse> answer) {
  const auto translate = [&]() -> Result<TestStateRequest> {
    ASSIGN_OR_RETURN(const Caller caller, IdentifyCaller(context, request.namespace_()));
    return TestFromWire(caller.namespace_id, request);
  };
  Result<TestStateRequest> test = translate();
  if (!test.ok()) return answer.Fail(test.status());
  engine_.TestState(*std::move(test),
                    answer.From([](const StateTestResult& result, v1::TestStateResponse& response) {
                      response = TestResultToWire(result);
                    }));
}

}  // namespace pawl::server
