#include "server/aws/test_state_json.h"

#include <cmath>
#include <optional>
#include <utility>

#include "engine/asl/tested_state.h"
#include "engine/json/parse.h"
#include "engine/json/write.h"
#include "server/aws/definition_json.h"
#include "server/aws/json_fields.h"

namespace pawl::aws {
namespace {

using interpreter::Inspection;
using interpreter::MockValidation;
using interpreter::StateMock;

// The API's integers are of 32 bits.
constexpr std::int64_t kIntegerMax = 2'147'483'647;

Status WrongType(std::string_view name, std::string_view expected, json::Value value) {
  return InvalidArgument("'" + std::string(name) + "' must be " + std::string(expected) +
                             ", found " + std::string(json::TypeName(value.type())),
                         std::string(name));
}

// AWS's words for a value beside an enumeration.
Status WrongWord(std::string_view name, std::string_view value, std::string_view words) {
  return InvalidArgument("1 validation error detected: Value '" + std::string(value) + "' at '" +
                             std::string(name) +
                             "' failed to satisfy constraint: Member must satisfy enum value set: "
                             "[" +
                             std::string(words) + "]",
                         std::string(name));
}

// The members of one object; null is as good as none.
class Members {
 public:
  explicit Members(json::Value object) : object_(object) {}

  Result<std::optional<json::Value>> Get(std::string_view name,
                                         json::Type type,
                                         std::string_view expected) const {
    const json::Value* value = object_.Find(name);
    if (value == nullptr || value->is_null()) return std::optional<json::Value>();
    if (value->type() != type) return WrongType(name, expected, *value);
    return std::optional(*value);
  }

  Result<std::optional<std::string>> Text(std::string_view name) const {
    ASSIGN_OR_RETURN(const auto value, Get(name, json::Type::kString, "a string"));
    if (!value) return std::optional<std::string>();
    return std::optional(std::string(value->string()));
  }

  Result<std::optional<Bytes>> Payload(std::string_view name) const {
    ASSIGN_OR_RETURN(auto text, Text(name));
    if (!text) return std::optional<Bytes>();
    return std::optional(Bytes(*std::move(text)));
  }

  Result<std::optional<std::uint32_t>> Count(std::string_view name) const {
    ASSIGN_OR_RETURN(const auto value, Get(name, json::Type::kNumber, "an integer"));
    if (!value) return std::optional<std::uint32_t>();
    const auto number = value->AsInt64();
    if (!number || *number < 0 || *number > kIntegerMax) {
      return InvalidArgument("'" + std::string(name) + "' must be an integer from 0 to " +
                                 std::to_string(kIntegerMax) + ", found " +
                                 std::string(value->number_text()),
                             std::string(name));
    }
    return std::optional(static_cast<std::uint32_t>(*number));
  }

  // False where there is none.
  Result<bool> Boolean(std::string_view name) const {
    ASSIGN_OR_RETURN(const auto value, Get(name, json::Type::kBoolean, "a boolean"));
    return value && value->boolean();
  }

  Result<std::optional<json::Value>> Object(std::string_view name) const {
    return Get(name, json::Type::kObject, "an object");
  }

