// ExecutionReader: what people ask about executions, answered from the store alone. So nothing that
// is not durable is ever seen, and readers keep no executor busy.
#pragma once

#include <map>
#include <optional>
#include <string>

#include "engine/rows/execution_row.h"
#include "engine/runtime/catalog.h"
#include "engine/runtime/engine.h"
#include "engine/runtime/execution_lookup.h"
#include "engine/storage/storage.h"

namespace pawl::runtime {

// Threads: safe from any thread.
class ExecutionReader {
 public:
  ExecutionReader(storage::Storage& storage,
                  Catalog& catalog,
                  const ArnScheme& arns,
                  const Limits& limits)
      : storage_(storage), catalog_(catalog), arns_(arns), limits_(limits) {}

  // See Engine.
  Result<ExecutionInfo> Describe(const ExecutionName& name, Timestamp now);
  // Much cheaper than Describe: reads no payload.
  Result<ExecutionStatus> StatusOf(const ExecutionName& name);
  Result<ExecutionMachineInfo> DescribeMachine(const ExecutionName& name);
  Result<HistoryPage> History(const HistoryRequest& request);
  Result<ListResponse> List(const ListRequest& request);

 private:
  Result<FoundExecution> Find(const ExecutionName& name);
  Result<Bytes> PayloadOf(ExecutionId id, EventId event);
  Result<EventInfo> Render(const interpreter::HistoryEvent& event,
                           const interpreter::ExecutionHeader& header,
                           const asl::StateMachine& machine) const;
  ExecutionInfo InfoOf(const rows::ExecutionRow& row) const;
  Result<EventId> LastEventOf(ExecutionId id);
  // Whether it can be redriven.
  Status JudgeRedrive(const FoundExecution& found, Timestamp now, ExecutionInfo& info);

  storage::Storage& storage_;
  Catalog& catalog_;
  const ArnScheme arns_;
  const Limits limits_;
};

}  // namespace pawl::runtime
