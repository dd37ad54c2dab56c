// Runs of distributed Maps: their rows agree with the history of the execution that the Map is in,
// their counters with the rows, and these with the executions of the run.
#include <algorithm>

#include "engine/interpreter/task_call.h"
#include "tests/simulator/express_check.h"
#include "tests/simulator/store_checker.h"

namespace pawl::simulator {
namespace {

using interpreter::EventType;
using interpreter::ExecutionStatus;
using interpreter::MapRunCounts;
using interpreter::MapRunWait;
using storage::Family;

// A run's rows begin as a frame's do, with the run's event in the frame's place.
constexpr std::size_t kRunKeyBytes = 2 + 1 + 8 + 4;

std::string_view RunStatusOf(FoldedRun::End end) {
  switch (end) {
    case FoldedRun::End::kOpen:
      return "RUNNING";
    case FoldedRun::End::kSucceeded:
      return "SUCCEEDED";
    case FoldedRun::End::kFailed:
      return "FAILED";
    case FoldedRun::End::kAborted:
      return "ABORTED";
  }
  return "";
}

void Count(MapRunCounts& counts, const std::string& status, std::uint64_t number) {
  counts.started += number;
  std::uint64_t& ended = status == "SUCCEEDED"   ? counts.succeeded
                         : status == "TIMED_OUT" ? counts.timed_out
                         : status == "ABORTED"   ? counts.aborted
                                                 : counts.failed;
  ended += number;
}

// What the counters should be, by the rows.
struct Tally {
  MapRunCounts executions = {};
  MapRunCounts items = {};
  std::uint64_t executions_pending = 0;
  std::uint64_t items_pending = 0;
  std::uint64_t items_given = 0;
  std::uint64_t result_bytes = 2;
};

// `has_aborted_open`: the run is over, and counts what was open then as aborted.
Tally TallyOf(const StoredRun& run, const MapRunWait& wait, bool has_aborted_open) {
  Tally tally;
  const auto pend = [&](std::uint32_t items) {
    ++tally.executions_pending;
    tally.items_pending += items;
  };
  for (const auto& [index, open] : run.open) {
    tally.items_given += open.items;
    if (open.attempt != wait.redrive.count) {
      pend(open.items);
    } else if (has_aborted_open) {
      Count(tally.executions, "ABORTED", 1);
      Count(tally.items, "ABORTED", open.items);
    } else {
      ++tally.executions.started;
      tally.items.started += open.items;
    }
  }
  std::vector<const rows::EndedChildRow*> waiting;
  for (const auto& [index, ended] : run.ended) {
    tally.items_given += ended.items;
    // They are started again in the order of their places.
    const bool is_waiting = wait.is_redriving() && !ended.output && index >= wait.redrive.next;
    if (is_waiting) waiting.push_back(&ended);
    if (is_waiting || ended.status == kPendingStatus) continue;
    Count(tally.executions, ended.status, 1);
    Count(tally.items, ended.status, ended.items);
    if (!ended.output) continue;
    tally.result_bytes += ended.output->size() + (tally.executions.succeeded > 1 ? 1 : 0);
  }
  // The last may have become pending in this very attempt, which does not start them again.
  const std::uint64_t others = tally.executions_pending;
  while (!waiting.empty() && others + waiting.size() > wait.redrive.executions_pending &&
         waiting.back()->status == kPendingStatus) {
    waiting.pop_back();
  }
  for (const rows::EndedChildRow* ended : waiting)
    pend(ended->items);
  return tally;
}

std::string ShownCounts(const MapRunCounts& counts) {
  return std::to_string(counts.started) + " started (" + std::to_string(counts.succeeded) +
         " succeeded, " + std::to_string(counts.failed) + " failed, " +
         std::to_string(counts.timed_out) + " timed out, " + std::to_string(counts.aborted) +
         " aborted)";
}

}  // namespace

bool StoreChecker::ReadMapRunRow(const storage::Row& row) {
  std::string run_key = row.key.substr(0, kRunKeyBytes);
  run_key[2] = 'F';
  const auto place = rows::ParseFrameKey(run_key);
  if (!place) return Fail("a Map run's key is not readable");
  const auto found = executions_.find(place->id);
  if (found == executions_.end()) return Fail("a Map run's row belongs to no execution");
  StoredRun& run = found->second.runs[place->frame.value];
  const auto index = rows::ParseChildKey(row.key);
  if (row.key[2] == 'M') {
    auto decoded = rows::DecodeMapRun(row.value);
    if (!decoded.ok()) return Fail(found->second, "a Map run's row is not readable");
    run.row = std::move(*decoded);
    return true;
  }
  if (!index) return Fail(found->second, "a key of a Map run's execution is not readable");
  if (row.key[2] == 'I') {
    auto decoded = rows::DecodeOpenChild(row.value);
    if (!decoded.ok()) return Fail(found->second, "an open execution's row is not readable");
    run.open.emplace(*index, std::move(*decoded));
    return true;
  }
  auto decoded = rows::DecodeEndedChild(row.value);
  if (!decoded.ok()) return Fail(found->second, "an ended execution's row is not readable");
  run.ended.emplace(*index, std::move(*decoded));
  return true;
}

// A run is found by its name, and a name leads to a run.
bool StoreChecker::CheckMapRunNames() {
  std::size_t runs = 0;
  for (const auto& [id, execution] : executions_) {
    const rows::ExecutionRow& row = execution.row;
    const DefinitionText* text = find_definition_(row.header.state_machine, row.revision);
    for (const auto& [event, run] : execution.runs) {
      ++runs;
      const auto& map = std::get<asl::MapState>(text->machine->states[run.row.state].details);
      const std::string name = rows::MapRunName(row.header, map.distributed->label, event);
      const auto value = disk_.Get(Family::kIndex, rows::MapRunNameKey(row.namespace_id, name));
      if (!value) return Fail(execution, "its Map run has no name row");
      const auto where = rows::DecodeMapRunPlace(*value);
      if (!where.ok() || where->execution != id || where->run != event) {
        return Fail(execution, "the name of its Map run leads elsewhere");
      }
    }
  }
  const std::string prefix = rows::MapRunNameKey({}, "").substr(0, 1);
  const storage::Range names{
      .family = Family::kIndex, .begin = prefix, .end = rows::PrefixEnd(prefix)};
  return disk_.Scan(names).size() == runs || Fail("a name leads to no Map run");
}

const MapRunWait* StoreChecker::WaitOfRun(const StoredExecution& execution, EventId run) {
  const auto folded = execution.folded.runs.find(run);
  if (folded == execution.folded.runs.end()) return nullptr;
  for (const auto* frames : {&execution.frames, &execution.archived}) {
    const auto frame = frames->find(folded->second.frame);
    if (frame == frames->end()) continue;
    const auto* wait = std::get_if<MapRunWait>(&frame->second.wait);
    if (wait != nullptr && wait->run == run) return wait;
  }
  return nullptr;
}

bool StoreChecker::CheckMapRuns(const StoredExecution& execution) {
  if (execution.row.has_map_runs == execution.folded.runs.empty()) {
    return Fail(execution, "does not know whether it had Map runs");
  }
  if (execution.runs.size() != execution.folded.runs.size()) {
    return Fail(execution, "has rows of other Map runs than its history");
  }
  for (const auto& [event, folded] : execution.folded.runs) {
    const auto stored = execution.runs.find(event);
    if (stored == execution.runs.end()) return Fail(execution, "a Map run has no row");
    if (!CheckMapRun(execution, event, folded, stored->second)) return false;
  }
  return true;
}

bool StoreChecker::CheckMapRun(const StoredExecution& execution,
                               EventId event,
                               const FoldedRun& folded,
                               const StoredRun& stored) {
  const std::string who = "Map run " + std::to_string(event) + ": ";
  const rows::MapRunRow& row = stored.row;
  if (row.frame != folded.frame || row.state != folded.state || row.wait.run != event) {
    return Fail(execution, who + "its row is another's");
  }
  if (row.status != RunStatusOf(folded.end)) {
    return Fail(execution, who + "is " + row.status + " and by its history not");
  }
  const bool has_other_items = !row.wait.reader && row.wait.total != folded.total;
  if (row.wait.redrive.count != folded.redrives || has_other_items) {
    return Fail(execution, who + "counts other redrives or items than its history");
  }
  const bool is_open = folded.end == FoldedRun::End::kOpen;
  if (row.stopped_at.has_value() == is_open) return Fail(execution, who + "has a wrong end");
  const MapRunWait* wait = WaitOfRun(execution, event);
  if (wait == nullptr && is_open) return Fail(execution, who + "runs and no frame waits for it");
  const bool is_updated = ledger_.map_run_updates.contains({execution.id, event});
  if (is_open && !is_updated && wait->executions.open() > wait->concurrency) {
    return Fail(execution, who + "has more open executions than it may");
  }
  if (!CheckRunUpdates(execution, is_open ? *wait : row.wait)) return false;
  // What a run had open when it failed is aborted from then on, where it goes on to write.
  const bool has_failed = wait != nullptr &&
                          (is_open ? wait->is_failing() : wait->leaves_files()) &&
                          wait->executions.open() == 0;
  if (wait != nullptr && !CheckRunCounts(execution, stored, *wait, has_failed)) return false;
  return is_open || CheckRunCounts(execution, stored, row.wait, true);
}

// What was acknowledged holds until something that was sent later takes its place.
bool StoreChecker::CheckRunUpdates(const StoredExecution& execution, const MapRunWait& wait) {
  const auto updates = ledger_.map_run_updates.find({execution.id, wait.run});
  if (updates == ledger_.map_run_updates.end()) return true;
  const auto& [sent, applied] = updates->second;
  const auto holds = [&](auto member, const auto& value) {
    std::optional<std::size_t> last;
    for (const std::size_t place : applied) {
      if (sent[place].*member) last = place;
    }
    if (!last) return true;
    return std::any_of(sent.begin() + static_cast<std::ptrdiff_t>(*last),
                       sent.end(),
                       [&](const MapRunUpdate& update) { return update.*member == value; });
  };
  const bool is_right =
      holds(&MapRunUpdate::max_concurrency, std::optional(wait.concurrency)) &&
      holds(&MapRunUpdate::tolerated_failure_count, wait.tolerated_failure_count) &&
      holds(&MapRunUpdate::tolerated_failure_percentage, wait.tolerated_failure_percentage);
  return is_right || Fail(execution, "an update of its Map run was acknowledged and is lost");
}

bool StoreChecker::CheckRunCounts(const StoredExecution& execution,
                                  const StoredRun& stored,
                                  const MapRunWait& wait,
                                  bool has_aborted_open) {
  const std::string who = "Map run " + std::to_string(wait.run) + ": ";
  if (has_aborted_open && stored.row.status == "SUCCEEDED") {
    const bool is_whole = wait.items.started == wait.total && wait.items.open() == 0 &&
                          wait.executions.started == wait.children && wait.executions.open() == 0 &&
                          !wait.is_redriving();
    if (!is_whole) return Fail(execution, who + "succeeded before its executions had ended");
    if (!stored.open.empty() || !stored.ended.empty()) {
      return Fail(execution, who + "succeeded and left rows of its executions");
    }
    return true;
  }
  const Tally tally = TallyOf(stored, wait, has_aborted_open);
  if (tally.executions != wait.executions || tally.items != wait.items ||
      tally.executions_pending != wait.redrive.executions_pending ||
      tally.items_pending != wait.redrive.items_pending) {
    return Fail(execution,
                who + "counts other executions or items than there are rows: " +
                    ShownCounts(wait.executions) + " and " + ShownCounts(wait.items) +
                    ", pending " + std::to_string(wait.redrive.executions_pending) + " and " +
                    std::to_string(wait.redrive.items_pending) + "; by the rows " +
                    ShownCounts(tally.executions) + " and " + ShownCounts(tally.items) +
                    ", pending " + std::to_string(tally.executions_pending) + " and " +
                    std::to_string(tally.items_pending));
  }
  std::set<std::uint32_t> places;
  for (const auto& [index, open] : stored.open)
    places.insert(index);
  for (const auto& [index, ended] : stored.ended) {
    if (!places.insert(index).second) {
      return Fail(execution, who + "an execution is open and has ended");
    }
    if (!ended.output && !ended.input) return Fail(execution, who + "an input is not kept");
  }
  if (places.size() != wait.children || (!places.empty() && *places.rbegin() >= wait.children)) {
    return Fail(execution, who + "an execution was started and has no row");
  }
  if (tally.items_given != wait.next) {
    return Fail(execution, who + "its executions have other items than it gave away");
  }
  if (tally.result_bytes != wait.result_bytes) {
    return Fail(execution, who + "counts wrong bytes of results");
  }
  return true;
}

const StoredExecution* StoreChecker::ChildOfRun(const StoredExecution& parent,
                                                EventId run,
                                                std::uint32_t index) const {
  const rows::ExecutionRow& row = parent.row;
  const DefinitionText* text = find_definition_(row.header.state_machine, row.revision);
  const StateIndex state = parent.folded.runs.at(run).state;
  const auto& map = std::get<asl::MapState>(text->machine->states[state].details);
  const ExecutionName name{.namespace_id = row.namespace_id,
                           .state_machine = interpreter::MapChildMachine(row.header.state_machine,
                                                                         map.distributed->label),
                           .name = interpreter::MapChildName(row.header, run, index)};
  const auto found = by_name_.find(name);
  return found == by_name_.end() ? nullptr : &executions_.at(found->second);
}

bool StoreChecker::CheckMapRunChildren() {
  for (const auto& [id, execution] : executions_) {
    if (execution.row.parent && execution.row.parent->map_run && !CheckChildOfRun(execution)) {
      return false;
    }
    for (const auto& [event, run] : execution.runs) {
      if (!CheckRunChildren(execution, event, run)) return false;
    }
  }
  return true;
}

// An execution of a run is the one that the run started at its place.
bool StoreChecker::CheckChildOfRun(const StoredExecution& child) {
  const rows::ParentLink& link = *child.row.parent;
  const StoredExecution& parent = executions_.at(link.execution);
  const rows::ExecutionRow& row = parent.row;
  const DefinitionText* text = find_definition_(row.header.state_machine, row.revision);
  for (const auto& [event, run] : parent.runs) {
    const auto& map = std::get<asl::MapState>(text->machine->states[run.row.state].details);
    if (rows::MapRunName(row.header, map.distributed->label, event) != link.map_run->run) continue;
    if (ChildOfRun(parent, event, link.map_run->index) != &child) {
      return Fail(child, "is not the execution at its place of its Map run");
    }
    const MapRunWait* wait = WaitOfRun(parent, event);
    const std::uint32_t children = (wait == nullptr ? run.row.wait : *wait).children;
    const bool is_known = link.map_run->index < children && link.frame == run.row.frame &&
                          link.map_run->map_state == run.row.state &&
                          child.row.revision == row.revision;
    return is_known || Fail(child, "its Map run did not start it");
  }
  return Fail(child, "belongs to no Map run");
}

bool StoreChecker::IsExpressRun(const StoredExecution& execution, EventId run) const {
  const rows::ExecutionRow& row = execution.row;
  const DefinitionText* text = find_definition_(row.header.state_machine, row.revision);
  const StateIndex state = execution.folded.runs.at(run).state;
  return std::get<asl::MapState>(text->machine->states[state].details).distributed->is_express;
}

bool StoreChecker::CheckRunChildren(const StoredExecution& execution,
                                    EventId run,
                                    const StoredRun& stored) {
  const bool is_express = IsExpressRun(execution, run);
  for (const auto& [index, open] : stored.open) {
    const StoredExecution* child = ChildOfRun(execution, run, index);
    if (child == nullptr) continue;
    if (TextOf(*child, *child->events.front().payload) != open.input.view()) {
      return Fail(*child, "has another input than its Map run gave it");
    }
    if (!CheckOpenChild(execution, run, index)) return false;
  }
  for (const auto& [index, ended] : stored.ended) {
    if (is_express) break;
    if (ended.status == kPendingStatus) {
      if (ChildOfRun(execution, run, index) == nullptr) continue;
      return Fail(execution, "an execution of its Map run was started and is pending");
    }
    if (!CheckEndedChild(execution, run, index, ended)) return false;
  }
  if (stored.row.status != "SUCCEEDED") return true;
  const auto ends = EndsOfRun(execution, run);
  if (!ends) {
    return Fail(execution, "its Map run succeeded before all of its executions had ended");
  }
  MapRunCounts counts;
  for (const auto& [index, end] : *ends)
    Count(counts, end.status, 1);
  return counts == stored.row.wait.executions ||
         Fail(execution, "its Map run succeeded and took one end for another");
}

// What has ended and is still counted as open has a message under way that tells it.
bool StoreChecker::CheckOpenChild(const StoredExecution& execution,
                                  EventId run,
                                  std::uint32_t index) {
  const StoredExecution& child = *ChildOfRun(execution, run, index);
  const auto frame = execution.frames.find(execution.folded.runs.at(run).frame);
  const bool is_waited_for = frame != execution.frames.end() &&
                             std::holds_alternative<MapRunWait>(frame->second.wait) &&
                             frame->second.wait_number == child.row.parent->wait_number &&
                             WaitOfRun(execution, run) != nullptr;
  if (!is_waited_for || !child.row.is_closed()) return true;
  const bool is_told =
      std::any_of(messages_.begin(), messages_.end(), [&child](const auto& message) {
        return message.first.id == child.id &&
               message.second.kind == rows::OutboxRow::Kind::kChildEnded;
      });
  return is_told || Fail(child, "has ended, and its Map run will not hear of it");
}

// An ended execution had such an end; it may have been started again since.
bool StoreChecker::CheckEndedChild(const StoredExecution& execution,
                                   EventId run,
                                   std::uint32_t index,
                                   const rows::EndedChildRow& ended) {
  const StoredExecution* child = ChildOfRun(execution, run, index);
  if (child == nullptr) return Fail(execution, "an execution of its Map run ended and is gone");
  const std::string input = TextOf(*child, *child->events.front().payload);
  if (ended.input && input != ended.input->view()) {
    return Fail(*child, "had another input than its Map run keeps");
  }
  static const std::map<std::string, EventType, std::less<>> kEnds = {
      {"SUCCEEDED", EventType::kExecutionSucceeded},
      {"FAILED", EventType::kExecutionFailed},
      {"TIMED_OUT", EventType::kExecutionTimedOut},
      {"ABORTED", EventType::kExecutionAborted}};
  for (const interpreter::HistoryEvent& event : child->events) {
    if (kEnds.at(ended.status) != event.type) continue;
    if (event.error != ended.error || event.cause != ended.cause) continue;
    if (!ended.output || TextOf(*child, *event.payload) == ended.output->view()) return true;
  }
  return Fail(*child, "never had the end that its Map run knows");
}

std::uint32_t StoreChecker::RedrivesByRun(const StoredExecution& execution) const {
  const auto& link = execution.row.parent;
  if (!link || !link->map_run) return 0;
  const StoredExecution& parent = executions_.at(link->execution);
  for (const auto& [event, run] : parent.folded.runs) {
    if (ChildOfRun(parent, event, link->map_run->index) == &execution) return run.redrives;
  }
  return 0;
}

std::string StoreChecker::ExpressDisagreement(const StoredExecution& execution,
                                              EventId run,
                                              std::uint32_t index,
                                              const PlainJson& input) const {
  const auto ended = EndOfExpress(execution, run, index);
  if (!ended) return {};
  const rows::ExecutionRow& row = execution.row;
  const DefinitionText* text = find_definition_(row.header.state_machine, row.revision);
  const asl::State& state = text->machine->states[execution.folded.runs.at(run).state];
  const auto& map = std::get<asl::MapState>(state.details);
  const PlainJson* definition = FindState(text->definition, state.name);
  interpreter::ExecutionHeader header;
  header.state_machine =
      interpreter::MapChildMachine(row.header.state_machine, map.distributed->label);
  header.name = interpreter::MapChildName(row.header, run, index);
  header.express_id = header.name;
  const OracleRequest request{
      .definition = *definition->Find("ItemProcessor"),
      .input = input,
      .state_machine = header.state_machine,
      .state_machine_arn = interpreter::StateMachineArn({}, header.state_machine),
      .execution = header.name,
      .execution_arn = interpreter::ExecutionArn({}, header),
      .started_at = FormatTimestamp(ended->started_at)};
  ExpressEnd end{.status = ended->status,
                 .error = ended->error,
                 .cause = ended->cause,
                 .started_at = ended->started_at,
                 .stopped_at = ended->stopped_at};
  if (ended->output) end.output = ended->output->str();
  return DisagreementOn(end, Foresee(request, {}), std::nullopt, has_express_chance_());
}

// Each item is given to one execution, as the definition says.
std::string StoreChecker::RunDisagreement(const OracleRun& run,
                                          const StoredExecution& execution) const {
  for (const auto& [event, folded] : execution.folded.runs) {
    const auto foreseen = run.map_children.find(folded.key);
    if (foreseen == run.map_children.end()) return "there is no Map run " + std::to_string(event);
    const StoredRun& stored = execution.runs.at(event);
    const MapRunWait* wait = WaitOfRun(execution, event);
    const std::uint32_t children = (wait == nullptr ? stored.row.wait : *wait).children;
    if (children > foreseen->second.size()) return "a Map run starts fewer executions";
    const bool is_exceeded = folded.end == FoldedRun::End::kFailed &&
                             folded.error == "States.ExceedToleratedFailureThreshold";
    // What it has not read when it is stopped nobody knows.
    const bool has_stopped = folded.end == FoldedRun::End::kAborted && !stored.row.wait.reader;
    const bool must_be_whole = (is_exceeded || has_stopped) && stored.row.wait.leaves_files() &&
                               !run.unreadable_runs.contains(folded.key) &&
                               !MayFailToRead(stored.row.wait);
    if (must_be_whole && children < foreseen->second.size()) {
      return "a Map run that is over has put down fewer executions as pending";
    }
    for (std::uint32_t index = 0; index < children; ++index) {
      const ForeseenChild& expected = foreseen->second[index];
      const auto open = stored.open.find(index);
      const auto ended = stored.ended.find(index);
      const bool has_other_items =
          (open != stored.open.end() && open->second.items != expected.items) ||
          (ended != stored.ended.end() && ended->second.items != expected.items);
      if (has_other_items) return "an execution of a Map run has other items";
      std::optional<std::string> input;
      if (open != stored.open.end()) input = open->second.input.str();
      if (const StoredExecution* child = ChildOfRun(execution, event, index)) {
        input = TextOf(*child, *child->events.front().payload);
      }
      if (IsExpressRun(execution, event)) {
        std::string disagreement = ExpressDisagreement(execution, event, index, expected.input);
        if (!disagreement.empty()) return disagreement;
      }
      if (input && !Matches(expected.input, PlainJson::Parse(*input))) {
        return "the input of a Map run's execution is " + expected.input.Write() + ", not " +
               *input;
      }
    }
  }
  return {};
}

}  // namespace pawl::simulator
