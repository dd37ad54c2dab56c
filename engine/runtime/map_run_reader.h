// MapRunReader: describes and lists the runs of distributed Maps, from the store alone: nothing
// that is not durable is ever seen.
#pragma once

#include <string>

#include "engine/rows/execution_row.h"
#include "engine/rows/map_run_row.h"
#include "engine/runtime/catalog.h"
#include "engine/runtime/engine.h"
#include "engine/storage/storage.h"

namespace pawl::runtime {

struct FoundMapRun {
  ExecutionId execution = {};
  EventId run = 0;
  rows::ExecutionRow execution_row = {};
  rows::MapRunRow row = {};
};

// Threads: safe from any thread.
class MapRunReader {
 public:
  MapRunReader(storage::Storage& storage, Catalog& catalog, ArnScheme arns)
      : storage_(storage), catalog_(catalog), arns_(std::move(arns)) {}

  // See Engine.
  Result<MapRunInfo> Describe(NamespaceId namespace_id, const std::string& arn);
  // The rows of the run. Errors as Describe.
  Result<FoundMapRun> Find(NamespaceId namespace_id, const std::string& arn);
  Result<MapRunList> List(const ExecutionName& execution,
                          std::size_t page_size,
                          const std::string& after);

 private:
  Result<MapRunInfo> InfoOf(ExecutionId id,
                            const rows::ExecutionRow& execution,
                            const asl::StateMachine& machine,
                            EventId run,
                            rows::MapRunRow row);

  storage::Storage& storage_;
  Catalog& catalog_;
  const ArnScheme arns_;
};

}  // namespace pawl::runtime
