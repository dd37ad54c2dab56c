// Executor: one thread's share of the shards. A round takes what has arrived and what is due, runs
// the turns, and commits everything they staged as one group, or as several where it is large:
// callers hear of it when their group is durable. A round can be driven by hand, so that a
// simulator runs the very code that threads run.
#pragma once

#include <atomic>
#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include "engine/base/mutex.h"
#include "engine/runtime/shard.h"

namespace pawl::runtime {

struct ExecutorOptions {
  Duration retention = std::chrono::hours(24 * 90);
  // Executions kept in memory though nothing happens to them.
  std::size_t resident_max = 50'000;
  // EngineOptions::group_bytes_max.
  std::size_t group_bytes_max = std::size_t{2} * 1024 * 1024;
  std::uint64_t disk_soft_reserve_bytes = 0;
  std::uint64_t disk_hard_reserve_bytes = 0;
};

// Threads: Post and inbox_size from any thread; everything else from one thread at a time, also
// what the storage calls back.
class Executor final : public ShardOwner {
 public:
  // `on_store_failed` is called once when the store accepts no more: the process is to end.
  // `wake` is called by Post when the executor may be asleep.
  Executor(ShardEnvironment& environment,
           const std::vector<ShardId>& shards,
           ExecutorOptions options,
           std::function<void()> wake,
           std::function<void(const Status&)> on_store_failed);

  // Reads what is open. Before the first Poll.
  Status Recover(Timestamp now);

  void Post(ShardId shard, ShardRequest request);
  void PostAll(std::vector<std::pair<ShardId, ShardRequest>> requests);

  std::size_t inbox_size() const { return inbox_size_.load(std::memory_order_relaxed); }

  // One round. True if there was something to do.
  bool Poll(Timestamp now);
  // When the next round has something to do, if nothing arrives before.
  std::optional<Timestamp> NextDeadline() const;

  struct Statistics {
    ShardStatistics shards = {};
    std::uint64_t groups = 0;
    std::size_t residents = 0;
    std::size_t timers = 0;
  };

  // On the executor's thread.
  Statistics Gather() const;

  // --- ShardOwner ---
  void ArmTimer(const Timer& timer) override { timers_.Arm(timer); }

  void ContinueLater(ExecutionId execution, FrameNumber frame) override {
    continues_.emplace_back(execution, frame);
  }

  bool WillContinue(ExecutionId execution, FrameNumber frame) const override;

  void StoreFailed(const Status& why) override;

 private:
  struct Group {
    std::vector<std::pair<Shard*, Shard::Aftermath>> parts;
  };

  Shard& ShardAt(ShardId id) { return *shards_.at(id.value); }

  void CommitStaged(Timestamp now);
  void OnCommitted(Group group, const std::vector<storage::CommitResult>& results);
  void OfferTasks(Timestamp now);
  void Maintain(Timestamp now);
  DiskState CheckDisk(Timestamp now);

  ShardEnvironment& environment_;
  const ExecutorOptions options_;
  const std::function<void()> wake_;
  const std::function<void(const Status&)> on_store_failed_;
  std::map<std::uint16_t, std::unique_ptr<Shard>> shards_;

  Mutex inbox_mutex_;
  std::vector<std::pair<ShardId, ShardRequest>> inbox_ PAWL_GUARDED_BY(inbox_mutex_);
  std::atomic<std::size_t> inbox_size_ = 0;
  // Of the round; their room is the inbox's next.
  std::vector<std::pair<ShardId, ShardRequest>> requests_;

  Timers timers_;
  std::deque<std::pair<ExecutionId, FrameNumber>> continues_;
  Timestamp now_;
  Timestamp high_water_;
  Timestamp next_upkeep_;
  std::map<std::uint16_t, std::unique_ptr<Shard>>::iterator upkeep_;
  Timestamp disk_checked_at_;
  DiskState disk_ = DiskState::kAmple;
  std::uint64_t groups_ = 0;
  // Bytes of what is staged, without upkeep's.
  std::size_t staged_bytes_ = 0;
  // One group is under way at a time: what is staged meanwhile makes the next.
  bool is_committing_ = false;
  bool has_failed_ = false;
  // Recover tells its caller instead of on_store_failed_.
  bool is_recovering_ = false;
  Status recovery_failure_;
};

}  // namespace pawl::runtime
