#include <fmt/format.h>

#include <memory>
#include <optional>

#include "engine/platform/clock.h"
#include "server/cli/client_command.h"
#include "server/cli/command.h"
#include "server/cli/event_text.h"
#include "server/cli/execution_start.h"
#include "server/cli/followed_execution.h"
#include "server/cli/interrupt.h"
#include "server/cli/json_object.h"
#include "server/cli/live_progress.h"
#include "server/cli/map_run_inquiry.h"
#include "server/cli/terminal_text.h"
#include "server/cli/wire_text.h"
#include "server/setting_values.h"

namespace pawl::cli {
namespace {

constexpr std::chrono::milliseconds kRedrawEvery(100);
constexpr Duration kTimeoutMin(1);

struct RunOptions : StartOptions {
  std::string timeout;
  bool is_quiet = false;
};

// A run under way: follows the execution until it closes, the user leaves or time is up.
class Run {
 public:
  Run(const RunOptions& options, Client& client, const v1::StartedExecution& started)
      : options_(options),
        client_(client),
        started_(started),
        followed_(client,
                  {.state_machine = options.state_machine,
                   .execution = started.name(),
                   .is_without_payloads = true}),
        inquiry_(client),
        live_(client.clock()) {}

  int Follow(std::optional<Duration> timeout) {
    const Timestamp start = client_.clock().WallNow();
    const Interrupt interrupt;
    Note(
        fmt::format("{} {}: started", SafeText(options_.state_machine), SafeText(started_.name())));
    while (true) {
      Result<std::optional<v1::ExecutionChange>> change = followed_.Next(kRedrawEvery);
      if (!change.ok()) return ReportError("run", options_, change.status());
      TellConnection();
      if (*change) {
        for (const v1::HistoryEvent& event : (*change)->events()) {
          if (!options_.is_quiet) live_.Take(event);
        }
        if ((*change)->status() != v1::EXECUTION_STATUS_RUNNING) return Close(**change);
      }
      if (interrupt.has_come()) return Leave("interrupted", kInterrupted);
      if (timeout && client_.clock().WallNow() - start >= *timeout) {
        return Leave("it did not end within " + options_.timeout, kFailed);
      }
      if (followed_.is_connected()) Take(inquiry_.AskIfDue(live_.OpenMapRuns()));
      Redraw();
    }
  }

 private:
  void Note(const std::string& line) {
    if (!options_.is_quiet) live_.Note(line);
  }

  // Ten times a second is enough, however fast changes come.
  void Redraw() {
    const Timestamp now = client_.clock().WallNow();
    if (options_.is_quiet || (now >= drawn_at_ && now - drawn_at_ < kRedrawEvery)) return;
    drawn_at_ = now;
    live_.Refresh();
  }

  void Take(const std::vector<v1::MapRun>& runs) {
    for (const v1::MapRun& run : runs)
      live_.Take(run);
  }

  void TellConnection() {
    if (followed_.is_connected() == is_connected_) return;
    is_connected_ = followed_.is_connected();
    Note(is_connected_ ? "connected again" : "the server is gone; waiting for it to come back");
  }

  int Close(const v1::ExecutionChange& change) {
    if (!options_.is_quiet) {
      Take(inquiry_.Ask(live_.OpenMapRuns()));
      live_.Finish();
    }
    const bool is_succeeded = change.status() == v1::EXECUTION_STATUS_SUCCEEDED;
    if (options_.is_json()) {
      PrintResult(change);
    } else if (is_succeeded) {
      PrintLine(SafeJson(change.output()));
    }
    if (!is_succeeded) {
      PrintNote(
          fmt::format("pawl run: {} {}: {}{}{}",
                      SafeText(options_.state_machine),
                      SafeText(started_.name()),
                      StatusText(change.status()),
                      change.error().empty() ? "" : ": " + SafeText(change.error()),
                      change.cause().empty() ? "" : ": " + SafeText(CauseText(change.cause()))));
      PrintNote(fmt::format(
          "What happened: pawl history {0} {1}\nGo on from where it failed: pawl redrive {0} {1}",
          SafeText(options_.state_machine),
          SafeText(started_.name())));
    }
    return is_succeeded ? kDone : kFailed;
  }

  void PrintResult(const v1::ExecutionChange& change) {
    JsonObject object;
    object.Text("state_machine", options_.state_machine)
        .Text("name", started_.name())
        .Text("arn", started_.arn())
        .Text("status", StatusText(change.status()));
    if (change.has_output()) object.Json("output", change.output());
    if (change.has_error()) object.Text("error", change.error());
    if (change.has_cause()) object.Text("cause", change.cause());
    PrintLine(object.ToString());
  }

  int Leave(const std::string& why, int exit_code) {
    if (!options_.is_quiet) live_.Finish();
    const std::string name =
        fmt::format("{} {}", SafeText(options_.state_machine), SafeText(started_.name()));
    PrintNote(fmt::format(
        "pawl run: {}; {} goes on without being watched.\nFollow it with 'pawl watch {}', end it "
        "with 'pawl stop {}'.",
        why,
        name,
        name,
        name));
    return exit_code;
  }

  const RunOptions& options_;
  Client& client_;
  v1::StartedExecution started_;
  FollowedExecution followed_;
  MapRunInquiry inquiry_;
  LiveProgress live_;
  Timestamp drawn_at_;
  bool is_connected_ = true;
};

int StartAndFollow(RunOptions& options) {
  std::optional<Duration> timeout;
  if (!options.timeout.empty()) {
    const Result<Duration> given = server::ParseDuration(options.timeout, kTimeoutMin);
    if (!given.ok()) return ReportUsage("run", "--timeout: " + given.status().message());
    timeout = *given;
  }
  platform::SystemClock clock;
  Client client(options.address, clock);
  const Started started = StartExecution("run", options, client);
  if (started.exit_code != kDone) return started.exit_code;
  if (IsExpress(started.execution)) {
    return ReportUsage(
        "run",
        "started, but an EXPRESS execution cannot be watched; use 'pawl start --sync', "
        "which waits for its output");
  }
  return FlushOutput(Run(options, client, started.execution).Follow(timeout));
}

}  // namespace

void AddRunCommand(Command& app, int& exit_code) {
  Command command =
      app.AddCommand("run", "Start an execution, show its progress, print its output");
  command.Footer(
      "The output goes to standard output, progress to standard error. Exits 0 if the execution\n"
      "succeeded, 1 if it failed, timed out, was stopped, or did not end within --timeout; 130\n"
      "after Ctrl-C, which leaves it running. It survives a restart of the server.\n"
      "\n"
      "Examples:\n"
      "  pawl run hello --input '{\"name\": \"Ada\"}'\n"
      "  pawl run hello.asl.json --input @input.json       deploys the file as 'hello' first\n"
      "  pawl run hello --timeout 30s --output json | jq .output\n"
      "  pawl run orders --test-case CardDeclined          of pawl server --mock-config FILE");
  auto options = std::make_shared<RunOptions>();
  AddStartOptions(command, *options);
  command.AddOption("--timeout", options->timeout, "Stop waiting after TIME, such as 30s or 5m")
      .TypeName("TIME");
  command.AddFlag("-q,--quiet", options->is_quiet, "Show no progress");
  command.Run([options, &exit_code] { exit_code = StartAndFollow(*options); });
}

}  // namespace pawl::cli
