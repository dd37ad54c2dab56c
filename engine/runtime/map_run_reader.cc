#include "engine/runtime/map_run_reader.h"

#include <algorithm>
#include <utility>

#include "engine/base/coding.h"
#include "engine/rows/frame_codec.h"
#include "engine/rows/keys.h"
#include "engine/runtime/execution_lookup.h"
#include "engine/runtime/page_size.h"

namespace pawl::runtime {
namespace {

using interpreter::MapRunCounts;
using interpreter::MapRunWait;
using storage::Family;

constexpr std::string_view kResource = ":mapRun:";

MapRunTally TallyOf(const MapRunCounts& counts,
                    std::uint64_t total,
                    std::uint64_t to_redrive,
                    std::uint64_t written) {
  return {.pending = total - std::min(total, counts.started + to_redrive),
          .running = counts.open(),
          .succeeded = counts.succeeded,
          .failed = counts.failed,
          .timed_out = counts.timed_out,
          .aborted = counts.aborted,
          .total = total,
          .pending_redrive = to_redrive,
          .results_written = written};
}

}  // namespace

Result<MapRunInfo> MapRunReader::InfoOf(ExecutionId id,
                                        const rows::ExecutionRow& execution,
                                        const asl::StateMachine& machine,
                                        EventId run,
                                        rows::MapRunRow row) {
  if (row.state >= machine.states.size()) return DataLoss("a Map run's state is not there");
  const auto* map = std::get_if<asl::MapState>(&machine.states[row.state].details);
  if (map == nullptr || !map->distributed) return DataLoss("a Map run's state is no such Map");
  if (!row.stopped_at) {
    // While it runs, its frame counts.
    ASSIGN_OR_RETURN(
        const auto stored,
        storage::GetAndWait(storage_,
                            {.family = Family::kState, .bytes = rows::HotFrameKey(id, row.frame)}));
    if (stored) {
      ASSIGN_OR_RETURN(const auto frame, rows::DecodeFrame(row.frame, *stored));
      const auto* wait = std::get_if<MapRunWait>(&frame.wait);
      if (wait != nullptr && wait->run == run) row.wait = *wait;
    }
  }
  // How many executions batches make, only their start tells.
  const interpreter::MapRunRedrive& redrive = row.wait.redrive;
  const std::uint64_t executions = row.wait.batcher ? row.wait.children : row.wait.total;
  const interpreter::MapWriter writer = row.wait.writer.value_or(interpreter::MapWriter{});
  const interpreter::ExecutionHeader& header = execution.header;
  const std::string name = rows::MapRunName(header, map->distributed->label, run);
  return MapRunInfo{
      .arn = interpreter::MapRunArn(
          arns_, header.state_machine, map->distributed->label, name.substr(name.rfind(':') + 1)),
      .listed_as = name,
      .execution = {.namespace_id = execution.namespace_id,
                    .state_machine = header.state_machine,
                    .name = header.name},
      .execution_arn = interpreter::ExecutionArn(arns_, header.state_machine, header.name),
      .state_machine_arn = interpreter::StateMachineArn(
          arns_, interpreter::MapChildMachine(header.state_machine, map->distributed->label)),
      .status = row.status,
      .started_at = row.wait.started_at,
      .stopped_at = row.stopped_at,
      .max_concurrency = row.wait.concurrency,
      .tolerated_failure_count = row.wait.tolerated_failure_count.value_or(0),
      .tolerated_failure_percentage = row.wait.tolerated_failure_percentage.value_or(0),
      .redrive_count = redrive.count,
      .redriven_at = redrive.count > 0 ? std::optional(redrive.at) : std::nullopt,
      .items = TallyOf(row.wait.items, row.wait.total, redrive.items_pending, writer.items_written),
      .executions = TallyOf(
          row.wait.executions, executions, redrive.executions_pending, writer.executions_written)};
}

Result<FoundMapRun> MapRunReader::Find(NamespaceId namespace_id, const std::string& arn) {
  const std::size_t place = arn.find(kResource);
  const auto missing = [&arn] {
    return NotFound("Map Run Does Not Exist: '" + arn + "'").WithReason("ResourceNotFound");
  };
  if (arn.starts_with("arn:") && place == std::string::npos) {
    return InvalidArgument("Invalid Arn: '" + arn + "'").WithReason("InvalidArn");
  }
  const std::string name = place == std::string::npos ? arn : arn.substr(place + kResource.size());
  ASSIGN_OR_RETURN(
      const auto named,
      storage::GetAndWait(
          storage_, {.family = Family::kIndex, .bytes = rows::MapRunNameKey(namespace_id, name)}));
  if (!named) return missing();
  ASSIGN_OR_RETURN(const rows::MapRunPlace where, rows::DecodeMapRunPlace(*named));
  storage::LoadRequest request;
  request.keys = {{.family = Family::kState, .bytes = rows::ExecutionKey(where.execution)},
                  {.family = Family::kState, .bytes = rows::MapRunKey(where.execution, where.run)}};
  ASSIGN_OR_RETURN(const auto loaded, storage::LoadAndWait(storage_, std::move(request)));
  if (!loaded.values[0] || !loaded.values[1]) return missing();
  FoundMapRun found{.execution = where.execution, .run = where.run};
  ASSIGN_OR_RETURN(found.execution_row, rows::DecodeExecution(*loaded.values[0]));
  ASSIGN_OR_RETURN(found.row, rows::DecodeMapRun(*loaded.values[1]));
  return found;
}

Result<MapRunInfo> MapRunReader::Describe(NamespaceId namespace_id, const std::string& arn) {
  ASSIGN_OR_RETURN(FoundMapRun found, Find(namespace_id, arn));
  const rows::ExecutionRow& execution = found.execution_row;
  ASSIGN_OR_RETURN(const auto machine,
                   catalog_.FindRevision(
                       execution.namespace_id, execution.header.state_machine, execution.revision));
  return InfoOf(found.execution, execution, *machine, found.run, std::move(found.row));
}

Result<MapRunList> MapRunReader::List(const ExecutionName& execution,
                                      std::size_t page_size,
                                      const std::string& after) {
  ASSIGN_OR_RETURN(const auto found, FindExecution(storage_, execution));
  if (!found) {
    return NotFound("Execution Does Not Exist: '" +
                    interpreter::ExecutionArn(arns_, execution.state_machine, execution.name) + "'")
        .WithReason("ExecutionDoesNotExist");
  }
  const auto& [id, row] = *found;
  ASSIGN_OR_RETURN(const auto machine,
                   catalog_.FindRevision(row.namespace_id, row.header.state_machine, row.revision));

  const std::size_t limit = PageSize(page_size);
  storage::Range range = rows::MapRunsOf(id);
  range.limit = limit + 1;
  // Newest first.
  range.is_reverse = true;
  if (!after.empty()) {
    Decoder decoder(after);
    const EventId last = decoder.BigEndian32();
    if (!decoder.Finished()) return InvalidArgument("the page token is not valid", "page_token");
    range.end = rows::MapRunKey(id, last);
  }
  ASSIGN_OR_RETURN(const auto runs, storage::ScanAndWait(storage_, range));
  MapRunList list;
  EventId last = 0;
  for (const storage::Row& one : runs) {
    if (list.map_runs.size() == limit) {
      Encoder(list.next).BigEndian32(last);
      break;
    }
    const auto run = rows::ParseMapRunKey(one.key);
    if (!run) return DataLoss("a Map run's key is not readable");
    last = *run;
    ASSIGN_OR_RETURN(rows::MapRunRow run_row, rows::DecodeMapRun(one.value));
    ASSIGN_OR_RETURN(MapRunInfo info, InfoOf(id, row, *machine, *run, std::move(run_row)));
    list.map_runs.push_back(std::move(info));
  }
  return list;
}

}  // namespace pawl::runtime
