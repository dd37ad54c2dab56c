// The ARNs of Step Functions, taken apart. What they are made from stands in
// engine/interpreter/turn.h.
#pragma once

#include <string>
#include <string_view>

#include "engine/base/status.h"
#include "engine/runtime/engine.h"

namespace pawl::aws {

// A state machine and what may stand behind its name.
struct MachineArn {
  std::string state_machine = {};
  // A version's number or an alias's name; empty: neither.
  std::string qualifier = {};
};

// "arn:aws:states:us-east-1:123456789012:stateMachine:orders" and the like. Errors of all of these:
// reason InvalidArn (no ARN, or of another kind of resource), with AWS's texts; the reason that
// says that the resource does not exist (an ARN of another partition, region or account).
Result<MachineArn> ParseMachineArn(const ArnScheme& arns, const std::string& text);
// "…:execution:orders:7"; of a Map run's execution "…:execution:orders/Label:7".
Result<ExecutionName> ParseExecutionArn(const ArnScheme& arns,
                                        NamespaceId namespace_id,
                                        const std::string& text);
// "…:activity:approve"; the name.
Result<std::string> ParseActivityArn(const ArnScheme& arns, const std::string& text);
// "…:mapRun:orders/Label:3f…"; whether it is one.
Status CheckMapRunArn(const ArnScheme& arns, const std::string& text);

}  // namespace pawl::aws
