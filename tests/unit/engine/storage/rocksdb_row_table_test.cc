#include "engine/storage/rocksdb_row_table.h"

#include <gtest/gtest.h>
#include <rocksdb/db.h>
#include <rocksdb/options.h>
#include <rocksdb/write_buffer_manager.h>

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include "engine/platform/thread.h"
#include "engine/storage/memory_storage.h"
#include "engine/storage/rocksdb_storage.h"
#include "engine/storage/row_memory.h"
#include "tests/support/temporary_directory.h"
#include "tests/unit/engine/storage/storage_contract.h"

namespace pawl::storage {
namespace {

class RowTableTest : public ::testing::Test {
 protected:
  std::unique_ptr<rocksdb::DB> Open(const std::string& name, bool has_row_tables) {
    rocksdb::Options options;
    options.create_if_missing = true;
    options.allow_concurrent_memtable_write = false;
    if (has_row_tables) {
      options.write_buffer_manager = std::make_shared<rocksdb::WriteBufferManager>(kMemtablesBytes);
      options.memtable_factory = RowTables(options.write_buffer_manager);
      memtables = options.write_buffer_manager;
    }
    rocksdb::DB* db = nullptr;
    const rocksdb::Status status = rocksdb::DB::Open(options, directory.path() / name, &db);
    EXPECT_TRUE(status.ok()) << status.ToString();
    return std::unique_ptr<rocksdb::DB>(db);
  }

  static constexpr std::size_t kMemtablesBytes = std::size_t{64} << 20U;

