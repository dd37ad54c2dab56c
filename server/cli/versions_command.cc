#include <fmt/format.h>

#include <memory>

#include "server/cli/client_command.h"
#include "server/cli/command.h"
#include "server/cli/paged_list.h"
#include "server/cli/table.h"
#include "server/cli/wire_text.h"

namespace pawl::cli {
namespace {

struct VersionsOptions : PagedListOptions {
  std::string state_machine;
};

int PrintVersions(const VersionsOptions& options, const v1::ListVersionsResponse& page) {
  Table table({"VERSION", "REVISION", "CREATED", "DESCRIPTION"});
  for (const v1::Version& version : page.versions()) {
    if (options.is_json()) PrintLine(ToJson(version));
    table.Add({std::to_string(version.version()),
               std::to_string(version.revision()),
               TimeText(version.create_time()),
               version.description()});
  }
  if (!options.is_json() && !table.empty()) PrintText(table.ToString());
  return page.versions_size();
}

int Versions(const VersionsOptions& options) {
  v1::ListVersionsRequest request;
  request.set_state_machine(options.state_machine);
  return PrintPages(
      "versions", options, &Client::Stub::ListVersions, request, [&options](const auto& page) {
        return PrintVersions(options, page);
      });
}

}  // namespace

void AddVersionsCommand(Command& app, int& exit_code) {
  Command command = app.AddCommand("versions", "List the versions of a state machine");
  command.Footer(
      "Newest first.\n"
      "\n"
      "Examples:\n"
      "  pawl versions order\n"
      "  pawl describe order:3 --definition          what version 3 runs\n"
      "  pawl list order:3                           its executions");
  auto options = std::make_shared<VersionsOptions>();
  command.AddOption("STATE_MACHINE", options->state_machine, "The state machine").Required();
  AddPagedListOptions(command, *options);
  command.Run([options, &exit_code] { exit_code = Versions(*options); });
}

}  // namespace pawl::cli
