#include "tests/simulator/store_checker.h"

#include <algorithm>
#include <chrono>
#include <utility>

#include "engine/base/hash.h"
#include "engine/interpreter/advance.h"
#include "engine/rows/frame_codec.h"
#include "engine/rows/history_codec.h"
#include "engine/rows/keys.h"
#include "engine/runtime/function_events.h"
#include "tests/simulator/history_marks.h"
#include "tests/simulator/script.h"

namespace pawl::simulator {
namespace {

using interpreter::EventType;
using interpreter::ExecutionStatus;
using interpreter::Frame;
using storage::Family;

constexpr Duration kRetentionForEver = std::chrono::hours(24);

ExecutionName ExecutionNameOf(const rows::ExecutionRow& row) {
  return {.namespace_id = row.namespace_id,
          .state_machine = row.header.state_machine,
          .name = row.header.name};
}

ObservedCall CallOf(const FoldedAttempt& attempt) {
  if (attempt.error.empty() && attempt.output) {
    return {.output = PlainJson::Parse(attempt.output->view())};
  }
  return {.error = PlainJson::String(attempt.error), .cause = PlainJson::String(attempt.cause)};
}

// Which of several children failed a Parallel or Map, the history behind a redrive may leave open:
// what was seen is right if it follows from any of them. So many choices are tried.
constexpr int kGuessesMax = 64;

// Leaves one child in each set: the `guess`th of all choices that there are. False if there are
// fewer, or none to choose.
bool Narrow(std::map<AttemptKey, std::set<std::uint32_t>>& failed, int guess) {
  auto rest = static_cast<std::size_t>(guess);
  bool is_choice = false;
  for (auto& [key, children] : failed) {
    if (children.size() < 2) continue;
    is_choice = true;
    const std::uint32_t chosen =
        *std::next(children.begin(), static_cast<std::ptrdiff_t>(rest % children.size()));
    rest /= children.size();
    children = {chosen};
  }
  return is_choice && rest == 0;
}

}  // namespace

const PlainJson* FindState(const PlainJson& scope, const std::string& name) {
  for (const auto& [member, state] : scope.Find("States")->members) {
    if (member == name) return &state;
    const PlainJson* branches = state.Find("Branches");
    for (std::size_t i = 0; branches != nullptr && i < branches->items.size(); ++i) {
      if (const PlainJson* found = FindState(branches->items[i], name)) return found;
    }
    for (const char* processor : {"ItemProcessor", "Iterator"}) {
      const PlainJson* inner = state.Find(processor);
      const PlainJson* found = inner == nullptr ? nullptr : FindState(*inner, name);
      if (found != nullptr) return found;
    }
  }
  return nullptr;
}

bool StoreChecker::Fail(const std::string& what) {
  if (problem_.empty()) problem_ = what;
  return false;
}

bool StoreChecker::Fail(const StoredExecution& execution, const std::string& what) {
  return Fail("execution '" + execution.row.header.name + "' of '" +
              execution.row.header.state_machine + "': " + what);
}

std::string StoreChecker::Check(Timestamp now, Duration retention) {
  problem_.clear();
  std::map<ExecutionId, StoredExecution> before = std::exchange(executions_, {});
  timers_.clear();
  messages_.clear();
  by_name_.clear();
  names_.clear();
  const auto quarantined =
      disk_.Scan({.family = Family::kIndex, .begin = "X", .end = "Y", .limit = 1});
  if (!quarantined.empty()) return "an execution was quarantined: " + quarantined[0].value;
  if (!ReadState()) return problem_;
  for (auto& [id, execution] : executions_) {
    const auto known = before.find(id);
    if (!ReadHistory(execution, known == before.end() ? nullptr : &known->second)) return problem_;
    by_name_.emplace(ExecutionNameOf(execution.row), id);
  }
  for (auto& [id, execution] : executions_) {
    if (!CheckHistoryIsKept(execution) || !CheckExecution(execution)) return problem_;
  }
  if (!timers_.empty()) return "a timer row stands for no parked frame";
  const bool is_right = CheckExpired(now, retention) && CheckNames() && CheckListings() &&
                        CheckMapRunNames() &&
                        (retention < kRetentionForEver ||
                         (CheckStarts() && CheckAccepted() && CheckTaken() && CheckChildren() &&
                          CheckMapRunChildren() && CheckStopped() && CheckRedriven()));
  return is_right ? "" : problem_;
}

bool StoreChecker::CheckExecution(StoredExecution& execution) {
  const auto timers = timers_;
  if (CheckAsFolded(execution)) return true;
  const std::string problem = problem_;
  const FoldedHistory folded = execution.folded;
  const bool is_right = ForEachFold(
      MachineOf(execution), MapAround(execution), execution.events, [&](FoldedHistory other) {
        timers_ = timers;
        problem_.clear();
        execution.folded = std::move(other);
        return CheckAsFolded(execution);
      });
  if (is_right) return true;
  execution.folded = folded;
  problem_ = problem;
  return false;
}

bool StoreChecker::CheckAsFolded(const StoredExecution& execution) {
  if (!CheckMapRuns(execution)) return false;
  return execution.row.is_closed()
             ? CheckClosed(execution) && CheckAttempts(execution) && CheckOracle(execution)
             : CheckFrames(execution) && CheckAttempts(execution);
}

// Sorts the rows of family state by execution; a row of no execution is an orphan.
bool StoreChecker::ReadState() {
  std::vector<storage::Row> state = disk_.Scan({.family = Family::kState});
  for (const storage::Row& row : state) {
    if (row.key.at(2) != 'E') continue;
    const auto id = rows::ParseExecutionKey(row.key);
    auto decoded = rows::DecodeExecution(row.value);
    if (!id || !decoded.ok()) return Fail("an execution row is not readable");
    StoredExecution execution;
    execution.id = *id;
    execution.row = std::move(*decoded);
    executions_.emplace(*id, std::move(execution));
  }
  for (storage::Row& row : state) {
    const char tag = row.key.at(2);
    if (tag == 'E' || tag == 'S') continue;
    if (tag == 'N') {
      const auto number = rows::DecodeNumber(row.value);
      if (!number.ok()) return Fail("a name row is not readable");
      const auto shard = static_cast<std::uint16_t>((static_cast<unsigned char>(row.key[0]) << 8U) |
                                                    static_cast<unsigned char>(row.key[1]));
      names_.emplace(row.key, ExecutionId{.shard = ShardId{shard}, .number = *number});
      continue;
    }
    if (tag == 'O') {
      const auto message = rows::ParseOutboxKey(row.key);
      const auto said = rows::DecodeOutbox(row.value);
      if (!message || !said.ok()) return Fail("a message is not readable");
      if (!executions_.contains(message->id)) return Fail("a message comes from no execution");
      messages_.emplace_back(*message, *said);
      continue;
    }
    if (tag == 'T') {
      timers_.emplace(row.key, row.value);
      continue;
    }
    if (tag == 'V') {
      if (!ReadVariable(row)) return false;
      continue;
    }
    if (tag == 'M' || tag == 'I' || tag == 'J') {
      if (!ReadMapRunRow(row)) return false;
      continue;
    }
    const auto frame_key = tag == 'R' ? std::nullopt : rows::ParseFrameKey(row.key);
    const auto result_key = tag == 'R' ? rows::ParseResultKey(row.key) : std::nullopt;
    if (!frame_key && !result_key) return Fail("a key of family state is not readable");
    ExecutionId id;
    if (frame_key) {
      id = frame_key->id;
    } else {
      // A result's key begins as a frame's does.
      std::string key = row.key.substr(0, row.key.size() - 4);
      key[2] = 'F';
      const auto parsed = rows::ParseFrameKey(key);
      if (!parsed) return Fail("a result key is not readable");
      id = parsed->id;
    }
    const auto found = executions_.find(id);
    if (found == executions_.end()) {
      return Fail(std::string("a row with tag ") + tag + " belongs to no execution");
    }
    StoredExecution& execution = found->second;
    if (tag == 'R') {
      auto output = rows::DecodeResult(row.value);
      if (!output.ok()) return Fail(execution, "a result row is not readable");
      execution.results[result_key->join][result_key->index] = std::move(*output);
      continue;
    }
    auto frame = rows::DecodeFrame(frame_key->frame, row.value);
    if (!frame.ok()) return Fail(execution, "a frame row is not readable");
    if (tag == 'C') {
      if (!execution.row.is_closed() || execution.row.status == ExecutionStatus::kSucceeded) {
        return Fail(execution, "keeps a frame for a redrive that cannot be");
      }
      execution.archived.emplace(frame_key->frame, std::move(*frame));
      continue;
    }
    // Timer rows come behind frames in key order: they are matched below.
    if (tag == 'P') execution.parked.insert(frame_key->frame);
    if (!execution.frames.emplace(frame_key->frame, std::move(*frame)).second) {
      return Fail(execution, "a frame is hot and parked at once");
    }
  }
  for (const auto& [id, execution] : executions_) {
    for (const FrameNumber number : execution.parked) {
      const auto due = interpreter::NextDeadline(execution.frames.at(number), std::nullopt);
      if (!due) return Fail(execution, "a parked frame waits for no time");
      if (timers_.erase(rows::TimerKey(id, *due, number)) == 0) {
        return Fail(execution, "a parked frame has no timer row");
      }
    }
  }
  return true;
}

bool StoreChecker::ReadVariable(const storage::Row& row) {
  // Its key begins as a frame's does.
  constexpr std::size_t kFrameKeyBytes = 2 + 1 + 8 + 4;
  std::string frame_key = row.key.substr(0, kFrameKeyBytes);
  frame_key[2] = 'F';
  const auto frame = rows::ParseFrameKey(frame_key);
  const auto name = rows::ParseVariableKey(row.key);
  const auto value = rows::DecodeVariable(row.value);
  if (!frame || !name || !value.ok()) return Fail("a variable's row is not readable");
  const auto found = executions_.find(frame->id);
  if (found == executions_.end()) return Fail("a variable belongs to no execution");
  found->second.variables[frame->frame][*name] = value->str();
  return true;
}

bool StoreChecker::CheckVariables(const StoredExecution& execution,
                                  const std::map<FrameNumber, Frame>& frames,
                                  const std::map<FrameNumber, FoldedFrame>& folded) {
  std::size_t known = 0;
  for (const auto& [number, frame] : frames) {
    const std::string who = "frame " + std::to_string(number.value) + ": ";
    const auto& assigned = folded.at(number).variables;
    const auto stored = execution.variables.find(number);
    if (frame.has_variables == assigned.empty()) {
      return Fail(execution, who + "does not know whether it has variables");
    }
    if (stored == execution.variables.end()) {
      if (!assigned.empty()) return Fail(execution, who + "its variables are lost");
      continue;
    }
    if (stored->second != assigned) {
      return Fail(execution, who + "has other variables than were assigned");
    }
    ++known;
  }
  if (known != execution.variables.size()) {
    return Fail(execution, "has variables of a frame that is gone");
  }
  return true;
}

bool StoreChecker::ReadHistory(StoredExecution& execution, StoredExecution* before) {
  const std::vector<storage::Row> rows = disk_.Scan(rows::HistoryOf(execution.id));
  for (const storage::Row& row : rows) {
    const auto first = rows::ParseHistoryKey(row.key);
    if (!first) return Fail(execution, "a history key is not readable");
    execution.history_rows[*first] = HashBytes(row.value);
  }
  if (before != nullptr && before->history_rows == execution.history_rows) {
    execution.events = std::move(before->events);
    execution.folded = std::move(before->folded);
    return true;
  }
  for (const storage::Row& row : rows) {
    const auto events = rows::DecodeEvents(*rows::ParseHistoryKey(row.key), row.value);
    if (!events.ok()) return Fail(execution, "a history row is not readable");
    execution.events.insert(execution.events.end(), events->begin(), events->end());
  }
  if (execution.events.empty()) return Fail(execution, "has no history");
  if (find_definition_(execution.row.header.state_machine, execution.row.revision) == nullptr) {
    return Fail(execution, "runs on a revision that was never deployed");
  }
  execution.folded = FoldHistory(MachineOf(execution), MapAround(execution), execution.events);
  if (!execution.folded.problem.empty()) return Fail(execution, execution.folded.problem);
  return true;
}

const asl::StateMachine& StoreChecker::MachineOf(const StoredExecution& execution) {
  return *find_definition_(execution.row.header.state_machine, execution.row.revision)->machine;
}

StateIndex StoreChecker::MapAround(const StoredExecution& execution) {
  const auto& parent = execution.row.parent;
  return parent && parent->map_run ? parent->map_run->map_state : asl::kNoState;
}

bool StoreChecker::CheckHistoryIsKept(const StoredExecution& execution) {
  Seen& seen = seen_[execution.id];
  seen.name = ExecutionNameOf(execution.row);
  for (const auto& [first, hash] : seen.history_rows) {
    const auto row = execution.history_rows.find(first);
    if (row == execution.history_rows.end()) {
      return Fail(execution, "history was durable and is gone");
    }
    if (row->second != hash) return Fail(execution, "history was durable and has changed");
  }
  const std::uint32_t redrives = execution.row.header.redrive_count;
  if (redrives < seen.redrives) return Fail(execution, "a redrive was durable and is gone");
  const bool is_redriven = redrives != seen.redrives;
  if (seen.is_closed && !is_redriven) {
    if (execution.history_rows.size() != seen.history_rows.size()) {
      return Fail(execution, "its history grew after its end");
    }
    if (!execution.row.is_closed()) return Fail(execution, "runs after its end");
  }
  if (is_redriven) seen.agrees_with_oracle = false;
  seen.redrives = redrives;
  if (redrives != execution.folded.redrives) {
    return Fail(execution, "its row and its history count different redrives");
  }
  seen.history_rows = execution.history_rows;
  for (const FrameNumber number : seen.parked) {
    coverage_.HitIf(!execution.parked.contains(number), Mark::kParkedFrameWoke);
  }
  seen.parked = execution.parked;
  seen.is_closed = execution.row.is_closed();
  seen.stopped_at = execution.row.stopped_at;
  return true;
}

bool StoreChecker::CheckFrames(const StoredExecution& execution) {
  if (execution.folded.closing) return Fail(execution, "its history ended, its row says it runs");
  std::size_t open = 0;
  for (const auto& [number, folded] : execution.folded.frames) {
    if (!folded.is_open) continue;
    const auto stored = execution.frames.find(number);
    if (stored == execution.frames.end()) {
      // A Parallel's branch ends without an event of its own; its result says that it did.
      const auto results = execution.results.find(folded.parent);
      const bool is_done = number != kRootFrame && folded.phase == FoldedFrame::Phase::kLeft &&
                           results != execution.results.end() &&
                           results->second.contains(folded.index);
      if (!is_done) {
        return Fail(execution, "frame " + std::to_string(number.value) + " is open but not stored");
      }
      continue;
    }
    ++open;
    if (!CheckFrame(execution, folded, stored->second)) return false;
  }
  if (open != execution.frames.size()) {
    return Fail(execution, "a frame is stored that its history does not know or has ended");
  }
  return CheckVariables(execution, execution.frames, execution.folded.frames);
}

bool StoreChecker::CheckFrame(const StoredExecution& execution,
                              const FoldedFrame& folded,
                              const Frame& stored) {
  const std::string who = "frame " + std::to_string(stored.number.value) + ": ";
  using Phase = FoldedFrame::Phase;
  if (stored.number != kRootFrame &&
      (stored.parent != folded.parent || stored.index != folded.index)) {
    return Fail(execution, who + "parent or index differ from its history");
  }
  if (stored.last_event != folded.last) return Fail(execution, who + "last event differs");
  const bool is_between = folded.phase == Phase::kLeft || folded.phase == Phase::kBegun;
  if (!is_between && (stored.state != folded.state || stored.entered_event != folded.entered)) {
    return Fail(execution, who + "state differs from its history");
  }
  const bool is_task = std::holds_alternative<interpreter::TaskWait>(stored.wait);
  const auto* timer = std::get_if<interpreter::TimerWait>(&stored.wait);
  const auto* join = std::get_if<interpreter::JoinWait>(&stored.wait);
  const auto* runnable = std::get_if<interpreter::RunnableWait>(&stored.wait);
  switch (folded.phase) {
    case Phase::kBegun:
    case Phase::kLeft:
      if (runnable == nullptr) return Fail(execution, who + "is between states and waits");
      coverage_.Hit(Mark::kTurnCutShort);
      break;
    case Phase::kTask: {
      const FoldedAttempt& attempt = execution.folded.attempts[*folded.open_attempt];
      const auto* token = std::get_if<interpreter::TokenWait>(&stored.wait);
      const auto* child = std::get_if<interpreter::ChildWait>(&stored.wait);
      const bool waits_for_child = attempt.waits_for_child && attempt.returned;
      const bool is_right = waits_for_child       ? child != nullptr
                            : attempt.token_since ? token != nullptr
                                                  : is_task;
      if (!is_right) {
        return Fail(execution, who + "has an open attempt and does not wait for it");
      }
      const EventId scheduled = is_task
                                    ? std::get<interpreter::TaskWait>(stored.wait).scheduled_event
                                : waits_for_child ? child->scheduled_event
                                                  : token->scheduled_event;
      if (scheduled != attempt.scheduled) {
        return Fail(execution, who + "waits for another attempt than its history says");
      }
      break;
    }
    case Phase::kEntered:
      if (runnable != nullptr && runnable->is_entered) {
        // A redrive took it up again, and its turn comes with a later group.
        coverage_.Hit(Mark::kTurnCutShort);
        break;
      }
      if (timer == nullptr || timer->purpose != interpreter::TimerWait::Purpose::kWaitState) {
        return Fail(execution, who + "is in a state and waits for nothing");
      }
      break;
    case Phase::kEnded:
      if (timer == nullptr || timer->purpose != interpreter::TimerWait::Purpose::kRetry) {
        return Fail(execution, who + "failed and waits for no retry");
      }
      break;
    case Phase::kJoin:
      if (join == nullptr) return Fail(execution, who + "has open branches and does not join them");
      return CheckJoin(execution, execution.frames, folded, *join);
    case Phase::kRun: {
      const auto* run = std::get_if<interpreter::MapRunWait>(&stored.wait);
      if (run == nullptr || run->run != folded.run) {
        return Fail(execution, who + "has a Map run and does not wait for it");
      }
      break;
    }
  }
  return true;
}

bool StoreChecker::CheckJoin(const StoredExecution& execution,
                             const std::map<FrameNumber, Frame>& frames,
                             const FoldedFrame& folded,
                             const interpreter::JoinWait& join) {
  const std::string who = "join " + std::to_string(folded.number.value) + ": ";
  if (join.total != folded.join_total || join.next != folded.join_next) {
    return Fail(execution, who + "counts other branches than its history");
  }
  std::set<std::uint32_t> indices;
  for (const auto& [number, frame] : frames) {
    if (number != kRootFrame && frame.parent == folded.number) indices.insert(frame.index);
  }
  if (join.open != indices.size()) return Fail(execution, who + "counts wrong open branches");
  std::uint64_t bytes = 2;
  std::size_t results = 0;
  if (const auto found = execution.results.find(folded.number); found != execution.results.end()) {
    results = found->second.size();
    for (const auto& [index, output] : found->second) {
      if (!indices.insert(index).second) {
        return Fail(execution, who + "a branch is open and has a result");
      }
      bytes += TextOf(execution, output).size();
    }
  }
  if (indices.size() != join.next || (!indices.empty() && *indices.rbegin() >= join.next)) {
    return Fail(execution, who + "a branch was started and is neither open nor has a result");
  }
  if (results > 1) bytes += results - 1;
  if (bytes != join.result_bytes) return Fail(execution, who + "counts wrong bytes of results");
  coverage_.HitIf(join.open > 0 && results > 0 && join.next < join.total, Mark::kMapWindowMoved);
  return true;
}

bool StoreChecker::CheckClosed(const StoredExecution& execution) {
  const auto& closing = execution.folded.closing;
  if (!closing) return Fail(execution, "is closed and its history has no end");
  static const std::map<ExecutionStatus, EventType> kEnds = {
      {ExecutionStatus::kSucceeded, EventType::kExecutionSucceeded},
      {ExecutionStatus::kFailed, EventType::kExecutionFailed},
      {ExecutionStatus::kTimedOut, EventType::kExecutionTimedOut},
      {ExecutionStatus::kAborted, EventType::kExecutionAborted}};
  if (kEnds.at(execution.row.status) != closing->type || execution.row.stopped_at != closing->at) {
    return Fail(execution, "its row and its last event tell different ends");
  }
  if (!execution.frames.empty()) return Fail(execution, "is closed and has open frames");
  return CheckArchived(execution);
}

// What is kept for a redrive is what the history says it goes on with, and nothing else.
bool StoreChecker::CheckArchived(const StoredExecution& execution) {
  const bool can_be_redriven = execution.events.size() < limits_.history_events_max;
  if (execution.row.status != ExecutionStatus::kSucceeded && !can_be_redriven) return true;
  std::size_t known = 0;
  std::size_t joins = 0;
  for (const auto& [number, folded] : execution.folded.kept) {
    const auto stored = execution.archived.find(number);
    const auto results = execution.results.find(folded.parent);
    const bool is_done = number != kRootFrame && folded.phase == FoldedFrame::Phase::kLeft &&
                         results != execution.results.end() &&
                         results->second.contains(folded.index);
    if (stored == execution.archived.end() && is_done) continue;
    if (stored == execution.archived.end()) {
      return Fail(execution, "frame " + std::to_string(number.value) + " is not kept");
    }
    ++known;
    if (!CheckArchivedFrame(execution, folded, stored->second)) return false;
    if (folded.phase == FoldedFrame::Phase::kJoin && execution.results.contains(number)) ++joins;
  }
  if (known != execution.archived.size()) return Fail(execution, "keeps a frame too many");
  if (joins != execution.results.size()) return Fail(execution, "keeps results of no open join");
  return CheckVariables(execution, execution.archived, execution.folded.kept);
}

bool StoreChecker::CheckArchivedFrame(const StoredExecution& execution,
                                      const FoldedFrame& folded,
                                      const Frame& stored) {
  const std::string who = "kept frame " + std::to_string(stored.number.value) + ": ";
  using Phase = FoldedFrame::Phase;
  if (stored.number != kRootFrame &&
      (stored.parent != folded.parent || stored.index != folded.index)) {
    return Fail(execution, who + "parent or index differ from its history");
  }
  const bool is_between = folded.phase == Phase::kLeft || folded.phase == Phase::kBegun;
  if (!is_between && (stored.state != folded.state || stored.entered_event != folded.entered)) {
    return Fail(execution, who + "state differs from its history");
  }
  if (folded.phase == Phase::kJoin) {
    const auto* join = std::get_if<interpreter::JoinWait>(&stored.wait);
    if (join == nullptr) return Fail(execution, who + "does not join its branches");
    return CheckJoin(execution, execution.archived, folded, *join);
  }
  if (folded.phase == Phase::kRun && folded.run != 0) {
    const auto* run = std::get_if<interpreter::MapRunWait>(&stored.wait);
    if (run != nullptr && run->run == folded.run) return true;
    return Fail(execution, who + "does not go on with its Map run");
  }
  const auto* runnable = std::get_if<interpreter::RunnableWait>(&stored.wait);
  if (runnable == nullptr) return Fail(execution, who + "is not to go on");
  if (runnable->is_entered == is_between) {
    return Fail(execution, who + "would go on elsewhere than where it stopped");
  }
  return true;
}

bool StoreChecker::CheckStarts() {
  for (const auto& [name, entry] : ledger_.starts) {
    const auto found = std::find_if(executions_.begin(), executions_.end(), [&](const auto& one) {
      return ExecutionNameOf(one.second.row) == name;
    });
    if (found == executions_.end()) {
      if (entry.acknowledged_input) {
        return Fail("the start of '" + name.name + "' was acknowledged and is lost");
      }
      continue;
    }
    const std::string input = found->second.events.front().payload->bytes.str();
    if (entry.acknowledged_input && input != *entry.acknowledged_input) {
      return Fail(found->second, "has another input than its start");
    }
    if (!entry.inputs.contains(input)) return Fail(found->second, "has an input nobody sent");
    if (entry.started_at && *entry.started_at != found->second.row.header.started_at) {
      return Fail(found->second, "started at another time than was acknowledged");
    }
  }
  return true;
}

bool StoreChecker::CheckStopped() {
  for (const auto& [id, execution] : executions_) {
    // Its Map run may have let it go on since.
    if (RedrivesByRun(execution) > 0) continue;
    if (!execution.row.is_closed() &&
        ledger_.acknowledged_stops.contains(ExecutionNameOf(execution.row))) {
      return Fail(execution, "its stop was acknowledged and it runs");
    }
  }
  return true;
}

bool StoreChecker::CheckRedriven() {
  for (const auto& [id, execution] : executions_) {
    const auto entry = ledger_.redrives.find(ExecutionNameOf(execution.row));
    const std::uint32_t redrives = execution.row.header.redrive_count;
    const bool is_known = entry != ledger_.redrives.end();
    if (redrives > (is_known ? entry->second.sent : 0) + RedrivesByRun(execution)) {
      return Fail(execution, "was redriven and nobody asked for it");
    }
    if (is_known && redrives < entry->second.acknowledged()) {
      return Fail(execution, "its redrive was acknowledged and is lost");
    }
  }
  return true;
}

bool StoreChecker::CheckNames() {
  for (const auto& [id, execution] : executions_) {
    const ExecutionName name = ExecutionNameOf(execution.row);
    const auto row =
        names_.find(rows::NameKey(id.shard, name.namespace_id, name.state_machine, name.name));
    if (row == names_.end()) return Fail(execution, "has no name row");
    if (row->second != id) return Fail(execution, "its name leads to another execution");
  }
  if (names_.size() != executions_.size()) return Fail("a name row leads to no execution");
  return true;
}

bool StoreChecker::CheckListings() {
  std::set<ExecutionId> listed;
  storage::Range listings{.family = Family::kIndex, .begin = "L", .end = "M"};
  for (const storage::Row& row : disk_.Scan(listings)) {
    const auto parts = rows::ParseListingKey(row.key);
    const auto listing = rows::DecodeListing(row.value);
    if (!parts || !listing.ok()) return Fail("a listing row is not readable");
    const auto execution = executions_.find(parts->id);
    if (execution == executions_.end()) return Fail("a listing row belongs to no execution");
    const rows::ExecutionRow& of = execution->second.row;
    if (!listed.insert(parts->id).second) return Fail(execution->second, "is listed twice");
    if (parts->status != of.status || parts->started_at != of.header.started_at ||
        listing->name != of.header.name || listing->version != of.version ||
        listing->alias != of.alias) {
      return Fail(execution->second, "is listed as something else");
    }
  }
  if (listed.size() != executions_.size()) return Fail("an execution is not listed");
  return true;
}

bool StoreChecker::CheckExpired(Timestamp now, Duration retention) {
  for (auto seen = seen_.begin(); seen != seen_.end();) {
    if (executions_.contains(seen->first)) {
      ++seen;
      continue;
    }
    const bool may_be_gone = retention < kRetentionForEver &&
                             (!seen->second.is_closed || seen->second.stopped_at + retention < now);
    if (!may_be_gone) return Fail("execution '" + seen->second.name.name + "' is gone");
    if (!disk_.Scan(rows::HistoryOf(seen->first)).empty()) {
      return Fail("execution '" + seen->second.name.name + "' expired and left its history");
    }
    coverage_.Hit(Mark::kExecutionExpired);
    seen = seen_.erase(seen);
  }
  return true;
}

bool StoreChecker::CheckOracle(const StoredExecution& execution) {
  Seen& seen = seen_[execution.id];
  if (seen.agrees_with_oracle) return true;
  const rows::ExecutionRow& row = execution.row;
  const DefinitionText* text = find_definition_(row.header.state_machine, row.revision);
  auto runs = RunsOf(execution);
  if (!runs) return true;
  Observations observed{.runs = *std::move(runs),
                        .failed_children = execution.folded.failed_children,
                        .redrive_counts = execution.folded.redrive_counts,
                        .continued = execution.folded.continued,
                        .abandoned = execution.folded.abandoned};
  for (const FoldedAttempt& attempt : execution.folded.attempts) {
    if (attempt.ended == 0) continue;
    if (IsTimedOut(attempt)) {
      const bool is_late =
          attempt.timeout_seconds &&
          attempt.ended_at - attempt.scheduled_at >= std::chrono::seconds(*attempt.timeout_seconds);
      observed.faults[attempt.key] = is_late ? "States.Timeout" : "States.HeartbeatTimeout";
    } else if (IsRefusedCall(attempt)) {
      observed.faults[attempt.key] = attempt.error;
    } else if (attempt.is_call && !attempt.has_token) {
      observed.calls[attempt.key] = CallOf(attempt);
    } else if (attempt.error == "Pawl.WorkerLost" || attempt.error == "Runtime.MarshalError" ||
               attempt.error == kPassedOn) {
      observed.faults[attempt.key] = attempt.error;
    }
  }
  const interpreter::ArnScheme arns;
  const auto& parent = row.parent;
  const PlainJson* map = nullptr;
  if (parent && parent->map_run) {
    map = FindState(text->definition, text->machine->states[parent->map_run->map_state].name);
  }
  const OracleRequest request{
      .definition = map == nullptr ? text->definition : *map->Find("ItemProcessor"),
      .input = PlainJson::Parse(execution.events.front().payload->bytes.view()),
      .state_machine = row.header.state_machine,
      .state_machine_arn = interpreter::StateMachineArn(arns, row.header.state_machine),
      .execution = row.header.name,
      .execution_arn = interpreter::ExecutionArn(arns, row.header.state_machine, row.header.name),
      .started_at = FormatTimestamp(row.header.started_at),
      .library = &library_};
  std::string disagreement = DisagreementOver(request, observed, execution);
  for (int guess = 0; !disagreement.empty() && guess < kGuessesMax; ++guess) {
    Observations guessed = observed;
    if (!Narrow(guessed.failed_children, guess)) break;
    if (DisagreementOver(request, guessed, execution).empty()) disagreement.clear();
  }
  if (!disagreement.empty()) return Fail(execution, "the oracle disagrees: " + disagreement);
  seen.agrees_with_oracle = true;
  NoteHistory(execution, *text->machine, limits_, coverage_);
  NoteQueries(execution, *text->machine, coverage_);
  return true;
}

std::string StoreChecker::DisagreementOver(const OracleRequest& request,
                                           const Observations& observed,
                                           const StoredExecution& execution) {
  const OracleRun run = Foresee(request, observed);
  std::string disagreement = DisagreementWith(run, execution);
  return disagreement.empty() ? RunDisagreement(run, execution) : disagreement;
}

std::string StoreChecker::DisagreementWith(const OracleRun& run, const StoredExecution& execution) {
  const rows::ExecutionRow& row = execution.row;
  const DefinitionText* text = find_definition_(row.header.state_machine, row.revision);
  if (run.has_given_up) return "it found no end";
  const bool is_at_limit =
      row.error == "States.Runtime" && execution.events.size() >= limits_.history_events_max;
  bool is_whole = false;
  switch (row.status) {
    case ExecutionStatus::kRunning:
      return "the execution runs";
    case ExecutionStatus::kSucceeded: {
      const PlainJson output = PlainJson::Parse(TextOf(execution, *row.output));
      if (!run.has_succeeded) {
        return "it fails with " + run.error.Write() + ", not succeeds with " + output.Write();
      }
      // Around what the function of an event answers stand Lambda's metadata.
      const bool is_event = row.header.state_machine == runtime::kEventStateMachine;
      const PlainJson* answer = is_event ? output.Find("Payload") : &output;
      const PlainJson* foreseen = is_event ? run.output.Find("Payload") : &run.output;
      if (answer == nullptr || foreseen == nullptr || !Matches(*foreseen, *answer)) {
        return "the output is " + run.output.Write() + ", not " + output.Write();
      }
      is_whole = true;
      break;
    }
    case ExecutionStatus::kFailed: {
      if (is_at_limit) break;
      const auto shown = [](const std::optional<std::string>& given) {
        return given ? PlainJson::String(*given) : PlainJson{};
      };
      if (run.has_succeeded) return "it succeeds, not fails with " + row.error.value_or("no error");
      if (!Matches(run.error, shown(row.error))) {
        return "the error is " + run.error.Write() + ", not " + row.error.value_or("none");
      }
      const bool has_cause = row.cause || run.cause.type != PlainJson::Type::kSomeText;
      if (has_cause && !Matches(run.cause, shown(row.cause))) {
        return "the cause is " + run.cause.Write() + ", not " + row.cause.value_or("none");
      }
      is_whole = true;
      break;
    }
    case ExecutionStatus::kTimedOut:
      if (row.parent && row.parent->map_run) return "an execution of a Map run has no time-out";
      // A redrive begins with all of it.
      if (!text->machine->timeout ||
          row.stopped_at <
              std::max(row.header.started_at, row.header.redriven_at) + *text->machine->timeout) {
        return "the execution timed out too early";
      }
      break;
    case ExecutionStatus::kAborted: {
      // By its parent, which waits for it no longer.
      if (row.parent && row.parent->is_waiting && !row.error && !row.cause) break;
      const auto stops = ledger_.stops.find(ExecutionNameOf(row));
      const bool was_asked =
          stops != ledger_.stops.end() &&
          std::any_of(stops->second.begin(), stops->second.end(), [&](const StopEntry& stop) {
            return stop.error == row.error && stop.cause == row.cause;
          });
      if (!was_asked) return "nobody stopped the execution so";
      break;
    }
  }
  for (const auto& [branch, states] : execution.folded.visits) {
    const auto foreseen = run.visits.find(branch);
    if (foreseen == run.visits.end()) return "there is no branch " + branch;
    const bool is_prefix = states.size() <= foreseen->second.size() &&
                           std::equal(states.begin(), states.end(), foreseen->second.begin());
    if (!is_prefix) return "branch '" + branch + "' enters other states";
    if (is_whole && branch.empty() && states.size() != foreseen->second.size()) {
      return "the execution enters more states";
    }
  }
  // Two ways to round a fraction of a second.
  constexpr Duration kTolerance(2);
  for (const auto& [key, delay] : run.delays) {
    AttemptKey next = key;
    ++next.attempt;
    const auto ended = execution.folded.attempt_ended.find(key);
    const auto began = execution.folded.attempt_began.find(next);
    if (ended == execution.folded.attempt_ended.end() ||
        began == execution.folded.attempt_began.end() || delay.has_jitter) {
      continue;
    }
    if (began->second + kTolerance <
        ended->second + std::chrono::microseconds(static_cast<std::int64_t>(delay.seconds * 1e6))) {
      return "state " + key.state + " was retried too early";
    }
  }
  return {};
}

std::string StoreChecker::TextOf(const StoredExecution& execution,
                                 const interpreter::Payload& payload) const {
  if (payload.bytes.has_value()) return payload.bytes.str();
  if (payload.home == 0 || payload.home > execution.events.size()) return "<nowhere>";
  return execution.events[payload.home - 1].payload.value_or(interpreter::Payload{}).bytes.str();
}

}  // namespace pawl::simulator
