// The ARNs of Step Functions, taken apart. What they are made from stands in
// engine/interpreter/turn.h.
#pragma once

#include <string>
#include <string_view>

#include "engine/base/status.h"
#include "engine/runtime/engine.h"

namespace pawl::aws {

// "arn:aws:states:us-east-1:123456789012:stateMachine:orders" and the like. Errors of all of these:
// reason InvalidArn (no ARN, or of another kind of resource), with AWS's texts; the reason that
// says that the resource does not exist (an ARN of another partition, region or account); reason
// ValidationException (a state machine's with the label of a Map state, "…:orders/Label": it names
// what executions of a Map run have in place of one, and no operation takes it).
Result<QualifiedName> ParseMachineArn(const ArnScheme& arns, const std::string& text);
// The same where no version and no alias may stand behind the name: one there does not exist (as
// recorded for UpdateStateMachine).
Result<std::string> ParsePlainMachineArn(const ArnScheme& arns, const std::string& text);
// "…:execution:orders:7"; of a Map run's execution "…:execution:orders/Label:7".
Result<ExecutionName> ParseExecutionArn(const ArnScheme& arns,
                                        NamespaceId namespace_id,
                                        const std::string& text);
// "…:activity:approve"; the name.
Result<std::string> ParseActivityArn(const ArnScheme& arns, const std::string& text);
// What tags are for: a state machine or an activity. Reason ResourceNotFound for others' ARNs.
Result<ResourceName> ParseResourceArn(const ArnScheme& arns,
                                      NamespaceId namespace_id,
                                      const std::string& text);
// "…:mapRun:orders/Label:3f…"; whether it is one.
Status CheckMapRunArn(const ArnScheme& arns, const std::string& text);
// "arn:aws:iam::123456789012:role/path/name", of whatever partition and account: nothing here takes
// on a role. Reason InvalidArn.
Status CheckRoleArn(const std::string& text);

}  // namespace pawl::aws
