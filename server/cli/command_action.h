// The commands of a command, such as `pawl activity list`: what its actions share.
#pragma once

#include <memory>

#include "server/cli/command_line.h"

namespace pawl::cli {

// A command below another, and what its options are read into.
template <typename Options>
struct Action {
  Command command;
  std::shared_ptr<Options> options = std::make_shared<Options>();
};

// Adds `name` to the commands of `parent`. It calls `run` and sets `exit_code`, which outlives the
// program's CLI::App. Its options and arguments are still to be added.
template <typename Options>
Action<Options> AddAction(Command& parent,
                          const char* name,
                          const char* help,
                          int (*run)(const Options&),
                          int& exit_code) {
  Action<Options> action{.command = parent.AddCommand(name, help)};
  action.command.Run([options = action.options, run, &exit_code] { exit_code = run(*options); });
  return action;
}

}  // namespace pawl::cli
