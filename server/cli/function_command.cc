#include <fmt/format.h>

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "engine/platform/clock.h"
#include "server/cli/client_command.h"
#include "server/cli/code_archive.h"
#include "server/cli/command.h"
#include "server/cli/command_action.h"
#include "server/cli/function_upload.h"
#include "server/cli/json_object.h"
#include "server/cli/paged_list.h"
#include "server/cli/table.h"
#include "server/cli/terminal_text.h"
#include "server/cli/wire_text.h"

namespace pawl::cli {
namespace {

struct FunctionOptions : PagedListOptions {
  std::string name;
  std::string code;
  std::optional<std::string> handler;
  std::optional<std::uint32_t> timeout;
  std::optional<std::uint32_t> memory;
  std::vector<std::string> environment;
  std::optional<std::string> description;
  std::optional<std::string> runtime;
  std::optional<std::string> role;
  std::optional<std::uint32_t> concurrency;
  bool publish = false;
};

// "orders:3" apart.
struct FunctionReference {
  std::string name;
  std::string qualifier;
};

FunctionReference Split(const std::string& text) {
  const std::size_t colon = text.find(':');
  if (colon == std::string::npos) return {text, {}};
  return {text.substr(0, colon), text.substr(colon + 1)};
}

std::string SizeText(std::uint64_t bytes) {
  constexpr std::uint64_t kKilo = 1024;
  if (bytes < kKilo) return fmt::format("{} B", bytes);
  if (bytes < kKilo * kKilo) return fmt::format("{} KiB", bytes / kKilo);
  return fmt::format("{:.1f} MiB", static_cast<double>(bytes) / (kKilo * kKilo));
}

void PrintFunction(const FunctionOptions& options, const v1::DeployedFunction& function) {
  if (options.is_json()) return PrintLine(ToJson(function));
  const v1::FunctionConfiguration& configuration = function.configuration();
  PrintField("Function", SafeText(function.name()));
  PrintField("ARN", SafeText(function.arn()));
  PrintField("Version", SafeText(function.version()));
  PrintField("Handler", SafeText(configuration.handler()));
  PrintField("Runtime", SafeText(configuration.runtime()));
  PrintField("Description", SafeText(configuration.description()));
  PrintField("Role", SafeText(configuration.role()));
  PrintField("Timeout", fmt::format("{} s", configuration.timeout_seconds()));
  PrintField("Memory", fmt::format("{} MB", configuration.memory_mb()));
  if (function.has_reserved_concurrency()) {
    PrintField("Concurrency", std::to_string(function.reserved_concurrency()));
  }
  PrintField("Code", SizeText(function.code_bytes()));
  PrintField("Updated", TimeText(function.update_time()));
  const std::map<std::string, std::string> environment(configuration.environment().begin(),
                                                       configuration.environment().end());
  for (const auto& [name, value] : environment)
    PrintField("Environment", SafeText(name + "=" + value));
}

// What the function has now, or nothing.
Result<v1::FunctionConfiguration> CurrentConfiguration(const std::string& name, Client& client) {
  v1::DescribeFunctionRequest request;
  request.set_name(name);
  const auto response = client.Call(&Client::FunctionStub::DescribeFunction, request);
  if (response.ok()) return response->function().configuration();
  if (response.status().code() == StatusCode::kNotFound) return v1::FunctionConfiguration();
  return response.status();
}

// InvalidArgument where a variable is no NAME=VALUE.
Status Change(const FunctionOptions& options, v1::FunctionConfiguration& configuration) {
  if (options.handler) configuration.set_handler(*options.handler);
  if (options.timeout) configuration.set_timeout_seconds(*options.timeout);
  if (options.memory) configuration.set_memory_mb(*options.memory);
  if (options.description) configuration.set_description(*options.description);
  if (options.runtime) configuration.set_runtime(*options.runtime);
  if (options.role) configuration.set_role(*options.role);
  for (const std::string& variable : options.environment) {
    const std::size_t equals = variable.find('=');
    if (equals == std::string::npos || equals == 0) {
      return InvalidArgument(fmt::format("--env: '{}' is no NAME=VALUE", variable));
    }
    (*configuration.mutable_environment())[variable.substr(0, equals)] =
        variable.substr(equals + 1);
  }
  return {};
}

Status SetConcurrency(const FunctionOptions& options, Client& client) {
  if (!options.concurrency) return {};
  v1::SetFunctionConcurrencyRequest request;
  request.set_name(options.name);
  request.set_concurrency(*options.concurrency);
  return client.Call(&Client::FunctionStub::SetFunctionConcurrency, request).status();
}

Result<std::string> PublishFunctionVersion(const std::string& name, Client& client) {
  v1::PublishFunctionVersionRequest request;
  request.set_name(name);
  ASSIGN_OR_RETURN(const v1::PublishFunctionVersionResponse response,
                   client.Call(&Client::FunctionStub::PublishFunctionVersion, request));
  return response.function().version();
}

int DeployFunction(const FunctionOptions& options) {
  constexpr std::string_view kCommand = "function deploy";
  std::string archive;
  if (!options.code.empty()) {
    Result<std::string> made = ArchiveOf(options.code);
    if (!made.ok()) return ReportUsage(kCommand, made.status().message());
    archive = *std::move(made);
  }
  platform::SystemClock clock;
  Client client(options.address, clock);
  Result<v1::FunctionConfiguration> configuration = CurrentConfiguration(options.name, client);
  if (!configuration.ok()) return ReportError(kCommand, options, configuration.status());
  if (const Status changed = Change(options, *configuration); !changed.ok()) {
    return ReportUsage(kCommand, changed.message());
  }
  if (configuration->handler().empty()) {
    return ReportUsage(kCommand, "--handler is required of a new function: module.function");
  }
  v1::DeployedConfiguration request;
  request.set_name(options.name);
  *request.mutable_configuration() = *std::move(configuration);
  Result<v1::DeployFunctionResponse> response = UploadFunction(client, request, archive);
  if (!response.ok()) return ReportError(kCommand, options, response.status());
  const Status limited = SetConcurrency(options, client);
  if (!limited.ok()) return ReportError(kCommand, options, limited);
  std::string version;
  if (options.publish) {
    const Result<std::string> published = PublishFunctionVersion(options.name, client);
    if (!published.ok()) return ReportError(kCommand, options, published.status());
    version = *published;
  }
  v1::DeployedFunction& function = *response->mutable_function();
  if (options.concurrency) function.set_reserved_concurrency(*options.concurrency);
  if (options.is_json()) {
    if (!version.empty()) function.set_version(version);
    PrintLine(ToJson(function));
  } else {
    const char* what = response->created()   ? "created"
                       : response->changed() ? "updated"
                                             : "unchanged";
    PrintLine(fmt::format("{}  {}{}",
                          SafeText(function.name()),
                          what,
                          version.empty() ? "" : "  version " + SafeText(version)));
  }
  return FlushOutput(kDone);
}

int DescribeFunction(const FunctionOptions& options) {
  platform::SystemClock clock;
  Client client(options.address, clock);
  const FunctionReference name = Split(options.name);
  v1::DescribeFunctionRequest request;
  request.set_name(name.name);
  request.set_qualifier(name.qualifier);
  const auto response = client.Call(&Client::FunctionStub::DescribeFunction, request);
  if (!response.ok()) return ReportError("function describe", options, response.status());
  PrintFunction(options, response->function());
  return FlushOutput(kDone);
}

int ListFunctions(const FunctionOptions& options) {
  const auto print = [&options](const v1::ListFunctionsResponse& page) {
    Table table({"NAME", "HANDLER", "TIMEOUT", "CODE", "UPDATED"});
    for (const v1::DeployedFunction& function : page.functions()) {
      if (options.is_json()) PrintLine(ToJson(function));
      table.Add({function.name(),
                 function.configuration().handler(),
                 fmt::format("{} s", function.configuration().timeout_seconds()),
                 SizeText(function.code_bytes()),
                 TimeText(function.update_time())});
    }
    for (const std::string& name : page.announced()) {
      if (options.is_json()) {
        PrintLine(JsonObject().Text("name", name).Boolean("announced", true).ToString());
      }
      table.Add({name, "(a worker's own)", "", "", ""});
    }
    if (!options.is_json() && !table.empty()) PrintText(table.ToString());
    return page.functions_size() + page.announced_size();
  };
  return PrintPages("function list",
                    options,
                    &Client::FunctionStub::ListFunctions,
                    v1::ListFunctionsRequest(),
                    print);
}

int DeleteFunction(const FunctionOptions& options) {
  platform::SystemClock clock;
  Client client(options.address, clock);
  const FunctionReference name = Split(options.name);
  v1::DeleteFunctionRequest request;
  request.set_name(name.name);
  request.set_qualifier(name.qualifier);
  const auto response = client.Call(&Client::FunctionStub::DeleteFunction, request);
  if (!response.ok()) return ReportError("function delete", options, response.status());
  if (options.is_json()) {
    PrintLine(JsonObject().Text("name", options.name).Boolean("deleted", true).ToString());
  } else {
    PrintLine(fmt::format("{}: deleted", SafeText(options.name)));
  }
  return FlushOutput(kDone);
}

using FunctionAction = Action<FunctionOptions>;

void AddDeployAction(Command& function, int& exit_code) {
  FunctionAction deploy = AddAction(function,
                                    "deploy",
                                    "Make or update a function from a directory or archive",
                                    DeployFunction,
                                    exit_code);
  deploy.command.Footer(
      "A directory is packed without .git, __pycache__ and *.pyc; the same files make the same\n"
      "archive, and deploying what is there already changes nothing. What is not given stays as "
      "it\n"
      "is. Workers of 'pawl worker' and 'pawl dev' fetch the function and run it.\n"
      "\n"
      "Examples:\n"
      "  pawl function deploy orders --code ./orders --handler app.handler\n"
      "  pawl function deploy orders --code orders.zip --publish\n"
      "  pawl function deploy orders --timeout 30 --env TABLE=orders --env LEVEL=debug");
  FunctionOptions& options = *deploy.options;
  Command& command = deploy.command;
  command.AddOption("NAME", options.name, "The function's name").Required();
  command.AddOption("--code", options.code, "A directory, or a zip archive").TypeName("DIR|ZIP");
  command.AddOption("--handler", options.handler, "What is called, such as app.handler")
      .TypeName("MODULE.FUNCTION");
  command.AddOption("--timeout", options.timeout, "Seconds a call may take, 1 to 900 [3]")
      .Positive()
      .TypeName("S");
  command.AddOption("--memory", options.memory, "MB a call may take, 128 to 10240 [128]")
      .Positive()
      .TypeName("MB");
  command
      .AddOption("--env", options.environment, "A variable of the environment; many may be given")
      .TypeName("NAME=VALUE");
  command.AddOption("--description", options.description, "What it is for").TypeName("TEXT");
  command.AddOption("--runtime", options.runtime, "Kept, such as python3.12").TypeName("NAME");
  command.AddOption("--role", options.role, "Kept: the ARN of a role").TypeName("ARN");
  command.AddOption("--concurrency", options.concurrency, "How many run at once at most; 0: none")
      .TypeName("N");
  command.AddFlag("--publish", options.publish, "Publish a version too");
  AddClientOptions(command, options);
}

}  // namespace

void AddFunctionCommand(Command& app, int& exit_code) {
  Command command = app.AddCommand("function", "Deploy, list and delete functions");
  command.NeedCommand();
  command.Footer(
      "The server keeps a deployed function's code; workers fetch and run it. A function that a\n"
      "worker brings itself is announced and needs no deployment.\n"
      "\n"
      "Examples:\n"
      "  pawl function deploy orders --code ./orders --handler app.handler\n"
      "  pawl function list\n"
      "  pawl invoke orders --payload '{\"id\": 7}'");
  AddDeployAction(command, exit_code);
  FunctionAction list =
      AddAction(command, "list", "List functions by name", ListFunctions, exit_code);
  AddPagedListOptions(list.command, *list.options);
  FunctionAction describe =
      AddAction(command, "describe", "Show a function", DescribeFunction, exit_code);
  FunctionAction remove = AddAction(command,
                                    "delete",
                                    "Delete a function, or with :VERSION a version of it",
                                    DeleteFunction,
                                    exit_code);
  for (FunctionAction* action : {&describe, &remove}) {
    action->command
        .AddOption("NAME", action->options->name, "The function; :VERSION may stand behind it")
        .Required();
    AddClientOptions(action->command, *action->options);
  }
}

}  // namespace pawl::cli
