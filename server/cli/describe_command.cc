#include <fmt/format.h>

#include <algorithm>
#include <memory>

#include "engine/platform/clock.h"
#include "server/cli/client_command.h"
#include "server/cli/command.h"
#include "server/cli/terminal_text.h"
#include "server/cli/wire_text.h"

namespace pawl::cli {
namespace {

constexpr std::string_view kExecutionArn = ":execution:";
constexpr std::string_view kMapRunArn = ":mapRun:";

struct DescribeOptions : ExecutionOptions {
  std::uint64_t revision = 0;
  bool is_definition = false;
};

void PrintExecution(const v1::Execution& execution) {
  PrintField("State machine", SafeText(execution.state_machine()));
  PrintField("Execution", SafeText(execution.name()));
  PrintField("ARN", SafeText(execution.arn()));
  PrintField("Revision", std::to_string(execution.revision()));
  if (execution.version() != 0) PrintField("Version", std::to_string(execution.version()));
  PrintField("Alias", SafeText(execution.alias()));
  PrintField("Status", StatusText(execution.status()));
  PrintField("Started", TimeText(execution.start_time()));
  if (execution.has_stop_time()) {
    PrintField("Ended", TimeText(execution.stop_time()));
    PrintField("Duration",
               DurationText(FromWire(execution.stop_time()) - FromWire(execution.start_time())));
  }
  if (execution.redrive_count() > 0) {
    PrintField(
        "Redriven",
        fmt::format(
            "{} times, last {}", execution.redrive_count(), TimeText(execution.redrive_time())));
  }
  PrintField("Map run", SafeText(execution.map_run_arn()));
  PrintField("Input", SafeText(execution.input()));
  PrintField("Output", SafeText(execution.output()));
  PrintField("Error", SafeText(execution.error()));
  PrintField("Cause", SafeText(execution.cause()));
  PrintField("Quarantined", SafeText(execution.quarantine_reason()));
}

int DescribeExecution(const DescribeOptions& options, Client& client) {
  v1::DescribeExecutionRequest request;
  request.set_state_machine(options.state_machine);
  request.set_execution(options.execution);
  const Result<v1::DescribeExecutionResponse> response =
      client.Call(&Client::Stub::DescribeExecution, request);
  if (!response.ok()) return ReportError("describe", options, response.status());
  if (options.is_json()) {
    PrintLine(ToJson(response->execution()));
  } else {
    PrintExecution(response->execution());
  }
  return kDone;
}

std::string ToleranceText(const v1::MapRun& run) {
  std::string text;
  if (run.tolerated_failure_count() > 0) {
    text = fmt::format("{} failures", run.tolerated_failure_count());
  }
  if (run.tolerated_failure_percentage() > 0) {
    text += fmt::format(
        "{}{} % failures", text.empty() ? "" : ", ", run.tolerated_failure_percentage());
  }
  return text;
}

void PrintMapRun(const v1::MapRun& run) {
  PrintField("Map run", SafeText(run.arn()));
  PrintField("State machine", SafeText(run.state_machine()));
  PrintField("Execution", SafeText(run.execution()));
  PrintField("Status", StatusText(run.status()));
  PrintField("Started", TimeText(run.start_time()));
  if (run.has_stop_time()) {
    PrintField("Ended", TimeText(run.stop_time()));
    PrintField("Duration", DurationText(FromWire(run.stop_time()) - FromWire(run.start_time())));
  }
  if (run.redrive_count() > 0) {
    PrintField("Redriven",
               fmt::format("{} times, last {}", run.redrive_count(), TimeText(run.redrive_time())));
  }
  if (run.max_concurrency() > 0) PrintField("At once", std::to_string(run.max_concurrency()));
  PrintField("Tolerates", ToleranceText(run));
  PrintField("Items", TallyText(run.items()));
  PrintField("Executions", TallyText(run.executions()));
}

int DescribeMapRun(const DescribeOptions& options, Client& client) {
  v1::DescribeMapRunRequest request;
  request.set_map_run(options.state_machine);
  const Result<v1::DescribeMapRunResponse> response =
      client.Call(&Client::Stub::DescribeMapRun, request);
  if (!response.ok()) return ReportError("describe", options, response.status());
  if (options.is_json()) {
    PrintLine(ToJson(response->map_run()));
  } else {
    PrintMapRun(response->map_run());
  }
  return kDone;
}

// The definition's own lines stay lines.
void PrintDefinition(const std::string& definition) {
  std::size_t begin = 0;
  while (begin < definition.size()) {
    const std::size_t end = std::min(definition.find('\n', begin), definition.size());
    PrintLine(SafeText(definition.substr(begin, end - begin)));
    begin = end + 1;
  }
}

int DescribeStateMachine(const DescribeOptions& options, Client& client) {
  v1::DescribeStateMachineRequest request;
  request.set_name(options.state_machine);
  request.set_revision(options.revision);
  const Result<v1::DescribeStateMachineResponse> response =
      client.Call(&Client::Stub::DescribeStateMachine, request);
  if (!response.ok()) return ReportError("describe", options, response.status());
  const v1::StateMachine& machine = response->state_machine();
  if (options.is_json()) {
    PrintLine(ToJson(machine));
  } else if (options.is_definition) {
    PrintDefinition(machine.definition());
  } else {
    PrintField("State machine", SafeText(machine.name()));
    PrintField("ARN", SafeText(machine.arn()));
    PrintField("Type", TypeText(machine.type()));
    PrintField("Revision", std::to_string(machine.revision()));
    PrintField("Revision id", SafeText(machine.revision_id()));
    if (machine.version() != 0) PrintField("Version", std::to_string(machine.version()));
    PrintField("Description", SafeText(machine.version_description()));
    PrintField("Role", SafeText(machine.role_arn()));
    PrintField("Created", TimeText(machine.create_time()));
    PrintField("Updated", TimeText(machine.update_time()));
    if (machine.deleting()) PrintField("Deleting", "when its last execution has ended");
  }
  return kDone;
}

int Describe(DescribeOptions& options) {
  const bool is_execution =
      !options.execution.empty() || options.state_machine.find(kExecutionArn) != std::string::npos;
  if (is_execution) {
    const Status resolved = ResolveExecution(options);
    if (!resolved.ok()) return ReportUsage("describe", resolved.message());
  }
  const bool is_map_run = options.state_machine.find(kMapRunArn) != std::string::npos;
  platform::SystemClock clock;
  Client client(options.address, clock);
  if (is_map_run) return FlushOutput(DescribeMapRun(options, client));
  return FlushOutput(is_execution ? DescribeExecution(options, client)
                                  : DescribeStateMachine(options, client));
}

}  // namespace

void AddDescribeCommand(Command& app, int& exit_code) {
  Command command = app.AddCommand("describe", "Show a state machine, an execution or a Map run");
  command.Footer(
      "Examples:\n"
      "  pawl describe hello                        the state machine\n"
      "  pawl describe hello --definition           its definition as it was deployed\n"
      "  pawl describe hello:3                      version 3 of it, or an alias: hello:PROD\n"
      "  pawl describe hello monday                 an execution, with input and output\n"
      "  pawl describe hello monday --output json\n"
      "  pawl describe arn:aws:states:us-east-1:123456789012:mapRun:m/items:UUID    a Map run");
  auto options = std::make_shared<DescribeOptions>();
  AddExecutionArguments(command, *options);
  command.AddOption("--revision", options->revision, "Of the state machine; 0 is the latest")
      .NotNegative()
      .TypeName("N")
      .ShowDefault();
  command.AddFlag("--definition", options->is_definition, "Print the state machine's definition");
  AddClientOptions(command, *options);
  command.Run([options, &exit_code] { exit_code = Describe(*options); });
}

}  // namespace pawl::cli
