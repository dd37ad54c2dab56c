#include "engine/runtime/executor.h"

#include <algorithm>
#include <set>

#include "engine/base/coding.h"
#include "engine/rows/keys.h"

namespace pawl::runtime {
namespace {

using storage::CommitResult;
using storage::Family;

// The engine time that a store has surely seen is written this often.
constexpr Duration kHighWaterEvery = std::chrono::seconds(1);
// One shard gets its upkeep after each such pause.
constexpr Duration kUpkeepEvery = std::chrono::milliseconds(50);
constexpr Duration kDiskCheckEvery = std::chrono::milliseconds(100);
// Timers of one round; the rest come with the next, so that requests are not kept waiting.
constexpr int kTimersOfRoundMax = 4'096;
// Room for so many requests stays; a burst's goes back.
constexpr std::size_t kRequestsKept = 1'024;

}  // namespace

Executor::Executor(ShardEnvironment& environment,
                   const std::vector<ShardId>& shards,
                   ExecutorOptions options,
                   std::function<void()> wake,
                   std::function<void(const Status&)> on_store_failed)
    : environment_(environment),
      options_(options),
      wake_(std::move(wake)),
      on_store_failed_(std::move(on_store_failed)) {
  for (const ShardId id : shards) {
    shards_.emplace(id.value, std::make_unique<Shard>(id, environment, *this));
  }
  upkeep_ = shards_.begin();
}

Status Executor::Recover(Timestamp now) {
  now_ = now;
  is_recovering_ = true;
  for (auto& [id, shard] : shards_)
    RETURN_IF_ERROR(shard->Recover(now));
  RETURN_IF_ERROR(recovery_failure_);
  is_recovering_ = false;
  OfferTasks(now);
  return OkStatus();
}

void Executor::Post(ShardId shard, ShardRequest request) {
  bool was_empty = false;
  {
    const MutexLock lock(inbox_mutex_);
    was_empty = inbox_.empty();
    inbox_.emplace_back(shard, std::move(request));
    inbox_size_.store(inbox_.size(), std::memory_order_relaxed);
  }
  if (was_empty) wake_();
}

void Executor::PostAll(std::vector<std::pair<ShardId, ShardRequest>> requests) {
  if (requests.empty()) return;
  bool was_empty = false;
  {
    const MutexLock lock(inbox_mutex_);
    was_empty = inbox_.empty();
    if (was_empty) {
      inbox_.swap(requests);
    } else {
      inbox_.insert(inbox_.end(),
                    std::make_move_iterator(requests.begin()),
                    std::make_move_iterator(requests.end()));
    }
    inbox_size_.store(inbox_.size(), std::memory_order_relaxed);
  }
  if (was_empty) wake_();
}

bool Executor::Poll(Timestamp now) {
  now_ = std::max(now_, now);
  if (has_failed_) return false;
  // What is staged on the way is committed where it is a large group.
  const auto run_on = [this](ShardId id, const auto& work) {
    Shard& shard = ShardAt(id);
    const std::size_t staged_before = shard.staged_bytes();
    work(shard);
    staged_bytes_ += shard.staged_bytes() - staged_before;
    if (staged_bytes_ >= options_.group_bytes_max) CommitStaged(now_);
  };
  {
    const MutexLock lock(inbox_mutex_);
    requests_.swap(inbox_);
    inbox_size_.store(0, std::memory_order_relaxed);
  }
  bool was_busy = !requests_.empty() || !continues_.empty();
  const DiskState disk = requests_.empty() ? disk_ : CheckDisk(now_);
  for (auto& posted : requests_) {
    run_on(posted.first, [&](Shard& shard) { shard.Handle(std::move(posted.second), now_, disk); });
  }
  requests_.clear();
  if (requests_.capacity() > kRequestsKept) requests_.shrink_to_fit();

  // Those that are asked for while these run belong to the next round.
  std::deque<std::pair<ExecutionId, FrameNumber>> continues;
  continues.swap(continues_);
  for (const auto& later : continues) {
    run_on(later.first.shard,
           [&](Shard& shard) { shard.Continue(later.first, later.second, now_); });
  }
  for (int i = 0; i < kTimersOfRoundMax; ++i) {
    const auto timer = timers_.Take(now_);
    if (!timer) break;
    was_busy = true;
    run_on(timer->execution.shard, [&](Shard& shard) { shard.OnTimer(*timer, now_); });
  }
  if (now_ >= next_upkeep_) Maintain(now_);
  CommitStaged(now_);
  return was_busy;
}

void Executor::CommitStaged(Timestamp now) {
  if (is_committing_) return;
  staged_bytes_ = 0;
  Group group;
  std::vector<storage::ShardBatch> batches;
  batches.reserve(shards_.size());
  group.parts.reserve(shards_.size());
  for (auto& [id, shard] : shards_) {
    if (!shard->has_staged()) continue;
    Shard::Staged staged = shard->TakeStaged(now);
    batches.push_back({.shard = shard->id(), .writes = std::move(staged.writes)});
    group.parts.emplace_back(shard.get(), std::move(staged.aftermath));
  }
  if (batches.empty()) return;
  const bool is_empty = std::all_of(
      batches.begin(), batches.end(), [](const auto& batch) { return batch.writes.empty(); });
  if (!is_empty && now >= high_water_ + kHighWaterEvery) {
    high_water_ = now;
    // In each batch: a store need not keep all of a group.
    for (storage::ShardBatch& batch : batches) {
      std::string value;
      Encoder(value).BigEndian64(static_cast<std::uint64_t>(ToMicros(now)));
      batch.writes.Put(Family::kState, rows::EngineTimeKey(batch.shard), std::move(value));
    }
  }
  ++groups_;
  is_committing_ = true;
  environment_.storage().Commit(
      std::move(batches),
      [this, group = std::make_shared<Group>(std::move(group))](
          const std::vector<CommitResult>& results) { OnCommitted(std::move(*group), results); });
}

void Executor::OnCommitted(Group group, const std::vector<CommitResult>& results) {
  PAWL_CHECK(results.size() == group.parts.size());
  is_committing_ = false;
  for (std::size_t i = 0; i < results.size(); ++i) {
    auto& [shard, aftermath] = group.parts[i];
    switch (results[i]) {
      case CommitResult::kOk:
        shard->Committed(std::move(aftermath), OkStatus(), now_);
        break;
      case CommitResult::kUnknown:
      case CommitResult::kAborted: {
        shard->Committed(std::move(aftermath),
                         Unavailable("the store does not say whether it kept the change"),
                         now_);
        // The mark of engine time may be lost with the group.
        high_water_ = {};
        shard->Drop();
        const Status recovered = shard->Recover(now_);
        if (!recovered.ok()) {
          StoreFailed(recovered);
          break;
        }
        // Tasks that ended with the change, if it was kept, are nobody's any more.
        std::list<ReadyTask> ready;
        shard->TakeReadyTasks(ready);
        std::set<TaskRef> open;
        for (const ReadyTask& task : ready)
          open.insert(task.task.ref);
        environment_.matcher().WithdrawAllBut(shard->id(), open);
        environment_.matcher().Offer(std::move(ready), now_);
        break;
      }
      case CommitResult::kUnavailable: {
        const Status status = Unavailable("the disk refused a write: nothing more is accepted");
        shard->Committed(std::move(aftermath), status, now_);
        StoreFailed(status);
        break;
      }
    }
  }
  OfferTasks(now_);
  const bool is_next_waiting = std::any_of(
      shards_.begin(), shards_.end(), [](const auto& entry) { return entry.second->has_staged(); });
  if (is_next_waiting) wake_();
}

bool Executor::WillContinue(ExecutionId execution, FrameNumber frame) const {
  return std::find(continues_.begin(), continues_.end(), std::pair(execution, frame)) !=
         continues_.end();
}

void Executor::StoreFailed(const Status& why) {
  if (is_recovering_) {
    recovery_failure_ = why;
  } else if (!std::exchange(has_failed_, true)) {
    on_store_failed_(why);
  }
}

void Executor::OfferTasks(Timestamp now) {
  std::list<ReadyTask> ready;
  std::vector<TaskRef> cancelled;
  for (auto& [id, shard] : shards_) {
    shard->TakeReadyTasks(ready);
    shard->TakeCancelledTasks(cancelled);
  }
  if (!cancelled.empty()) environment_.matcher().Withdraw(cancelled);
  if (!ready.empty()) environment_.matcher().Offer(std::move(ready), now);
}

void Executor::Maintain(Timestamp now) {
  next_upkeep_ = now + kUpkeepEvery;
  Shard& shard = *upkeep_->second;
  shard.Maintain(now, options_.retention);
  const std::size_t share = options_.resident_max / shards_.size() + 1;
  if (shard.resident_count() > share) {
    // What was used within the last `share` turns stays.
    const std::uint64_t counter = shard.use_counter();
    shard.Evict(counter > share ? counter - share : 0);
  }
  if (++upkeep_ == shards_.end()) upkeep_ = shards_.begin();
}

DiskState Executor::CheckDisk(Timestamp now) {
  if (now < disk_checked_at_ + kDiskCheckEvery) return disk_;
  disk_checked_at_ = now;
  const auto free = environment_.storage().FreeBytes();
  if (!free.ok() || !free->has_value()) return disk_ = DiskState::kAmple;
  disk_ = **free < options_.disk_hard_reserve_bytes   ? DiskState::kBelowHardReserve
          : **free < options_.disk_soft_reserve_bytes ? DiskState::kBelowSoftReserve
                                                      : DiskState::kAmple;
  return disk_;
}

std::optional<Timestamp> Executor::NextDeadline() const {
  if (!continues_.empty()) return now_;
  std::optional<Timestamp> next = timers_.Next();
  return next ? std::min(*next, next_upkeep_) : next_upkeep_;
}

Executor::Statistics Executor::Gather() const {
  Statistics sum{.groups = groups_, .timers = timers_.size()};
  for (const auto& [id, shard] : shards_) {
    const ShardStatistics& one = shard->statistics();
    sum.shards.executions_started += one.executions_started;
    for (std::size_t i = 0; i < one.executions_closed.size(); ++i)
      sum.shards.executions_closed[i] += one.executions_closed[i];
    sum.shards.turns += one.turns;
    sum.shards.events += one.events;
    sum.shards.quarantined += one.quarantined;
    sum.shards.scrubbed += one.scrubbed;
    sum.shards.expired += one.expired;
    sum.residents += shard->resident_count();
  }
  return sum;
}

}  // namespace pawl::runtime
