// One state run alone, with nothing stored: the operation TestState of the Step Functions API. It
// runs by the code that runs executions, with a recorder of the steps between input and output.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <variant>

#include "engine/asl/state_machine.h"
#include "engine/base/bytes.h"
#include "engine/base/status.h"
#include "engine/base/time.h"
#include "engine/interpreter/task_call.h"
#include "engine/interpreter/turn.h"

namespace pawl::interpreter {

// How far a mocked result is compared with the response that the mocked service gives
// (MockResponseValidationMode of the API model).
enum class MockValidation : std::uint8_t {
  kStrict,   // what a response always has is there, and what is there has its form
  kPresent,  // what is there has its form
  kNone,
};

struct MockError {
  std::string error = {};
  std::string cause = {};
};

// What stands for the work of a Task, Map or Parallel state: exactly one of result and error.
struct StateMock {
  // JSON text.
  std::optional<Bytes> result = {};
  std::optional<MockError> error_output = {};
  MockValidation validation = MockValidation::kStrict;
};

// One test. Texts in Bytes are JSON, others UTF-8; the members follow TestStateInput of the API
// model.
struct StateTest {
  Bytes input = Bytes("{}");
  // An object: the workflow's variables and their values.
  std::optional<Bytes> variables = {};
  // The whole context object; without one it is made up. Only with a mock.
  std::optional<Bytes> context = {};
  // $$.Execution.RoleArn of the context object that is made up; null without one.
  std::optional<std::string> role_arn = {};
  std::optional<StateMock> mock = {};

  // --- TestStateConfiguration: only with a mock ---
  // How often each retrier has matched before.
  std::optional<std::uint32_t> retrier_retry_count = {};
  // The state inside the Map or Parallel that the mocked error comes from.
  std::optional<std::string> error_caused_by_state = {};
  // How many iterations of the Map failed.
  std::optional<std::uint32_t> map_iteration_failure_count = {};
  // What the Map's ItemReader reads: a JSON array.
  std::optional<Bytes> map_item_reader_data = {};
};

// The steps between a state's input and its output, as far as the state took them, each as JSON
// text (InspectionData of the API model). A step larger than Limits::payload_bytes_max is left out.
struct Inspection {
  Bytes input = {};
  // JSONata.
  std::optional<Bytes> after_arguments = {};
  // JSONPath.
  std::optional<Bytes> after_input_path = {};
  std::optional<Bytes> after_parameters = {};
  std::optional<Bytes> result = {};
  std::optional<Bytes> after_result_selector = {};
  std::optional<Bytes> after_result_path = {};
  // Of a Map.
  std::optional<Bytes> after_items_path = {};
  // The inputs of all iterations.
  std::optional<Bytes> after_item_selector = {};
  std::optional<std::int64_t> max_concurrency = {};
  std::optional<std::int64_t> tolerated_failure_count = {};
  std::optional<double> tolerated_failure_percentage = {};
  // The places of the rules that matched the error in Retry and Catch.
  std::optional<std::uint32_t> retry_index = {};
  std::optional<std::uint32_t> catch_index = {};
  // Until the next attempt.
  std::optional<Duration> retry_backoff = {};
  // Of a Task that called an HTTP endpoint, where it was asked for: objects, the members
  // InspectionDataRequest and InspectionDataResponse of the API model.
  std::optional<Bytes> http_request = {};
  std::optional<Bytes> http_response = {};
  // Those given and those the state assigned.
  std::map<std::string, Bytes> variables = {};
};

// TestExecutionStatus of the API model.
enum class StateTestStatus : std::uint8_t { kSucceeded, kFailed, kRetriable, kCaughtError };

// "SUCCEEDED" and so on, as AWS spells them.
std::string_view StateTestStatusName(StateTestStatus status);

struct StateTestResult {
  StateTestStatus status = StateTestStatus::kSucceeded;
  // Of kSucceeded and kCaughtError.
  std::optional<Bytes> output = {};
  // Of all but kSucceeded.
  std::optional<std::string> error = {};
  std::optional<std::string> cause = {};
  // The state that follows; empty if none does.
  std::string next_state = {};
  Inspection inspection = {};
};

// The reason of a Status about the definition; AWS's name of the error. All others are of AWS's
// error ValidationException.
inline constexpr std::string_view kInvalidDefinition = "InvalidDefinition";

// Whether the test is one that RunStateTest can run on the state: InvalidArgument otherwise, in
// AWS's words where they are recorded. `field` names the member of StateTest at fault.
Status CheckStateTest(const asl::StateMachine& machine, StateIndex state, const StateTest& test);

// The end of the function that a test has called: its result, or its error and cause.
struct CalledFunction {
  std::optional<Bytes> output = {};
  std::string error = {};
  std::string cause = {};
  // See TaskEnded.
  std::string log_tail = {};
};

// Runs the state once: no retry is made and no time passes, so a Wait ends at once. Gives a
// TaskCall instead where the state is a Task without a mock: call that function and run the test
// again, with equal arguments and what came of it as `called`. Pure, like Advance, and like Advance
// it never fails on user data. Requires that CheckStateTest found nothing.
std::variant<StateTestResult, TaskCall> RunStateTest(
    const asl::StateMachine& machine,
    StateIndex state,
    const StateTest& test,
    const Environment& environment,
    Timestamp now,
    std::uint64_t seed,
    const std::optional<CalledFunction>& called = std::nullopt);

}  // namespace pawl::interpreter
