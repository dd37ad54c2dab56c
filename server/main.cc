// `pawl`: one program for everything that is done from a command line.
#include <absl/synchronization/mutex.h>

#include <CLI/CLI.hpp>

#include "server/cli/command.h"
#include "server/server_command.h"
#include "workers/worker_command.h"

int main(int argc, char** argv) {
  // Debian builds Abseil with the checks of a debug build: each lock that gRPC takes would be
  // entered in a graph of all locks.
  absl::SetMutexDeadlockDetectionMode(absl::OnDeadlockCycle::kIgnore);
  CLI::App app("Pawl runs state machines durably.", "pawl");
  app.require_subcommand(1);
  app.set_help_all_flag("--help-all", "Show the help of all commands");
  int exit_code = pawl::cli::kDone;
  pawl::server::AddServerCommand(app, exit_code);
  pawl::workers::AddWorkerCommand(app, exit_code);
  pawl::cli::AddCommands(app, exit_code);
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? pawl::cli::kDone : pawl::cli::kUsage;
  }
  return exit_code;
}
