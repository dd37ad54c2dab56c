#include <fmt/format.h>

#include <memory>

#include "engine/platform/clock.h"
#include "server/cli/client_command.h"
#include "server/cli/command.h"
#include "server/cli/event_text.h"
#include "server/cli/followed_execution.h"
#include "server/cli/interrupt.h"
#include "server/cli/terminal_text.h"
#include "server/cli/wire_text.h"

namespace pawl::cli {
namespace {

constexpr std::chrono::milliseconds kLookEvery(200);

struct Options : ExecutionOptions {
  std::uint32_t after_event_id = 0;
};

void Print(const Options& options, const v1::HistoryEvent& event) {
  PrintLine(options.is_json() ? ToJson(event) : EventLine(event));
}

int Watch(Options& options) {
  const Status resolved = ResolveExecution(options);
  if (!resolved.ok()) return ReportUsage("watch", resolved.message());
  platform::SystemClock clock;
  Client client(options.address, clock);
  FollowedExecution followed(client,
                             {.state_machine = options.state_machine,
                              .execution = options.execution,
                              .is_without_payloads = !options.is_json(),
                              .after_event_id = options.after_event_id});
  const Interrupt interrupt;
  while (!interrupt.has_come()) {
    Result<std::optional<v1::ExecutionChange>> change = followed.Next(kLookEvery);
    if (!change.ok()) return ReportError("watch", options, change.status());
    if (!*change) continue;
    for (const v1::HistoryEvent& event : (*change)->events())
      Print(options, event);
    if (const int exit_code = FlushOutput(kDone); exit_code != kDone) return exit_code;
    const v1::ExecutionStatus status = (*change)->status();
    if (status == v1::EXECUTION_STATUS_RUNNING) continue;
    PrintNote(fmt::format("{} {}: {}",
                          SafeText(options.state_machine),
                          SafeText(options.execution),
                          StatusText(status)));
    return status == v1::EXECUTION_STATUS_SUCCEEDED ? kDone : kFailed;
  }
  return kInterrupted;
}

}  // namespace

void AddWatchCommand(CLI::App& app, int& exit_code) {
  CLI::App* command = app.add_subcommand("watch", "Show an execution's events as they happen");
  command->footer(
      "Begins with the first event and ends with the execution: exits 0 if it succeeded, else 1;\n"
      "130 after Ctrl-C. With --output json each event is one line, with its payloads.\n"
      "\n"
      "Examples:\n"
      "  pawl watch hello monday\n"
      "  pawl watch hello monday --after 120 --output json");
  auto options = std::make_shared<Options>();
  AddExecutionArguments(*command, *options);
  command->add_option("--after", options->after_event_id, "Begin behind the event with this id")
      ->check(CLI::NonNegativeNumber)
      ->type_name("ID");
  AddClientOptions(*command, *options);
  command->callback([options, &exit_code] { exit_code = Watch(*options); });
}

}  // namespace pawl::cli
