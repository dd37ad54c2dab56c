#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <memory>
#include <string>

#include "engine/platform/clock.h"
#include "server/cli/client_command.h"
#include "server/cli/command.h"
#include "server/cli/input_file.h"
#include "server/cli/json_object.h"
#include "server/cli/terminal_text.h"

namespace pawl::cli {
namespace {

// No function runs for longer than 15 minutes.
constexpr std::chrono::seconds kInvokeTimeout(930);

struct InvokeOptions : ClientOptions {
  std::string name;
  std::string payload;
  bool wants_log = false;
};

void PrintLog(std::string_view log) {
  while (!log.empty()) {
    const std::size_t end = log.find('\n');
    std::string line(log.substr(0, end));
    // Lambda's REPORT has them between its figures.
    std::replace(line.begin(), line.end(), '\t', ' ');
    PrintNote(SafeText(line));
    log.remove_prefix(end == std::string_view::npos ? log.size() : end + 1);
  }
}

void PrintInvocationJson(const InvokeOptions& options, const v1::InvokeFunctionResponse& response) {
  JsonObject object;
  object.Text("request_id", response.request_id())
      .Text("executed_version", response.executed_version());
  if (response.has_output()) {
    object.Json("output", response.output());
  } else {
    object.Text("error", response.error()).Text("cause", response.cause());
  }
  if (options.wants_log) object.Text("log", response.log_tail());
  PrintLine(object.ToString());
}

int Invoke(const InvokeOptions& options) {
  v1::InvokeFunctionRequest request;
  const std::size_t colon = options.name.find(':');
  request.set_name(options.name.substr(0, colon));
  if (colon != std::string::npos) request.set_qualifier(options.name.substr(colon + 1));
  request.set_wants_log(options.wants_log);
  if (!options.payload.empty()) {
    Result<std::string> payload = ReadPayload(options.payload, "--payload");
    if (!payload.ok()) return ReportUsage("invoke", payload.status().message());
    request.set_payload(*std::move(payload));
  }
  platform::SystemClock clock;
  Client client(options.address, clock);
  const auto response = client.Call(&Client::FunctionStub::InvokeFunction, request, kInvokeTimeout);
  if (!response.ok()) return ReportError("invoke", options, response.status());
  const bool is_done = response->has_output();
  if (options.is_json()) {
    PrintInvocationJson(options, *response);
  } else {
    if (options.wants_log) PrintLog(response->log_tail());
    if (is_done) {
      PrintLine(SafeJson(response->output()));
    } else {
      PrintNote(fmt::format("{} failed: {} {}",
                            SafeText(options.name),
                            SafeText(response->error()),
                            SafeText(response->cause())));
    }
  }
  return FlushOutput(is_done ? kDone : kFailed);
}

}  // namespace

void AddInvokeCommand(Command& app, int& exit_code) {
  Command command = app.AddCommand("invoke", "Call a function and print its result");
  command.Footer(
      "Waits for a worker that has the function. Nothing is stored and nothing is tried again; to\n"
      "have both, start an execution. Exits 1 if the function failed.\n"
      "\n"
      "Examples:\n"
      "  pawl invoke hello --payload '{\"name\": \"Ada\"}'\n"
      "  pawl invoke orders:live --payload @order.json --log\n"
      "  generate-order | pawl invoke orders --payload - --output json");
  auto options = std::make_shared<InvokeOptions>();
  command
      .AddOption(
          "NAME", options->name, "The function; :VERSION or :ALIAS may stand behind its name")
      .Required();
  command.AddOption("--payload", options->payload, "JSON text, @FILE, or - for standard input [{}]")
      .TypeName("JSON");
  command.AddFlag("--log", options->wants_log, "Show the end of what the function wrote");
  AddClientOptions(command, *options);
  command.Run([options, &exit_code] { exit_code = Invoke(*options); });
}

}  // namespace pawl::cli
