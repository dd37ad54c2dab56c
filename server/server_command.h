// `pawl server`.
#pragma once

#include <CLI/CLI.hpp>

namespace pawl::server {

// Adds the subcommand; when it is chosen, the server runs until it is told to stop and
// `exit_code` says how it ended (see server/cli/command.h).
void AddServerCommand(CLI::App& app, int& exit_code);

}  // namespace pawl::server
