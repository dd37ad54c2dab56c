// `pawl worker`.
#pragma once

#include <CLI/CLI.hpp>

namespace pawl::workers {

// Adds the subcommand. Its callback works until a signal and sets `exit_code`, which outlives the
// app: 0; 1 if the worker could not start, or ended with functions still running; 2 for a wrong
// setting.
void AddWorkerCommand(CLI::App& app, int& exit_code);

}  // namespace pawl::workers
