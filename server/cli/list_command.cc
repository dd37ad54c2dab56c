#include <fmt/format.h>

#include <memory>

#include "engine/platform/clock.h"
#include "server/cli/client_command.h"
#include "server/cli/command.h"
#include "server/cli/paged_list.h"
#include "server/cli/table.h"
#include "server/cli/wire_text.h"
#include "server/setting_values.h"

namespace pawl::cli {
namespace {

constexpr Duration kSinceMin(1);

struct ListOptions : PagedListOptions {
  std::string state_machine;
  std::string map_run;
  bool is_all = false;
  std::string status;
  std::string since;
};

int PrintPage(const ListOptions& options, const v1::ListStateMachinesResponse& page) {
  Table table({"NAME", "REVISION", "UPDATED"});
  for (const v1::StateMachine& machine : page.state_machines()) {
    if (options.is_json()) PrintLine(ToJson(machine));
    table.Add({machine.name(),
               std::to_string(machine.revision()) + (machine.deleting() ? " (deleting)" : ""),
               TimeText(machine.update_time())});
  }
  if (!options.is_json() && !table.empty()) PrintText(table.ToString());
  return page.state_machines_size();
}

int PrintPage(const ListOptions& options, const v1::ListExecutionsResponse& page) {
  Table table({"STATE MACHINE", "NAME", "STATUS", "STARTED", "DURATION"});
  for (const v1::Execution& execution : page.executions()) {
    if (options.is_json()) PrintLine(ToJson(execution));
    table.Add({execution.state_machine(),
               execution.name(),
               StatusText(execution.status()) +
                   (execution.quarantine_reason().empty() ? "" : " (quarantined)"),
               TimeText(execution.start_time()),
               execution.has_stop_time() ? DurationText(FromWire(execution.stop_time()) -
                                                        FromWire(execution.start_time()))
                                         : ""});
  }
  if (!options.is_json() && !table.empty()) PrintText(table.ToString());
  return page.executions_size();
}

template <typename Method, typename Request>
int PrintAll(const ListOptions& options, Method method, const Request& request) {
  return PrintPages("list", options, method, request, [&options](const auto& page) {
    return PrintPage(options, page);
  });
}

// "2026-11-20T10:00:00Z", or how long ago: "2h".
Result<Timestamp> ParseSince(const std::string& text, Timestamp now) {
  if (const std::optional<Timestamp> time = ParseTimestamp(text)) return *time;
  const Result<Duration> ago = server::ParseDuration(text, kSinceMin);
  if (ago.ok()) return now - *ago;
  return InvalidArgument(fmt::format(
      "--since: '{}' is neither a time such as 2026-11-20T10:00:00Z nor one such as 2h ago", text));
}

// NotFound for a state machine of which nothing is there, not even executions that outlived it.
Status FindStateMachine(const ListOptions& options) {
  platform::SystemClock clock;
  Client client(options.address, clock);
  v1::DescribeStateMachineRequest machine;
  machine.set_name(options.state_machine.substr(0, options.state_machine.find(':')));
  const auto described = client.Call(&Client::Stub::DescribeStateMachine, machine);
  if (described.status().code() != StatusCode::kNotFound) return described.status();
  v1::ListExecutionsRequest executions;
  executions.set_state_machine(machine.name());
  executions.set_page_size(1);
  const auto listed = client.Call(&Client::Stub::ListExecutions, executions);
  if (!listed.ok()) return listed.status();
  return listed->executions_size() > 0 ? OkStatus() : described.status();
}

int ListExecutions(const ListOptions& options) {
  v1::ListExecutionsRequest request;
  request.set_state_machine(options.state_machine);
  request.set_map_run(options.map_run);
  if (!options.status.empty()) {
    v1::ExecutionStatus status = v1::EXECUTION_STATUS_UNSPECIFIED;
    v1::ExecutionStatus_Parse("EXECUTION_STATUS_" + options.status, &status);
    request.set_status(status);
  }
  if (!options.since.empty()) {
    platform::SystemClock clock;
    const Result<Timestamp> since = ParseSince(options.since, clock.WallNow());
    if (!since.ok()) return ReportUsage("list", since.status().message());
    const auto seconds = std::chrono::floor<std::chrono::seconds>(*since);
    request.mutable_started_from()->set_seconds(seconds.time_since_epoch().count());
    request.mutable_started_from()->set_nanos(
        static_cast<std::int32_t>(std::chrono::nanoseconds(*since - seconds).count()));
  }
  if (!options.state_machine.empty()) {
    const Status found = FindStateMachine(options);
    if (!found.ok()) return ReportError("list", options, found);
  }
  return PrintAll(options, &Client::Stub::ListExecutions, request);
}

int List(const ListOptions& options) {
  if (options.is_all || !options.state_machine.empty() || !options.map_run.empty()) {
    return ListExecutions(options);
  }
  if (!options.status.empty() || !options.since.empty()) {
    return ReportUsage("list",
                       "--status and --since are for executions: name a state machine or a Map "
                       "run, or --all");
  }
  return PrintAll(options, &Client::Stub::ListStateMachines, v1::ListStateMachinesRequest());
}

}  // namespace

void AddListCommand(Command& app, int& exit_code) {
  Command command = app.AddCommand("list", "List state machines, or executions");
  command.Footer(
      "Executions are listed newest first. With --output json each entry is one line.\n"
      "\n"
      "Examples:\n"
      "  pawl list                                   the state machines\n"
      "  pawl list hello                             its executions\n"
      "  pawl list hello:3                           those of a version, or of an alias: "
      "hello:PROD\n"
      "  pawl list --all --status FAILED --since 2h\n"
      "  pawl list hello --limit 0 --output json\n"
      "  pawl list --map-run ARN --status FAILED     ARN as 'pawl map-runs' shows it");
  auto options = std::make_shared<ListOptions>();
  const Option machine =
      command.AddOption("STATE_MACHINE",
                        options->state_machine,
                        "List its executions; with :VERSION or :ALIAS only those");
  const Option all =
      command.AddFlag("--all", options->is_all, "List executions of all state machines")
          .Excludes(machine);
  command.AddOption("--map-run", options->map_run, "List the executions of a Map run, by its ARN")
      .Excludes(machine)
      .Excludes(all)
      .TypeName("ARN");
  command.AddOption("--status", options->status, "Only executions with this status")
      .OneOf({"RUNNING", "SUCCEEDED", "FAILED", "TIMED_OUT", "ABORTED"})
      .TypeName("STATUS");
  command.AddOption("--since", options->since, "Only executions started since then, or 2h ago")
      .TypeName("TIME");
  AddPagedListOptions(command, *options);
  command.Run([options, &exit_code] { exit_code = List(*options); });
}

}  // namespace pawl::cli
