#include <fmt/format.h>

#include <string>

#include "engine/platform/clock.h"
#include "server/cli/client_command.h"
#include "server/cli/command.h"
#include "server/cli/command_action.h"
#include "server/cli/input_file.h"
#include "server/cli/json_object.h"

namespace pawl::cli {
namespace {

struct TaskOptions : ClientOptions {
  std::string token;
  std::string result = "{}";
  std::string error;
  std::string cause;
};

// How a command says what became of the task.
struct Outcome {
  std::string_view command;
  std::string_view status;
  std::string_view text;
};

template <typename Request, typename Method>
int CallAboutTask(const TaskOptions& options,
                  Method method,
                  Request request,
                  const Outcome& outcome) {
  platform::SystemClock clock;
  Client client(options.address, clock);
  request.set_task_token(options.token);
  const auto response = client.Call(method, request);
  if (!response.ok()) return ReportError(outcome.command, options, response.status());
  PrintLine(options.is_json() ? JsonObject().Text("status", outcome.status).ToString()
                              : std::string(outcome.text));
  return FlushOutput(kDone);
}

int SucceedTask(const TaskOptions& options) {
  const Result<std::string> result = ReadPayload(options.result, "--result");
  if (!result.ok()) return ReportUsage("task succeed", result.status().message());
  v1::SendTaskSuccessRequest request;
  request.set_output(*result);
  return CallAboutTask(options,
                       &Client::Stub::SendTaskSuccess,
                       request,
                       {"task succeed", "SUCCEEDED", "the task has succeeded"});
}

int FailTask(const TaskOptions& options) {
  v1::SendTaskFailureRequest request;
  if (!options.error.empty()) request.set_error(options.error);
  if (!options.cause.empty()) request.set_cause(options.cause);
  return CallAboutTask(options,
                       &Client::Stub::SendTaskFailure,
                       request,
                       {"task fail", "FAILED", "the task has failed"});
}

int SendHeartbeat(const TaskOptions& options) {
  return CallAboutTask(options,
                       &Client::Stub::SendTaskHeartbeat,
                       v1::SendTaskHeartbeatRequest(),
                       {"task heartbeat", "RUNNING", "the task goes on"});
}

using TaskAction = Action<TaskOptions>;

// `pawl task NAME TOKEN`, which runs `run`.
TaskAction AddTaskAction(Command& task,
                         const char* name,
                         const char* help,
                         int (*run)(const TaskOptions&),
                         int& exit_code) {
  TaskAction action = AddAction(task, name, help, run, exit_code);
  action.command.AddOption("TOKEN", action.options->token, "The task's token").Required();
  AddClientOptions(action.command, *action.options);
  return action;
}

}  // namespace

void AddTaskCommand(Command& app, int& exit_code) {
  Command command = app.AddCommand("task", "End a task by its token, or keep it alive");
  command.NeedCommand();
  command.Footer(
      "A token comes from 'pawl activity take', or from $$.Task.Token of a state that waits for\n"
      "one. It is good for one attempt: exits 3 once nothing waits for the task any more.\n"
      "\n"
      "Examples:\n"
      "  pawl task succeed TOKEN --result '{\"approved\": true}'\n"
      "  pawl task fail TOKEN --error Refused --cause 'too expensive'\n"
      "  pawl task heartbeat TOKEN");
  TaskAction succeed =
      AddTaskAction(command, "succeed", "End a task with a result", SucceedTask, exit_code);
  succeed.command
      .AddOption("--result",
                 succeed.options->result,
                 "The result: JSON text, @FILE, or - (standard input)")
      .TypeName("JSON")
      .ShowDefault();
  TaskAction fail = AddTaskAction(
      command, "fail", "End a task with an error, which Retry and Catch see", FailTask, exit_code);
  fail.command.AddOption(
      "--error", fail.options->error, "The error's name, at most 256 characters");
  fail.command.AddOption("--cause", fail.options->cause, "Why, at most 32,768 characters");
  AddTaskAction(
      command, "heartbeat", "Put off the time-out of HeartbeatSeconds", SendHeartbeat, exit_code);
}

}  // namespace pawl::cli