 private:
  json::Value object_;
};

Result<MockValidation> ReadValidation(const Members& mock) {
  ASSIGN_OR_RETURN(const auto mode, mock.Text("fieldValidationMode"));
  if (!mode || *mode == "STRICT") return MockValidation::kStrict;
  if (*mode == "PRESENT") return MockValidation::kPresent;
  if (*mode == "NONE") return MockValidation::kNone;
  return WrongWord("mock.fieldValidationMode", *mode, "PRESENT, STRICT, NONE");
}

Result<std::optional<StateMock>> ReadMock(const Members& input) {
  ASSIGN_OR_RETURN(const auto object, input.Object("mock"));
  if (!object) return std::optional<StateMock>();
  const Members members(*object);
  StateMock mock;
  ASSIGN_OR_RETURN(mock.result, members.Payload("result"));
  ASSIGN_OR_RETURN(mock.validation, ReadValidation(members));
  ASSIGN_OR_RETURN(const auto error_output, members.Object("errorOutput"));
  if (error_output) {
    const Members error_members(*error_output);
    ASSIGN_OR_RETURN(auto error, error_members.Text("error"));
    ASSIGN_OR_RETURN(auto cause, error_members.Text("cause"));
    mock.error_output = {.error = std::move(error).value_or(""),
                         .cause = std::move(cause).value_or("")};
  }
  return std::optional(std::move(mock));
}

Status ReadConfiguration(const Members& input, interpreter::StateTest& test) {
  ASSIGN_OR_RETURN(const auto object, input.Object("stateConfiguration"));
  if (!object) return OkStatus();
  const Members members(*object);
  ASSIGN_OR_RETURN(test.retrier_retry_count, members.Count("retrierRetryCount"));
  ASSIGN_OR_RETURN(test.error_caused_by_state, members.Text("errorCausedByState"));
  ASSIGN_OR_RETURN(test.map_iteration_failure_count, members.Count("mapIterationFailureCount"));
  ASSIGN_OR_RETURN(test.map_item_reader_data, members.Payload("mapItemReaderData"));
  return OkStatus();
}

Status ReadLevel(const Members& input, TestStateCall& call) {
  ASSIGN_OR_RETURN(const auto level, input.Text("inspectionLevel"));
  if (!level || *level == "INFO") return OkStatus();
  if (*level != "DEBUG" && *level != "TRACE") {
    return WrongWord("inspectionLevel", *level, "TRACE, DEBUG, INFO");
  }
  call.shows_inspection = true;
  if (*level == "DEBUG") return OkStatus();
  ASSIGN_OR_RETURN(const bool reveals_secrets, input.Boolean("revealSecrets"));
  call.request.shown_exchange =
      reveals_secrets ? ShownExchange::kWhole : ShownExchange::kWithoutSecrets;
  return OkStatus();
}

void WritePayloadText(JsonFields& fields,
                      std::string_view name,
                      const std::optional<Bytes>& payload) {
  if (payload) fields.Text(name, payload->view());
}

void WriteErrorDetails(std::string& out, JsonFields& fields, const Inspection& inspection) {
  if (!inspection.retry_index && !inspection.catch_index) return;
  fields.Begin("errorDetails");
  JsonFields details(out);
  if (inspection.catch_index) details.Number("catchIndex", *inspection.catch_index);
  if (inspection.retry_index) details.Number("retryIndex", *inspection.retry_index);
  if (inspection.retry_backoff) {
    details.Number(
        "retryBackoffIntervalSeconds",
        std::chrono::duration_cast<std::chrono::seconds>(*inspection.retry_backoff).count());
  }
}

std::string VariablesText(const Inspection& inspection) {
  std::string text = "{";
  for (const auto& [name, value] : inspection.variables) {
    if (text.size() > 1) text += ',';
    json::WriteStringTo(text, name);
    text += ':';
    text += value.view();
  }
  return text + "}";
}

void WriteInspection(std::string& out, JsonFields& parent, const Inspection& inspection) {
  parent.Begin("inspectionData");
  JsonFields fields(out);
  WritePayloadText(fields, "input", inspection.input);
  WritePayloadText(fields, "afterArguments", inspection.after_arguments);
  WritePayloadText(fields, "afterInputPath", inspection.after_input_path);
  WritePayloadText(fields, "afterParameters", inspection.after_parameters);
  WritePayloadText(fields, "result", inspection.result);
  WritePayloadText(fields, "afterResultSelector", inspection.after_result_selector);
  WritePayloadText(fields, "afterResultPath", inspection.after_result_path);
  WritePayloadText(fields, "afterItemsPath", inspection.after_items_path);
  WritePayloadText(fields, "afterItemSelector", inspection.after_item_selector);
  fields.Number("toleratedFailureCount", inspection.tolerated_failure_count);
  if (inspection.tolerated_failure_percentage) {
    json::Arena arena;
    fields.Begin("toleratedFailurePercentage");
    json::WriteTo(out, json::Value::Number(*inspection.tolerated_failure_percentage, arena));
  }
  fields.Number("maxConcurrency", inspection.max_concurrency);
  if (inspection.http_request) fields.Raw("request", inspection.http_request->view());
  if (inspection.http_response) fields.Raw("response", inspection.http_response->view());
  if (!inspection.variables.empty()) fields.Text("variables", VariablesText(inspection));
  WriteErrorDetails(out, fields, inspection);
}

}  // namespace

Result<TestStateCall> ReadTestState(std::string_view json) {
  json::Arena arena;
  ASSIGN_OR_RETURN(const json::Value object, json::Parse(json, arena));
  if (!object.is_object()) return WrongType("the request", "an object", object);
  const Members input(object);
  TestStateCall call;
  interpreter::StateTest& test = call.request.test;
  ASSIGN_OR_RETURN(auto definition, input.Text("definition"));
  if (!definition || definition->empty()) {
    return InvalidArgument("'definition' must be a state or a state machine, found nothing",
                           "definition");
  }
  call.request.definition = *std::move(definition);
  ASSIGN_OR_RETURN(auto state_name, input.Text("stateName"));
  call.request.state_name = std::move(state_name).value_or("");
  ASSIGN_OR_RETURN(auto payload, input.Payload("input"));
  if (payload && payload->size() > 0) test.input = *std::move(payload);
  ASSIGN_OR_RETURN(test.variables, input.Payload("variables"));
  ASSIGN_OR_RETURN(test.context, input.Payload("context"));
  ASSIGN_OR_RETURN(test.role_arn, input.Text("roleArn"));
  ASSIGN_OR_RETURN(test.mock, ReadMock(input));
  RETURN_IF_ERROR(ReadConfiguration(input, test));
  RETURN_IF_ERROR(ReadLevel(input, call));
  return call;
}

void WriteTestState(std::string& out, const StateTestResult& result, bool shows_inspection) {
  JsonFields fields(out);
  WritePayloadText(fields, "output", result.output);
  fields.Text("error", result.error);
  fields.Text("cause", result.cause);
  if (shows_inspection) WriteInspection(out, fields, result.inspection);
  if (!result.next_state.empty()) fields.Text("nextState", result.next_state);
  fields.Text("status", interpreter::StateTestStatusName(result.status));
}

ApiError TestStateError(const TestStateRequest& request, const Status& status) {
  if (status.reason() != interpreter::kInvalidDefinition) {
    return {.code = "ValidationException", .message = status.message()};
  }
  const asl::TestedState tested = asl::CompileTestedState(request.definition, request.state_name);
  if (tested.machine != nullptr) return {.code = status.reason(), .message = status.message()};
  return {.code = status.reason(),
          .message = InvalidDefinitionMessage(tested.diagnostics, request.definition)};
}

}  // namespace pawl::aws
