#include <fmt/format.h>

#include <memory>

#include "engine/platform/clock.h"
#include "server/cli/client_command.h"
#include "server/cli/command.h"
#include "server/cli/event_text.h"
#include "server/cli/followed_execution.h"
#include "server/cli/interrupt.h"
#include "server/cli/live_map_runs.h"
#include "server/cli/map_run_inquiry.h"
#include "server/cli/terminal_text.h"
#include "server/cli/wire_text.h"

namespace pawl::cli {
namespace {

constexpr std::chrono::milliseconds kLookForInterruptEvery(200);

struct WatchOptions : ExecutionOptions {
  std::uint32_t after_event_id = 0;
};

// A watch under way: prints each event until the execution closes or the user leaves.
class WatchedExecution {
 public:
  WatchedExecution(const WatchOptions& options, Client& client)
      : options_(options),
        client_(client),
        followed_(client,
                  {.state_machine = options.state_machine,
                   .execution = options.execution,
                   .is_without_payloads = !options.is_json(),
                   .after_event_id = options.after_event_id}),
        inquiry_(client),
        map_runs_(client.clock()) {}

  int Follow() {
    const Interrupt interrupt;
    if (options_.after_event_id > 0) AdoptMapRuns();
    while (!interrupt.has_come()) {
      Result<std::optional<v1::ExecutionChange>> change = followed_.Next(kLookForInterruptEvery);
      if (!change.ok()) {
        map_runs_.Erase();
        return ReportError("watch", options_, change.status());
      }
      if (*change) {
        if (const int exit_code = Print(**change); exit_code != kDone) return exit_code;
        if ((*change)->status() != v1::EXECUTION_STATUS_RUNNING) return Close(**change);
      }
      if (followed_.is_connected()) {
        for (const v1::MapRun& run : inquiry_.AskIfDue(map_runs_.OpenMapRuns()))
          map_runs_.Take(run);
      }
      map_runs_.Refresh();
    }
    return kInterrupted;
  }

 private:
  // The starts of these may be among the events that are left out.
  void AdoptMapRuns() {
    v1::ListMapRunsRequest request;
    request.set_state_machine(options_.state_machine);
    request.set_execution(options_.execution);
    request.set_page_size(static_cast<std::int32_t>(kMapRunsMax));
    const Result<v1::ListMapRunsResponse> response =
        client_.Call(&Client::Stub::ListMapRuns, request);
    // What is wrong, if something is, following tells.
    if (!response.ok()) return;
    for (const v1::MapRun& run : response->map_runs())
      map_runs_.Adopt(run);
  }

  int Print(const v1::ExecutionChange& change) {
    map_runs_.Erase();
    for (const v1::HistoryEvent& event : change.events()) {
      PrintLine(options_.is_json() ? ToJson(event) : EventLine(event));
      map_runs_.Take(event);
    }
    return FlushOutput(kDone);
  }

  int Close(const v1::ExecutionChange& change) {
    PrintNote(fmt::format("{} {}: {}",
                          SafeText(options_.state_machine),
                          SafeText(options_.execution),
                          StatusText(change.status())));
    return change.status() == v1::EXECUTION_STATUS_SUCCEEDED ? kDone : kFailed;
  }

  const WatchOptions& options_;
  Client& client_;
  FollowedExecution followed_;
  MapRunInquiry inquiry_;
  LiveMapRuns map_runs_;
};

int WatchExecution(WatchOptions& options) {
  const Status resolved = ResolveExecution(options);
  if (!resolved.ok()) return ReportUsage("watch", resolved.message());
  platform::SystemClock clock;
  Client client(options.address, clock);
  return WatchedExecution(options, client).Follow();
}

}  // namespace

void AddWatchCommand(Command& app, int& exit_code) {
  Command command = app.AddCommand("watch", "Show an execution's events as they happen");
  command.Footer(
      "Begins with the first event and ends with the execution: exits 0 if it succeeded, else 1;\n"
      "130 after Ctrl-C. With --output json each event is one line, with its payloads. How far "
      "Map\n"
      "runs are goes to standard error.\n"
      "\n"
      "Examples:\n"
      "  pawl watch hello monday\n"
      "  pawl watch hello monday --after 120 --output json");
  auto options = std::make_shared<WatchOptions>();
  AddExecutionArguments(command, *options);
  command.AddOption("--after", options->after_event_id, "Begin behind the event with this id")
      .NotNegative()
      .TypeName("ID");
  AddClientOptions(command, *options);
  command.Run([options, &exit_code] { exit_code = WatchExecution(*options); });
}

}  // namespace pawl::cli
