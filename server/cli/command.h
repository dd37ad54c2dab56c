// The seam between `pawl` and its subcommands.
#pragma once

#include "server/cli/command_line.h"

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

void AddActivityCommand(Command& app, int& exit_code);
void AddAliasCommand(Command& app, int& exit_code);
void AddDeployCommand(Command& app, int& exit_code);
void AddDescribeCommand(Command& app, int& exit_code);
void AddDevCommand(Command& app, int& exit_code);
void AddEvalCommand(Command& app, int& exit_code);
void AddFunctionCommand(Command& app, int& exit_code);
void AddHistoryCommand(Command& app, int& exit_code);
void AddInvokeCommand(Command& app, int& exit_code);
void AddListCommand(Command& app, int& exit_code);
void AddMapRunsCommand(Command& app, int& exit_code);
void AddRedriveCommand(Command& app, int& exit_code);
void AddUpdateMapRunCommand(Command& app, int& exit_code);
void AddPublishCommand(Command& app, int& exit_code);
void AddRunCommand(Command& app, int& exit_code);
void AddStartCommand(Command& app, int& exit_code);
void AddStopCommand(Command& app, int& exit_code);
void AddTagCommand(Command& app, int& exit_code);
void AddTaskCommand(Command& app, int& exit_code);
void AddTestStateCommand(Command& app, int& exit_code);
void AddUnpublishCommand(Command& app, int& exit_code);
void AddValidateCommand(Command& app, int& exit_code);
void AddVersionCommand(Command& app, int& exit_code);
void AddVersionsCommand(Command& app, int& exit_code);
void AddWatchCommand(Command& app, int& exit_code);

}  // namespace pawl::cli
