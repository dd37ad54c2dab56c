#include <fmt/format.h>

#include <map>
#include <string>
#include <vector>

#include "engine/platform/clock.h"
#include "server/cli/client_command.h"
#include "server/cli/command.h"
#include "server/cli/command_action.h"
#include "server/cli/json_object.h"
#include "server/cli/table.h"
#include "server/cli/terminal_text.h"

namespace pawl::cli {
namespace {

struct TagOptions : ClientOptions {
  // Of a state machine, or of an activity.
  std::string name;
  bool is_activity = false;
  // "KEY=VALUE" of what is set; keys of what is removed.
  std::vector<std::string> tags;
};

v1::TaggedResource ResourceOf(const TagOptions& options) {
  v1::TaggedResource resource;
  if (options.is_activity) {
    resource.set_activity(options.name);
  } else {
    resource.set_state_machine(options.name);
  }
  return resource;
}

// Prints the tags as they are now.
int PrintTags(std::string_view command, const TagOptions& options, Client& client) {
  v1::ListTagsRequest request;
  *request.mutable_resource() = ResourceOf(options);
  const Result<v1::ListTagsResponse> response = client.Call(&Client::Stub::ListTags, request);
  if (!response.ok()) return ReportError(command, options, response.status());
  const std::map<std::string, std::string> sorted(response->tags().begin(), response->tags().end());
  Table table({"KEY", "VALUE"});
  for (const auto& [key, value] : sorted) {
    if (options.is_json()) PrintLine(JsonObject().Text("key", key).Text("value", value).ToString());
    table.Add({key, value});
  }
  if (!options.is_json() && !table.empty()) PrintText(table.ToString());
  if (!options.is_json() && table.empty()) PrintNote("none");
  return FlushOutput(kDone);
}

int ListTags(const TagOptions& options) {
  platform::SystemClock clock;
  Client client(options.address, clock);
  return PrintTags("tag list", options, client);
}

int TagResource(const TagOptions& options) {
  v1::TagResourceRequest request;
  *request.mutable_resource() = ResourceOf(options);
  for (const std::string& tag : options.tags) {
    const std::size_t equals = tag.find('=');
    if (equals == 0 || equals == std::string::npos) {
      return ReportUsage("tag set",
                         fmt::format("'{}' is no tag; KEY=VALUE would be right", SafeText(tag)));
    }
    (*request.mutable_tags())[tag.substr(0, equals)] = tag.substr(equals + 1);
  }
  platform::SystemClock clock;
  Client client(options.address, clock);
  const auto response = client.Call(&Client::Stub::TagResource, request);
  if (!response.ok()) return ReportError("tag set", options, response.status());
  return PrintTags("tag set", options, client);
}

int UntagResource(const TagOptions& options) {
  v1::UntagResourceRequest request;
  *request.mutable_resource() = ResourceOf(options);
  request.mutable_keys()->Assign(options.tags.begin(), options.tags.end());
  platform::SystemClock clock;
  Client client(options.address, clock);
  const auto response = client.Call(&Client::Stub::UntagResource, request);
  if (!response.ok()) return ReportError("tag remove", options, response.status());
  return PrintTags("tag remove", options, client);
}

using TagAction = Action<TagOptions>;

// `pawl tag NAME`, which runs `run`.
TagAction AddTagAction(Command& tag,
                       const char* name,
                       const char* help,
                       int (*run)(const TagOptions&),
                       int& exit_code) {
  TagAction action = AddAction(tag, name, help, run, exit_code);
  action.command.AddOption("NAME", action.options->name, "Of the state machine or activity")
      .Required();
  action.command.AddFlag("--activity", action.options->is_activity, "NAME is an activity's");
  AddClientOptions(action.command, *action.options);
  return action;
}

}  // namespace

void AddTagCommand(Command& app, int& exit_code) {
  Command command =
      app.AddCommand("tag", "Set, list and remove tags of state machines and activities");
  command.NeedCommand();
  command.Footer(
      "Each prints the tags as they are then. A state machine or activity has at most 50.\n"
      "\n"
      "Examples:\n"
      "  pawl tag set order team=orders cost-centre=42\n"
      "  pawl tag remove order cost-centre\n"
      "  pawl tag list approve --activity --output json");
  TagAction set = AddTagAction(
      command, "set", "Add tags; a key that is there gets the new value", TagResource, exit_code);
  TagAction remove = AddTagAction(command,
                                  "remove",
                                  "Remove tags; keys that are not there are no error",
                                  UntagResource,
                                  exit_code);
  AddTagAction(command, "list", "List tags by key", ListTags, exit_code);
  set.command.AddOption("TAG", set.options->tags, "KEY=VALUE, one or more").Required();
  remove.command.AddOption("KEY", remove.options->tags, "One or more").Required();
}

}  // namespace pawl::cli
