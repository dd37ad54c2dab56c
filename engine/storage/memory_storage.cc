// A map for each family holds what is durable. A pending group is kept as it was committed and
// touches the maps only when it becomes durable, so a crash is nothing but forgetting a queue.
#include "engine/storage/memory_storage.h"

#include <algorithm>
#include <limits>
#include <utility>

#include "engine/base/check.h"

namespace pawl::storage {

namespace {

// What a row costs beyond its bytes: the map's node and the allocator's share of it.
constexpr std::uint64_t kRowOverheadBytes = 112;

std::uint64_t RowBytes(const std::string& key, const std::string& value) {
  return key.size() + value.size() + kRowOverheadBytes;
}

}  // namespace

MemoryStorage::MemoryStorage(Durability durability, std::uint64_t seed)
    : durability_(durability), random_(seed) {}

void MemoryStorage::Load(LoadRequest request, LoadDone done) {
  LoadResponse response;
  response.values.reserve(request.keys.size());
  response.rows.reserve(request.ranges.size());
  {
    const MutexLock lock(mutex_);
    for (const Key& key : request.keys) {
      const auto& rows = durable_.families.at(static_cast<std::size_t>(key.family));
      const auto row = rows.find(key.bytes);
      response.values.push_back(row == rows.end() ? std::nullopt : std::optional(row->second));
    }
    for (const Range& range : request.ranges) {
      response.rows.push_back(Scan(range));
    }
  }
  done(std::move(response));
}

std::vector<Row> MemoryStorage::Scan(const Range& range) {
  const auto& rows = durable_.families.at(static_cast<std::size_t>(range.family));
  std::vector<Row> found;
  if (!range.end.empty() && range.end <= range.begin) return found;
  const auto begin = rows.lower_bound(range.begin);
  const auto end = range.end.empty() ? rows.end() : rows.lower_bound(range.end);
  const std::size_t limit =
      range.limit == 0 ? std::numeric_limits<std::size_t>::max() : range.limit;
  if (range.is_reverse) {
    for (auto row = end; row != begin && found.size() < limit;) {
      --row;
      found.push_back({row->first, row->second});
    }
  } else {
    for (auto row = begin; row != end && found.size() < limit; ++row) {
      found.push_back({row->first, row->second});
    }
  }
  return found;
}

void MemoryStorage::Commit(std::vector<ShardBatch> group, CommitDone done) {
  PendingGroup pending{std::move(group), std::move(done), std::nullopt};
  std::vector<CommitResult> results;
  {
    const MutexLock lock(mutex_);
    if (!faults_.empty() || is_refusing_) Inject(pending);
    if (durability_ == Durability::kManual) {
      pending_.push_back(std::move(pending));
      return;
    }
    results = Finish(pending);
  }
  pending.done(std::move(results));
}

void MemoryStorage::Inject(PendingGroup& group) {
  if (is_refusing_) {
    group.fault = CommitResult::kUnavailable;
    for (ShardBatch& batch : group.batches) {
      batch.writes.Clear();
    }
    return;
  }
  group.fault = faults_.front();
  faults_.pop_front();
  if (*group.fault == CommitResult::kUnavailable) is_refusing_ = true;
  for (ShardBatch& batch : group.batches) {
    const bool is_lost = *group.fault == CommitResult::kAborted ||
                         (*group.fault == CommitResult::kUnknown && random_.Below(2) == 0);
    if (is_lost) batch.writes.Clear();
  }
}

std::vector<CommitResult> MemoryStorage::Finish(PendingGroup& group) {
  const std::size_t size = group.batches.size();
  if (group.fault == CommitResult::kUnavailable) {
    in_doubt_.push_back({std::move(group.batches), nullptr, std::nullopt});
    return std::vector(size, CommitResult::kUnavailable);
  }
  std::vector<CommitResult> results;
  results.reserve(size);
  for (ShardBatch& batch : group.batches) {
    const bool is_applied = Apply(batch);
    results.push_back(
        group.fault.value_or(is_applied ? CommitResult::kOk : CommitResult::kAborted));
  }
  ++statistics_.syncs;
  return results;
}

bool MemoryStorage::Apply(ShardBatch& batch) {
  FencingToken& newest = tokens_[batch.shard];
  if (batch.token < newest) return false;
  newest = batch.token;
  ++statistics_.batches;
  statistics_.bytes_written += batch.writes.byte_size();
  statistics_.log_bytes += batch.writes.byte_size();
  for (WriteBatch::Operation& operation : batch.writes.TakeOperations()) {
    ApplyOperation(operation);
  }
  return true;
}

void MemoryStorage::ApplyOperation(WriteBatch::Operation& operation) {
  auto& rows = durable_.families.at(static_cast<std::size_t>(operation.family));
  ++statistics_.rows_written;
  switch (operation.kind) {
    case WriteBatch::Operation::Kind::kPut: {
      // One descent for the usual new row; try_emplace leaves its arguments alone when there is
      // one.
      const std::uint64_t bytes = RowBytes(operation.key, operation.value);
      const auto [row, is_new] =
          rows.try_emplace(std::move(operation.key), std::move(operation.value));
      if (!is_new) {
        statistics_.memory_bytes -= RowBytes(row->first, row->second);
        row->second = std::move(operation.value);
      }
      statistics_.memory_bytes += bytes;
      return;
    }
    case WriteBatch::Operation::Kind::kDelete: {
      const auto row = rows.find(operation.key);
      if (row == rows.end()) return;
      statistics_.memory_bytes -= RowBytes(row->first, row->second);
      rows.erase(row);
      return;
    }
    case WriteBatch::Operation::Kind::kDeleteRange: {
      if (operation.value <= operation.key) return;
      const auto begin = rows.lower_bound(operation.key);
      const auto end = rows.lower_bound(operation.value);
      for (auto row = begin; row != end; ++row) {
        statistics_.memory_bytes -= RowBytes(row->first, row->second);
      }
      rows.erase(begin, end);
      return;
    }
  }
}

std::size_t MemoryStorage::pending_groups() {
  const MutexLock lock(mutex_);
  return pending_.size();
}

void MemoryStorage::Sync() {
  for (std::size_t groups = pending_groups(); groups > 0 && SyncOldest();) {
    --groups;
  }
}

bool MemoryStorage::SyncOldest() {
  CommitDone done;
  std::vector<CommitResult> results;
  {
    const MutexLock lock(mutex_);
    if (pending_.empty()) return false;
    PendingGroup group = std::move(pending_.front());
    pending_.pop_front();
    results = Finish(group);
    done = std::move(group.done);
  }
  done(std::move(results));
  return true;
}

std::size_t MemoryStorage::Crash() {
  return CrashKeeping(0);
}

std::size_t MemoryStorage::CrashKeepingSome() {
  std::size_t kept = 0;
  {
    const MutexLock lock(mutex_);
    kept = static_cast<std::size_t>(random_.Below(in_doubt_.size() + pending_.size() + 1));
  }
  return CrashKeeping(kept);
}

std::size_t MemoryStorage::CrashKeeping(std::size_t groups) {
  // What the callbacks hold is let go only after the lock.
  std::vector<PendingGroup> log;
  const MutexLock lock(mutex_);
  log = std::exchange(in_doubt_, {});
  std::move(pending_.begin(), pending_.end(), std::back_inserter(log));
  pending_.clear();
  is_refusing_ = false;
  const std::size_t kept = std::min(groups, log.size());
  for (std::size_t i = 0; i < kept; ++i) {
    for (ShardBatch& batch : log[i].batches) {
      Apply(batch);
    }
  }
  return kept;
}

void MemoryStorage::FailNextCommit(CommitResult result) {
  PAWL_CHECK(result != CommitResult::kOk);
  const MutexLock lock(mutex_);
  faults_.push_back(result);
}

Result<std::optional<std::uint64_t>> MemoryStorage::FreeBytes() {
  const MutexLock lock(mutex_);
  return free_bytes_;
}

void MemoryStorage::SetFreeBytes(std::optional<std::uint64_t> bytes) {
  const MutexLock lock(mutex_);
  free_bytes_ = bytes;
}

StorageStatistics MemoryStorage::Statistics() {
  const MutexLock lock(mutex_);
  return statistics_;
}

StoreContents MemoryStorage::Snapshot() {
  const MutexLock lock(mutex_);
  return durable_;
}

void MemoryStorage::Restore(StoreContents contents) {
  const MutexLock lock(mutex_);
  PAWL_CHECK(pending_.empty());
  durable_ = std::move(contents);
  tokens_.clear();
  in_doubt_.clear();
  statistics_.memory_bytes = 0;
  for (const auto& rows : durable_.families) {
    for (const auto& [key, value] : rows) {
      statistics_.memory_bytes += RowBytes(key, value);
    }
  }
}

}  // namespace pawl::storage
