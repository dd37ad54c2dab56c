// MemoryStorage: a Storage that lives and dies with its object. It serves engines without a data
// directory, and the simulator, for which it forgets on command what a power cut would take.
#pragma once

#include <array>
#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "engine/base/mutex.h"
#include "engine/base/random.h"
#include "engine/storage/storage.h"

namespace pawl::storage {

// The rows of a store, as a value. Tests compare, keep and put back whole stores with it.
struct StoreContents {
  std::array<std::map<std::string, std::string>, kFamilies> families;

  bool operator==(const StoreContents&) const = default;
};

class MemoryStorage final : public Storage {
 public:
  enum class Durability : std::uint8_t {
    // A commit is durable at once and answered before Commit returns.
    kImmediate,
    // A commit waits, unseen by Load and unanswered, until Sync makes it durable or Crash takes it.
    kManual,
  };

  // `seed` decides what a crash and an unknown result keep.
  explicit MemoryStorage(Durability durability, std::uint64_t seed = 0);

  // Always answers before it returns.
  void Load(LoadRequest request, LoadDone done) override;
  // A batch with an older token than one stored for its shard gets kAborted.
  void Commit(std::vector<ShardBatch> group, CommitDone done) override;
  Result<std::optional<std::uint64_t>> FreeBytes() override;
  StorageStatistics Statistics() override;

  // Groups committed and not yet answered. Always 0 where durability is immediate.
  std::size_t pending_groups();

  // Makes the groups pending now durable and calls each `done`, in order, on this thread. What
  // those calls commit stays pending.
  void Sync();

  // Sync of the oldest pending group alone. False when none is pending.
  bool SyncOldest();

  // The process dies, and the store is opened again: no pending group's `done` is ever called, and
  // the store accepts commits again. Crash forgets every pending group. CrashKeepingSome makes a
  // prefix of them durable, as a power cut between sync and answer does; the seed decides how many.
  // Groups that were answered as kUnavailable by FailNextCommit count as pending here: nobody can
  // tell what a failed disk has kept. Returns how many groups survived.
  std::size_t Crash();
  std::size_t CrashKeepingSome();

  // The next Commit ends as `result` for all its batches; several calls queue up.
  //   kAborted      stores nothing.
  //   kUnavailable  stores nothing before the next crash; every later commit gets it too.
  //   kUnknown      stores some batches, as the seed decides.
  void FailNextCommit(CommitResult result);

  // nullopt, the start value, is no limit. Nothing else in this class heeds it.
  void SetFreeBytes(std::optional<std::uint64_t> bytes);

  // The durable rows.
  StoreContents Snapshot();
  // Replaces the durable rows. No group is pending.
  void Restore(StoreContents contents);

 private:
  struct PendingGroup {
    std::vector<ShardBatch> batches;
    CommitDone done;
    std::optional<CommitResult> fault;
  };

  std::size_t CrashKeeping(std::size_t groups);
  // Takes the next injected fault, if there is one, and lets it act on the group.
  void Inject(PendingGroup& group) PAWL_REQUIRES(mutex_);
  // Makes the group durable, or not, as its fault says.
  std::vector<CommitResult> Finish(PendingGroup& group) PAWL_REQUIRES(mutex_);
  bool Apply(ShardBatch& batch) PAWL_REQUIRES(mutex_);
  void ApplyOperation(WriteBatch::Operation& operation) PAWL_REQUIRES(mutex_);
  std::vector<Row> Scan(const Range& range) PAWL_REQUIRES(mutex_);

  const Durability durability_;
  Mutex mutex_;
  SeededRandom random_ PAWL_GUARDED_BY(mutex_);
  StoreContents durable_ PAWL_GUARDED_BY(mutex_);
  std::map<ShardId, FencingToken> tokens_ PAWL_GUARDED_BY(mutex_);
  std::deque<PendingGroup> pending_ PAWL_GUARDED_BY(mutex_);
  // Groups answered as kUnavailable: a crash may yet show them.
  std::vector<PendingGroup> in_doubt_ PAWL_GUARDED_BY(mutex_);
  std::deque<CommitResult> faults_ PAWL_GUARDED_BY(mutex_);
  bool is_refusing_ PAWL_GUARDED_BY(mutex_) = false;
  std::optional<std::uint64_t> free_bytes_ PAWL_GUARDED_BY(mutex_);
  StorageStatistics statistics_ PAWL_GUARDED_BY(mutex_);
};

}  // namespace pawl::storage
