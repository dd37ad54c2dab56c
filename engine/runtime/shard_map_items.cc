// Items of distributed Maps that are read, and results that are written, by jobs away from the
// shard. An answer that is lost with the process is asked for again: reading changes nothing, and
// what was written is replaced.
#include <utility>

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
      .reader = *wait->reader};
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
  const auto& map = std::get<asl::MapState>(execution.machine->states[state].details);
  ResultsRequest request{.wait_number = effect.wait_number,
                         .execution = execution.id,
                         .run = wait->run,
                         .header = execution.row.header,
                         .arns = environment_.interpreter().arns,
                         .label = map.distributed->label,
                         .is_express = map.distributed->is_express,
                         .writer = *wait->writer,
                         .output_bytes_max = environment_.interpreter().limits.payload_bytes_max};
  environment_.object_jobs().Post([this,
                                   number = effect.frame,
                                   machine = execution.machine,
                                   state,
                                   request = std::move(request)](objects::ObjectStore* store) {
    const auto& details = std::get<asl::MapState>(machine->states[state].details);
    auto written = WriteMapResults(store, storage_, *details.distributed->writer, request, [this] {
      return environment_.object_jobs().is_stopping();
    });
    if (!written) return;
    environment_.Post(
        id_,
        MapRunAnswerCommand{
            .execution = request.execution, .frame = number, .body = *std::move(written)});
  });
}

void Shard::On(MapRunAnswerCommand command, Timestamp now, DiskState) {
  auto found = Find(command.execution);
  if (!found.ok() || *found == nullptr) return;
  interpreter::Message message{.frame = command.frame, .at = now, .body = interpreter::Continue{}};
  std::visit([&message](auto& body) { message.body = std::move(body); }, command.body);
  // A contradiction in the rows has been dealt with.
  static_cast<void>(RunTurn(**found, message).ok());
}

}  // namespace pawl::runtime
