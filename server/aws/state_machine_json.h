// A state machine, its versions and aliases as AWS Step Functions gives them.
#pragma once

#include <string>

#include "engine/runtime/engine.h"

namespace pawl::aws {

// Appends AWS's DescribeStateMachineOutput as one JSON object. `has_definition`: not with
// includedData METADATA_ONLY.
void WriteStateMachine(std::string& out, const StateMachineInfo& machine, bool has_definition);

// Appends AWS's StateMachineListItem.
void WriteStateMachineItem(std::string& out, const StateMachineInfo& machine);

// Appends AWS's DescribeStateMachineForExecutionOutput.
void WriteExecutionMachine(std::string& out,
                           const ExecutionMachineInfo& machine,
                           bool has_definition);

// Appends AWS's DescribeStateMachineAliasOutput.
void WriteAlias(std::string& out, const ArnScheme& arns, const AliasInfo& alias);

}  // namespace pawl::aws
