// What `start` and `run` share: naming what to start, and starting it.
#pragma once

#include <string>
#include <string_view>

#include "pawl/v1/execution.pb.h"
#include "server/cli/client.h"
#include "server/cli/client_command.h"

namespace pawl::cli {

struct StartOptions : ClientOptions {
  // A state machine's name; until PrepareStart it may have ":VERSION" or ":ALIAS" behind it, or be
  // a definition's path.
  std::string state_machine;
  std::string name;
  std::string input = "{}";
  // Of the server's mock configuration; "": none.
  std::string test_case;
};

void AddStartOptions(Command& command, StartOptions& options);

struct PreparedStart {
  // On kDone, `start` is set.
  int exit_code = kDone;
  v1::ExecutionStart start;
};

// Deploys first where a file is named, and puts the state machine's name in its place. Tells errors
// on standard error as `command`.
PreparedStart PrepareStart(std::string_view command, StartOptions& options, Client& client);

// Whether an execution is in memory only: it cannot be watched or looked up.
bool IsExpress(const v1::StartedExecution& execution);

struct Started {
  // On kDone, `execution` is set.
  int exit_code = kDone;
  v1::StartedExecution execution;
};

// Prepares and starts.
Started StartExecution(std::string_view command, StartOptions& options, Client& client);

}  // namespace pawl::cli
