// The rows that RocksDB has not written out yet: a skip list in place of its own.
//
// Debian builds RocksDB with its assertions, and those of its skip list compare keys twice for each
// comparison that the search needs: 60 comparisons a row where this one needs ten, a sixth of what
// a step costs the server. RocksDB has a seam for other memtables (rocksdb/memtablerep.h).
#pragma once

#include <rocksdb/memtablerep.h>
#include <rocksdb/write_buffer_manager.h>

#include <memory>

namespace pawl::storage {

// Memtables with one writer at a time and any number of readers beside it, who never wait. A row is
// found from where the row before it with the same hint went
// (ColumnFamilyOptions::memtable_insert_with_hint_prefix_extractor), so rows that come nearly in
// order under each prefix cost a few comparisons. Needs allow_concurrent_memtable_write = false.
//
// For the families of one database: their tables share row_memory.h's regions, whose bytes are
// counted in `memtables`, DBOptions::write_buffer_manager; null where there is none.
std::shared_ptr<rocksdb::MemTableRepFactory> RowTables(
    std::shared_ptr<rocksdb::WriteBufferManager> memtables);

}  // namespace pawl::storage