  test::TemporaryDirectory directory;
  std::shared_ptr<rocksdb::WriteBufferManager> memtables;
};

// Keys of one, two or more bytes, some the beginning of others, some long enough for a length of
// two bytes.
std::string RandomKey(std::mt19937& random) {
  std::string key;
  do {
    key.push_back(static_cast<char>(random() % 3 == 0 ? 0xFF : random() % 3));
  } while (random() % 3 != 0);
  if (random() % 50 == 0) key += std::string(200, 'x');
  return key;
}

// What RocksDB finds in this table, in every way that it looks, is what it finds in its own.
TEST_F(RowTableTest, IsReadLikeRocksDbsOwn) {
  const auto ours = Open("ours", true);
  const auto own = Open("own", false);
  std::mt19937 random(1);
  std::vector<std::pair<const rocksdb::Snapshot*, const rocksdb::Snapshot*>> snapshots;
  for (int round = 0; round < 3000; ++round) {
    const std::string key = RandomKey(random);
    const std::string value = std::to_string(round);
    for (rocksdb::DB* db : {ours.get(), own.get()}) {
      const rocksdb::Status status = round % 5 == 0 ? db->Delete(rocksdb::WriteOptions(), key)
                                                    : db->Put(rocksdb::WriteOptions(), key, value);
      ASSERT_TRUE(status.ok());
    }
    if (round % 500 == 0) snapshots.emplace_back(ours->GetSnapshot(), own->GetSnapshot());
  }
  snapshots.emplace_back(nullptr, nullptr);
  for (const auto& [of_ours, of_own] : snapshots) {
    rocksdb::ReadOptions at_ours;
    rocksdb::ReadOptions at_own;
    at_ours.snapshot = of_ours;
    at_own.snapshot = of_own;
    const std::unique_ptr<rocksdb::Iterator> left(ours->NewIterator(at_ours));
    const std::unique_ptr<rocksdb::Iterator> right(own->NewIterator(at_own));
    const auto expect_same = [&] {
      ASSERT_EQ(left->Valid(), right->Valid());
      if (!left->Valid()) return;
      ASSERT_EQ(left->key(), right->key());
      ASSERT_EQ(left->value(), right->value());
    };
    std::size_t rows = 0;
    for (left->SeekToFirst(), right->SeekToFirst(); right->Valid(); left->Next(), right->Next()) {
      expect_same();
      ++rows;
    }
    expect_same();
    for (left->SeekToLast(), right->SeekToLast(); right->Valid(); left->Prev(), right->Prev())
      expect_same();
    expect_same();
    EXPECT_TRUE(rows > 10 || of_ours == snapshots.front().first) << rows;
    for (int i = 0; i < 500; ++i) {
      const std::string key = RandomKey(random);
      std::string of_left;
      std::string of_right;
      ASSERT_EQ(ours->Get(at_ours, key, &of_left).code(), own->Get(at_own, key, &of_right).code());
      ASSERT_EQ(of_left, of_right);
      left->Seek(key);
      right->Seek(key);
      expect_same();
      left->SeekForPrev(key);
      right->SeekForPrev(key);
      expect_same();
    }
  }
  for (const auto& [of_ours, of_own] : snapshots) {
    if (of_ours != nullptr) ours->ReleaseSnapshot(of_ours);
    if (of_own != nullptr) own->ReleaseSnapshot(of_own);
  }
}

// Of a key that is overwritten all the time, a snapshot has the value that it had.
TEST_F(RowTableTest, ASnapshotSeesNothingThatIsWrittenBehindIt) {
  const auto db = Open("db", true);
  ASSERT_TRUE(db->Put(rocksdb::WriteOptions(), "key", "0").ok());
  std::atomic<bool> is_over = false;
  platform::Thread writer("writer", [&] {
    for (int i = 1; !is_over; ++i)
      ASSERT_TRUE(db->Put(rocksdb::WriteOptions(), "key", std::to_string(i)).ok());
  });
  int changes = 0;
  for (int i = 0; i < 3000; ++i) {
    rocksdb::ReadOptions options;
    options.snapshot = db->GetSnapshot();
    std::string first;
    std::string second;
    ASSERT_TRUE(db->Get(options, "key", &first).ok());
    for (int again = 0; again < 20; ++again) {
      ASSERT_TRUE(db->Get(options, "key", &second).ok());
      if (second != first) ++changes;
    }
    db->ReleaseSnapshot(options.snapshot);
  }
  is_over = true;
  writer.Join();
  EXPECT_EQ(changes, 0);
}

// The bytes of the rows count: for the table, which is written out when it is full, and for all
// tables together. They go back with the table.
TEST_F(RowTableTest, MemoryIsCounted) {
  const auto db = Open("db", true);
  std::uint64_t empty = 0;
  ASSERT_TRUE(db->GetIntProperty(rocksdb::DB::Properties::kCurSizeActiveMemTable, &empty));
  const std::size_t reserved = memtables->memory_usage();
  // Most in regions, each hundredth in memory of RocksDB's.
  constexpr std::size_t kRowBytes = 1000;
  constexpr std::size_t kLargeBytes = RowMemory::kBytesMax;
  constexpr std::size_t kRows = 4000;
  std::size_t written = 0;
  for (std::size_t i = 0; i < kRows; ++i) {
    const std::size_t bytes = i % 100 == 0 ? kLargeBytes : kRowBytes;
    written += bytes;
    ASSERT_TRUE(db->Put(rocksdb::WriteOptions(), std::to_string(i), std::string(bytes, 'x')).ok());
  }
  std::uint64_t full = 0;
  ASSERT_TRUE(db->GetIntProperty(rocksdb::DB::Properties::kCurSizeActiveMemTable, &full));
  EXPECT_GE(full - empty, written);
  EXPECT_LT(full - empty, written * 3 / 2);
  EXPECT_GE(memtables->memory_usage() - reserved, written - RowRegions::kBytes);
  EXPECT_LT(memtables->memory_usage() - reserved, written * 3 / 2 + RowRegions::kBytes);

  ASSERT_TRUE(db->Flush(rocksdb::FlushOptions()).ok());
  EXPECT_EQ(memtables->mutable_memtable_memory_usage(), reserved);
  // The flush's thread gives the table up after it has told of the file: wait until that job is
  // over.
  ASSERT_TRUE(db->PauseBackgroundWork().ok());
  EXPECT_EQ(memtables->memory_usage(), reserved);
}

// The two stores answer alike, over rows of every length that has hints and ranges deleted among
// them.
TEST_F(RowTableTest, TheStoreAnswersAsTheOneInMemory) {
  const auto opened = RocksDbStorage::Open(
      {.directory = directory.path() / "store", .ballast_bytes = 1U << 20U, .reserve_bytes = 0});
  ASSERT_TRUE(opened.ok()) << opened.status().ToString();
  Storage& stored = **opened;
  MemoryStorage model(MemoryStorage::Durability::kImmediate);
  std::mt19937 random(2);
  const auto key = [&] {
    std::string text(random() % 22, '\0');
    for (char& byte : text)
      byte = static_cast<char>(random() % 2);
    return text;
  };
  for (int round = 0; round < 300; ++round) {
    ShardBatch batch{.shard = kShard, .token = 1, .writes = {}};
    for (int i = 0; i < 30; ++i) {
      const auto family = static_cast<Family>(random() % kFamilies);
      const auto kind = random() % 20;
      if (kind == 0) {
        std::string begin = key();
        std::string end = begin + key();
        batch.writes.DeleteRange(family, std::move(begin), std::move(end));
      } else if (kind < 5) {
        batch.writes.Delete(family, key());
      } else {
        batch.writes.Put(family, key(), std::to_string(random()));
      }
    }
    ASSERT_TRUE(CommitAndWait(stored, batch).ok());
    ASSERT_TRUE(CommitAndWait(model, std::move(batch)).ok());
    if (round % 10 != 0) continue;
    for (std::size_t family = 0; family < kFamilies; ++family) {
      for (const bool is_reverse : {false, true}) {
        const Range range{.family = static_cast<Family>(family),
                          .begin = round % 20 == 0 ? "" : key(),
                          .end = "",
                          .limit = random() % 40,
                          .is_reverse = is_reverse};
        const auto expected = *ScanAndWait(model, range);
        const auto found = *ScanAndWait(stored, range);
        ASSERT_EQ(found.size(), expected.size());
        for (std::size_t i = 0; i < found.size(); ++i) {
          ASSERT_EQ(found[i].key, expected[i].key);
          ASSERT_EQ(found[i].value, expected[i].value);
        }
      }
    }
  }
}

}  // namespace
}  // namespace pawl::storage
