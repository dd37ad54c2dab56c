#include "engine/runtime/execution_lookup.h"

#include <utility>

#include "engine/rows/keys.h"

namespace pawl::runtime {

using storage::Family;

Result<std::optional<ExecutionId>> FindExecutionId(storage::Storage& storage,
                                                   const ExecutionName& name) {
  const ShardId shard = rows::ShardOf(name.namespace_id, name.state_machine, name.name);
  ASSIGN_OR_RETURN(
      const auto value,
      storage::GetAndWait(
          storage,
          {.family = Family::kState,
           .bytes = rows::NameKey(shard, name.namespace_id, name.state_machine, name.name)}));
  if (!value) return std::optional<ExecutionId>();
  ASSIGN_OR_RETURN(const ExecutionNumber number, rows::DecodeNumber(*value));
  return std::optional(ExecutionId{.shard = shard, .number = number});
}

Result<std::optional<FoundExecution>> FindExecution(storage::Storage& storage,
                                                    const ExecutionName& name) {
  ASSIGN_OR_RETURN(const std::optional<ExecutionId> id, FindExecutionId(storage, name));
  if (!id) return std::optional<FoundExecution>();
  ASSIGN_OR_RETURN(
      const auto stored,
      storage::GetAndWait(storage, {.family = Family::kState, .bytes = rows::ExecutionKey(*id)}));
  if (!stored) return std::optional<FoundExecution>();
  ASSIGN_OR_RETURN(rows::ExecutionRow row, rows::DecodeExecution(*stored));
  return std::optional(FoundExecution{.id = *id, .row = std::move(row)});
}

}  // namespace pawl::runtime
