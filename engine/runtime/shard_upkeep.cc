// What a shard does unasked: recovery at start, parked timers, retention, and the scrubber that
// proves every open frame is waited for.
#include <algorithm>
#include <utility>
#include <vector>

#include "engine/base/coding.h"
#include "engine/interpreter/advance.h"
#include "engine/rows/frame_codec.h"
#include "engine/rows/keys.h"
#include "engine/runtime/shard.h"

namespace pawl::runtime {
namespace {

using storage::Family;

// Rows of one slice: small enough to delay nobody, large enough to get through.
constexpr std::size_t kRecoverySlice = 4'096;
constexpr std::size_t kExpirySlice = 128;
constexpr std::size_t kScrubSlice = 256;
// A frame whose deadline passed this long ago was forgotten by somebody.
constexpr Duration kOverdue = std::chrono::seconds(5);

// The same execution's rows of another kind: the tag stands behind the shard's number.
std::string WithTag(std::string key, char tag) {
  key[2] = tag;
  return key;
}

storage::Range From(storage::Range range, const std::string& after, std::size_t limit) {
  if (!after.empty()) range.begin = after + '\0';
  range.limit = limit;
  return range;
}

}  // namespace

Status Shard::Recover(Timestamp now) {
  woken_until_ = now + kParkHorizon;
  storage::Range newest = rows::ExecutionsOf(id_);
  newest.is_reverse = true;
  newest.limit = 1;
  ASSIGN_OR_RETURN(const auto executions, storage::ScanAndWait(storage_, newest));
  if (!executions.empty()) {
    const auto id = rows::ParseExecutionKey(executions[0].key);
    if (!id) return DataLoss("an execution key is not readable");
    last_number_ = id->number;
  }
  ASSIGN_OR_RETURN(const auto quarantined,
                   storage::ScanAndWait(storage_, rows::QuarantinesOf(id_)));
  for (const storage::Row& row : quarantined) {
    Decoder decoder(row.key);
    decoder.Raw(3);
    quarantined_[ExecutionNumber{decoder.BigEndian64()}] = row.value;
  }
  std::string after;
  for (;;) {
    ASSIGN_OR_RETURN(
        const auto frames,
        storage::ScanAndWait(storage_, From(rows::HotFramesOf(id_), after, kRecoverySlice)));
    for (const storage::Row& row : frames)
      RETURN_IF_ERROR(RecoverFrame(row, now));
    if (frames.size() < kRecoverySlice) break;
    after = frames.back().key;
  }
  ASSIGN_OR_RETURN(const auto timers,
                   storage::ScanAndWait(storage_, rows::TimersOf(id_, woken_until_)));
  for (const storage::Row& row : timers) {
    const auto timer = rows::ParseTimerKey(row.key);
    if (!timer) return DataLoss("a timer key is not readable");
    owner_.ArmTimer({.due = timer->due, .execution = timer->id, .frame = timer->frame});
  }
  RETURN_IF_ERROR(NotifyOfCloses());
  return RecoverOutbox();
}

Status Shard::RecoverFrame(const storage::Row& row, Timestamp now) {
  const auto key = rows::ParseFrameKey(row.key);
  if (!key) return DataLoss("a frame key is not readable");
  if (quarantined_.contains(key->id.number)) return OkStatus();
  auto frame = rows::DecodeFrame(key->frame, row.value);
  if (!frame.ok()) {
    Quarantine(key->id, frame.status());
    return OkStatus();
  }
  for (const interpreter::Effect& effect : interpreter::EffectsOf(*frame)) {
    if (const auto* go_on = std::get_if<interpreter::ContinueFrame>(&effect)) {
      owner_.ContinueLater(key->id, go_on->frame);
    } else if (const auto* timer = std::get_if<interpreter::ArmTimer>(&effect)) {
      owner_.ArmTimer({.due = timer->due, .execution = key->id, .frame = timer->frame});
    } else if (std::holds_alternative<interpreter::RestartChildren>(effect)) {
      auto execution = Find(key->id);
      if (!execution.ok() && execution.status().code() == StatusCode::kUnavailable) {
        return execution.status();
      }
      if (execution.ok() && *execution != nullptr) RestartChildren(**execution, key->frame);
    } else if (const auto* write = std::get_if<interpreter::WriteResults>(&effect)) {
      auto execution = Find(key->id);
      if (!execution.ok() && execution.status().code() == StatusCode::kUnavailable) {
        return execution.status();
      }
      if (execution.ok() && *execution != nullptr) WriteResults(**execution, *write);
    } else if (std::holds_alternative<interpreter::DispatchTask>(effect)) {
      // Which function it is, the definition knows.
      auto execution = Find(key->id);
      if (!execution.ok()) {
        if (execution.status().code() == StatusCode::kUnavailable) return execution.status();
        continue;
      }
      if (*execution == nullptr) continue;
      if (IsEngineCall(**execution, key->frame)) {
        CallEngine(**execution, key->frame);
        continue;
      }
      const ReadyTask* ready = MakeReady(**execution, key->frame, true, ready_);
      if (ready != nullptr && ready->task.heartbeat) {
        // A worker may hold it: only the shard was read again.
        const auto lease = environment_.matcher().FindLease(ready->task.ref);
        owner_.ArmTimer({.due = (lease ? lease->last_heartbeat_at : now) + *ready->task.heartbeat,
                         .execution = key->id,
                         .frame = key->frame});
      }
    }
  }
  if (const auto* token = std::get_if<interpreter::TokenWait>(&frame->wait);
      token != nullptr && token->heartbeat) {
    // Heartbeats are in memory only: silence counts from here.
    token_heartbeats_.try_emplace(
        {.execution = key->id, .frame = key->frame, .wait_number = frame->wait_number}, now);
    owner_.ArmTimer({.due = now + *token->heartbeat, .execution = key->id, .frame = key->frame});
  }
  return OkStatus();
}

void Shard::Drop() {
  for (const auto& [number, execution] : residents_) {
    if (execution->on_close) execution->on_close(Unavailable("the execution was lost"));
    TellLoss(*execution);
  }
  *are_writings_void_ = true;
  are_writings_void_ = std::make_shared<std::atomic<bool>>(false);
  residents_.clear();
  in_memory_ = 0;
  names_.clear();
  staged_residents_.clear();
  const Staged lost = std::exchange(staged_, {});
  Answer(lost.aftermath, Unavailable("the shard was read again before the change was stored"));
  ready_.clear();
  cancelled_.clear();
  quarantined_.clear();
  expiring_.clear();
  token_heartbeats_.clear();
}

void Shard::Maintain(Timestamp now, Duration retention) {
  WakeParked(now);
  Expire(now, retention);
  Scrub(now);
}

void Shard::WakeParked(Timestamp now) {
  if (now + kParkHorizon / 2 < woken_until_) return;
  storage::Range range = rows::TimersOf(id_, now + kParkHorizon);
  range.begin = rows::TimersOf(id_, woken_until_).end;
  const auto timers = storage::ScanAndWait(storage_, range);
  if (!timers.ok()) return;
  for (const storage::Row& row : *timers) {
    const auto timer = rows::ParseTimerKey(row.key);
    if (timer) {
      owner_.ArmTimer({.due = timer->due, .execution = timer->id, .frame = timer->frame});
    }
  }
  woken_until_ = now + kParkHorizon;
}

// Ends executions that have taken as long as any may, and removes closed ones whose retention has
// passed, in the order they were started. Runs of
// neighbours go with one range a family; names and listings singly.
Result<std::set<ExecutionNumber>> Shard::FindSenders(const std::vector<storage::Row>& executions) {
  std::set<ExecutionNumber> senders;
  if (executions.empty()) return senders;
  storage::Range range{.family = Family::kState,
                       .begin = WithTag(executions.front().key, 'O'),
                       .end = rows::PrefixEnd(WithTag(executions.back().key, 'O'))};
  ASSIGN_OR_RETURN(const auto messages, storage::ScanAndWait(storage_, std::move(range)));
  for (const storage::Row& message : messages) {
    if (const auto key = rows::ParseOutboxKey(message.key)) senders.insert(key->id.number);
  }
  return senders;
}

void Shard::Expire(Timestamp now, Duration retention) {
  const auto found =
      storage::ScanAndWait(storage_, From(rows::ExecutionsOf(id_), expire_cursor_, kExpirySlice));
  if (!found.ok()) return;
  const auto with_messages = FindSenders(*found);
  if (!with_messages.ok()) return;
  std::optional<ExecutionId> run_begin;
  ExecutionId run_end{};
  const auto remove_run = [&] {
    if (!run_begin) return;
    for (const char tag : {'E', 'R', 'C', 'V', 'M', 'I', 'J'}) {
      staged_.writes.DeleteRange(Family::kState,
                                 WithTag(rows::ExecutionKey(*run_begin), tag),
                                 rows::PrefixEnd(WithTag(rows::ExecutionKey(run_end), tag)));
    }
    staged_.writes.DeleteRange(
        Family::kHistory, rows::HistoryOf(*run_begin).begin, rows::HistoryOf(run_end).end);
    run_begin.reset();
  };
  for (const storage::Row& row : *found) {
    const auto id = rows::ParseExecutionKey(row.key);
    const auto execution = rows::DecodeExecution(row.value);
    if (id && execution.ok() && !execution->is_closed()) EndOverdue(*id, *execution, now);
    const bool is_expired = id && execution.ok() && execution->is_closed() &&
                            execution->stopped_at + retention < now &&
                            !expiring_.contains(id->number) &&
                            !with_messages->contains(id->number) && LeavesMemory(id->number);
    if (!is_expired) {
      remove_run();
      continue;
    }
    if (execution->has_map_runs) ForgetMapRuns(*id, *execution);
    if (!run_begin) run_begin = *id;
    run_end = *id;
    expiring_.insert(id->number);
    staged_.aftermath.expired.push_back(id->number);
    ++statistics_.expired;
    const interpreter::ExecutionHeader& header = execution->header;
    staged_.writes.Delete(
        Family::kState,
        rows::NameKey(id_, execution->namespace_id, header.state_machine, header.name));
    staged_.writes.Delete(Family::kIndex, rows::ListingKeyOf(*id, *execution, execution->status));
  }
  remove_run();
  expire_cursor_ = found->size() < kExpirySlice ? std::string() : found->back().key;
}

void Shard::EndOverdue(ExecutionId id, const rows::ExecutionRow& row, Timestamp now) {
  const Timestamp begin = std::max(row.header.started_at, row.header.redriven_at);
  if (begin + environment_.interpreter().limits.execution_duration_max > now) return;
  auto execution = Find(id);
  if (!execution.ok() || *execution == nullptr) return;
  static_cast<void>(
      Moves(**execution, {.frame = kRootFrame, .at = now, .body = interpreter::TimeIsUp{}}));
}

// Looks for open frames that nothing will wake. There are none, unless there is a bug: every one
// found is counted and woken.
void Shard::Scrub(Timestamp now) {
  const auto frames =
      storage::ScanAndWait(storage_, From(rows::HotFramesOf(id_), scrub_cursor_, kScrubSlice));
  if (!frames.ok()) return;
  for (const storage::Row& row : *frames) {
    const auto key = rows::ParseFrameKey(row.key);
    const auto resident = key ? residents_.find(key->id.number) : residents_.end();
    if (!key || (resident != residents_.end() && resident->second->is_pinned())) continue;
    const auto frame = rows::DecodeFrame(key->frame, row.value);
    if (!frame.ok()) {
      if (!quarantined_.contains(key->id.number)) Quarantine(key->id, frame.status());
      continue;
    }
    const auto due = interpreter::NextDeadline(*frame, std::nullopt);
    const bool is_overdue = due && *due + kOverdue < now;
    const bool is_task = std::holds_alternative<interpreter::TaskWait>(frame->wait);
    const bool is_lost_task =
        is_task && frame->entered_at + kOverdue < now &&
        !environment_.matcher().Knows(
            {.execution = key->id, .frame = key->frame, .wait_number = frame->wait_number});
    const bool is_stuck = std::holds_alternative<interpreter::RunnableWait>(frame->wait) &&
                          frame->entered_at + kOverdue < now &&
                          !owner_.WillContinue(key->id, key->frame);
    if (!is_overdue && !is_lost_task && !is_stuck) continue;
    if (is_lost_task && !is_overdue) {
      // A call of the engine itself is in no queue: it may be under way, and is made again.
      const auto execution = Find(key->id);
      if (execution.ok() && *execution != nullptr && IsEngineCall(**execution, key->frame)) {
        CallAgain(**execution, key->frame, now);
        continue;
      }
    }
    ++statistics_.scrubbed;
    static_cast<void>(RecoverFrame(row, now).ok());
  }
  scrub_cursor_ = frames->size() < kScrubSlice ? std::string() : frames->back().key;
}

}  // namespace pawl::runtime
