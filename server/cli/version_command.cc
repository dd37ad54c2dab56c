#include <fmt/format.h>

#include "server/cli/command.h"
#include "server/version.h"

namespace pawl::cli {

void AddVersionCommand(CLI::App& app, int& exit_code) {
  CLI::App* command = app.add_subcommand("version", "Show the version");
  command->callback([&exit_code] {
    fmt::print("pawl {}\n", server::kVersion);
    exit_code = kDone;
  });
}

}  // namespace pawl::cli
