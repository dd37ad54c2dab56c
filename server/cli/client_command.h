// What the commands that talk to a server share: options, printing, errors.
#pragma once

#include <string>

#include "engine/base/status.h"
#include "engine/platform/clock.h"
#include "server/cli/client.h"
#include "server/cli/command.h"

namespace pawl::cli {

struct OutputOptions {
  // "table" or "json".
  std::string output = "table";

  bool is_json() const { return output == "json"; }
};

struct ClientOptions : OutputOptions {
  std::string address = kDefaultAddress;
};

// `options` outlives the command's callback.
void AddOutputOption(Command& command, OutputOptions& options);
void AddClientOptions(Command& command, ClientOptions& options);

// What cannot be written is lost here, and FlushOutput tells.
void PrintText(std::string_view text);
// Writes one line to standard output.
void PrintLine(std::string_view line);
// Writes a named value for people, if there is one. Callers make text from elsewhere safe.
void PrintField(std::string_view name, std::string_view value);
// Writes one line to standard error, if it can be written. Callers make text from elsewhere safe.
void PrintNote(std::string_view line);

// Tells what went wrong and what to do next on standard error, "pawl stop: ...", and returns the
// exit code that says it.
int ReportError(std::string_view command, const ClientOptions& options, const Status& status);

// An error that was found before any server was asked.
int ReportUsage(std::string_view command, std::string_view message);

// Standard output is buffered; whether all of it could be written.
int FlushOutput(int exit_code);

// The two words that name an execution: STATE_MACHINE NAME, or its ARN alone.
struct ExecutionOptions : ClientOptions {
  std::string state_machine;
  std::string execution;
};

void AddExecutionArguments(Command& command, ExecutionOptions& options);
// Takes an ARN in `state_machine` apart; that of a Map run's execution has "machine/label" where
// others have the state machine's name. InvalidArgument where no execution is named.
Status ResolveExecution(ExecutionOptions& options);

}  // namespace pawl::cli
