// Items of distributed Maps that are read, and results that are written, by jobs away from the
// shard. An answer that is lost with the process is asked for again: reading changes nothing, and
// what was written is replaced. When the shard is read again, jobs of before that write are void:
// one that ran after the answer of its successor was recorded would find no results any more.
#include <utility>

#include "engine/rows/keys.h"
#include "engine/rows/map_run_row.h"
#include "engine/runtime/item_reading.h"
#include "engine/runtime/result_writing.h"
#include "engine/runtime/shard.h"

namespace pawl::runtime {

using interpreter::MapRunWait;

const MapRunWait* Shard::FindMapRun(const Resident& execution,
                                    FrameNumber number,
                                    std::uint32_t wait_number) {
  const auto frame = execution.set.frames.find(number);
  if (frame == execution.set.frames.end() || frame->second.wait_number != wait_number) {
    return nullptr;
  }
  return std::get_if<MapRunWait>(&frame->second.wait);
}

void Shard::ReadItems(const Resident& execution, const interpreter::ReadItems& effect) {
  const MapRunWait* wait = FindMapRun(execution, effect.frame, effect.wait_number);
  if (wait == nullptr || !wait->has_more_to_read()) return;
  SliceRequest request{
      .run = {.execution = execution.id, .frame = effect.frame, .wait_number = effect.wait_number},
      .first = wait->read_end(),
      .cursor = wait->read_cursor(),
      .reader = *wait->reader,
      .bounds = environment_.object_jobs().bounds()};
  const StateIndex state = execution.set.frames.at(effect.frame).state;
  environment_.object_jobs().Post([this,
                                   machine = execution.machine,
                                   state,
                                   request = std::move(request)](objects::ObjectStore* store) {
    const auto& map = std::get<asl::MapState>(machine->states[state].details);
    KeptSources& sources = environment_.object_jobs().sources();
    environment_.Post(
        id_,
        MapRunAnswerCommand{.execution = request.run.execution,
                            .frame = request.run.frame,
                            .body = ReadSlice(store, sources, *map.distributed->reader, request)});
  });
}

void Shard::WriteResults(const Resident& execution, const interpreter::WriteResults& effect) {
  const MapRunWait* wait = FindMapRun(execution, effect.frame, effect.wait_number);
  if (wait == nullptr || !wait->is_writing()) return;
  const StateIndex state = execution.set.frames.at(effect.frame).state;
  ResultsRequest request = ResultsRequestOf(execution, state, *wait);
  request.wait_number = effect.wait_number;
  if (wait->is_failing()) request.stopped_at = wait->writer->failure->at;
  PostWriting(
      execution.machine,
      state,
      std::move(request),
      [this, id = execution.id, number = effect.frame, is_void = are_writings_void_](
          interpreter::ResultsWritten written) {
        environment_.Post(
            id_,
            MapRunAnswerCommand{
                .execution = id, .frame = number, .body = std::move(written), .is_void = is_void});
      });
}

ResultsRequest Shard::ResultsRequestOf(const Resident& execution,
                                       StateIndex state,
                                       const MapRunWait& wait) {
  const auto& map = std::get<asl::MapState>(execution.machine->states[state].details);
  return {.namespace_id = execution.row.namespace_id,
          .execution = execution.id,
          .run = wait.run,
          .header = execution.row.header,
          .arns = environment_.interpreter().arns,
          .label = map.distributed->label,
          .is_express = map.distributed->is_express,
          .writer = *wait.writer,
          .output_bytes_max = environment_.interpreter().limits.payload_bytes_max,
          .file_bytes_max = environment_.object_jobs().bounds().file_bytes_max,
          .is_void = are_writings_void_};
}

void Shard::PostWriting(std::shared_ptr<const asl::StateMachine> machine,
                        StateIndex state,
                        ResultsRequest request,
                        std::function<void(interpreter::ResultsWritten)> done) {
  environment_.object_jobs().Post([this,
                                   machine = std::move(machine),
                                   state,
                                   request = std::move(request),
                                   done = std::move(done)](objects::ObjectStore* store) {
    if (*request.is_void) return;
    const auto& map = std::get<asl::MapState>(machine->states[state].details);
    auto written = WriteMapResults(store, storage_, *map.distributed->writer, request, [&] {
      return *request.is_void || environment_.object_jobs().is_stopping();
    });
    if (written) done(*std::move(written));
  });
}

Status Shard::StageWritten(ExecutionId id, const WrittenRun& written) {
  const std::string key = rows::MapRunKey(id, written.run);
  ASSIGN_OR_RETURN(
      const auto stored,
      storage::GetAndWait(storage_, {.family = storage::Family::kState, .bytes = key}));
  // The execution's time may be over.
  if (!stored) return OkStatus();
  ASSIGN_OR_RETURN(rows::MapRunRow row, rows::DecodeMapRun(*stored));
  if (!row.wait.writer) return DataLoss("a Map run without a ResultWriter has written results");
  row.wait.writer->executions_written = written.executions;
  row.wait.writer->items_written = written.items;
  staged_.writes.Put(storage::Family::kState, key, rows::EncodeMapRun(row));
  return OkStatus();
}

void Shard::On(MapRunAnswerCommand command, Timestamp now, DiskState) {
  if (command.is_void && *command.is_void) return;
  auto found = Find(command.execution);
  if (!found.ok() || *found == nullptr) return;
  interpreter::Message message{.frame = command.frame, .at = now, .body = interpreter::Continue{}};
  std::visit([&message](auto& body) { message.body = std::move(body); }, command.body);
  // A contradiction in the rows has been dealt with.
  static_cast<void>(RunTurn(**found, message).ok());
}

}  // namespace pawl::runtime
