#include <fmt/format.h>

#include <memory>

#include "engine/platform/clock.h"
#include "server/cli/client_command.h"
#include "server/cli/command.h"
#include "server/cli/json_object.h"
#include "server/cli/terminal_text.h"
#include "server/cli/wire_text.h"

namespace pawl::cli {
namespace {

struct StopOptions : ExecutionOptions {
  std::string error;
  std::string cause;
};

int Stop(StopOptions& options) {
  const Status resolved = ResolveExecution(options);
  if (!resolved.ok()) return ReportUsage("stop", resolved.message());
  platform::SystemClock clock;
  Client client(options.address, clock);
  v1::StopExecutionRequest request;
  request.set_state_machine(options.state_machine);
  request.set_execution(options.execution);
  if (!options.error.empty()) request.set_error(options.error);
  if (!options.cause.empty()) request.set_cause(options.cause);
  const Result<v1::StopExecutionResponse> response =
      client.Call(&Client::Stub::StopExecution, request);
  if (!response.ok()) return ReportError("stop", options, response.status());
  const std::string time = TimeText(response->stop_time());
  if (options.is_json()) {
    PrintLine(JsonObject()
                  .Text("state_machine", options.state_machine)
                  .Text("name", options.execution)
                  .Text("stop_time", time)
                  .ToString());
  } else {
    PrintLine(fmt::format(
        "{} {}: ended at {}", SafeText(options.state_machine), SafeText(options.execution), time));
  }
  return FlushOutput(kDone);
}

}  // namespace

void AddStopCommand(Command& app, int& exit_code) {
  Command command = app.AddCommand("stop", "End an execution as ABORTED");
  command.Footer(
      "Stopping an execution that has ended changes nothing.\n"
      "\n"
      "Examples:\n"
      "  pawl stop hello monday\n"
      "  pawl stop orders o-17 --error Cancelled --cause 'the customer called'");
  auto options = std::make_shared<StopOptions>();
  AddExecutionArguments(command, *options);
  command.AddOption("--error", options->error, "The error name to record, at most 256 characters");
  command.AddOption("--cause", options->cause, "Why, at most 32,768 characters");
  AddClientOptions(command, *options);
  command.Run([options, &exit_code] { exit_code = Stop(*options); });
}

}  // namespace pawl::cli
