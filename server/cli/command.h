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
  // The server refused: it does not exist, exists already, or is not possible now.
  kRefused = 3,
  // No server answers.
  kUnreachable = 4,
  // `pawl server`: the store takes no more writes. Nothing that was acknowledged is lost.
  kStoreFailed = 75,
  // `pawl run` and `pawl watch`: Ctrl-C. The execution goes on.
  kInterrupted = 130,
};

// Adds the subcommands of this folder, each by a function AddXCommand(app, exit_code). Its callback
// runs the command and sets `exit_code`, which outlives the app.
void AddCommands(CLI::App& app, int& exit_code);

void AddActivityCommand(CLI::App& app, int& exit_code);
void AddAliasCommand(CLI::App& app, int& exit_code);
void AddDeployCommand(CLI::App& app, int& exit_code);
void AddDescribeCommand(CLI::App& app, int& exit_code);
void AddDevCommand(CLI::App& app, int& exit_code);
void AddEvalCommand(CLI::App& app, int& exit_code);
void AddFunctionCommand(CLI::App& app, int& exit_code);
void AddHistoryCommand(CLI::App& app, int& exit_code);
void AddInvokeCommand(CLI::App& app, int& exit_code);
void AddListCommand(CLI::App& app, int& exit_code);
void AddMapRunsCommand(CLI::App& app, int& exit_code);
void AddRedriveCommand(CLI::App& app, int& exit_code);
void AddUpdateMapRunCommand(CLI::App& app, int& exit_code);
void AddPublishCommand(CLI::App& app, int& exit_code);
void AddRunCommand(CLI::App& app, int& exit_code);
void AddStartCommand(CLI::App& app, int& exit_code);
void AddStopCommand(CLI::App& app, int& exit_code);
void AddTagCommand(CLI::App& app, int& exit_code);
void AddTaskCommand(CLI::App& app, int& exit_code);
void AddTestStateCommand(CLI::App& app, int& exit_code);
void AddUnpublishCommand(CLI::App& app, int& exit_code);
void AddValidateCommand(CLI::App& app, int& exit_code);
void AddVersionCommand(CLI::App& app, int& exit_code);
void AddVersionsCommand(CLI::App& app, int& exit_code);
void AddWatchCommand(CLI::App& app, int& exit_code);

}  // namespace pawl::cli
