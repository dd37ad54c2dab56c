#include <fmt/format.h>

#include <algorithm>
#include <memory>
#include <vector>

#include "engine/platform/clock.h"
#include "server/cli/command.h"
#include "server/cli/definition_file.h"
#include "server/cli/deployment.h"
#include "server/cli/terminal_text.h"
#include "server/cli/wire_text.h"

namespace pawl::cli {
namespace {

struct Options : ClientOptions {
  std::vector<std::string> files;
  std::string name;
  std::string type;
  bool publish = false;
};

void Print(const Options& options, const v1::DeployStateMachineResponse& response) {
  v1::StateMachine machine = response.state_machine();
  machine.set_version(response.version());
  if (options.is_json()) return PrintLine(ToJson(machine));
  PrintLine(
      fmt::format("{}  revision {}{}{}",
                  SafeText(machine.name()),
                  machine.revision(),
                  response.changed() ? "" : " (unchanged)",
                  response.version() == 0 ? "" : fmt::format("  version {}", response.version())));
}

int Deploy(const Options& options) {
  if (!options.name.empty() && options.files.size() != 1) {
    return ReportUsage("deploy", "--name is for one file; without it each file names its own");
  }
  platform::SystemClock clock;
  Client client(options.address, clock);
  int exit_code = kDone;
  for (const std::string& path : options.files) {
    const std::string name = options.name.empty() ? StateMachineNameOf(path) : options.name;
    const Deployment deployment =
        DeployFile("deploy", options, client, {path, name, options.type, options.publish});
    if (deployment.exit_code == kUnreachable) return kUnreachable;
    if (deployment.exit_code == kDone) Print(options, deployment.response);
    if (exit_code == kDone) exit_code = deployment.exit_code;
  }
  return FlushOutput(exit_code);
}

}  // namespace

void AddDeployCommand(CLI::App& app, int& exit_code) {
  CLI::App* command = app.add_subcommand("deploy", "Make or update state machines from files");
  command->footer(
      "A state machine has its file's name without .asl.json, .asl.yaml, .json or .yaml.\n"
      "Deploying the same text again changes nothing; running executions stay on the revision\n"
      "they started with. The exit code is that of the first file that failed.\n"
      "\n"
      "Examples:\n"
      "  pawl deploy hello.asl.json\n"
      "  pawl deploy statemachines/examples/*.asl.*\n"
      "  pawl deploy draft.yaml --name orders --output json\n"
      "  pawl deploy quote.asl.yaml --type EXPRESS\n"
      "  pawl deploy order.asl.json --publish      and make a version of it");
  auto options = std::make_shared<Options>();
  command->add_option("FILE", options->files, "Definitions, JSON or YAML")->required();
  command->add_option("--name", options->name, "The state machine's name, for one file");
  command
      ->add_option("--type",
                   options->type,
                   "STANDARD: every transition is durable (default of a new state machine).\n"
                   "EXPRESS: in memory, for five minutes at most")
      ->check(CLI::IsMember({"STANDARD", "EXPRESS"}));
  command->add_flag("--publish", options->publish, "Publish the revision as a version too");
  AddClientOptions(*command, *options);
  command->callback([options, &exit_code] { exit_code = Deploy(*options); });
}

}  // namespace pawl::cli
