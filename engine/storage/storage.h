// Storage: ordered keys in a few families, atomic batches, durability on request. It knows bytes,
// not executions. One contract test (tests/unit/engine/storage/storage_contract.h) runs against
// every implementation.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "engine/base/duration_histogram.h"
#include "engine/base/ids.h"
#include "engine/base/status.h"

namespace pawl::storage {

// Where a row lives, by access pattern. Numbers are stored; never reuse one.
enum class Family : std::uint8_t {
  kState = 0,    // what a shard needs to go on: executions, frames, results, names, timers
  kHistory = 1,  // history rows, written once and read by people; large values in blob files
  kIndex = 2,    // listings, definitions, functions, settings of the store
};
inline constexpr int kFamilies = 3;

struct Key {
  Family family = Family::kState;
  std::string bytes;

  auto operator<=>(const Key&) const = default;
};

struct Row {
  std::string key;
  std::string value;

  bool operator==(const Row&) const = default;
};

// Rows of one family with begin <= key < end, in key order, or in reverse.
struct Range {
  Family family = Family::kState;
  std::string begin = {};
  // Empty: to the end of the family.
  std::string end = {};
  // At most this many rows; 0 is no limit.
  std::size_t limit = 0;
  bool is_reverse = false;

  bool operator==(const Range&) const = default;
};

// Changes that become visible and durable together. A later operation on a key wins.
class WriteBatch {
 public:
  struct Operation {
    enum class Kind : std::uint8_t { kPut, kDelete, kDeleteRange };
    Kind kind = Kind::kPut;
    Family family = Family::kState;
    std::string key;    // or the begin of a range
    std::string value;  // or the end of a range, exclusive
  };

  void Put(Family family, std::string key, std::string value);
  void Delete(Family family, std::string key);
  // Deletes begin <= key < end; nothing where end <= begin.
  void DeleteRange(Family family, std::string begin, std::string end);

  bool empty() const { return operations_.empty(); }

  const std::vector<Operation>& operations() const { return operations_; }

  // Keys and values, in bytes.
  std::size_t byte_size() const { return byte_size_; }

  // Moves the operations out; the batch is empty then.
  std::vector<Operation> TakeOperations();

  void Clear();

 private:
  Operation& Add(Operation::Kind kind, Family family);

  std::vector<Operation> operations_;
  std::size_t byte_size_ = 0;
};

// Grows with each owner of a shard; a store refuses batches of an older one. Always 1 on a store
// that only one process can open.
using FencingToken = std::uint64_t;

struct ShardBatch {
  ShardId shard;
  FencingToken token = 1;
  WriteBatch writes = {};
};

enum class CommitResult : std::uint8_t {
  kOk,           // would survive a power cut
  kAborted,      // a newer owner holds the shard; drop it, do not retry
  kUnavailable,  // the disk refused; the store accepts no more until reopened
  kUnknown,      // may or may not be stored; drop the shard's memory and reload
};

// One result for each batch of the group, in its order.
using CommitDone = std::function<void(std::vector<CommitResult> results)>;

struct LoadRequest {
  std::vector<Key> keys;
  std::vector<Range> ranges;
};

struct LoadResponse {
  // In the order of the request; nullopt where there is no row.
  std::vector<std::optional<std::string>> values;
  std::vector<std::vector<Row>> rows;
};

using LoadDone = std::function<void(Result<LoadResponse>)>;

struct StorageStatistics {
  std::uint64_t syncs = 0;
  std::uint64_t batches = 0;
  std::uint64_t rows_written = 0;
  // Bytes of keys and values given to Commit.
  std::uint64_t bytes_written = 0;
  // Bytes appended to the log (as far as the implementation knows; else bytes_written).
  std::uint64_t log_bytes = 0;
  // Resident memory the store holds for itself: memtables, caches.
  std::uint64_t memory_bytes = 0;
  // How long groups took until they were durable; as far as the implementation knows.
  DurationHistogram commits = {};
  // The implementation's own figures as they are now, by a name in lower case with '_'.
  std::vector<std::pair<std::string, std::uint64_t>> own = {};
};

class Storage {
 public:
  Storage() = default;
  Storage(const Storage&) = delete;
  Storage& operator=(const Storage&) = delete;
  virtual ~Storage() = default;

  // Reads durable rows: nothing that a power cut could take back is ever seen. `done` may run
  // before Load returns, on the calling thread, and does so where the rows are at hand. All of one
  // request is read at one point in time: no commit falls between two of its rows. Errors:
  // DataLoss (a row's checksum is wrong), Unavailable.
  // Threads: safe from any thread.
  virtual void Load(LoadRequest request, LoadDone done) = 0;

  // Applies each batch of `group` whole or not at all, and calls `done` once all that it reports as
  // ok would survive a power cut. `done` may run before Commit returns, or on a thread of the
  // store. Threads: safe from any thread; batches of one shard apply in the order of the calls.
  virtual void Commit(std::vector<ShardBatch> group, CommitDone done) = 0;

  // Bytes free for this store on its device; nullopt where there is no such limit.
  virtual Result<std::optional<std::uint64_t>> FreeBytes() = 0;

  virtual StorageStatistics Statistics() = 0;
};

// Load for callers that can wait. Not on a thread that the storage needs to finish the load.
Result<LoadResponse> LoadAndWait(Storage& storage, LoadRequest request);
Result<std::optional<std::string>> GetAndWait(Storage& storage, Key key);
Result<std::vector<Row>> ScanAndWait(Storage& storage, Range range);
// Commit of one batch for callers that can wait. Errors: Aborted, Unavailable, Unknown.
Status CommitAndWait(Storage& storage, ShardBatch batch);

}  // namespace pawl::storage
