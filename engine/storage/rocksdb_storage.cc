// One RocksDB with a column family for each of ours. A group is one write, synced on the calling
// thread: RocksDB makes a write visible only after its log is synced, as long as no option splits
// the two (pipelined, unordered or two-queue writes, manual flushing of the log). So what Load sees
// is durable.
//
// The options below were chosen by tests/bench/spikes/rocksdb_commit_bench; its README has the
// numbers.
#include "engine/storage/rocksdb_storage.h"

#include <rocksdb/cache.h>
#include <rocksdb/db.h>
#include <rocksdb/env.h>
#include <rocksdb/filter_policy.h>
#include <rocksdb/options.h>
#include <rocksdb/perf_level.h>
#include <rocksdb/slice_transform.h>
#include <rocksdb/snapshot.h>
#include <rocksdb/table.h>
#include <rocksdb/write_batch.h>
#include <rocksdb/write_buffer_manager.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <limits>
#include <optional>
#include <utility>

#include "engine/base/check.h"
#include "engine/platform/random.h"
#include "engine/storage/rocksdb_blob_garbage.h"
#include "engine/storage/rocksdb_file_system.h"
#include "engine/storage/rocksdb_row_table.h"
#include "engine/storage/rocksdb_wal_tail.h"
#include "engine/storage/store_directory.h"

namespace pawl::storage {

namespace {

// In the order of Family. Stored; never reuse one.
constexpr std::array<const char*, kFamilies> kFamilyNames = {"state", "history", "index"};

constexpr std::size_t kKibi = 1024;
constexpr std::size_t kMebi = 1024 * kKibi;
// History values above this lie in blob files, which compaction does not copy.
constexpr std::uint64_t kBlobBytesMin = 4 * kKibi;
// Small enough that a row finds its place in a memtable cheaply, large enough that most versions of
// a frame are overwritten before they are written out.
constexpr std::size_t kMemtableBytes = 16 * kMebi;
// For what rocksdb_row_table.h leaves to RocksDB's memory: rows that are larger than most.
constexpr std::size_t kArenaBlockBytes = 256 * kKibi;
constexpr std::size_t kTableBlockBytes = 16 * kKibi;
constexpr int kOpenFilesMax = 512;
// Files of level 0 that are merged into the next level together. The rows of one file fall into all
// shards, so each merge writes all of the next level again, however little comes from above; and of
// large values there come references only, a few kilobytes for each memtable. The price is that
// what was deleted keeps its place on the disk for as many memtables longer.
constexpr int kMergedFiles = 16;
constexpr int kMergedHistoryFiles = 32;
constexpr double kBloomBitsPerKey = 10;
// Shard and kind of row: keys under one such prefix are written nearly in order.
constexpr std::size_t kHintPrefixBytes = 3;
// Lengths of the keys that come in such an order: executions, history rows, frames, results of
// branches. Any other key is stored as well, only not as fast.
constexpr std::array<std::size_t, 4> kHintedKeyBytes = {11, 14, 15, 19};

rocksdb::Slice ToSlice(const std::string& text) {
  return {text.data(), text.size()};
}

bool IsHinted(std::size_t key_bytes) {
  return std::find(kHintedKeyBytes.begin(), kHintedKeyBytes.end(), key_bytes) !=
         kHintedKeyBytes.end();
}

// Lets a memtable remember, for each prefix, where the last row went: the search for the next one
// starts there (rocksdb_row_table.h).
class InsertHintPrefix final : public rocksdb::SliceTransform {
 public:
  const char* Name() const override { return "pawl.InsertHintPrefix"; }

  rocksdb::Slice Transform(const rocksdb::Slice& key) const override {
    return {key.data(), kHintPrefixBytes};
  }

