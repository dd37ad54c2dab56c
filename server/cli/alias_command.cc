#include <fmt/format.h>

#include <charconv>
#include <optional>
#include <string>
#include <vector>

#include "engine/platform/clock.h"
#include "server/cli/client_command.h"
#include "server/cli/command.h"
#include "server/cli/command_action.h"
#include "server/cli/json_object.h"
#include "server/cli/paged_list.h"
#include "server/cli/table.h"
#include "server/cli/terminal_text.h"
#include "server/cli/wire_text.h"

namespace pawl::cli {
namespace {

struct AliasOptions : PagedListOptions {
  std::string state_machine;
  std::string name;
  std::optional<std::string> description;
  // As they were given: "VERSION=WEIGHT".
  std::vector<std::string> routes;
  // Of a list: only aliases that lead to it.
  std::uint64_t version = 0;
};

template <typename Number>
bool ParseNumber(std::string_view text, Number& number) {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  return error == std::errc() && end == text.data() + text.size();
}

// "3=90", or "3" for a version that gets everything.
Result<v1::AliasRoute> ParseRoute(std::string_view text) {
  const std::size_t equals = text.find('=');
  std::uint64_t version = 0;
  std::int32_t weight = 100;
  const bool is_read =
      ParseNumber(text.substr(0, equals), version) && version > 0 &&
      (equals == std::string_view::npos || ParseNumber(text.substr(equals + 1), weight));
  if (!is_read) {
    return InvalidArgument(fmt::format(
        "--route: '{}' is no route; a version and its percent, such as 3=90, would be right",
        SafeText(text)));
  }
  v1::AliasRoute route;
  route.set_version(version);
  route.set_weight(weight);
  return route;
}

std::string RoutesText(const v1::Alias& alias) {
  std::string text;
  for (const v1::AliasRoute& route : alias.routes()) {
    text += fmt::format("{}{}={}", text.empty() ? "" : " ", route.version(), route.weight());
  }
  return text;
}

void PrintAlias(const AliasOptions& options, const v1::Alias& alias) {
  if (options.is_json()) return PrintLine(ToJson(alias));
  PrintField("Alias", SafeText(alias.state_machine() + ":" + alias.name()));
  PrintField("ARN", SafeText(alias.arn()));
  PrintField("Routes", RoutesText(alias));
  PrintField("Description", SafeText(alias.description()));
  PrintField("Created", TimeText(alias.create_time()));
  PrintField("Updated", TimeText(alias.update_time()));
}

template <typename Request>
void SetNames(const AliasOptions& options, Request& request) {
  request.set_state_machine(options.state_machine);
  request.set_name(options.name);
}

// Sends `request`, whose answer is the alias.
template <typename Request, typename Method>
int CallAboutAlias(std::string_view command,
                   const AliasOptions& options,
                   const Request& request,
                   Method method) {
  platform::SystemClock clock;
  Client client(options.address, clock);
  const auto response = client.Call(method, request);
  if (!response.ok()) return ReportError(command, options, response.status());
  PrintAlias(options, response->alias());
  return FlushOutput(kDone);
}

// A request that says what the alias is to be.
template <typename Request, typename Method>
int PutAlias(std::string_view command, const AliasOptions& options, Method method) {
  Request request;
  SetNames(options, request);
  if (options.description) request.set_description(*options.description);
  for (const std::string& text : options.routes) {
    const Result<v1::AliasRoute> route = ParseRoute(text);
    if (!route.ok()) return ReportUsage(command, route.status().message());
    *request.add_routes() = *route;
  }
  return CallAboutAlias(command, options, request, method);
}

int CreateAlias(const AliasOptions& options) {
  return PutAlias<v1::CreateAliasRequest>("alias create", options, &Client::Stub::CreateAlias);
}

int UpdateAlias(const AliasOptions& options) {
  return PutAlias<v1::UpdateAliasRequest>("alias update", options, &Client::Stub::UpdateAlias);
}

int DescribeAlias(const AliasOptions& options) {
  v1::DescribeAliasRequest request;
  SetNames(options, request);
  return CallAboutAlias("alias describe", options, request, &Client::Stub::DescribeAlias);
}

int ListAliases(const AliasOptions& options) {
  v1::ListAliasesRequest request;
  request.set_state_machine(options.state_machine);
  request.set_version(options.version);
  const auto print = [&options](const v1::ListAliasesResponse& page) {
    Table table({"NAME", "ROUTES", "UPDATED", "DESCRIPTION"});
    for (const v1::Alias& alias : page.aliases()) {
      if (options.is_json()) PrintLine(ToJson(alias));
      table.Add(
          {alias.name(), RoutesText(alias), TimeText(alias.update_time()), alias.description()});
    }
    if (!options.is_json() && !table.empty()) PrintText(table.ToString());
    return page.aliases_size();
  };
  return PrintPages("alias list", options, &Client::Stub::ListAliases, request, print);
}

int DeleteAlias(const AliasOptions& options) {
  platform::SystemClock clock;
  Client client(options.address, clock);
  v1::DeleteAliasRequest request;
  SetNames(options, request);
  const auto response = client.Call(&Client::Stub::DeleteAlias, request);
  if (!response.ok()) return ReportError("alias delete", options, response.status());
  if (options.is_json()) {
    PrintLine(JsonObject()
                  .Text("state_machine", options.state_machine)
                  .Text("name", options.name)
                  .Boolean("deleted", true)
                  .ToString());
  } else {
    PrintLine(
        fmt::format("{}:{}: deleted", SafeText(options.state_machine), SafeText(options.name)));
  }
  return FlushOutput(kDone);
}

using AliasAction = Action<AliasOptions>;

// `pawl alias NAME`, which runs `run`.
AliasAction AddAliasAction(Command& alias,
                           const char* name,
                           const char* help,
                           int (*run)(const AliasOptions&),
                           int& exit_code) {
  AliasAction action = AddAction(alias, name, help, run, exit_code);
  action.command.AddOption("STATE_MACHINE", action.options->state_machine, "The state machine")
      .Required();
  return action;
}

void AddAliasName(AliasAction& action) {
  action.command.AddOption("ALIAS", action.options->name, "The alias's name").Required();
}

void AddContentOptions(AliasAction& action, bool is_route_required) {
  action.command
      .AddOption("--route",
                 action.options->routes,
                 "A version and its percent of the starts; two make 100. VERSION alone gets all")
      .TypeName("VERSION=WEIGHT")
      .Required(is_route_required);
  action.command.AddOption("--description", action.options->description, "Of the alias")
      .TypeName("TEXT");
}

}  // namespace

void AddAliasCommand(Command& app, int& exit_code) {
  Command command =
      app.AddCommand("alias", "Make, change and delete aliases of a state machine's versions");
  command.NeedCommand();
  command.Footer(
      "An alias leads to one version, or to two by weight. Who starts by it is moved to another\n"
      "version without a change of their own.\n"
      "\n"
      "Examples:\n"
      "  pawl alias create order PROD --route 3\n"
      "  pawl alias update order PROD --route 3=90 --route 4=10\n"
      "  pawl start order:PROD\n"
      "  pawl alias list order");
  AliasAction create = AddAliasAction(command, "create", "Make an alias", CreateAlias, exit_code);
  AliasAction update =
      AddAliasAction(command, "update", "Change what is given", UpdateAlias, exit_code);
  AliasAction list =
      AddAliasAction(command, "list", "List aliases by name", ListAliases, exit_code);
  AliasAction describe =
      AddAliasAction(command, "describe", "Show an alias", DescribeAlias, exit_code);
  AliasAction remove = AddAliasAction(
      command, "delete", "Delete an alias; its versions stay", DeleteAlias, exit_code);
  for (AliasAction* action : {&create, &update, &describe, &remove})
    AddAliasName(*action);
  AddContentOptions(create, true);
  AddContentOptions(update, false);
  for (AliasAction* action : {&create, &update, &describe, &remove})
    AddClientOptions(action->command, *action->options);
  list.command
      .AddOption("--version", list.options->version, "Only aliases that lead to this version")
      .Positive()
      .TypeName("N");
  AddPagedListOptions(list.command, *list.options);
}

}  // namespace pawl::cli
