#include <fmt/format.h>

#include <memory>

#include "server/cli/client_command.h"
#include "server/cli/command.h"
#include "server/cli/json_object.h"
#include "server/version.h"

namespace pawl::cli {

void AddVersionCommand(Command& app, int& exit_code) {
  Command command = app.AddCommand("version", "Show the version");
  command.Footer(
      "Examples:\n"
      "  pawl version\n"
      "  pawl version --output json");
  auto options = std::make_shared<OutputOptions>();
  AddOutputOption(command, *options);
  command.Run([options, &exit_code] {
    PrintLine(options->is_json() ? JsonObject().Text("version", server::kVersion).ToString()
                                 : fmt::format("pawl {}", server::kVersion));
    exit_code = FlushOutput(kDone);
  });
}

}  // namespace pawl::cli