  bool InDomain(const rocksdb::Slice& key) const override { return IsHinted(key.size()); }
};

// RocksDB's properties, over all families, and what they are called here.
const std::array kOwnFigures = {
    std::pair("live_data_bytes", rocksdb::DB::Properties::kEstimateLiveDataSize),
    std::pair("live_sst_files_bytes", rocksdb::DB::Properties::kLiveSstFilesSize),
    std::pair("live_blob_files_bytes", rocksdb::DB::Properties::kLiveBlobFileSize),
    std::pair("keys", rocksdb::DB::Properties::kEstimateNumKeys),
    std::pair("memtables_bytes", rocksdb::DB::Properties::kSizeAllMemTables),
    std::pair("flushes_running", rocksdb::DB::Properties::kNumRunningFlushes),
    std::pair("compactions_running", rocksdb::DB::Properties::kNumRunningCompactions),
    std::pair("compaction_pending_bytes", rocksdb::DB::Properties::kEstimatePendingCompactionBytes),
    std::pair("background_errors", rocksdb::DB::Properties::kBackgroundErrors),
    std::pair("write_stopped", rocksdb::DB::Properties::kIsWriteStopped),
    std::pair("delayed_write_rate_bytes", rocksdb::DB::Properties::kActualDelayedWriteRate)};

rocksdb::DBOptions DatabaseOptions(const RocksDbStorage::Options& options,
                                   rocksdb::Env& env,
                                   std::shared_ptr<rocksdb::WriteBufferManager> memtables) {
  rocksdb::DBOptions db;
  db.env = &env;
  db.create_if_missing = true;
  db.create_missing_column_families = true;
  db.paranoid_checks = true;

  // Durability: see the head of this file. These are RocksDB's defaults and must stay so.
  db.enable_pipelined_write = false;
  db.unordered_write = false;
  db.two_write_queues = false;
  db.manual_wal_flush = false;
  // The log may end in the middle of a record, as a power cut leaves it. Anything else wrong in it
  // is damage to acknowledged rows: opening fails. Point-in-time recovery would drop all that
  // follows the damage without a word.
  db.wal_recovery_mode = rocksdb::WALRecoveryMode::kTolerateCorruptedTailRecords;
  // A failed write or sync ends the process; nobody mends the store behind its back.
  db.max_bgerror_resume_count = 0;

  // Memory, and with it the log: replay after a crash is bounded by it.
  db.write_buffer_manager = std::move(memtables);
  db.max_total_wal_size = options.memtable_bytes;
  db.max_open_files = kOpenFilesMax;
  // The log's rows go back into memtables; writing them out first would only delay the opening.
  db.avoid_flush_during_recovery = true;

  // One writer at a time: neither help is needed, both cost.
  db.allow_concurrent_memtable_write = false;
  db.enable_write_thread_adaptive_yield = false;
  db.max_background_jobs = 2;
  // Writes files out in steps, so that the log's sync does not queue behind a large write-back.
  db.bytes_per_sync = kMebi;

  db.info_log_level = rocksdb::InfoLogLevel::WARN_LEVEL;
  db.max_log_file_size = 4 * kMebi;
  db.keep_log_file_num = 3;
  db.max_manifest_file_size = 16 * kMebi;
  db.stats_dump_period_sec = 0;
  db.stats_persist_period_sec = 0;
  return db;
}

// Writers are slowed down, and stopped, where merging does not keep up.
void SetMergedFiles(rocksdb::ColumnFamilyOptions& family, int files) {
  family.level0_file_num_compaction_trigger = files;
  family.level0_slowdown_writes_trigger = 2 * files;
  family.level0_stop_writes_trigger = 3 * files;
}

rocksdb::ColumnFamilyOptions FamilyOptions(
    std::shared_ptr<rocksdb::Cache> block_cache,
    std::shared_ptr<rocksdb::MemTableRepFactory> row_tables) {
  rocksdb::BlockBasedTableOptions table;
  table.block_cache = std::move(block_cache);
  // Indexes and filters count as cache: memory stays bounded however large the store grows.
  table.cache_index_and_filter_blocks = true;
  table.cache_index_and_filter_blocks_with_high_priority = true;
  table.pin_l0_filter_and_index_blocks_in_cache = true;
  table.block_size = kTableBlockBytes;
  table.filter_policy.reset(rocksdb::NewBloomFilterPolicy(kBloomBitsPerKey));

  rocksdb::ColumnFamilyOptions family;
  family.table_factory.reset(rocksdb::NewBlockBasedTableFactory(table));
  family.write_buffer_size = kMemtableBytes;
  family.arena_block_size = kArenaBlockBytes;
  family.max_write_buffer_number = 4;
  family.memtable_factory = std::move(row_tables);
  SetMergedFiles(family, kMergedFiles);
  family.memtable_insert_with_hint_prefix_extractor = std::make_shared<InsertHintPrefix>();
  family.level_compaction_dynamic_level_bytes = true;
  family.compression = rocksdb::kNoCompression;
  return family;
}

// History's.
rocksdb::ColumnFamilyOptions WithBlobs(rocksdb::ColumnFamilyOptions family) {
  SetMergedFiles(family, kMergedHistoryFiles);
  family.enable_blob_files = true;
  family.min_blob_size = kBlobBytesMin;
  // BlobGarbage says when. It goes through the files from the oldest on, whole.
  family.enable_blob_garbage_collection = false;
  family.blob_garbage_collection_age_cutoff = 1.0;
  family.blob_garbage_collection_force_threshold = 0.5;
  return family;
}

Status ToStatus(const rocksdb::Status& status) {
  if (status.ok()) return OkStatus();
  std::string message = status.ToString();
  if (status.IsCorruption()) return DataLoss(std::move(message));
  if (status.IsNoSpace()) return ResourceExhausted(std::move(message));
  return Unavailable(std::move(message));
}

Status OpenError(const std::filesystem::path& directory, const rocksdb::Status& status) {
  const Status error = ToStatus(status);
  return {error.code(), "cannot open the store in " + directory.string() + ": " + error.message()};
}

// RocksDB's write-ahead logs in its directory; none where there is no directory.
std::vector<std::filesystem::path> WriteAheadLogs(const std::filesystem::path& directory) {
  std::vector<std::filesystem::path> logs;
  std::error_code error;
  for (const auto& entry : std::filesystem::directory_iterator(directory, error)) {
    if (entry.path().extension() == ".log") logs.push_back(entry.path());
  }
  return logs;
}

// RocksDB counts each comparison of keys and more for the calling thread, which nobody reads and
// which is a twentieth of a step's CPU. The switch is the thread's own.
void CountNoComparisons() {
  rocksdb::SetPerfLevel(rocksdb::PerfLevel::kDisable);
}

// RocksDB 7.8 mixes up the hints of rows with those of range deletions when both fall under one
// prefix. So none of the latter begins with a key of a hinted length: such a begin is padded with
// zeros until it is longer, and the keys in between, two at most, are deleted one by one.
rocksdb::Status AppendDeleteRange(std::string begin,
                                  const std::string& end,
                                  rocksdb::ColumnFamilyHandle* family,
                                  rocksdb::WriteBatch& batch) {
  while (begin < end && IsHinted(begin.size())) {
    const rocksdb::Status status = batch.Delete(family, ToSlice(begin));
    if (!status.ok()) return status;
    begin.push_back('\0');
  }
  if (end <= begin) return rocksdb::Status::OK();
  return batch.DeleteRange(family, ToSlice(begin), ToSlice(end));
}

void Append(const WriteBatch::Operation& operation,
            rocksdb::ColumnFamilyHandle* family,
            rocksdb::WriteBatch& batch) {
  rocksdb::Status status;
  switch (operation.kind) {
    case WriteBatch::Operation::Kind::kPut:
      status = batch.Put(family, ToSlice(operation.key), ToSlice(operation.value));
      break;
    case WriteBatch::Operation::Kind::kDelete:
      status = batch.Delete(family, ToSlice(operation.key));
      break;
    case WriteBatch::Operation::Kind::kDeleteRange:
      status = AppendDeleteRange(operation.key, operation.value, family, batch);
      break;
  }
  // A batch without a size limit has no reason to refuse.
  PAWL_CHECK_MESSAGE(status.ok(), status.ToString().c_str());
}

}  // namespace

// Holds PAWL_LOCK against other processes and against this one. RocksDB's lock serves for it: it
// knows both cases, and goes with the process. Children made by fork do not inherit it.
class RocksDbStorage::DirectoryLock {
 public:
  static Result<std::unique_ptr<DirectoryLock>> Take(const std::filesystem::path& directory) {
    const std::filesystem::path path = directory / kLockFileName;
    rocksdb::FileLock* lock = nullptr;
    const rocksdb::Status status = rocksdb::Env::Default()->LockFile(path.string(), &lock);
    if (status.ok()) return std::unique_ptr<DirectoryLock>(new DirectoryLock(lock));
    const std::optional<int> holder = LockHolder(path);
    if (!holder.has_value()) return OpenError(directory, status);
    const std::string who =
        *holder == getpid() ? "this process" : "process " + std::to_string(*holder);
    return FailedPrecondition("the store in " + directory.string() + " is open already, by " + who +
                              ": stop that first, or give another directory");
  }

