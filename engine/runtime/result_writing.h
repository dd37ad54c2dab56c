// Writes the results of a Map run to an object store, or puts them together for its output.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "engine/asl/state_machine.h"
#include "engine/interpreter/turn.h"
#include "engine/objects/object_store.h"
#include "engine/storage/storage.h"

namespace pawl::runtime {

struct ResultsRequest {
  std::uint32_t wait_number = 0;
  NamespaceId namespace_id = {};
  ExecutionId execution = {};
  EventId run = 0;
  // Of a run that did not succeed: when its open executions were stopped.
  std::optional<Timestamp> stopped_at = {};
  interpreter::ExecutionHeader header = {};
  interpreter::ArnScheme arns = {};
  // Of the Map.
  std::string label = {};
  // Whether its executions are EXPRESS.
  bool is_express = false;
  interpreter::MapWriter writer = {};
  // An output without a bucket ends when it is longer: the run fails then anyway.
  std::size_t output_bytes_max = 0;
  std::uint64_t file_bytes_max = 0;
  // Set once the shard was read again: another job does the work.
  std::shared_ptr<const std::atomic<bool>> is_void = nullptr;
};

// Blocks. Reads the run's results from `rows`, a few at a time: first those that ended or were
// never started, then those that the run's own end stopped. Everything that goes wrong is in the
// answer, as States.ResultWriterFailed; a store that does not answer is written to three times,
// each time from the start. nullptr as the store: the engine has none. nullopt: `is_stopping` said
// so.
std::optional<interpreter::ResultsWritten> WriteMapResults(
    objects::ObjectStore* store,
    storage::Storage& rows,
    const asl::ResultWriter& definition,
    const ResultsRequest& request,
    const std::function<bool()>& is_stopping);

}  // namespace pawl::runtime
