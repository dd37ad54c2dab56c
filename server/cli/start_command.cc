#include <fmt/format.h>

#include <chrono>
#include <memory>
#include <utility>

#include "engine/platform/clock.h"
#include "server/cli/client_command.h"
#include "server/cli/command.h"
#include "server/cli/execution_start.h"
#include "server/cli/json_object.h"
#include "server/cli/terminal_text.h"
#include "server/cli/wire_text.h"

namespace pawl::cli {
namespace {

// An EXPRESS execution ends within five minutes.
constexpr std::chrono::seconds kSyncTimeout(330);

struct StartCommandOptions : StartOptions {
  bool is_sync = false;
};

void PrintStarted(const StartOptions& options, const v1::StartedExecution& started) {
  if (options.is_json()) {
    return PrintLine(JsonObject()
                         .Text("state_machine", options.state_machine)
                         .Text("name", started.name())
                         .Text("arn", started.arn())
                         .Text("start_time", TimeText(started.start_time()))
                         .Boolean("repeated", started.repeated())
                         .ToString());
  }
  PrintLine(SafeText(started.name()));
  if (IsExpress(started)) {
    return PrintNote("started; --sync waits for the output of an EXPRESS state machine");
  }
  PrintNote(fmt::format("{}; follow it with: pawl watch {} {}",
                        started.repeated() ? "it was started before" : "started",
                        SafeText(options.state_machine),
                        SafeText(started.name())));
}

int StartSync(StartCommandOptions& options, Client& client) {
  PreparedStart prepared = PrepareStart("start", options, client);
  if (prepared.exit_code != kDone) return prepared.exit_code;
  v1::StartSyncExecutionRequest request;
  *request.mutable_execution() = std::move(prepared.start);
  const Result<v1::StartSyncExecutionResponse> response =
      client.Call(&Client::Stub::StartSyncExecution, request, kSyncTimeout);
  if (!response.ok()) return ReportError("start", options, response.status());
  const v1::Execution& execution = response->execution();
  if (options.is_json()) {
    PrintLine(ToJson(execution));
  } else if (execution.status() == v1::EXECUTION_STATUS_SUCCEEDED) {
    PrintLine(SafeText(execution.output()));
  } else {
    PrintNote(fmt::format("{}: {} {}",
                          StatusText(execution.status()),
                          SafeText(execution.error()),
                          SafeText(execution.cause())));
  }
  return execution.status() == v1::EXECUTION_STATUS_SUCCEEDED ? kDone : kFailed;
}

int Start(StartCommandOptions& options) {
  platform::SystemClock clock;
  Client client(options.address, clock);
  if (options.is_sync) return FlushOutput(StartSync(options, client));
  const Started started = StartExecution("start", options, client);
  if (started.exit_code == kDone) PrintStarted(options, started.execution);
  return FlushOutput(started.exit_code);
}

}  // namespace

void AddStartCommand(Command& app, int& exit_code) {
  Command command = app.AddCommand("start", "Start an execution and do not wait for it");
  command.Footer(
      "Prints the execution's name. Starting again with the same name and input, while it runs, "
      "is\n"
      "the same execution.\n"
      "\n"
      "Examples:\n"
      "  pawl start hello\n"
      "  pawl start hello --name monday --input '{\"name\": \"Ada\"}'\n"
      "  pawl start orders.asl.yaml --input @order.json\n"
      "  generate-order | pawl start orders --input - --output json\n"
      "  pawl start quote --sync --input '{\"items\": 3}'\n"
      "  pawl start orders --test-case CardDeclined         of pawl server --mock-config FILE");
  auto options = std::make_shared<StartCommandOptions>();
  AddStartOptions(command, *options);
  command.AddFlag("--sync",
                  options->is_sync,
                  "Of an EXPRESS state machine: wait for the end and print the output");
  command.Run([options, &exit_code] { exit_code = Start(*options); });
}

}  // namespace pawl::cli
