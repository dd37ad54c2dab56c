#include "server/cli/command.h"

namespace pawl::cli {

void AddCommands(CLI::App& app, int& exit_code) {
  AddVersionCommand(app, exit_code);
}

}  // namespace pawl::cli