  ~DirectoryLock() { rocksdb::Env::Default()->UnlockFile(lock_).PermitUncheckedError(); }

  DirectoryLock(const DirectoryLock&) = delete;
  DirectoryLock& operator=(const DirectoryLock&) = delete;

 private:
  explicit DirectoryLock(rocksdb::FileLock* lock) : lock_(lock) {}

  rocksdb::FileLock* lock_;
};

Result<std::unique_ptr<Storage>> RocksDbStorage::Open(Options options) {
  RETURN_IF_ERROR(PrepareStoreDirectory(options.directory));
  ASSIGN_OR_RETURN(std::unique_ptr<DirectoryLock> lock, DirectoryLock::Take(options.directory));
  std::unique_ptr<RocksDbStorage> storage(new RocksDbStorage(std::move(options)));
  storage->lock_ = std::move(lock);
  RETURN_IF_ERROR(storage->OpenDatabase());
  return std::unique_ptr<Storage>(std::move(storage));
}

RocksDbStorage::RocksDbStorage(Options options)
    : options_(std::move(options)),
      ballast_({.path = options_.directory / kBallastFileName,
                .bytes = options_.ballast_bytes,
                .reserve_bytes = options_.reserve_bytes}) {}

Status RocksDbStorage::OpenDatabase() {
  const std::vector<std::filesystem::path> logs =
      WriteAheadLogs(options_.directory / kDatabaseDirectoryName);
  std::uint64_t log_bytes = 0;
  for (const std::filesystem::path& log : logs) {
    std::error_code error;
    const std::uint64_t size = std::filesystem::file_size(log, error);
    if (!error) log_bytes += size;
  }
  // Makes the ballast, or gives it up where the disk is nearly full: also for a log that may have
  // to be written out as files while it is read. Trying first would leave half a file on the disk.
  ASSIGN_OR_RETURN(const std::uint64_t free, ballast_.FreeBytes());
  if (free < log_bytes) ballast_.Drop();
  platform::SystemRandom random;
  RETURN_IF_ERROR(ReadOrCreateMarker(options_.directory, random).status());
  // Not before: the logs of a newer format are not ours to judge.
  for (const std::filesystem::path& log : logs)
    RETURN_IF_ERROR(TrimWriteAheadLog(log));

  env_ = rocksdb::NewCompositeEnv(StoreFileSystem());
  block_cache_ = rocksdb::NewLRUCache(options_.block_cache_bytes);
  memtables_ = std::make_shared<rocksdb::WriteBufferManager>(options_.memtable_bytes);
  const rocksdb::ColumnFamilyOptions options = FamilyOptions(block_cache_, RowTables(memtables_));
  std::vector<rocksdb::ColumnFamilyDescriptor> families;
  for (const char* name : kFamilyNames) {
    const bool is_history = families.size() == static_cast<std::size_t>(Family::kHistory);
    families.emplace_back(name, is_history ? WithBlobs(options) : options);
  }
  families.emplace_back(rocksdb::kDefaultColumnFamilyName, options);

  const rocksdb::DBOptions db_options = DatabaseOptions(options_, *env_, memtables_);
  const std::string path = (options_.directory / kDatabaseDirectoryName).string();
  rocksdb::DB* db = nullptr;
  rocksdb::Status status = rocksdb::DB::Open(db_options, path, families, &handles_, &db);
  if (status.IsNoSpace() && ballast_.Drop()) {
    status = rocksdb::DB::Open(db_options, path, families, &handles_, &db);
  }
  db_.reset(db);
  if (!status.ok()) return OpenError(options_.directory, status);
  const MutexLock lock(garbage_mutex_);
  garbage_ = std::make_unique<BlobGarbage>(
      *db_, *handle(Family::kHistory), options_.blob_garbage_look_every);
  return OkStatus();
}

RocksDbStorage::~RocksDbStorage() {
  if (!db_) return;
  for (rocksdb::ColumnFamilyHandle* handle : handles_) {
    db_->DestroyColumnFamilyHandle(handle).PermitUncheckedError();
  }
  // All that was acknowledged is synced; what closing fails at is done by the next opening.
  db_->Close().PermitUncheckedError();
}

rocksdb::ColumnFamilyHandle* RocksDbStorage::handle(Family family) const {
  return handles_.at(static_cast<std::size_t>(family));
}

void RocksDbStorage::Load(LoadRequest request, LoadDone done) {
  CountNoComparisons();
  done(LoadNow(request));
}

Result<LoadResponse> RocksDbStorage::LoadNow(const LoadRequest& request) {
  std::optional<rocksdb::ManagedSnapshot> snapshot;
  if (request.keys.size() + request.ranges.size() > 1) snapshot.emplace(db_.get());
  const rocksdb::Snapshot* at = snapshot.has_value() ? snapshot->snapshot() : nullptr;
  LoadResponse response;
  response.values.reserve(request.keys.size());
  response.rows.reserve(request.ranges.size());
  for (const Key& key : request.keys) {
    ASSIGN_OR_RETURN(std::optional<std::string> value, Get(key, at));
    response.values.push_back(std::move(value));
  }
  for (const Range& range : request.ranges) {
    ASSIGN_OR_RETURN(std::vector<Row> rows, Scan(range, at));
    response.rows.push_back(std::move(rows));
  }
  return response;
}

Result<std::optional<std::string>> RocksDbStorage::Get(const Key& key,
                                                       const rocksdb::Snapshot* snapshot) {
  rocksdb::ReadOptions options;
  options.snapshot = snapshot;
  std::string value;
  const rocksdb::Status status = db_->Get(options, handle(key.family), ToSlice(key.bytes), &value);
  if (status.IsNotFound()) return std::optional<std::string>();
  RETURN_IF_ERROR(ToStatus(status));
  return std::optional(std::move(value));
}

Result<std::vector<Row>> RocksDbStorage::Scan(const Range& range,
                                              const rocksdb::Snapshot* snapshot) {
  std::vector<Row> rows;
  if (!range.end.empty() && range.end <= range.begin) return rows;
  const rocksdb::Slice begin = ToSlice(range.begin);
  const rocksdb::Slice end = ToSlice(range.end);
  rocksdb::ReadOptions options;
  options.snapshot = snapshot;
  options.iterate_lower_bound = &begin;
  if (!range.end.empty()) options.iterate_upper_bound = &end;
  const std::unique_ptr<rocksdb::Iterator> row(db_->NewIterator(options, handle(range.family)));
  const std::size_t limit =
      range.limit == 0 ? std::numeric_limits<std::size_t>::max() : range.limit;
  for (range.is_reverse ? row->SeekToLast() : row->SeekToFirst(); row->Valid();
       range.is_reverse ? row->Prev() : row->Next()) {
    rows.push_back({row->key().ToString(), row->value().ToString()});
    if (rows.size() == limit) break;
  }
  RETURN_IF_ERROR(ToStatus(row->status()));
  return rows;
}

void RocksDbStorage::Commit(std::vector<ShardBatch> group, CommitDone done) {
  CountNoComparisons();
  const Status status = Write(group);
  done(std::vector(group.size(), status.ok() ? CommitResult::kOk : CommitResult::kUnavailable));
}

Status RocksDbStorage::Write(const std::vector<ShardBatch>& group) {
  if (has_failed_) return Unavailable("an earlier write failed");
  std::size_t bytes = 0;
  std::size_t rows = 0;
  for (const ShardBatch& shard : group) {
    bytes += shard.writes.byte_size();
    rows += shard.writes.operations().size();
  }
  if (rows == 0) return OkStatus();

  // Twelve bytes of header, and for each row a kind, a family and two lengths.
  rocksdb::WriteBatch batch(12 + bytes + rows * 8);
  for (const ShardBatch& shard : group) {
    for (const WriteBatch::Operation& operation : shard.writes.operations()) {
      Append(operation, handle(operation.family), batch);
    }
  }
  rocksdb::WriteOptions options;
  options.sync = true;
  const std::chrono::nanoseconds begin = clock_.MonotonicNow();
  const Status status = ToStatus(db_->Write(options, &batch));
  const std::chrono::nanoseconds end = clock_.MonotonicNow();
  CountCommit(end - begin);
  if (!status.ok()) {
    if (!has_failed_.exchange(true) && options_.on_failure) options_.on_failure(status);
    return status;
  }
  ++syncs_;
  batches_ += group.size();
  rows_written_ += rows;
  bytes_written_ += bytes;
  log_bytes_ += batch.GetDataSize();
  ConsiderGarbage(end);
  return OkStatus();
}

Result<std::optional<std::uint64_t>> RocksDbStorage::FreeBytes() {
  ASSIGN_OR_RETURN(const std::uint64_t bytes, ballast_.FreeBytes());
  return std::optional(bytes);
}

void RocksDbStorage::ConsiderGarbage(std::chrono::nanoseconds now) {
  const MutexLock lock(garbage_mutex_);
  garbage_->Consider(now);
}

void RocksDbStorage::CountCommit(std::chrono::nanoseconds duration) {
  const MutexLock lock(commits_mutex_);
  commits_.Add(duration);
}

std::vector<std::pair<std::string, std::uint64_t>> RocksDbStorage::OwnFigures() {
  std::vector<std::pair<std::string, std::uint64_t>> figures;
  for (const auto& [name, property] : kOwnFigures) {
    std::uint64_t value = 0;
    if (db_->GetAggregatedIntProperty(property, &value)) figures.emplace_back(name, value);
  }
  figures.emplace_back("block_cache_bytes", block_cache_->GetUsage());
  figures.emplace_back("write_buffer_bytes", memtables_->memory_usage());
  return figures;
}

StorageStatistics RocksDbStorage::Statistics() {
  std::uint64_t readers = 0;
  for (rocksdb::ColumnFamilyHandle* family : handles_) {
    std::uint64_t bytes = 0;
    if (db_->GetIntProperty(family, rocksdb::DB::Properties::kEstimateTableReadersMem, &bytes)) {
      readers += bytes;
    }
  }
  DurationHistogram commits;
  {
    const MutexLock lock(commits_mutex_);
    commits = commits_;
  }
  return {.syncs = syncs_,
          .batches = batches_,
          .rows_written = rows_written_,
          .bytes_written = bytes_written_,
          .log_bytes = log_bytes_,
          .memory_bytes = memtables_->memory_usage() + block_cache_->GetUsage() + readers,
          .commits = commits,
          .own = OwnFigures()};
}

}  // namespace pawl::storage
