// SimulatedDisk: a memory store behind a queue of groups that are not durable yet. The driver says
// when the oldest of them is synced, what becomes of it, and when the power goes.
#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <vector>

#include "engine/base/random.h"
#include "engine/interpreter/frame.h"
#include "engine/storage/memory_storage.h"
#include "tests/simulator/mutant.h"

namespace pawl::simulator {

// Outlives the engines that are opened on it, one after the other.
class SimulatedDisk {
 public:
  SimulatedDisk(std::uint64_t seed, Mutant mutant);

  // What an engine is given as its store.
  std::unique_ptr<storage::Storage> Open();

  // --- The driver's side ---
  std::size_t pending_groups() const { return pending_.size(); }

  // Makes the oldest group durable, or does to it what its fault says, and answers it. False if
  // there is none.
  bool SyncOldest();
  void SyncAll();

  // Answer before Commit returns, as a store without a queue does.
  void SetImmediate(bool is_immediate) { is_immediate_ = is_immediate; }

  // What the next group of a shard gets instead of kOk.
  void FailNextCommit(storage::CommitResult result) { next_fault_ = result; }

  // After this many more loads the disk cannot be read until the next crash.
  void FailLoadsAfter(std::uint64_t loads) { loads_left_ = loads; }

  // Whether the injected end of the disk has come.
  bool is_unreadable() const { return loads_left_ == 0; }

  // The power goes: pending groups are forgotten, but for a prefix of `kept` groups that had
  // reached the disk unanswered.
  void Crash(std::size_t kept);

  // What a crash would take.
  struct PendingFacts {
    bool has_start = false;
    bool has_close = false;
    bool has_task_end = false;
    bool has_parked_frame = false;
    bool has_redrive = false;
  };

  PendingFacts Pending() const;
  // The frame as a pending group will leave it.
  std::optional<interpreter::Frame> PendingFrame(ExecutionId id, FrameNumber number) const;

  // Groups a crash may keep.
  std::size_t uncertain_groups() const { return in_doubt_.size() + pending_.size(); }

  // --- The checkers' side: durable rows only ---
  std::optional<std::string> Get(storage::Family family, const std::string& key);
  std::vector<storage::Row> Scan(const storage::Range& range);

  // The last row of a Map run's execution that ended, though it may have been removed since.
  std::optional<std::string> LastEndedChild(const std::string& key) const;

  // Of every write that was ever committed.
  std::uint64_t trace_hash() const { return trace_hash_; }

  std::uint64_t commits() const { return commits_; }

  storage::MemoryStorage& rows() { return rows_; }

 private:
  class Connection;

  struct Group {
    std::vector<storage::ShardBatch> batches;
    storage::CommitDone done;
    std::optional<storage::CommitResult> fault = {};
  };

  void Commit(std::vector<storage::ShardBatch> group, storage::CommitDone done);
  void Load(storage::LoadRequest request, storage::LoadDone done);
  void Trace(const std::vector<storage::ShardBatch>& group);
  void Finish(Group group);
  void Apply(std::vector<storage::ShardBatch> batches);
  // What the mutant makes of a group that is about to become durable, and of a crash.
  void Mutate(std::vector<storage::ShardBatch>& batches);
  void MutateCrash();
  void MutateLoad(const storage::LoadRequest& request, storage::LoadResponse& response);

  storage::MemoryStorage rows_;
  SeededRandom random_;
  const Mutant mutant_;
  std::deque<Group> pending_;
  // Answered as kUnavailable: a crash may yet show them.
  std::deque<Group> in_doubt_;
  std::optional<storage::CommitResult> next_fault_;
  std::optional<std::uint64_t> loads_left_;
  // kSkipSync: what the disk held before the syncs that were skipped.
  std::optional<storage::StoreContents> unsynced_;
  std::map<std::string, std::string> ended_children_;
  bool is_immediate_ = false;
  bool is_refusing_ = false;
  std::uint64_t trace_hash_ = 0;
  std::uint64_t commits_ = 0;
};

}  // namespace pawl::simulator
