// What TestState refuses before it runs anything. AWS's words where they are recorded.
#include <algorithm>
#include <array>
#include <string>
#include <string_view>

#include "engine/base/utf8.h"
#include "engine/interpreter/service_response.h"
#include "engine/interpreter/state_test.h"
#include "engine/json/parse.h"

namespace pawl::interpreter {
namespace {

bool IsTask(const asl::State& state) {
  return state.type == asl::StateType::kTask;
}

bool IsMap(const asl::State& state) {
  return state.type == asl::StateType::kMap;
}

bool HasStatesInside(const asl::State& state) {
  return IsMap(state) || state.type == asl::StateType::kParallel;
}

Status CheckMockChoice(const StateTest& test) {
  if (!test.mock) return OkStatus();
  if (test.mock->result.has_value() == test.mock->error_output.has_value()) {
    return InvalidArgument(
        "A test mock should have only one of the following fields: [result, errorOutput].", "mock");
  }
  return OkStatus();
}

// Members that say something about a mock.
Status CheckWithoutMock(const StateTest& test) {
  const auto refuse = [](std::string_view name, const char* field) {
    return InvalidArgument(
        "TestState does not support " + std::string(name) + " when a mock is not specified.",
        field);
  };
  if (test.map_iteration_failure_count) {
    return refuse("MapIterationFailureCount", "map_iteration_failure_count");
  }
  if (test.retrier_retry_count) {
    return refuse("RetrierRetryCount", "retrier_retry_count");
  }
  if (test.error_caused_by_state) {
    return refuse("ErrorCausedByState", "error_caused_by_state");
  }
  if (test.map_item_reader_data) {
    return refuse("MapItemReaderData", "map_item_reader_data");
  }
  if (test.context) return refuse("Context", "context");
  return OkStatus();
}

// Whether the state can run without a mock, or with one.
Status CheckState(const asl::State& state, const StateTest& test) {
  if (test.mock) {
    if (IsTask(state) || HasStatesInside(state)) return OkStatus();
    return InvalidArgument("State type '" + std::string(asl::StateTypeName(state.type)) +
                               "' is not supported when a mock is specified",
                           "mock");
  }
  if (HasStatesInside(state)) {
    return InvalidArgument(
               "TestState API does not support Map or Parallel states. Supported state "
               "types include: [Task, Wait, Pass, Succeed, Fail, Choice]",
               "definition")
        .WithReason(std::string(kInvalidDefinition));
  }
  const auto* task = std::get_if<asl::TaskState>(&state.details);
  if (task == nullptr) return OkStatus();
  const bool calls_function = task->is_runnable &&
                              task->pattern == asl::IntegrationPattern::kRequestResponse &&
                              task->integration != asl::TaskState::Integration::kActivity;
  if (calls_function) return OkStatus();
  return InvalidArgument("the resource '" + task->resource +
                             "' is not called by a test; specify a mock, which is its result",
                         "definition");
}

// --- The context object ---

struct ContextField {
  std::string_view object;
  std::string_view name;
  // kNull: of any type.
  json::Type type = json::Type::kString;
};

constexpr std::array<ContextField, 13> kContextFields = {{
    {"Execution", "Id"},
    {"Execution", "Input", json::Type::kNull},
    {"Execution", "Name"},
    {"Execution", "RoleArn"},
    {"Execution", "StartTime"},
    {"Execution", "RedriveCount", json::Type::kNumber},
    {"Execution", "RedriveTime"},
    {"State", "EnteredTime"},
    {"State", "Name"},
    {"State", "RetryCount", json::Type::kNumber},
    {"StateMachine", "Id"},
    {"StateMachine", "Name"},
    {"Task", "Token"},
}};

Status InvalidContext(const std::string& what) {
  return InvalidArgument("Invalid Context object provided: " + what, "context");
}

Status NotAllowed(std::string_view name) {
  return InvalidContext("Field '" + std::string(name) + "' is not allowed");
}

Status CheckContextMember(const json::Member& object) {
  if (object.name == "Map") {
    return InvalidContext("'Map' field is not supported when mocking a Context object");
  }
  const bool is_known =
      std::any_of(kContextFields.begin(), kContextFields.end(), [&](const ContextField& field) {
        return field.object == object.name;
      });
  if (!is_known) return NotAllowed(object.name);
  if (!object.value.is_object()) {
    return InvalidContext(std::string(object.name) + " must be an object");
  }
  for (const json::Member& member : object.value.members()) {
    const auto* field =
        std::find_if(kContextFields.begin(), kContextFields.end(), [&](const ContextField& known) {
          return known.object == object.name && known.name == member.name;
        });
    if (field == kContextFields.end()) return NotAllowed(member.name);
    if (field->type != json::Type::kNull && field->type != member.value.type()) {
      return InvalidContext(std::string(object.name) + "." + std::string(member.name) +
                            " must be a " + std::string(json::TypeName(field->type)));
    }
  }
  return OkStatus();
}

Status CheckContext(const Bytes& text) {
  json::Arena arena;
  const auto context = json::Parse(text.view(), arena);
  if (!context.ok()) return InvalidContext("it is not JSON: " + context.status().message());
  if (!context->is_object()) {
    return InvalidContext("it must be an object, found " +
                          std::string(json::TypeName(context->type())));
  }
  for (const json::Member& member : context->members())
    RETURN_IF_ERROR(CheckContextMember(member));
  return OkStatus();
}

// --- Input and variables ---

Status CheckPayloads(const StateTest& test) {
  const Status input = json::Check(test.input.view());
  if (!input.ok()) return InvalidArgument("the input is not JSON: " + input.message(), "input");
  if (test.role_arn && !IsUtf8(*test.role_arn)) {
    return InvalidArgument("the role's ARN is not UTF-8", "role_arn");
  }
  if (!test.variables) return OkStatus();
  json::Arena arena;
  const auto variables = json::Parse(test.variables->view(), arena);
  if (!variables.ok()) {
    return InvalidArgument("the variables are not JSON: " + variables.status().message(),
                           "variables");
  }
  if (!variables->is_object()) {
    return InvalidArgument("the variables must be an object of names and values, found " +
                               std::string(json::TypeName(variables->type())),
                           "variables");
  }
  return OkStatus();
}

// --- The mock ---

Status CheckMapMock(const asl::State& state, const StateTest& test, json::Value result) {
  if (std::get<asl::MapState>(state.details).has_result_writer()) {
    if (result.is_object()) return OkStatus();
    return InvalidArgument("Mocked result must be a JSON object.", "mock.result");
  }
  if (!result.is_array()) return InvalidArgument("Mocked result must be an array.", "mock.result");
  if (test.map_iteration_failure_count.value_or(0) > result.items().size()) {
    return InvalidArgument(
        "Map iteration failure count must be less than or equal to the number of Map iterations",
        "map_iteration_failure_count");
  }
  return OkStatus();
}

Status CheckParallelMock(const asl::State& state, json::Value result) {
  if (!result.is_array()) return InvalidArgument("Mocked result must be an array.", "mock.result");
  if (result.items().size() != std::get<asl::ParallelState>(state.details).branches.size()) {
    return InvalidArgument(
        "Mocked result must contain the same number of items as number of Parallel branches.",
        "mock.result");
  }
  return OkStatus();
}

Status CheckMockError(const StateTest& test) {
  if (!test.mock || !test.mock->error_output) return OkStatus();
  const MockError& error = *test.mock->error_output;
  if (!IsUtf8(error.error)) {
    return InvalidArgument("Mocked error is not UTF-8.", "mock.error_output.error");
  }
  if (!IsUtf8(error.cause)) {
    return InvalidArgument("Mocked cause is not UTF-8.", "mock.error_output.cause");
  }
  return OkStatus();
}

Status CheckMockResult(const asl::State& state, const StateTest& test) {
  if (!test.mock || !test.mock->result) return OkStatus();
  json::Arena arena;
  const auto result = json::Parse(test.mock->result->view(), arena);
  if (!result.ok()) {
    return InvalidArgument("Mocked result is not JSON: " + result.status().message(),
                           "mock.result");
  }
  if (IsMap(state)) return CheckMapMock(state, test, *result);
  if (!IsTask(state)) return CheckParallelMock(state, *result);
  if (test.mock->validation == MockValidation::kNone) return OkStatus();
  return CheckServiceResponse(std::get<asl::TaskState>(state.details).resource,
                              *result,
                              test.mock->validation == MockValidation::kStrict);
}

// --- What goes with a mock ---

bool IsInside(const asl::StateMachine& machine, const asl::State& inner, StateIndex outer) {
  for (StateIndex at = inner.parent; at != asl::kNoState; at = machine.states[at].parent) {
    if (at == outer) return true;
  }
  return false;
}

Status CheckErrorOrigin(const asl::StateMachine& machine, StateIndex state, const StateTest& test) {
  if (!test.error_caused_by_state) return OkStatus();
  const bool is_inside =
      std::any_of(machine.states.begin(), machine.states.end(), [&](const asl::State& inner) {
        return inner.name == *test.error_caused_by_state && IsInside(machine, inner, state);
      });
  if (is_inside) return OkStatus();
  return InvalidArgument("no state '" + *test.error_caused_by_state +
                             "' is inside the tested state; name one of the states of its "
                             "branches or its item processor",
                         "error_caused_by_state");
}

Status CheckMapOptions(const asl::State& state, const StateTest& test) {
  if (test.map_iteration_failure_count && !IsMap(state)) {
    return InvalidArgument("mapIterationFailureCount is for a Map, found a state of type " +
                               std::string(asl::StateTypeName(state.type)),
                           "map_iteration_failure_count");
  }
  if (!test.map_item_reader_data) return OkStatus();
  constexpr const char* kField = "map_item_reader_data";
  if (!IsMap(state) || !std::get<asl::MapState>(state.details).has_item_reader()) {
    return InvalidArgument("mapItemReaderData is for a Map with an ItemReader", kField);
  }
  json::Arena arena;
  const auto data = json::Parse(test.map_item_reader_data->view(), arena);
  if (data.ok() && data->is_array()) return OkStatus();
  return InvalidArgument("mapItemReaderData must be a JSON array, found " +
                             (data.ok() ? std::string(json::TypeName(data->type()))
                                        : "no JSON: " + data.status().message()),
                         kField);
}

}  // namespace

Status CheckStateTest(const asl::StateMachine& machine, StateIndex index, const StateTest& test) {
  const asl::State& state = machine.states[index];
  RETURN_IF_ERROR(CheckMockChoice(test));
  if (!test.mock) RETURN_IF_ERROR(CheckWithoutMock(test));
  RETURN_IF_ERROR(CheckState(state, test));
  RETURN_IF_ERROR(CheckPayloads(test));
  if (test.context) RETURN_IF_ERROR(CheckContext(*test.context));
  RETURN_IF_ERROR(CheckErrorOrigin(machine, index, test));
  RETURN_IF_ERROR(CheckMapOptions(state, test));
  RETURN_IF_ERROR(CheckMockError(test));
  return CheckMockResult(state, test);
}

}  // namespace pawl::interpreter
