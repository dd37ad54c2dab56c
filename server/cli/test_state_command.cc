#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "engine/asl/tested_state.h"
#include "engine/platform/clock.h"
#include "server/cli/client_command.h"
#include "server/cli/command.h"
#include "server/cli/definition_file.h"
#include "server/cli/input_file.h"
#include "server/cli/json_object.h"
#include "server/cli/terminal_text.h"

namespace pawl::cli {
namespace {

// A function has five minutes.
constexpr std::chrono::seconds kTestTimeout(330);

struct TestStateOptions : ClientOptions {
  std::string definition;
  std::string state;
  std::string input = "{}";
  std::string variables;
  std::string context;
  std::string mock_result;
  std::string mock_error;
  std::string validation = "strict";
  std::optional<std::uint32_t> retries;
  std::optional<std::uint32_t> failed_iterations;
  std::string inspect = "info";

  bool shows_steps() const { return inspect != "info"; }
};

// A name and the text of a payload, in the order of the steps.
using Steps = std::vector<std::pair<std::string, std::string>>;

Steps StepsOf(const v1::StateInspection& wire) {
  Steps steps = {{"input", wire.input()}};
  const auto add = [&steps](bool is_there, const char* name, const std::string& text) {
    if (is_there) steps.emplace_back(name, text);
  };
  add(wire.has_after_arguments(), "after_arguments", wire.after_arguments());
  add(wire.has_after_input_path(), "after_input_path", wire.after_input_path());
  add(wire.has_after_parameters(), "after_parameters", wire.after_parameters());
  add(wire.has_after_items_path(), "after_items_path", wire.after_items_path());
  add(wire.has_after_item_selector(), "after_item_selector", wire.after_item_selector());
  add(wire.has_result(), "result", wire.result());
  add(wire.has_after_result_selector(), "after_result_selector", wire.after_result_selector());
  add(wire.has_after_result_path(), "after_result_path", wire.after_result_path());
  const auto number = [&add](bool is_there, const char* name, const auto& value) {
    add(is_there, name, fmt::format("{}", value));
  };
  number(wire.has_max_concurrency(), "max_concurrency", wire.max_concurrency());
  number(wire.has_tolerated_failure_count(),
         "tolerated_failure_count",
         wire.tolerated_failure_count());
  number(wire.has_tolerated_failure_percentage(),
         "tolerated_failure_percentage",
         wire.tolerated_failure_percentage());
  number(wire.has_retry_index(), "retry_index", wire.retry_index());
  number(wire.has_retry_backoff(), "retry_backoff_seconds", wire.retry_backoff().seconds());
  number(wire.has_catch_index(), "catch_index", wire.catch_index());
  // A map of protocol buffers has no order.
  const std::map<std::string, std::string> variables(wire.variables().begin(),
                                                     wire.variables().end());
  for (const auto& [name, value] : variables)
    steps.emplace_back("$" + name, value);
  return steps;
}

// STATE_TEST_STATUS_X as AWS spells it.
std::string StateTestStatusText(v1::StateTestStatus status) {
  constexpr std::string_view kPrefix = "STATE_TEST_STATUS_";
  return v1::StateTestStatus_Name(status).substr(kPrefix.size());
}

void PrintTestJson(const v1::TestStateResponse& response, bool shows_steps) {
  JsonObject object;
  object.Text("status", StateTestStatusText(response.status()));
  if (response.has_output()) object.Json("output", response.output());
  if (response.has_error()) object.Text("error", response.error());
  if (response.has_cause()) object.Text("cause", response.cause());
  if (!response.next_state().empty()) object.Text("next_state", response.next_state());
  if (shows_steps) {
    JsonObject steps;
    for (const auto& [name, text] : StepsOf(response.inspection()))
      steps.Json(name, text);
    object.Json("inspection", steps.ToString());
  }
  PrintLine(object.ToString());
}

void PrintTestText(const v1::TestStateResponse& response, bool shows_steps) {
  std::string line = StateTestStatusText(response.status());
  if (!response.next_state().empty()) line += "  next: " + SafeText(response.next_state());
  PrintLine(line);
  if (response.has_error()) PrintLine("error   " + SafeText(response.error()));
  if (response.has_cause()) PrintLine("cause   " + SafeText(response.cause()));
  if (response.has_output()) PrintLine("output  " + SafeJson(response.output()));
  if (!shows_steps) return;
  const Steps steps = StepsOf(response.inspection());
  std::size_t width = 0;
  for (const auto& [name, text] : steps)
    width = std::max(width, name.size());
  for (const auto& [name, text] : steps)
    PrintLine(fmt::format("  {:{}}  {}", SafeText(name), width, SafeJson(text)));
}

Status AddMock(const TestStateOptions& options, v1::TestStateRequest& request) {
  if (!options.mock_result.empty()) {
    ASSIGN_OR_RETURN(const std::string result, ReadPayload(options.mock_result));
    request.mutable_mock()->set_result(result);
  }
  if (!options.mock_error.empty()) {
    const std::size_t colon = options.mock_error.find(':');
    auto& error = *request.mutable_mock()->mutable_error_output();
    error.set_error(options.mock_error.substr(0, colon));
    if (colon != std::string::npos) error.set_cause(options.mock_error.substr(colon + 1));
  }
  if (!request.has_mock()) return OkStatus();
  static const std::map<std::string, v1::MockValidation> validations = {
      {"strict", v1::MOCK_VALIDATION_STRICT},
      {"present", v1::MOCK_VALIDATION_PRESENT},
      {"none", v1::MOCK_VALIDATION_NONE}};
  request.mutable_mock()->set_validation(validations.at(options.validation));
  return OkStatus();
}

Result<v1::TestStateRequest> MakeRequest(const TestStateOptions& options,
                                         const std::string& definition) {
  v1::TestStateRequest request;
  request.set_definition(definition);
  request.set_state_name(options.state);
  ASSIGN_OR_RETURN(const std::string input, ReadPayload(options.input));
  request.set_input(input);
  if (!options.variables.empty()) {
    ASSIGN_OR_RETURN(const std::string variables, ReadPayload(options.variables));
    request.set_variables(variables);
  }
  if (!options.context.empty()) {
    ASSIGN_OR_RETURN(const std::string context, ReadPayload(options.context));
    request.set_context(context);
  }
  RETURN_IF_ERROR(AddMock(options, request));
  if (options.retries) {
    request.set_retrier_retry_count(*options.retries);
  }
  if (options.failed_iterations) {
    request.set_map_iteration_failure_count(*options.failed_iterations);
  }
  return request;
}

Result<v1::TestStateResponse> Call(Client& client, const v1::TestStateRequest& request) {
  grpc::ClientContext context;
  context.set_deadline(
      std::chrono::system_clock::time_point(client.clock().WallNow() + Duration(kTestTimeout)));
  v1::TestStateResponse response;
  RETURN_IF_ERROR(server::FromGrpcStatus(client.stub().TestState(&context, request, &response)));
  return response;
}

int TestState(const TestStateOptions& options) {
  const Result<std::string> definition = ReadDefinition(options.definition);
  if (!definition.ok()) return ReportUsage("test-state", definition.status().message());
  const asl::TestedState tested = asl::CompileTestedState(*definition, options.state);
  if (tested.machine == nullptr) {
    for (const asl::Diagnostic& diagnostic : tested.diagnostics)
      PrintNote(DiagnosticText(options.definition, diagnostic));
    return kFailed;
  }
  const Result<v1::TestStateRequest> request = MakeRequest(options, *definition);
  if (!request.ok()) return ReportUsage("test-state", request.status().message());
  platform::SystemClock clock;
  Client client(options.address, clock);
  const Result<v1::TestStateResponse> response = Call(client, *request);
  if (!response.ok()) return ReportError("test-state", options, response.status());
  options.is_json() ? PrintTestJson(*response, options.shows_steps())
                    : PrintTestText(*response, options.shows_steps());
  const bool goes_on = response->status() == v1::STATE_TEST_STATUS_SUCCEEDED ||
                       response->status() == v1::STATE_TEST_STATUS_CAUGHT_ERROR;
  return FlushOutput(goes_on ? kDone : kFailed);
}

void AddMockOptions(Command& command, TestStateOptions& options) {
  Option result = command.AddOption(
      "--mock-result", options.mock_result, "What the state's work gives: JSON text, @FILE, or -");
  result.TypeName("JSON");
  command.AddOption("--mock-error", options.mock_error, "How the state's work fails")
      .TypeName("ERROR[:CAUSE]")
      .Excludes(result);
  command
      .AddOption("--validation",
                 options.validation,
                 "How far a mocked result is compared with the service's response")
      .OneOf({"strict", "present", "none"})
      .TypeName("MODE")
      .ShowDefault();
  command.AddOption("--context", options.context, "The whole context object, with a mock")
      .TypeName("JSON");
  command.AddOption("--retries", options.retries, "Retries made before, with a mock")
      .NotNegative()
      .ShowDefault("0");
  command
      .AddOption(
          "--failed-iterations", options.failed_iterations, "Iterations of a Map that failed")
      .NotNegative()
      .ShowDefault("0");
}

}  // namespace

void AddTestStateCommand(Command& app, int& exit_code) {
  Command command = app.AddCommand("test-state", "Run one state alone");
  command.Footer(
      "Nothing is stored, no retry is made, no time passes. A Task without a mock calls its "
      "function\n"
      "on a worker. Map and Parallel states need a mock. Exits 0 if the state succeeds or catches "
      "its\n"
      "error, 1 if it fails or would retry.\n"
      "\n"
      "Examples:\n"
      "  pawl test-state hello.asl.json --state Greet --input '{\"name\": \"Ada\"}'\n"
      "  pawl test-state choice-state.json --input @order.json --inspect debug\n"
      "  pawl test-state orders.asl.yaml --state Charge --mock-result '{\"paid\": true}'\n"
      "  pawl test-state orders.asl.yaml --state Charge --mock-error CardDeclined:'no funds' \\\n"
      "    --retries 2 --output json");
  auto options = std::make_shared<TestStateOptions>();
  command
      .AddOption("DEFINITION",
                 options->definition,
                 "A file with one state or, with --state, a state machine; - is standard input")
      .Required();
  command.AddOption("-s,--state", options->state, "The state to run, at whatever depth");
  command.AddOption("-i,--input", options->input, "The input: JSON text, @FILE, or -")
      .TypeName("JSON")
      .ShowDefault();
  command.AddOption("--variables", options->variables, "An object of variables").TypeName("JSON");
  AddMockOptions(command, *options);
  command
      .AddOption("--inspect",
                 options->inspect,
                 "info tells how the state ends; debug and trace its steps, too")
      .OneOf({"info", "debug", "trace"})
      .TypeName("LEVEL")
      .ShowDefault();
  AddClientOptions(command, *options);
  command.Run([options, &exit_code] { exit_code = TestState(*options); });
}

}  // namespace pawl::cli
