// The space of blobs that nothing refers to any more: when it is worth copying the others.
//
// RocksDB frees a blob file once all in it is garbage. Histories are deleted nearly in the order in
// which they were written, so most files go that way and cost nothing. What some long-lived
// executions hold back is freed by copying what lives, and only while more than half is garbage:
// so no byte that is freed costs more than one that is copied. Copying always, as RocksDB would
// have it, took two fifths of the server's CPU under payloads of 64 KiB.
#pragma once

#include <chrono>

namespace rocksdb {
class ColumnFamilyHandle;
class DB;
}  // namespace rocksdb

namespace pawl::storage {

// Threads: one at a time.
class BlobGarbage {
 public:
  // Both outlive this object. `look_every`: how often it looks at the figures at most.
  BlobGarbage(rocksdb::DB& db,
              rocksdb::ColumnFamilyHandle& family,
              std::chrono::nanoseconds look_every);

  // Looks, if it is time to, and tells compaction to begin or to end copying. `now`: of a monotonic
  // clock. Takes microseconds, and some milliseconds where something changes.
  void Consider(std::chrono::nanoseconds now);

 private:
  bool IsWorthCopying() const;

  rocksdb::DB& db_;
  rocksdb::ColumnFamilyHandle& family_;
  const std::chrono::nanoseconds look_every_;
  std::chrono::nanoseconds next_look_{0};
  bool is_copying_ = false;
};

}  // namespace pawl::storage
