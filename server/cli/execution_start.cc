#include "server/cli/execution_start.h"

#include <algorithm>
#include <utility>

#include "engine/platform/random.h"
#include "server/cli/definition_file.h"
#include "server/cli/deployment.h"
#include "server/cli/input_file.h"

namespace pawl::cli {

void AddStartOptions(Command& command, StartOptions& options) {
  command
      .AddOption(
          "STATE_MACHINE",
          options.state_machine,
          "A state machine, also with :VERSION or :ALIAS behind it; or a definition's file,\n"
          "which is deployed first")
      .Required();
  command
      .AddOption("-i,--input", options.input, "The input: JSON text, @FILE, or - (standard input)")
      .TypeName("JSON")
      .ShowDefault();
  command.AddOption("-n,--name", options.name, "The execution's name; a new UUID if absent");
  command
      .AddOption("--test-case",
                 options.test_case,
                 "Mock tasks as this test case of the server's mock configuration says")
      .TypeName("NAME");
  AddClientOptions(command, options);
}

PreparedStart PrepareStart(std::string_view command, StartOptions& options, Client& client) {
  const Result<std::string> input = ReadPayload(options.input);
  if (!input.ok()) return {ReportUsage(command, input.status().message()), {}};
  if (IsDefinitionPath(options.state_machine)) {
    const std::string name = StateMachineNameOf(options.state_machine);
    const Deployment deployment =
        DeployFile(command, options, client, {options.state_machine, name});
    if (deployment.exit_code != kDone) return {deployment.exit_code, {}};
    options.state_machine = name;
  }
  PreparedStart prepared;
  prepared.start.set_state_machine(options.state_machine);
  prepared.start.set_name(options.name);
  prepared.start.set_input(*input);
  prepared.start.set_test_case(options.test_case);
  // The execution is the state machine's, whatever version of it runs.
  options.state_machine.resize(
      std::min(options.state_machine.find(':'), options.state_machine.size()));
  return prepared;
}

bool IsExpress(const v1::StartedExecution& execution) {
  return execution.arn().find(":express:") != std::string::npos;
}

Started StartExecution(std::string_view command, StartOptions& options, Client& client) {
  PreparedStart prepared = PrepareStart(command, options, client);
  if (prepared.exit_code != kDone) return {prepared.exit_code, {}};
  v1::StartExecutionRequest request;
  platform::SystemRandom random;
  request.set_request_id(platform::RandomUuid(random));
  *request.mutable_execution() = std::move(prepared.start);
  const Result<v1::StartExecutionResponse> response =
      client.Call(&Client::Stub::StartExecution, request);
  if (!response.ok()) return {ReportError(command, options, response.status()), {}};
  return {kDone, response->execution()};
}

}  // namespace pawl::cli
