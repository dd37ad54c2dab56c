// The end of a write-ahead log of RocksDB after a crash.
//
// The store's logs are longer than what was written to them: they grow ahead, in zeros, so that a
// sync need not write the file's new size as well (rocksdb_file_system.h). After a crash the zeros
// are still there, and before them may be a record that was not written whole. RocksDB 7.8 takes
// such a record for damage unless the file ends in the middle of it; here the two are told apart.
#pragma once

#include <cstddef>
#include <filesystem>
#include <optional>
#include <string_view>

#include "engine/base/status.h"

namespace pawl::storage {

// Where the last whole record of a log ends, if what follows can be what a crash leaves: nothing,
// zeros, or parts of one record with a hole in it (a sector that was not written, or all from some
// byte on). One record at most is affected, since each is synced before the next is begun.
//
// nullopt where it cannot: a record begins behind the first bad one, or the bad one is there from
// its first to its last byte. That is damage to rows that were acknowledged.
std::optional<std::size_t> EndOfWholeRecords(std::string_view log);

// Cuts such zeros and parts off the end of a log, durably. Leaves a damaged log as it is, for
// RocksDB to refuse. Unavailable where the file cannot be read or cut.
Status TrimWriteAheadLog(const std::filesystem::path& path);

}  // namespace pawl::storage
