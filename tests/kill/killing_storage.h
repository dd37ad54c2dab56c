// KillingStorage: a store that kills its process at a named moment of a commit or of a read, as
// kill -9 from outside might, if only it hit it.
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <vector>

#include "engine/storage/storage.h"

namespace pawl::test {

enum class KillPoint : std::uint8_t {
  // A group has been decided; nothing of it is written.
  kBeforeCommit,
  // Half of a group's batches are durable. Batches of two shards are not one.
  kHalfwayThroughCommit,
  // All of a group is durable and nobody has been told.
  kAfterCommit,
  // Callers and workers have been told, as far as gRPC got.
  kAfterTelling,
  // Something is read: the shards' recovery, when the store was just opened.
  kBeforeLoad,
};

class KillingStorage final : public storage::Storage {
 public:
  // Kills at `point` when it comes up for the `countdown`th time.
  KillingStorage(std::unique_ptr<storage::Storage> store, KillPoint point, std::uint64_t countdown);

  void Load(storage::LoadRequest request, storage::LoadDone done) override;
  void Commit(std::vector<storage::ShardBatch> group, storage::CommitDone done) override;
  Result<std::optional<std::uint64_t>> FreeBytes() override;
  storage::StorageStatistics Statistics() override;

 private:
  // True once, when `point` has come up often enough.
  bool IsTime(KillPoint point);

  const std::unique_ptr<storage::Storage> store_;
  const KillPoint point_;
  std::atomic<std::uint64_t> countdown_;
};

}  // namespace pawl::test
