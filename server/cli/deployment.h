// Deploying a definition from a file: checked here first, so that every problem is told with its
// place in the file.
#pragma once

#include <string>

#include "pawl/v1/workflow_service.pb.h"
#include "server/cli/client.h"
#include "server/cli/client_command.h"

namespace pawl::cli {

struct DefinitionFile {
  std::string path;
  // Of the state machine.
  std::string name;
  // "STANDARD", "EXPRESS", or empty: as it is, or STANDARD.
  std::string type = {};
  // Whether its revision is published as a version.
  bool publish = false;
};

struct Deployment {
  // What the file came to; on kDone, `response` is set.
  int exit_code = kDone;
  v1::DeployStateMachineResponse response;
};

// Tells problems and warnings on standard error as `command`.
Deployment DeployFile(std::string_view command,
                      const ClientOptions& options,
                      Client& client,
                      const DefinitionFile& file);

}  // namespace pawl::cli
