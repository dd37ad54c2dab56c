#include <CLI/CLI.hpp>
#include <string>
#include <vector>

#include "server/cli/command.h"
#include "server/cli/terminal_text.h"

namespace pawl::cli {
namespace {

// CLI11 says only that a command is missing, also where a word was given that is none.
std::string Failure(const CLI::App* app, const CLI::Error& error) {
  // The command that was named, such as "pawl activity".
  const CLI::App* command = app;
  std::string name = app->get_name();
  while (!command->get_subcommands().empty()) {
    command = command->get_subcommands().front();
    name += " " + command->get_name();
  }
  const std::vector<std::string> words = command->remaining();
  if (command->get_require_subcommand_min() > 0 && !words.empty()) {
    return name + ": '" + SafeText(words.front()) + "' is no command; '" + name +
           " --help' lists them\n";
  }
  return name + ": " + SafeText(error.what()) + "; --help shows what is expected\n";
}

}  // namespace

void AddCommands(CLI::App& app, int& exit_code) {
  app.footer(
      "Exit codes: 0 done; 1 the execution failed or the definition is wrong; 2 wrong usage;\n"
      "3 the server refused (not found, exists already); 4 no server answers; 130 interrupted.\n"
      "\n"
      "First steps:\n"
      "  pawl dev statemachines/examples            server, worker and definitions at once\n"
      "  pawl run hello --input '{\"name\": \"Ada\"}'   in another terminal\n");
  app.failure_message(Failure);
  Command pawl(app);
  AddDevCommand(pawl, exit_code);
  AddDeployCommand(pawl, exit_code);
  AddValidateCommand(pawl, exit_code);
  AddEvalCommand(pawl, exit_code);
  AddTestStateCommand(pawl, exit_code);
  AddRunCommand(pawl, exit_code);
  AddStartCommand(pawl, exit_code);
  AddListCommand(pawl, exit_code);
  AddDescribeCommand(pawl, exit_code);
  AddHistoryCommand(pawl, exit_code);
  AddWatchCommand(pawl, exit_code);
  AddStopCommand(pawl, exit_code);
  AddRedriveCommand(pawl, exit_code);
  AddMapRunsCommand(pawl, exit_code);
  AddUpdateMapRunCommand(pawl, exit_code);
  AddPublishCommand(pawl, exit_code);
  AddUnpublishCommand(pawl, exit_code);
  AddVersionsCommand(pawl, exit_code);
  AddAliasCommand(pawl, exit_code);
  AddTagCommand(pawl, exit_code);
  AddActivityCommand(pawl, exit_code);
  AddTaskCommand(pawl, exit_code);
  AddFunctionCommand(pawl, exit_code);
  AddInvokeCommand(pawl, exit_code);
  AddVersionCommand(pawl, exit_code);
}

}  // namespace pawl::cli
