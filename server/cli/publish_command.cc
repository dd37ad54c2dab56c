#include <fmt/format.h>

#include <memory>
#include <optional>
#include <string>

#include "engine/platform/clock.h"
#include "server/cli/client_command.h"
#include "server/cli/command.h"
#include "server/cli/json_object.h"
#include "server/cli/terminal_text.h"
#include "server/cli/wire_text.h"

namespace pawl::cli {
namespace {

struct PublishOptions : ClientOptions {
  std::string state_machine;
  std::string revision_id;
  std::optional<std::string> description;
};

struct UnpublishOptions : ClientOptions {
  std::string state_machine;
  std::uint64_t version = 0;
};

int Publish(const PublishOptions& options) {
  platform::SystemClock clock;
  Client client(options.address, clock);
  v1::PublishVersionRequest request;
  request.set_state_machine(options.state_machine);
  request.set_revision_id(options.revision_id);
  if (options.description) request.set_description(*options.description);
  const Result<v1::PublishVersionResponse> response =
      client.Call(&Client::Stub::PublishVersion, request);
  if (!response.ok()) return ReportError("publish", options, response.status());
  const v1::Version& version = response->version();
  if (options.is_json()) {
    PrintLine(ToJson(version));
  } else {
    PrintLine(fmt::format("{}:{}  revision {}",
                          SafeText(version.state_machine()),
                          version.version(),
                          version.revision()));
  }
  return FlushOutput(kDone);
}

int Unpublish(const UnpublishOptions& options) {
  platform::SystemClock clock;
  Client client(options.address, clock);
  v1::DeleteVersionRequest request;
  request.set_state_machine(options.state_machine);
  request.set_version(options.version);
  const Result<v1::DeleteVersionResponse> response =
      client.Call(&Client::Stub::DeleteVersion, request);
  if (!response.ok()) return ReportError("unpublish", options, response.status());
  if (options.is_json()) {
    PrintLine(JsonObject()
                  .Text("state_machine", options.state_machine)
                  .Number("version", static_cast<std::int64_t>(options.version))
                  .Boolean("deleted", true)
                  .ToString());
  } else {
    PrintLine(fmt::format("{}:{}: deleted", SafeText(options.state_machine), options.version));
  }
  return FlushOutput(kDone);
}

}  // namespace

void AddPublishCommand(Command& app, int& exit_code) {
  Command command =
      app.AddCommand("publish", "Make a version of a state machine's latest revision");
  command.Footer(
      "A version is a revision under a number: it stays what it is whatever is deployed later.\n"
      "Publishing the same revision again gives the version that it has.\n"
      "\n"
      "Examples:\n"
      "  pawl publish order\n"
      "  pawl publish order --description 'with refunds'\n"
      "  pawl start order:3                          an execution of version 3");
  auto options = std::make_shared<PublishOptions>();
  command.AddOption("STATE_MACHINE", options->state_machine, "The state machine").Required();
  command.AddOption("--description", options->description, "Of the version").TypeName("TEXT");
  command
      .AddOption("--revision-id",
                 options->revision_id,
                 "Publish only if the latest revision has this id; INITIAL is the first one's")
      .TypeName("ID");
  AddClientOptions(command, *options);
  command.Run([options, &exit_code] { exit_code = Publish(*options); });
}

void AddUnpublishCommand(Command& app, int& exit_code) {
  Command command = app.AddCommand("unpublish", "Delete a version of a state machine");
  command.Footer(
      "Executions of the version go on. A version that an alias leads to is not deleted, and its\n"
      "number is not given again.\n"
      "\n"
      "Examples:\n"
      "  pawl unpublish order 3");
  auto options = std::make_shared<UnpublishOptions>();
  command.AddOption("STATE_MACHINE", options->state_machine, "The state machine").Required();
  command.AddOption("VERSION", options->version, "The version's number").Required().Positive();
  AddClientOptions(command, *options);
  command.Run([options, &exit_code] { exit_code = Unpublish(*options); });
}

}  // namespace pawl::cli
