// RocksDB's own log (the file LOG), written so that a full disk costs lines and nothing else.
//
// RocksDB 7.8 ends the process when it logs after a line that could not be written (Debian builds
// it with its assertions), and what it logs on a full disk is that the disk is full.
#pragma once

#include <rocksdb/file_system.h>

#include <memory>

namespace pawl::storage {

// RocksDB's file system in all but its log files, whose lines are dropped while they cannot be
// written. RocksDB renames and bounds the files as ever.
std::shared_ptr<rocksdb::FileSystem> FileSystemWithLossyLogs();

}  // namespace pawl::storage
