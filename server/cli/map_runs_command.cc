#include <fmt/format.h>

#include <memory>

#include "server/cli/client_command.h"
#include "server/cli/command.h"
#include "server/cli/paged_list.h"
#include "server/cli/table.h"
#include "server/cli/wire_text.h"

namespace pawl::cli {
namespace {

struct MapRunsOptions : PagedListOptions {
  ExecutionOptions execution;
};

int PrintMapRuns(const MapRunsOptions& options, const v1::ListMapRunsResponse& page) {
  Table table({"STATUS", "STARTED", "ITEMS", "ARN"});
  for (const v1::MapRun& run : page.map_runs()) {
    if (options.is_json()) PrintLine(ToJson(run));
    table.Add(
        {StatusText(run.status()), TimeText(run.start_time()), TallyText(run.items()), run.arn()});
  }
  if (!options.is_json() && !table.empty()) PrintText(table.ToString());
  return page.map_runs_size();
}

int MapRuns(MapRunsOptions& options) {
  const Status resolved = ResolveExecution(options.execution);
  if (!resolved.ok()) return ReportUsage("map-runs", resolved.message());
  v1::ListMapRunsRequest request;
  request.set_state_machine(options.execution.state_machine);
  request.set_execution(options.execution.execution);
  return PrintPages(
      "map-runs", options, &Client::Stub::ListMapRuns, request, [&options](const auto& page) {
        return PrintMapRuns(options, page);
      });
}

}  // namespace

void AddMapRunsCommand(Command& app, int& exit_code) {
  Command command = app.AddCommand("map-runs", "List the runs of an execution's distributed Maps");
  command.Footer(
      "Newest first. Each item of a run, or batch of items, is an execution of its own, named by\n"
      "its ARN or by STATE_MACHINE/LABEL NAME.\n"
      "\n"
      "Examples:\n"
      "  pawl map-runs distributed monday\n"
      "  pawl describe ARN                     the run's counts, as they are now\n"
      "  pawl list --map-run ARN --status FAILED");
  auto options = std::make_shared<MapRunsOptions>();
  AddExecutionArguments(command, options->execution);
  AddPagedListOptions(command, *options);
  command.Run([options, &exit_code] { exit_code = MapRuns(*options); });
}

}  // namespace pawl::cli
