#include "engine/runtime/execution_qualifier.h"

#include <string>

namespace pawl::runtime {

void SetQualifier(const ArnScheme& arns, const rows::ExecutionRow& row, ExecutionInfo& info) {
  if (row.version == 0) return;
  info.version = row.version;
  info.state_machine_version_arn = interpreter::StateMachineArn(
      arns, row.header.state_machine + ":" + std::to_string(row.version));
  if (row.alias.empty()) return;
  info.alias = row.alias;
  info.state_machine_alias_arn =
      interpreter::StateMachineArn(arns, row.header.state_machine + ":" + row.alias);
}

}  // namespace pawl::runtime
