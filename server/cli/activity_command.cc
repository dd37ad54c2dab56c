#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <string>

#include "engine/platform/clock.h"
#include "server/cli/client_command.h"
#include "server/cli/command.h"
#include "server/cli/command_action.h"
#include "server/cli/json_object.h"
#include "server/cli/paged_list.h"
#include "server/cli/table.h"
#include "server/cli/terminal_text.h"
#include "server/cli/wire_text.h"
#include "server/setting_values.h"

namespace pawl::cli {
namespace {

// How long the server waits for a task in one call.
constexpr std::chrono::seconds kWaitPerCall(60);

struct ActivityOptions : PagedListOptions {
  std::string name;
  std::string worker;
  std::string wait = "60s";
};

void PrintActivity(const ActivityOptions& options, const v1::Activity& activity) {
  if (options.is_json()) return PrintLine(ToJson(activity));
  PrintField("Activity", SafeText(activity.name()));
  PrintField("ARN", SafeText(activity.arn()));
  PrintField("Created", TimeText(activity.create_time()));
}

// A call about one activity, whose answer is the activity.
template <typename Request, typename Method>
int CallAboutActivity(std::string_view command, const ActivityOptions& options, Method method) {
  platform::SystemClock clock;
  Client client(options.address, clock);
  Request request;
  request.set_name(options.name);
  const auto response = client.Call(method, request);
  if (!response.ok()) return ReportError(command, options, response.status());
  PrintActivity(options, response->activity());
  return FlushOutput(kDone);
}

int CreateActivity(const ActivityOptions& options) {
  return CallAboutActivity<v1::CreateActivityRequest>(
      "activity create", options, &Client::Stub::CreateActivity);
}

int DescribeActivity(const ActivityOptions& options) {
  return CallAboutActivity<v1::DescribeActivityRequest>(
      "activity describe", options, &Client::Stub::DescribeActivity);
}

int ListActivities(const ActivityOptions& options) {
  const auto print = [&options](const v1::ListActivitiesResponse& page) {
    Table table({"NAME", "CREATED", "ARN"});
    for (const v1::Activity& activity : page.activities()) {
      if (options.is_json()) PrintLine(ToJson(activity));
      table.Add({activity.name(), TimeText(activity.create_time()), activity.arn()});
    }
    if (!options.is_json() && !table.empty()) PrintText(table.ToString());
    return page.activities_size();
  };
  return PrintPages(
      "activity list", options, &Client::Stub::ListActivities, v1::ListActivitiesRequest(), print);
}

int DeleteActivity(const ActivityOptions& options) {
  platform::SystemClock clock;
  Client client(options.address, clock);
  v1::DeleteActivityRequest request;
  request.set_name(options.name);
  const auto response = client.Call(&Client::Stub::DeleteActivity, request);
  if (!response.ok()) return ReportError("activity delete", options, response.status());
  if (options.is_json()) {
    PrintLine(JsonObject().Text("name", options.name).Boolean("deleted", true).ToString());
  } else {
    PrintLine(fmt::format("{}: deleted", SafeText(options.name)));
  }
  return FlushOutput(kDone);
}

// Asks until a task comes or `wait` is over.
Result<v1::GetActivityTaskResponse> WaitForTask(const ActivityOptions& options, Duration wait) {
  platform::SystemClock clock;
  Client client(options.address, clock);
  v1::GetActivityTaskRequest request;
  request.set_activity(options.name);
  request.set_worker(options.worker);
  const Timestamp end = clock.WallNow() + wait;
  while (true) {
    const Duration left = std::clamp<Duration>(end - clock.WallNow(), Duration(0), kWaitPerCall);
    request.mutable_wait()->set_seconds(
        std::chrono::duration_cast<std::chrono::seconds>(left).count());
    request.mutable_wait()->set_nanos(static_cast<std::int32_t>(
        std::chrono::nanoseconds(left % std::chrono::seconds(1)).count()));
    ASSIGN_OR_RETURN(
        v1::GetActivityTaskResponse task,
        client.Call(&Client::Stub::GetActivityTask, request, kWaitPerCall + kCallTimeout));
    if (!task.task_token().empty() || clock.WallNow() >= end) return task;
  }
}

int Take(const ActivityOptions& options) {
  const Result<Duration> wait = server::ParseDuration(options.wait, Duration(0));
  if (!wait.ok()) return ReportUsage("activity take", "--wait: " + wait.status().message());
  const Result<v1::GetActivityTaskResponse> task = WaitForTask(options, *wait);
  if (!task.ok()) return ReportError("activity take", options, task.status());
  if (task->task_token().empty()) {
    PrintNote(fmt::format(
        "no task of '{}' came within {}", SafeText(options.name), SafeText(options.wait)));
    return kFailed;
  }
  PrintLine(JsonObject().Text("token", task->task_token()).Json("input", task->input()).ToString());
  return FlushOutput(kDone);
}

using ActivityAction = Action<ActivityOptions>;

void AddActivityName(ActivityAction& action) {
  action.command.AddOption("NAME", action.options->name, "The activity's name").Required();
}

void AddTakeAction(Command& activity, int& exit_code) {
  ActivityAction take = AddAction(activity, "take", "Wait for a task and take it", Take, exit_code);
  take.command.Footer(
      "Prints one JSON object, {\"token\": ..., \"input\": ...}, whatever --output says; exits 1 "
      "if no\n"
      "task came. The task is yours until you end it with 'pawl task', or it times out.\n"
      "\n"
      "Examples:\n"
      "  pawl activity take approve --worker ada\n"
      "  pawl activity take approve --wait 5m | jq -r .token");
  AddActivityName(take);
  take.command.AddOption("--worker", take.options->worker, "Who takes it, for the history")
      .TypeName("W");
  take.command.AddOption("--wait", take.options->wait, "How long to wait, such as 0s or 5m")
      .TypeName("TIME")
      .ShowDefault();
  AddClientOptions(take.command, *take.options);
}

}  // namespace

void AddActivityCommand(Command& app, int& exit_code) {
  Command command =
      app.AddCommand("activity", "Make, list and delete activities, and take their tasks");
  command.NeedCommand();
  command.Footer(
      "An activity is work that programs or people outside take and answer with a token. A state\n"
      "names it by its ARN as its Resource.\n"
      "\n"
      "Examples:\n"
      "  pawl activity create approve\n"
      "  pawl activity list\n"
      "  pawl activity take approve --worker ada\n"
      "  pawl task succeed TOKEN --result '{\"approved\": true}'");
  ActivityAction create = AddAction(
      command, "create", "Make an activity; one that is there stays", CreateActivity, exit_code);
  ActivityAction list =
      AddAction(command, "list", "List activities by name", ListActivities, exit_code);
  ActivityAction describe =
      AddAction(command, "describe", "Show an activity", DescribeActivity, exit_code);
  ActivityAction remove = AddAction(command,
                                    "delete",
                                    "Delete an activity; tasks that wait for it wait on",
                                    DeleteActivity,
                                    exit_code);
  for (ActivityAction* action : {&create, &describe, &remove}) {
    AddActivityName(*action);
    AddClientOptions(action->command, *action->options);
  }
  AddPagedListOptions(list.command, *list.options);
  AddTakeAction(command, exit_code);
}

}  // namespace pawl::cli
