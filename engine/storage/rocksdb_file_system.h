// What RocksDB does with files, where ours differs from its own.
#pragma once

#include <rocksdb/file_system.h>

#include <memory>

namespace pawl::storage {

// RocksDB's file system with two differences:
// - Its own log loses what does not fit on a full disk (rocksdb_log.h).
// - A write-ahead log grows ahead of what is written to it, in zeros. An append that also made the
//   file longer would have each sync write the new size as well, a second turn at the disk: half
//   of a small commit's CPU and a third of its time. TrimWriteAheadLog (rocksdb_wal_tail.h) must
//   have seen a log before it is read again. RocksDB cuts it when it closes it.
std::shared_ptr<rocksdb::FileSystem> StoreFileSystem();

}  // namespace pawl::storage
