// RocksDB's own log (the file LOG), written so that a full disk costs lines and nothing else.
//
// RocksDB 7.8 ends the process when it logs after a line that could not be written (Debian builds
// it with its assertions), and what it logs on a full disk is that the disk is full.
#pragma once

#include <rocksdb/env.h>
#include <rocksdb/io_status.h>

#include <filesystem>
#include <memory>

namespace pawl::storage {

// Begins a log file, in place of one that is there. Lines are dropped while they cannot be written.
// IOError where the file cannot be made.
rocksdb::IOStatus OpenLossyLog(const std::filesystem::path& path,
                               std::shared_ptr<rocksdb::Logger>& log);

}  // namespace pawl::storage
