#include <fmt/format.h>

#include <memory>
#include <optional>

#include "engine/platform/clock.h"
#include "server/cli/client_command.h"
#include "server/cli/command.h"
#include "server/cli/json_object.h"
#include "server/cli/terminal_text.h"

namespace pawl::cli {
namespace {

struct UpdateMapRunOptions : ClientOptions {
  std::string map_run;
  std::optional<std::uint32_t> max_concurrency;
  std::optional<std::uint64_t> failure_count;
  std::optional<double> failure_percentage;
};

int UpdateMapRun(const UpdateMapRunOptions& options) {
  if (!options.max_concurrency && !options.failure_count && !options.failure_percentage) {
    return ReportUsage("update-map-run", "nothing is said to change: see its options");
  }
  platform::SystemClock clock;
  Client client(options.address, clock);
  v1::UpdateMapRunRequest request;
  request.set_map_run(options.map_run);
  if (options.max_concurrency) request.set_max_concurrency(*options.max_concurrency);
  if (options.failure_count) request.set_tolerated_failure_count(*options.failure_count);
  if (options.failure_percentage) {
    request.set_tolerated_failure_percentage(*options.failure_percentage);
  }
  const Result<v1::UpdateMapRunResponse> response =
      client.Call(&Client::Stub::UpdateMapRun, request);
  if (!response.ok()) return ReportError("update-map-run", options, response.status());
  if (options.is_json()) {
    PrintLine(JsonObject()
                  .Text("map_run", options.map_run)
                  .Boolean("running", response->running())
                  .ToString());
  } else {
    PrintLine(SafeText(options.map_run) +
              (response->running() ? ": goes on with these bounds" : ": is over, nothing changed"));
  }
  return FlushOutput(kDone);
}

}  // namespace

void AddUpdateMapRunCommand(Command& app, int& exit_code) {
  Command command = app.AddCommand("update-map-run", "Change the bounds of a Map run that goes on");
  command.Footer(
      "Examples:\n"
      "  pawl update-map-run ARN --max-concurrency 50\n"
      "  pawl update-map-run ARN --tolerated-failure-percentage 10");
  auto options = std::make_shared<UpdateMapRunOptions>();
  command.AddOption("MAP_RUN", options->map_run, "The run's ARN, as pawl map-runs shows it")
      .Required();
  command.AddOption("--max-concurrency",
                    options->max_concurrency,
                    "Executions at once; 0: as many as the server allows");
  command.AddOption("--tolerated-failure-count", options->failure_count, "Items that may fail");
  command.AddOption("--tolerated-failure-percentage",
                    options->failure_percentage,
                    "The share of items that may fail, 0 to 100");
  AddClientOptions(command, *options);
  command.Run([options, &exit_code] { exit_code = UpdateMapRun(*options); });
}

}  // namespace pawl::cli
