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

int Redrive(ExecutionOptions& options) {
  const Status resolved = ResolveExecution(options);
  if (!resolved.ok()) return ReportUsage("redrive", resolved.message());
  platform::SystemClock clock;
  Client client(options.address, clock);
  v1::RedriveExecutionRequest request;
  request.set_state_machine(options.state_machine);
  request.set_execution(options.execution);
  const Result<v1::RedriveExecutionResponse> response =
      client.Call(&Client::Stub::RedriveExecution, request);
  if (!response.ok()) return ReportError("redrive", options, response.status());
  const std::string time = TimeText(response->redrive_time());
  if (options.is_json()) {
    PrintLine(JsonObject()
                  .Text("state_machine", options.state_machine)
                  .Text("name", options.execution)
                  .Text("redrive_time", time)
                  .ToString());
  } else {
    PrintLine(fmt::format("{} {}: goes on since {}",
                          SafeText(options.state_machine),
                          SafeText(options.execution),
                          time));
  }
  return FlushOutput(kDone);
}

}  // namespace

void AddRedriveCommand(Command& app, int& exit_code) {
  Command command =
      app.AddCommand("redrive", "Let an execution go on that failed, timed out or was stopped");
  command.Footer(
      "It goes on from the states that did not succeed, with the definition and the input it was\n"
      "started with; what has succeeded is not done again. A distributed Map starts the "
      "executions\n"
      "again that did not succeed. Possible for 14 days.\n"
      "\n"
      "Examples:\n"
      "  pawl redrive orders o-17\n"
      "  pawl list orders --status FAILED          what failed\n"
      "  pawl redrive orders o-17 && pawl watch orders o-17");
  auto options = std::make_shared<ExecutionOptions>();
  AddExecutionArguments(command, *options);
  AddClientOptions(command, *options);
  command.Run([options, &exit_code] { exit_code = Redrive(*options); });
}

}  // namespace pawl::cli
