// A state machine as DescribeStateMachine and ListStateMachines of AWS Step Functions give it.
#pragma once

#include <string>

#include "engine/runtime/engine.h"

namespace pawl::aws {

struct StateMachineParts {
  std::string role_arn = {};
  // Not with includedData METADATA_ONLY.
  bool has_definition = true;
};

// Appends AWS's DescribeStateMachineOutput as one JSON object.
void WriteStateMachine(std::string& out,
                       const StateMachineInfo& machine,
                       const StateMachineParts& parts);

// Appends AWS's StateMachineListItem.
void WriteStateMachineItem(std::string& out, const StateMachineInfo& machine);

}  // namespace pawl::aws
