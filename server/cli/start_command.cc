#include <fmt/format.h>

#include <memory>

#include "engine/platform/clock.h"
#include "server/cli/client_command.h"
#include "server/cli/command.h"
#include "server/cli/execution_start.h"
#include "server/cli/json_object.h"
#include "server/cli/terminal_text.h"
#include "server/cli/wire_text.h"

namespace pawl::cli {
namespace {

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
  PrintNote(fmt::format("{}; follow it with: pawl watch {} {}",
                        started.repeated() ? "it was started before" : "started",
                        SafeText(options.state_machine),
                        SafeText(started.name())));
}

int Start(StartOptions& options) {
  platform::SystemClock clock;
  Client client(options.address, clock);
  const Started started = StartExecution("start", options, client);
  if (started.exit_code == kDone) PrintStarted(options, started.execution);
  return FlushOutput(started.exit_code);
}

}  // namespace

void AddStartCommand(CLI::App& app, int& exit_code) {
  CLI::App* command = app.add_subcommand("start", "Start an execution and do not wait for it");
  command->footer(
      "Prints the execution's name. Starting again with the same name and input, while it runs, "
      "is\n"
      "the same execution.\n"
      "\n"
      "Examples:\n"
      "  pawl start hello\n"
      "  pawl start hello --name monday --input '{\"name\": \"Ada\"}'\n"
      "  pawl start orders.asl.yaml --input @order.json\n"
      "  generate-order | pawl start orders --input - --output json");
  auto options = std::make_shared<StartOptions>();
  AddStartOptions(*command, *options);
  command->callback([options, &exit_code] { exit_code = Start(*options); });
}

}  // namespace pawl::cli
