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

struct Options : ExecutionOptions {
  std::uint64_t revision = 0;
  bool is_definition = false;
};

void PrintField(std::string_view name, std::string_view value) {
  if (!value.empty()) PrintLine(fmt::format("{:<14} {}", name, value));
}

void PrintExecution(const v1::Execution& execution) {
  PrintField("State machine", SafeText(execution.state_machine()));
  PrintField("Execution", SafeText(execution.name()));
  PrintField("ARN", SafeText(execution.arn()));
  PrintField("Revision", std::to_string(execution.revision()));
  PrintField("Status", StatusText(execution.status()));
  PrintField("Started", TimeText(execution.start_time()));
  if (execution.has_stop_time()) {
    PrintField("Ended", TimeText(execution.stop_time()));
    PrintField("Duration",
               DurationText(FromWire(execution.stop_time()) - FromWire(execution.start_time())));
  }
  PrintField("Input", SafeText(execution.input()));
  PrintField("Output", SafeText(execution.output()));
  PrintField("Error", SafeText(execution.error()));
  PrintField("Cause", SafeText(execution.cause()));
  PrintField("Quarantined", SafeText(execution.quarantine_reason()));
}

int DescribeExecution(const Options& options, Client& client) {
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

// The definition's own lines stay lines.
void PrintDefinition(const std::string& definition) {
  std::size_t begin = 0;
  while (begin < definition.size()) {
    const std::size_t end = std::min(definition.find('\n', begin), definition.size());
    PrintLine(SafeText(definition.substr(begin, end - begin)));
    begin = end + 1;
  }
}

int DescribeStateMachine(const Options& options, Client& client) {
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
    PrintField("Created", TimeText(machine.create_time()));
    PrintField("Updated", TimeText(machine.update_time()));
    if (machine.deleting()) PrintField("Deleting", "when its last execution has ended");
  }
  return kDone;
}

int Describe(Options& options) {
  const bool is_execution =
      !options.execution.empty() || options.state_machine.find(kExecutionArn) != std::string::npos;
  if (is_execution) {
    const Status resolved = ResolveExecution(options);
    if (!resolved.ok()) return ReportUsage("describe", resolved.message());
  }
  platform::SystemClock clock;
  Client client(options.address, clock);
  return FlushOutput(is_execution ? DescribeExecution(options, client)
                                  : DescribeStateMachine(options, client));
}

}  // namespace

void AddDescribeCommand(CLI::App& app, int& exit_code) {
  CLI::App* command = app.add_subcommand("describe", "Show a state machine or an execution");
  command->footer(
      "Examples:\n"
      "  pawl describe hello                        the state machine\n"
      "  pawl describe hello --definition           its definition as it was deployed\n"
      "  pawl describe hello monday                 an execution, with input and output\n"
      "  pawl describe hello monday --output json");
  auto options = std::make_shared<Options>();
  AddExecutionArguments(*command, *options);
  command->add_option("--revision", options->revision, "Of the state machine; 0 is the latest")
      ->check(CLI::NonNegativeNumber)
      ->type_name("N")
      ->capture_default_str();
  command->add_flag("--definition", options->is_definition, "Print the state machine's definition");
  AddClientOptions(*command, *options);
  command->callback([options, &exit_code] { exit_code = Describe(*options); });
}

}  // namespace pawl::cli
