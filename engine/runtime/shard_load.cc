// How a shard reads executions from the store. The frames of an execution are read at once: how
// many are open is bounded by the windows of its Maps and the branches of its Parallels. Results of
// joins and payloads are read when a turn asks for them.
#include <limits>
#include <string>
#include <utility>

#include "engine/interpreter/advance.h"
#include "engine/rows/frame_codec.h"
#include "engine/rows/history_codec.h"
#include "engine/rows/keys.h"
#include "engine/runtime/execution_lookup.h"
#include "engine/runtime/shard.h"

namespace pawl::runtime {

using storage::Family;

namespace {

// Result rows read at once.
constexpr std::size_t kResultSlice = 1'024;
// Results of a join beyond these do not stay in memory.
constexpr std::size_t kResidentResultsMax = 128;
// Variables of a frame beyond these do not stay in memory between turns.
constexpr std::size_t kResidentVariableBytesMax = 1'024;

}  // namespace

Result<std::optional<ExecutionNumber>> Shard::FindNumber(const ExecutionName& name) {
  const auto known = names_.find(name);
  if (known != names_.end()) return std::optional(known->second);
  ASSIGN_OR_RETURN(const std::optional<ExecutionId> id, FindExecutionId(storage_, name));
  return id ? std::optional(id->number) : std::nullopt;
}

Resident* Shard::FindInMemory(const ExecutionName& name) {
  const auto known = names_.find(name);
  if (known == names_.end()) return nullptr;
  const auto resident = residents_.find(known->second);
  return resident == residents_.end() ? nullptr : resident->second.get();
}

Result<Resident*> Shard::FindByName(const ExecutionName& name) {
  ASSIGN_OR_RETURN(const std::optional<ExecutionNumber> number, FindNumber(name));
  if (!number) return nullptr;
  return Find({.shard = id_, .number = *number});
}

Result<Resident*> Shard::Find(ExecutionId id) {
  const auto resident = residents_.find(id.number);
  if (resident != residents_.end()) return resident->second.get();
  if (expiring_.contains(id.number)) return nullptr;
  const auto quarantined = quarantined_.find(id.number);
  if (quarantined != quarantined_.end()) {
    return FailedPrecondition("the execution is quarantined: " + quarantined->second);
  }
  auto loaded = Load(id);
  if (!loaded.ok()) {
    if (loaded.status().code() == StatusCode::kNotFound) return nullptr;
    CannotRead(id, loaded.status());
    return loaded.status();
  }
  Resident* execution = loaded->get();
  execution->last_used = ++use_counter_;
  names_.emplace(ExecutionName{.namespace_id = execution->row.namespace_id,
                               .state_machine = execution->row.header.state_machine,
                               .name = execution->row.header.name},
                 id.number);
  residents_.emplace(id.number, std::move(*loaded));
  return execution;
}

Result<std::unique_ptr<Resident>> Shard::Load(ExecutionId id) {
  storage::LoadRequest request;
  request.keys.push_back({.family = Family::kState, .bytes = rows::ExecutionKey(id)});
  request.ranges = {rows::HotFramesOf(id),
                    rows::ParkedFramesOf(id),
                    rows::HistoryRowOf(id, std::numeric_limits<EventId>::max())};
  ASSIGN_OR_RETURN(const storage::LoadResponse response,
                   storage::LoadAndWait(storage_, std::move(request)));
  if (!response.values[0]) return NotFound("there is no such execution");

  auto execution = std::make_unique<Resident>();
  execution->id = id;
  execution->is_stored = true;
  ASSIGN_OR_RETURN(execution->row, rows::DecodeExecution(*response.values[0]));
  const rows::ExecutionRow& row = execution->row;
  ASSIGN_OR_RETURN(
      execution->machine,
      environment_.FindMachine(row.namespace_id, row.header.state_machine, row.revision));
  interpreter::WorkingSet& set = execution->set;
  set.id = id;
  set.header = row.header;
  set.mocked_calls = row.mocked_calls;
  set.has_all_frames = true;

  if (response.rows[2].empty()) return DataLoss("the execution has no history");
  const auto first = rows::ParseHistoryKey(response.rows[2][0].key);
  if (!first) return DataLoss("a history key is not readable");
  ASSIGN_OR_RETURN(const auto events, rows::DecodeEvents(*first, response.rows[2][0].value));
  set.next_event = events.back().id + 1;
  set.last_event_at = events.back().at;

  for (const bool is_parked : {false, true}) {
    for (const storage::Row& stored : response.rows[is_parked ? 1 : 0]) {
      const auto key = rows::ParseFrameKey(stored.key);
      if (!key) return DataLoss("a frame key is not readable");
      ASSIGN_OR_RETURN(interpreter::Frame frame, rows::DecodeFrame(key->frame, stored.value));
      if (frame.state >= execution->machine->states.size()) {
        return DataLoss("a frame stands in a state that the definition does not have");
      }
      FramePlace place;
      if (is_parked) place.parked_until = interpreter::NextDeadline(frame, std::nullopt);
      execution->places[key->frame] = place;
      set.frames.emplace(key->frame, std::move(frame));
    }
  }
  for (const auto& [number, frame] : set.frames) {
    if (!frame.is_root() && !set.frames.contains(frame.parent)) {
      return DataLoss("a frame's parent has no row");
    }
  }
  return execution;
}

Result<Bytes> Shard::LoadPayload(ExecutionId id, EventId event) {
  const auto resident = residents_.find(id.number);
  if (resident != residents_.end()) {
    const auto payload = resident->second->set.payloads.find(event);
    if (payload != resident->second->set.payloads.end()) return payload->second;
  }
  ASSIGN_OR_RETURN(const auto found, storage::ScanAndWait(storage_, rows::HistoryRowOf(id, event)));
  const auto first = found.empty() ? std::nullopt : rows::ParseHistoryKey(found[0].key);
  if (!first) return DataLoss("event " + std::to_string(event) + " is not in the history");
  ASSIGN_OR_RETURN(const auto events, rows::DecodeEvents(*first, found[0].value));
  const std::size_t place = event - *first;
  if (place >= events.size() || !events[place].payload || events[place].payload->home != event) {
    return DataLoss("event " + std::to_string(event) + " does not hold the payload it should");
  }
  return events[place].payload->bytes;
}

Result<Bytes> Shard::TextOf(ExecutionId id, const interpreter::Payload& payload) {
  if (payload.bytes.has_value()) return payload.bytes;
  return LoadPayload(id, payload.home);
}

Status Shard::LoadMissing(Resident& execution, const interpreter::Missing& missing) {
  interpreter::WorkingSet& set = execution.set;
  bool has_loaded = false;
  for (const FrameNumber join : missing.results) {
    if (set.results.contains(join)) continue;
    RETURN_IF_ERROR(LoadResults(execution, join));
    has_loaded = true;
  }
  for (const FrameNumber frame : missing.variables) {
    if (set.variables.contains(frame)) continue;
    RETURN_IF_ERROR(LoadVariables(execution, frame));
    has_loaded = true;
  }
  for (const FrameNumber frame : missing.open_children) {
    if (set.open_children.contains(frame)) continue;
    RETURN_IF_ERROR(LoadOpenChildren(execution, frame));
    has_loaded = true;
  }
  for (const FrameNumber frame : missing.child_outputs) {
    if (set.child_outputs.contains(frame)) continue;
    RETURN_IF_ERROR(LoadChildOutputs(execution, frame));
    has_loaded = true;
  }
  for (const FrameNumber frame : missing.unsuccessful_children) {
    if (set.unsuccessful_children.contains(frame)) continue;
    RETURN_IF_ERROR(LoadUnsuccessfulChildren(execution, frame));
    has_loaded = true;
  }
  for (const EventId event : missing.payloads) {
    if (set.payloads.contains(event)) continue;
    ASSIGN_OR_RETURN(Bytes bytes, LoadPayload(execution.id, event));
    for (auto& [number, frame] : set.frames) {
      if (frame.input.home == event) frame.input.bytes = bytes;
    }
    set.payloads.emplace(event, std::move(bytes));
    has_loaded = true;
  }
  // So a turn is not asked for without end: there are only so many rows.
  return has_loaded ? OkStatus() : DataLoss("a turn asks for rows that are there or cannot be");
}

Status Shard::LoadResults(Resident& execution, FrameNumber join) {
  const auto frame = execution.set.frames.find(join);
  const auto* wait = frame == execution.set.frames.end()
                         ? nullptr
                         : std::get_if<interpreter::JoinWait>(&frame->second.wait);
  if (wait == nullptr) return DataLoss("a turn asks for the results of what is no join");
  std::map<std::uint32_t, interpreter::Payload> results;
  storage::Range range = rows::ResultsOf(execution.id, join);
  range.limit = kResultSlice;
  for (;;) {
    ASSIGN_OR_RETURN(const auto slice, storage::ScanAndWait(storage_, range));
    for (const storage::Row& stored : slice) {
      const auto key = rows::ParseResultKey(stored.key);
      if (!key) return DataLoss("a result key is not readable");
      ASSIGN_OR_RETURN(interpreter::Payload output, rows::DecodeResult(stored.value));
      results.emplace(key->index, std::move(output));
    }
    if (slice.size() < kResultSlice) break;
    range.begin = slice.back().key + '\0';
  }
  if (const auto fresh = execution.new_results.find(join); fresh != execution.new_results.end()) {
    results.insert(fresh->second.begin(), fresh->second.end());
  }
  if (results.size() != wait->next - wait->open) {
    return DataLoss("a join counts " + std::to_string(wait->next - wait->open) + " results and " +
                    std::to_string(results.size()) + " are there");
  }
  execution.new_results.erase(join);
  execution.set.results.emplace(join, std::move(results));
  return OkStatus();
}

Status Shard::LoadVariables(Resident& execution, FrameNumber frame) {
  ASSIGN_OR_RETURN(const auto stored,
                   storage::ScanAndWait(storage_, rows::VariablesOf(execution.id, frame)));
  if (stored.empty()) return DataLoss("a frame has variables and no row of them is there");
  auto& variables = execution.set.variables[frame];
  for (const storage::Row& row : stored) {
    const auto name = rows::ParseVariableKey(row.key);
    if (!name) return DataLoss("a variable key is not readable");
    ASSIGN_OR_RETURN(variables[*name], rows::DecodeVariable(row.value));
  }
  return OkStatus();
}

void Shard::Shrink(Resident& execution) {
  execution.set.payloads.clear();
  execution.new_results.clear();
  execution.new_open_children.clear();
  execution.new_child_outputs.clear();
  std::erase_if(execution.set.variables, [](const auto& frame) {
    std::size_t bytes = 0;
    for (const auto& [name, value] : frame.second)
      bytes += value.size();
    return bytes > kResidentVariableBytesMax;
  });
  // They are read again when the join closes; a join of few results never reads any.
  std::erase_if(execution.set.results,
                [](const auto& join) { return join.second.size() > kResidentResultsMax; });
}

}  // namespace pawl::runtime
