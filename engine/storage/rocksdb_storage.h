// RocksDbStorage: the store on a disk of one machine. RocksDB's own headers stay in the source
// file: nothing else in the engine knows which store it is.
#pragma once

#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "engine/base/duration_histogram.h"
#include "engine/base/mutex.h"
#include "engine/base/status.h"
#include "engine/platform/clock.h"
#include "engine/storage/ballast.h"
#include "engine/storage/storage.h"

namespace rocksdb {
class Cache;
class ColumnFamilyHandle;
class DB;
class Env;
class FileLock;
class Snapshot;
class Status;
class WriteBatch;
class WriteBufferManager;
}  // namespace rocksdb

namespace pawl::storage {

class BlobGarbage;

class RocksDbStorage final : public Storage {
 public:
  struct Options {
    // Made if it is missing; refused if it holds something that is no store.
    std::filesystem::path directory = {};
    // Blocks, indexes and filters read from files.
    std::size_t block_cache_bytes = std::size_t{32} << 20;
    // All memtables together. It bounds the log, and so the time to open after a crash.
    std::size_t memtable_bytes = std::size_t{64} << 20;
    // Space kept in a file for the day the disk is full; 0 is none.
    std::uint64_t ballast_bytes = std::uint64_t{64} << 20;
    // The ballast is given up when less than this is free.
    std::uint64_t reserve_bytes = std::uint64_t{64} << 20;
    // How often, at most, it is looked whether large history values that are deleted hold too much
    // space.
    std::chrono::nanoseconds blob_garbage_look_every = std::chrono::minutes(1);
    // Told once, on the thread of the Commit, why the store accepts no more.
    std::function<void(const Status&)> on_failure = {};
  };

  // Opens the store in `options.directory`, or makes one. Errors:
  //   FailedPrecondition  another process has it open; the directory is no store; its format is
  //   newer. DataLoss            its files are damaged. ResourceExhausted   the disk is full, also
  //   without the ballast. PermissionDenied, Unavailable  as the operating system says.
  static Result<std::unique_ptr<Storage>> Open(Options options);

  ~RocksDbStorage() override;

  // Answers before it returns.
  void Load(LoadRequest request, LoadDone done) override;
  // Writes, syncs and answers before it returns. The token of a batch is not looked at: one process
  // owns every shard of the store.
  void Commit(std::vector<ShardBatch> group, CommitDone done) override;
  // Does not count the ballast, which it drops or makes as the number asks for.
  Result<std::optional<std::uint64_t>> FreeBytes() override;
  StorageStatistics Statistics() override;

 private:
  class DirectoryLock;

  explicit RocksDbStorage(Options options);

  Status OpenDatabase();
  Result<LoadResponse> LoadNow(const LoadRequest& request);
  Result<std::optional<std::string>> Get(const Key& key, const rocksdb::Snapshot* snapshot);
  Result<std::vector<Row>> Scan(const Range& range, const rocksdb::Snapshot* snapshot);
  Status Write(const std::vector<ShardBatch>& group);
  void CountCommit(std::chrono::nanoseconds duration);
  void ConsiderGarbage(std::chrono::nanoseconds now);
  std::vector<std::pair<std::string, std::uint64_t>> OwnFigures();
  rocksdb::ColumnFamilyHandle* handle(Family family) const;

  const Options options_;
  Ballast ballast_;
  std::unique_ptr<DirectoryLock> lock_;
  // Outlives the database, as all below it.
  std::unique_ptr<rocksdb::Env> env_;
  std::shared_ptr<rocksdb::Cache> block_cache_;
  std::shared_ptr<rocksdb::WriteBufferManager> memtables_;
  std::unique_ptr<rocksdb::DB> db_;
  // By family, then the unused "default" that RocksDB insists on.
  std::vector<rocksdb::ColumnFamilyHandle*> handles_;

  std::atomic<bool> has_failed_ = false;
  std::atomic<std::uint64_t> syncs_ = 0;
  std::atomic<std::uint64_t> batches_ = 0;
  std::atomic<std::uint64_t> rows_written_ = 0;
  std::atomic<std::uint64_t> bytes_written_ = 0;
  std::atomic<std::uint64_t> log_bytes_ = 0;
  platform::SystemClock clock_;
  Mutex commits_mutex_;
  DurationHistogram commits_ PAWL_GUARDED_BY(commits_mutex_);
  Mutex garbage_mutex_;
  std::unique_ptr<BlobGarbage> garbage_ PAWL_GUARDED_BY(garbage_mutex_);
};

}  // namespace pawl::storage
