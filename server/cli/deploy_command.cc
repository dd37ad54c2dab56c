#include <fmt/format.h>

#include <algorithm>
#include <memory>
#include <vector>

#include "engine/platform/clock.h"
#include "server/cli/command.h"
#include "server/cli/definition_file.h"
#include "server/cli/deployment.h"
#include "server/cli/template_deployment.h"
#include "server/cli/terminal_text.h"
#include "server/cli/wire_text.h"
#include "server/templates/template.h"

namespace pawl::cli {
namespace {

struct DeployOptions : ClientOptions {
  std::vector<std::string> files;
  std::string name;
  std::string type;
  bool publish = false;
  // Of templates.
  std::vector<std::string> parameters;
  std::string stack_name;
  std::vector<std::string> skipped;
  bool is_strict = false;
  bool is_dry_run = false;

  bool HasTemplateOptions() const {
    return !parameters.empty() || !stack_name.empty() || !skipped.empty() || is_strict ||
           is_dry_run;
  }

  bool HasDefinitionOptions() const { return !name.empty() || !type.empty() || publish; }
};

void PrintDeployment(const DeployOptions& options, const v1::DeployStateMachineResponse& response) {
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

// The text of a template; empty where the file is none, or cannot be read, which is told later.
// Standard input has a definition.
std::string TemplateText(const std::string& path) {
  if (path == "-") return {};
  const Result<std::string> text = ReadDefinition(path);
  return text.ok() && templates::IsTemplate(*text) ? *text : std::string();
}

int DeployTemplateFile(const DeployOptions& options,
                       Client& client,
                       const std::string& path,
                       std::string text) {
  if (options.HasDefinitionOptions()) {
    return ReportUsage("deploy",
                       fmt::format("'{}' is a template, which says names, types and versions "
                                   "itself: --name, --type and --publish are for definitions",
                                   path));
  }
  TemplateFile file{.path = path,
                    .text = std::move(text),
                    .stack_name = options.stack_name,
                    .skipped = {options.skipped.begin(), options.skipped.end()},
                    .is_strict = options.is_strict,
                    .is_dry_run = options.is_dry_run};
  for (const std::string& parameter : options.parameters) {
    const std::size_t equals = parameter.find('=');
    if (equals == std::string::npos || equals == 0) {
      return ReportUsage("deploy", fmt::format("--parameter: '{}' is no NAME=VALUE", parameter));
    }
    file.parameters.insert_or_assign(parameter.substr(0, equals), parameter.substr(equals + 1));
  }
  return DeployTemplate(options, client, file);
}

// What was called a template, by options that are for one.
int RefuseAsTemplate(const std::string& path) {
  const Result<std::string> text = ReadDefinition(path);
  if (!text.ok()) return ReportUsage("deploy", text.status().message());
  for (const asl::Diagnostic& diagnostic : templates::ReadTemplate(*text, {}).diagnostics)
    PrintNote(DiagnosticText(path, diagnostic));
  return ReportUsage("deploy",
                     fmt::format("'{}' is no template: --parameter, --stack-name, --skip, "
                                 "--strict and --dry-run are for templates",
                                 path));
}

int DeployDefinition(const DeployOptions& options, Client& client, const std::string& path) {
  if (options.HasTemplateOptions()) return RefuseAsTemplate(path);
  const std::string name = options.name.empty() ? StateMachineNameOf(path) : options.name;
  const Deployment deployment =
      DeployFile("deploy", options, client, {path, name, options.type, options.publish});
  if (deployment.exit_code == kDone) PrintDeployment(options, deployment.response);
  return deployment.exit_code;
}

int DeployFiles(const DeployOptions& options) {
  if (!options.name.empty() && options.files.size() != 1) {
    return ReportUsage("deploy", "--name is for one file; without it each file names its own");
  }
  platform::SystemClock clock;
  Client client(options.address, clock);
  int exit_code = kDone;
  for (const std::string& path : options.files) {
    std::string text = TemplateText(path);
    const int file_code = text.empty() ? DeployDefinition(options, client, path)
                                       : DeployTemplateFile(options, client, path, std::move(text));
    if (file_code == kUnreachable) return kUnreachable;
    if (exit_code == kDone) exit_code = file_code;
  }
  return FlushOutput(exit_code);
}

void AddTemplateOptions(Command& command, DeployOptions& options) {
  command
      .AddOption("--parameter", options.parameters, "A parameter of a template; many may be given")
      .TypeName("NAME=VALUE");
  command
      .AddOption("--stack-name",
                 options.stack_name,
                 "Of a template: AWS::StackName, and put before names that it does not say")
      .TypeName("NAME");
  command.AddOption("--skip", options.skipped, "Leave a resource out; many may be given")
      .TypeName("LOGICAL_ID");
  command.AddFlag(
      "--strict", options.is_strict, "Of a template: fail if anything would be left out");
  command.AddFlag("--dry-run", options.is_dry_run, "Of a template: only show what would happen");
}

}  // namespace

void AddDeployCommand(Command& app, int& exit_code) {
  Command command =
      app.AddCommand("deploy", "Make or update state machines, or all of a template, from files");
  command.Footer(
      "A state machine has its file's name without .asl.json, .asl.yaml, .json or .yaml.\n"
      "Deploying the same text again changes nothing; running executions stay on the revision\n"
      "they started with. The exit code is that of the first file that failed.\n"
      "\n"
      "A template of AWS SAM or CloudFormation (also of cdk synth) is deployed with its "
      "functions,\n"
      "activities and state machines; what else it holds is left out and told. Nothing is "
      "deployed\n"
      "before all of it was checked.\n"
      "\n"
      "Examples:\n"
      "  pawl deploy hello.asl.json\n"
      "  pawl deploy statemachines/examples/*.asl.*\n"
      "  pawl deploy draft.yaml --name orders --output json\n"
      "  pawl deploy quote.asl.yaml --type EXPRESS\n"
      "  pawl deploy order.asl.json --publish      and make a version of it\n"
      "  pawl deploy template.yaml --parameter Stage=test\n"
      "  pawl deploy cdk.out/Orders.template.json --dry-run");
  auto options = std::make_shared<DeployOptions>();
  command.AddOption("FILE", options->files, "Definitions or templates, JSON or YAML").Required();
  command.AddOption("--name", options->name, "The state machine's name, for one file");
  command
      .AddOption("--type",
                 options->type,
                 "STANDARD: every transition is durable (default of a new state machine).\n"
                 "EXPRESS: in memory, for five minutes at most")
      .OneOf({"STANDARD", "EXPRESS"});
  command.AddFlag("--publish", options->publish, "Publish the revision as a version too");
  AddTemplateOptions(command, *options);
  AddClientOptions(command, *options);
  command.Run([options, &exit_code] { exit_code = DeployFiles(*options); });
}

}  // namespace pawl::cli
