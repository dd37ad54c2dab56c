#include "engine/runtime/execution_reader.h"

#include <algorithm>
#include <array>
#include <iterator>
#include <limits>
#include <utility>

#include "engine/base/coding.h"
#include "engine/interpreter/task_call.h"
#include "engine/interpreter/turn.h"
#include "engine/rows/history_codec.h"
#include "engine/rows/keys.h"
#include "engine/runtime/execution_qualifier.h"
#include "engine/runtime/page_size.h"
#include "engine/runtime/redrive_rules.h"

namespace pawl::runtime {
namespace {

using interpreter::HistoryEvent;
using storage::Family;

// A page of history ends early when its payloads reach this.
constexpr std::size_t kPageBytes = 1024 * 1024;

// Rows of a list read at once where only some of them are wanted.
constexpr std::size_t kLinesAtOnce = 256;

enum class PayloadSide : std::uint8_t { kNone, kInput, kOutput };

PayloadSide SideOf(EventType type) {
  const std::string_view name = interpreter::EventTypeName(type);
  if (name.ends_with("Entered") || name.ends_with("Scheduled") ||
      type == EventType::kExecutionStarted) {
    return PayloadSide::kInput;
  }
  if (name.ends_with("Exited") || name.ends_with("Succeeded") || name.ends_with("Submitted"))
    return PayloadSide::kOutput;
  return PayloadSide::kNone;
}

bool IsLambda(EventType type) {
  return type >= EventType::kLambdaFunctionScheduled && type <= EventType::kLambdaFunctionTimedOut;
}

bool IsTask(EventType type) {
  return (type >= EventType::kTaskScheduled && type <= EventType::kTaskTimedOut) ||
         type == EventType::kTaskSubmitted;
}

// The run that the execution is one of, which goes by "machine/label:RUN".
std::string MapRunArnOf(const ArnScheme& arns, const rows::ParentLink& parent) {
  const std::string& run = parent.map_run->run;
  const std::size_t colon = run.rfind(':');
  const std::size_t slash = run.rfind('/', colon);
  return interpreter::MapRunArn(
      arns, run.substr(0, slash), run.substr(slash + 1, colon - slash - 1), run.substr(colon + 1));
}

// `qualifier` as in ListRequest.
bool IsStartedWith(const std::string& qualifier, const rows::ListingRow& row) {
  if (qualifier.empty()) return true;
  const auto version = VersionOf(qualifier);
  return version ? row.version == *version : row.alias == qualifier;
}

// A line of a list, as it is stored.
struct Line {
  rows::ListingKeyParts key;
  rows::ListingRow row;
};

// The first lines in `range` that the request asks for: what a page takes, and one more.
Result<std::vector<Line>> ReadLines(storage::Storage& storage,
                                    const ListRequest& request,
                                    storage::Range range) {
  const std::size_t wanted = PageSize(request.page_size) + 1;
  range.limit = request.qualifier.empty() ? wanted : std::max(wanted, kLinesAtOnce);
  std::vector<Line> lines;
  for (bool has_more = true; has_more && lines.size() < wanted;) {
    ASSIGN_OR_RETURN(const auto found, storage::ScanAndWait(storage, range));
    for (const storage::Row& stored : found) {
      const auto key = rows::ParseListingKey(stored.key);
      if (!key) return DataLoss("a listing key is not readable");
      if (request.started_from && key->started_at < *request.started_from) return lines;
      ASSIGN_OR_RETURN(rows::ListingRow row, rows::DecodeListing(stored.value));
      if (!IsStartedWith(request.qualifier, row)) continue;
      lines.push_back({.key = *key, .row = std::move(row)});
    }
    has_more = found.size() == range.limit;
    if (has_more) range.begin = found.back().key + '\0';
  }
  return lines;
}

bool IsIteration(EventType type) {
  return type >= EventType::kMapIterationStarted && type <= EventType::kMapIterationAborted;
}

}  // namespace

Result<FoundExecution> ExecutionReader::Find(const ExecutionName& name) {
  ASSIGN_OR_RETURN(std::optional<FoundExecution> found, FindExecution(storage_, name));
  if (found) return *std::move(found);
  return NotFound("Execution Does Not Exist: '" +
                  interpreter::ExecutionArn(arns_, name.state_machine, name.name) + "'")
      .WithReason("ExecutionDoesNotExist");
}

Result<Bytes> ExecutionReader::PayloadOf(ExecutionId id, EventId event) {
  ASSIGN_OR_RETURN(const auto found, storage::ScanAndWait(storage_, rows::HistoryRowOf(id, event)));
  const auto first = found.empty() ? std::nullopt : rows::ParseHistoryKey(found[0].key);
  if (!first) return DataLoss("event " + std::to_string(event) + " is not in the history");
  ASSIGN_OR_RETURN(const auto events, rows::DecodeEvents(*first, found[0].value));
  const std::size_t place = event - *first;
  if (place >= events.size() || !events[place].payload) {
    return DataLoss("event " + std::to_string(event) + " does not hold the payload it should");
  }
  return events[place].payload->bytes;
}

Result<EventId> ExecutionReader::LastEventOf(ExecutionId id) {
  ASSIGN_OR_RETURN(
      const auto last,
      storage::ScanAndWait(storage_, rows::HistoryRowOf(id, std::numeric_limits<EventId>::max())));
  const auto first = last.empty() ? std::nullopt : rows::ParseHistoryKey(last[0].key);
  if (!first) return DataLoss("the execution has no history");
  ASSIGN_OR_RETURN(const auto events, rows::DecodeEvents(*first, last[0].value));
  return events.back().id;
}

Status ExecutionReader::JudgeRedrive(const FoundExecution& found,
                                     Timestamp now,
                                     ExecutionInfo& info) {
  // The row alone tells of all others, and those are what is asked for most.
  EventId last_event = 0;
  if (found.row.is_closed() && found.row.status != ExecutionStatus::kSucceeded) {
    ASSIGN_OR_RETURN(last_event, LastEventOf(found.id));
  }
  const RedriveVerdict verdict = RedriveVerdictOf(found.row, last_event, now, limits_);
  info.redrive_status = verdict.status;
  info.redrive_status_reason = verdict.reason;
  return OkStatus();
}

ExecutionInfo ExecutionReader::InfoOf(const rows::ExecutionRow& row) const {
  ExecutionInfo info{
      .name = {.namespace_id = row.namespace_id,
               .state_machine = row.header.state_machine,
               .name = row.header.name},
      .arn = interpreter::ExecutionArn(arns_, row.header.state_machine, row.header.name),
      .state_machine_arn = interpreter::StateMachineArn(arns_, row.header.state_machine),
      .revision = row.revision,
      .status = row.status,
      .started_at = row.header.started_at,
      .error = row.error,
      .cause = row.cause,
      .redrive_count = row.header.redrive_count};
  if (row.is_closed()) info.stopped_at = row.stopped_at;
  if (info.redrive_count > 0) info.redriven_at = row.header.redriven_at;
  if (row.parent && row.parent->map_run) info.map_run_arn = MapRunArnOf(arns_, *row.parent);
  SetQualifier(arns_, row, info);
  return info;
}

Result<ExecutionInfo> ExecutionReader::Describe(const ExecutionName& name, Timestamp now) {
  ASSIGN_OR_RETURN(const FoundExecution found, Find(name));
  ExecutionInfo info = InfoOf(found.row);
  RETURN_IF_ERROR(JudgeRedrive(found, now, info));
  ASSIGN_OR_RETURN(info.input, PayloadOf(found.id, 1));
  if (found.row.output) {
    info.output = found.row.output->bytes;
    if (!info.output.has_value()) {
      ASSIGN_OR_RETURN(info.output, PayloadOf(found.id, found.row.output->home));
    }
  }
  ASSIGN_OR_RETURN(
      const auto quarantine,
      storage::GetAndWait(storage_,
                          {.family = Family::kIndex, .bytes = rows::QuarantineKey(found.id)}));
  if (quarantine) info.quarantine_reason = *quarantine;
  return info;
}

Result<ExecutionMachineInfo> ExecutionReader::DescribeMachine(const ExecutionName& name) {
  ASSIGN_OR_RETURN(const FoundExecution found, Find(name));
  const std::string& belongs_to = found.row.header.state_machine;
  // Executions of a Map run belong to "machine/label".
  const std::size_t slash = belongs_to.find('/');
  ExecutionMachineInfo info;
  ASSIGN_OR_RETURN(info.state_machine,
                   catalog_.DescribeRevision(
                       found.row.namespace_id, belongs_to.substr(0, slash), found.row.revision));
  info.state_machine.arn = interpreter::StateMachineArn(arns_, belongs_to);
  if (!found.row.parent || !found.row.parent->map_run) return info;
  info.label = belongs_to.substr(slash + 1);
  info.map_run_arn = MapRunArnOf(arns_, *found.row.parent);
  return info;
}

Result<ExecutionStatus> ExecutionReader::StatusOf(const ExecutionName& name) {
  ASSIGN_OR_RETURN(const FoundExecution found, Find(name));
  return found.row.status;
}

Result<EventInfo> ExecutionReader::Render(const HistoryEvent& event,
                                          const interpreter::ExecutionHeader& header,
                                          const asl::StateMachine& machine) const {
  EventInfo info{.id = event.id,
                 .previous_id = event.previous,
                 .type = event.type,
                 .at = event.at,
                 .error = event.error,
                 .cause = event.cause,
                 .timeout_seconds = event.timeout_seconds,
                 .heartbeat_seconds = event.heartbeat_seconds,
                 .location = event.location,
                 .worker = event.worker,
                 .assigned_variables = event.assigned};
  if (event.state != asl::kNoState) {
    if (event.state >= machine.states.size()) {
      return DataLoss("event " + std::to_string(event.id) + " names a state that is not there");
    }
    const asl::State& state = machine.states[event.state];
    info.state = state.name;
    if (IsLambda(event.type) || IsTask(event.type)) {
      const auto* task = std::get_if<asl::TaskState>(&state.details);
      if (task == nullptr) return DataLoss("a task event names a state that is no Task");
      if (IsTask(event.type)) {
        // As arn:PARTITION:states:::TYPE:RESOURCE has them.
        const std::string_view call =
            std::string_view(task->resource).substr(task->resource.find(":::") + 3);
        const std::size_t service = call.starts_with("aws-sdk:") ? call.find(':') + 1 : 0;
        const std::size_t colon = call.find(':', service);
        info.resource_type = call.substr(0, colon);
        info.resource = call.substr(colon + 1);
      } else if (task->resource.starts_with("arn:")) {
        info.resource = task->resource;
      } else {
        info.resource = interpreter::FunctionArn(arns_, task->function_name, task->qualifier);
      }
    }
  }
  if (event.type == EventType::kActivityScheduled) {
    const auto* task = std::get_if<asl::TaskState>(&machine.states[event.state].details);
    if (task == nullptr) return DataLoss("an activity event names a state that is no Task");
    info.resource = task->resource;
  }
  if (event.type == EventType::kMapRunStarted || event.type == EventType::kMapRunRedriven) {
    const auto* map = std::get_if<asl::MapState>(&machine.states[event.state].details);
    if (map == nullptr || !map->distributed)
      return DataLoss("an event names a state that is no Map");
    info.map_run_arn = interpreter::MapRunArn(
        arns_,
        header.state_machine,
        map->distributed->label,
        interpreter::MapRunId(header, event.run != 0 ? event.run : event.id));
  }
  if (IsIteration(event.type)) info.index = event.index;
  if (event.type == EventType::kMapStateStarted) info.length = event.index;
  if (event.type == EventType::kExecutionRedriven || event.type == EventType::kMapRunRedriven) {
    info.redrive_count = event.index;
  }
  return info;
}

Result<HistoryPage> ExecutionReader::History(const HistoryRequest& request) {
  ASSIGN_OR_RETURN(const FoundExecution found, Find(request.name));
  ASSIGN_OR_RETURN(const auto machine,
                   catalog_.FindRevision(
                       found.row.namespace_id, found.row.header.state_machine, found.row.revision));
  const std::size_t page_size = PageSize(request.page_size);
  const auto is_wanted = [&request](EventId id) {
    if (!request.is_reverse) return id > request.after;
    return request.after == 0 || id < request.after;
  };

  storage::Range range = rows::HistoryOf(found.id);
  // A row holds at least one event; one row more tells whether there are more.
  range.limit = page_size + 1;
  range.is_reverse = request.is_reverse;
  if (request.is_reverse) {
    if (request.after > 0) range.end = rows::HistoryKey(found.id, request.after);
  } else if (request.after > 0) {
    ASSIGN_OR_RETURN(const auto row,
                     storage::ScanAndWait(storage_, rows::HistoryRowOf(found.id, request.after)));
    if (!row.empty()) range.begin = row[0].key;
  }
  ASSIGN_OR_RETURN(const auto stored, storage::ScanAndWait(storage_, range));

  HistoryPage page;
  std::map<EventId, Bytes> payloads;
  std::size_t bytes = 0;
  for (const storage::Row& row : stored) {
    const auto first = rows::ParseHistoryKey(row.key);
    if (!first) return DataLoss("a history key is not readable");
    ASSIGN_OR_RETURN(auto events, rows::DecodeEvents(*first, row.value));
    for (const HistoryEvent& event : events) {
      if (event.payload && event.payload->bytes.has_value()) {
        payloads.insert_or_assign(event.id, event.payload->bytes);
      }
    }
    if (request.is_reverse) std::reverse(events.begin(), events.end());
    for (const HistoryEvent& event : events) {
      if (!is_wanted(event.id)) continue;
      if (page.events.size() == page_size || (bytes > kPageBytes && !page.events.empty())) {
        page.has_more = true;
        return page;
      }
      ASSIGN_OR_RETURN(EventInfo info, Render(event, found.row.header, *machine));
      const PayloadSide side = SideOf(event.type);
      if (event.payload && side != PayloadSide::kNone && !request.without_payloads) {
        Bytes text = event.payload->bytes;
        if (!text.has_value()) {
          const auto known = payloads.find(event.payload->home);
          if (known != payloads.end()) {
            text = known->second;
          } else {
            ASSIGN_OR_RETURN(text, PayloadOf(found.id, event.payload->home));
            payloads.emplace(event.payload->home, text);
          }
        }
        bytes += text.size();
        (side == PayloadSide::kInput ? info.input : info.output) = std::move(text);
      }
      page.events.push_back(std::move(info));
    }
  }
  page.has_more = stored.size() == range.limit;
  return page;
}

// Listing rows are kept by machine and status. A list of all statuses, or of all machines, merges
// the rows of each: every source gives its newest, and the newest of those comes next.
Result<ListResponse> ExecutionReader::List(const ListRequest& request) {
  const std::size_t page_size = PageSize(request.page_size);
  std::vector<std::string> machines;
  if (!request.state_machine.empty()) {
    machines.push_back(request.state_machine);
  } else {
    std::string after;
    do {
      ASSIGN_OR_RETURN(const StateMachineList list,
                       catalog_.List(request.namespace_id, kPageSizeMax, after));
      for (const StateMachineInfo& machine : list.state_machines)
        machines.push_back(machine.name);
      after = list.next;
    } while (!after.empty());
  }

  // The cursor is the listing place of the last one given: start time and execution.
  struct Cursor {
    Timestamp started_at = FromMicros(std::numeric_limits<std::int64_t>::max());
    ExecutionId id;
  };

  std::optional<Cursor> after;
  if (!request.after.empty()) {
    Decoder decoder(request.after);
    Cursor cursor;
    cursor.started_at = FromMicros(static_cast<std::int64_t>(decoder.BigEndian64()));
    cursor.id.shard = ShardId{decoder.BigEndian16()};
    cursor.id.number = ExecutionNumber{decoder.BigEndian64()};
    if (!decoder.Finished()) return InvalidArgument("the page token is not valid", "page_token");
    after = cursor;
  }

  std::vector<Line> lines;
  constexpr std::array kAll = {ExecutionStatus::kRunning,
                               ExecutionStatus::kSucceeded,
                               ExecutionStatus::kFailed,
                               ExecutionStatus::kTimedOut,
                               ExecutionStatus::kAborted};
  for (const std::string& machine : machines) {
    for (const ExecutionStatus status : kAll) {
      if (request.status && *request.status != status) continue;
      storage::Range range = rows::ListingOf(request.namespace_id, machine, status);
      rows::ListingKeyParts place{
          .namespace_id = request.namespace_id, .state_machine = machine, .status = status};
      if (request.started_before) {
        // Exclusive: the first key with an earlier start.
        place.started_at = *request.started_before - Duration(1);
        range.begin = std::max(range.begin, rows::ListingKey(place));
      }
      if (after) {
        place.started_at = after->started_at;
        place.id = after->id;
        range.begin = std::max(range.begin, rows::ListingKey(place) + '\0');
      }
      ASSIGN_OR_RETURN(std::vector<Line> found, ReadLines(storage_, request, std::move(range)));
      std::move(found.begin(), found.end(), std::back_inserter(lines));
    }
  }
  std::sort(lines.begin(), lines.end(), [](const Line& a, const Line& b) {
    if (a.key.started_at != b.key.started_at) return a.key.started_at > b.key.started_at;
    return a.key.id < b.key.id;
  });
  ListResponse response;
  for (const Line& line : lines) {
    if (response.executions.size() == page_size) {
      const ExecutionInfo& last = response.executions.back();
      Encoder encoder(response.next);
      encoder.BigEndian64(static_cast<std::uint64_t>(ToMicros(last.started_at)));
      const rows::ListingKeyParts& key = lines[page_size - 1].key;
      encoder.BigEndian16(key.id.shard.value);
      encoder.BigEndian64(key.id.number.value);
      break;
    }
    // Executions of a Map run are listed under "machine/label:RUN".
    const std::string& listed = line.key.state_machine;
    rows::ExecutionRow row{.namespace_id = request.namespace_id,
                           .header = {.state_machine = listed.substr(0, listed.find(':')),
                                      .name = line.row.name,
                                      .started_at = line.key.started_at,
                                      .redrive_count = line.row.redrive_count,
                                      .redriven_at = line.row.redriven_at},
                           .revision = line.row.revision,
                           .version = line.row.version,
                           .alias = line.row.alias,
                           .status = line.key.status,
                           .stopped_at = line.row.stopped_at};
    response.executions.push_back(InfoOf(row));
  }
  return response;
}

}  // namespace pawl::runtime
