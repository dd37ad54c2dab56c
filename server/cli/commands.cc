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
  AddDevCommand(app, exit_code);
  AddDeployCommand(app, exit_code);
  AddValidateCommand(app, exit_code);
  AddEvalCommand(app, exit_code);
  AddTestStateCommand(app, exit_code);
  AddRunCommand(app, exit_code);
  AddStartCommand(app, exit_code);
  AddListCommand(app, exit_code);
  AddDescribeCommand(app, exit_code);
  AddHistoryCommand(app, exit_code);
  AddWatchCommand(app, exit_code);
  AddStopCommand(app, exit_code);
  AddRedriveCommand(app, exit_code);
  AddMapRunsCommand(app, exit_code);
  AddUpdateMapRunCommand(app, exit_code);
  AddPublishCommand(app, exit_code);
  AddUnpublishCommand(app, exit_code);
  AddVersionsCommand(app, exit_code);
  AddAliasCommand(app, exit_code);
  AddTagCommand(app, exit_code);
  AddActivityCommand(app, exit_code);
  AddTaskCommand(app, exit_code);
  AddFunctionCommand(app, exit_code);
  AddInvokeCommand(app, exit_code);
  AddVersionCommand(app, exit_code);
}

}  // namespace pawl::cli
