// The seam between `pawl` and its subcommands.
#pragma once

#include <CLI/CLI.hpp>

namespace pawl::cli {

// How `pawl` ends, whatever the subcommand.
enum ExitCode : int {
  kDone = 0,
  // What was asked for failed: an execution, a deployment, a validation.
  kFailed = 1,
  // The command line, the environment or the configuration file is wrong.
  kUsage = 2,
  // `pawl server`: the store takes no more writes. Nothing that was acknowledged is lost.
  kStoreFailed = 75,
};

// Adds the subcommands of this folder, each by a function AddXCommand(app, exit_code). Its callback
// runs the command and sets `exit_code`, which outlives the app.
void AddCommands(CLI::App& app, int& exit_code);

void AddVersionCommand(CLI::App& app, int& exit_code);

}  // namespace pawl::cli
