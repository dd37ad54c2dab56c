#include <fmt/format.h>

#include <algorithm>
#include <memory>

#include "engine/platform/clock.h"
#include "server/cli/client_command.h"
#include "server/cli/command.h"
#include "server/cli/event_text.h"
#include "server/cli/table.h"
#include "server/cli/terminal_text.h"
#include "server/cli/wire_text.h"

namespace pawl::cli {
namespace {

constexpr int kPageSize = 1000;
constexpr std::size_t kTableDetailColumns = 100;
constexpr std::size_t kPayloadColumns = 60;

struct HistoryOptions : ExecutionOptions {
  bool is_reverse = false;
  bool has_payloads = false;
  // 0: all.
  std::uint64_t limit = 0;
};

std::string PayloadOf(const v1::HistoryEvent& event) {
  return SafeText(event.has_input() ? event.input() : event.output(), kPayloadColumns);
}

void PrintEvents(const HistoryOptions& options, const v1::GetExecutionHistoryResponse& page) {
  if (options.is_json()) {
    for (const v1::HistoryEvent& event : page.events())
      PrintLine(ToJson(event));
    return;
  }
  Table table(
      {"ID", "CAUSE", "TIME", "TYPE", "STATE", options.has_payloads ? "PAYLOAD" : "DETAIL"});
  for (const v1::HistoryEvent& event : page.events()) {
    table.Add({std::to_string(event.id()),
               std::to_string(event.previous_id()),
               TimeText(event.time()),
               EventTypeText(event.type()),
               event.state(),
               options.has_payloads ? PayloadOf(event)
                                    : SafeText(EventDetail(event), kTableDetailColumns)});
  }
  PrintText(table.ToString());
}

int History(HistoryOptions& options) {
  const Status resolved = ResolveExecution(options);
  if (!resolved.ok()) return ReportUsage("history", resolved.message());
  platform::SystemClock clock;
  Client client(options.address, clock);
  v1::GetExecutionHistoryRequest request;
  request.set_state_machine(options.state_machine);
  request.set_execution(options.execution);
  request.set_reverse(options.is_reverse);
  request.set_without_payloads(!options.is_json() && !options.has_payloads);
  std::uint64_t left = options.limit == 0 ? UINT64_MAX : options.limit;
  do {
    request.set_page_size(static_cast<int>(std::min<std::uint64_t>(left, kPageSize)));
    const Result<v1::GetExecutionHistoryResponse> page =
        client.Call(&Client::Stub::GetExecutionHistory, request);
    if (!page.ok()) return ReportError("history", options, page.status());
    PrintEvents(options, *page);
    left -= std::min(left, static_cast<std::uint64_t>(page->events_size()));
    request.set_page_token(page->next_page_token());
  } while (left > 0 && !request.page_token().empty());
  return FlushOutput(kDone);
}

}  // namespace

void AddHistoryCommand(Command& app, int& exit_code) {
  Command command = app.AddCommand("history", "Show what happened in an execution");
  command.Footer(
      "Types and fields are those of AWS Step Functions; CAUSE is the event that led to this one.\n"
      "With --output json each event is one line, with its payloads.\n"
      "\n"
      "Examples:\n"
      "  pawl history hello monday\n"
      "  pawl history hello monday --reverse --limit 5\n"
      "  pawl history hello monday --output json | jq 'select(.error)'");
  auto options = std::make_shared<HistoryOptions>();
  AddExecutionArguments(command, *options);
  command.AddFlag("--reverse", options->is_reverse, "The last event first");
  command.AddFlag("--payloads", options->has_payloads, "Show inputs and outputs");
  command.AddOption("--limit", options->limit, "At most N events; 0 is all")
      .NotNegative()
      .TypeName("N")
      .ShowDefault();
  AddClientOptions(command, *options);
  command.Run([options, &exit_code] { exit_code = History(*options); });
}

}  // namespace pawl::cli
