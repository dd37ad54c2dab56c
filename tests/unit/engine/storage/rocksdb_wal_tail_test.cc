#include "engine/storage/rocksdb_wal_tail.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdint>
#include <filesystem>
#include <random>
#include <string>

#include "engine/storage/rocksdb_storage.h"
#include "engine/storage/store_directory.h"
#include "tests/support/temporary_directory.h"
#include "tests/support/write_ahead_log.h"
#include "tests/unit/engine/storage/storage_contract.h"

namespace pawl::storage {
namespace {

using ::testing::Eq;
using ::testing::Optional;

using test::AppendLogRecord;

constexpr std::size_t kBlockBytes = 32 * 1024;
constexpr std::size_t kSectorBytes = 512;

// Bytes without a zero among them.
std::string NonzeroBytes(std::size_t size, std::uint32_t seed) {
  std::mt19937 random(seed);
  std::string bytes(size, '\0');
  for (char& byte : bytes)
    byte = static_cast<char>(1 + random() % 255);
  return bytes;
}

// Records of 1,000 and 100,000 bytes, one of them over several blocks; the last begins at `last`.
struct Log {
  Log() {
    AppendLogRecord(text, NonzeroBytes(1000, 1));
    AppendLogRecord(text, NonzeroBytes(100'000, 2));
    AppendLogRecord(text, NonzeroBytes(1000, 3));
    last = text.size();
  }

  void AppendLast(std::size_t size) { AppendLogRecord(text, NonzeroBytes(size, 4)); }

  // What the file holds while it is open.
  std::string WithZeros() const { return text + std::string(300'000, '\0'); }

  std::string text;
  std::size_t last = 0;
};

TEST(RocksDbWalTailTest, WholeRecordsEndWhereTheyEnd) {
  Log log;
  log.AppendLast(70'000);
  EXPECT_THAT(EndOfWholeRecords(log.text), Optional(log.text.size()));
  EXPECT_THAT(EndOfWholeRecords(log.WithZeros()), Optional(log.text.size()));
  EXPECT_THAT(EndOfWholeRecords(""), Optional(0U));
  EXPECT_THAT(EndOfWholeRecords(std::string(100'000, '\0')), Optional(0U));
}

// Its own zeros are not taken for the log's.
TEST(RocksDbWalTailTest, ARecordMayEndInZeros) {
  Log log;
  AppendLogRecord(log.text, NonzeroBytes(1000, 5) + std::string(2000, '\0'));
  EXPECT_THAT(EndOfWholeRecords(log.WithZeros()), Optional(log.text.size()));
}

TEST(RocksDbWalTailTest, BlocksMayEndInLessThanAHeader) {
  for (std::size_t left = 0; left < 20; ++left) {
    std::string log;
    AppendLogRecord(log, NonzeroBytes(kBlockBytes - 7 - left, 6));
    const std::size_t first = log.size();
    EXPECT_THAT(EndOfWholeRecords(log + std::string(100'000, '\0')), Optional(first)) << left;
    AppendLogRecord(log, NonzeroBytes(100, 7));
    EXPECT_THAT(EndOfWholeRecords(log + std::string(100'000, '\0')), Optional(log.size())) << left;
  }
}

// A process that is killed leaves the beginning of what it wrote, whatever the length.
TEST(RocksDbWalTailTest, ARecordThatWasCutOffIsNoPartOfTheLog) {
  for (const std::size_t size : {20U, 1000U, 40'000U, 100'000U}) {
    Log log;
    log.AppendLast(size);
    const std::size_t bytes = log.text.size() - log.last;
    for (std::size_t missing = bytes; missing >= 16; missing -= 1 + missing / 13) {
      std::string cut = log.text.substr(0, log.text.size() - missing);
      EXPECT_THAT(EndOfWholeRecords(cut), Optional(log.last)) << size << " " << missing;
      cut += std::string(missing, '\0');
      EXPECT_THAT(EndOfWholeRecords(cut), Optional(log.last)) << size << " " << missing;
      cut += std::string(100'000, '\0');
      EXPECT_THAT(EndOfWholeRecords(cut), Optional(log.last)) << size << " " << missing;
    }
  }
}

// A payload may hold what is the header of an empty fragment. RocksDB writes no empty record, and
// what goes on in the next block only at the end of one.
TEST(RocksDbWalTailTest, ARecordThatWasCutOffMayHoldWhatLooksLikeARecord) {
  std::string empty;
  AppendLogRecord(empty, "");
  const std::string begins_empty("\x64\x51\xd0\xe9\0\0\x02", 7);
  for (const std::string& held : {empty, begins_empty}) {
    ASSERT_EQ(held.size(), 7U);
    Log log;
    std::string record = NonzeroBytes(1000, 9);
    record.replace(100, held.size(), held);
    AppendLogRecord(log.text, record);
    EXPECT_THAT(EndOfWholeRecords(log.text.substr(0, log.last + 500)), Optional(log.last));
  }
}

// A power cut leaves some of the sectors.
TEST(RocksDbWalTailTest, ARecordWithoutSomeOfItsSectorsIsNoPartOfTheLog) {
  std::mt19937 random(8);
  for (int round = 0; round < 300; ++round) {
    Log log;
    log.AppendLast(1000 + random() % 100'000);
    std::string torn = log.WithZeros();
    const std::size_t first = log.last / kSectorBytes;
    const std::size_t sectors = (log.text.size() - 1) / kSectorBytes - first + 1;
    const std::size_t lost = first + random() % sectors;
    for (std::size_t sector = first; sector < first + sectors; ++sector) {
      if (sector != lost && random() % 3 != 0) continue;
      for (std::size_t at = sector * kSectorBytes; at < (sector + 1) * kSectorBytes; ++at)
        if (at >= log.last) torn[at] = '\0';
    }
    EXPECT_THAT(EndOfWholeRecords(torn), Optional(log.last)) << round;
  }
}

// One byte is wrong, anywhere: in a header or not, in the last record or one before.
TEST(RocksDbWalTailTest, ADamagedRecordIsNotMistakenForOneThatWasNotWritten) {
  Log log;
  log.AppendLast(3000);
  std::size_t at = 0;
  while (at < log.text.size()) {
    // Of the last record, a header's length and type say whether it is whole: alone in their damage
    // they cannot be told from a record that was cut off.
    if (at == log.last + 4) at += 3;
    std::string damaged = log.WithZeros();
    damaged[at] = static_cast<char>(damaged[at] == 'x' ? 'y' : 'x');
    EXPECT_THAT(EndOfWholeRecords(damaged), Eq(std::nullopt)) << at;
    damaged.resize(log.text.size());
    EXPECT_THAT(EndOfWholeRecords(damaged), Eq(std::nullopt)) << at;
    // Every byte of the first header and of the last, some of the others.
    const bool is_header = at < 10 || (at >= log.last && at < log.last + 10);
    at += is_header ? 1 : std::min<std::size_t>(89, log.last > at ? log.last - at : 89);
  }
}

// A disk that loses a sector of what it had acknowledged.
TEST(RocksDbWalTailTest, AHoleBeforeAWholeRecordIsDamage) {
  Log log;
  log.AppendLast(3000);
  for (std::size_t at = 0; at + kSectorBytes < log.last; at += kSectorBytes) {
    std::string damaged = log.WithZeros();
    damaged.replace(at, kSectorBytes, kSectorBytes, '\0');
    EXPECT_THAT(EndOfWholeRecords(damaged), Eq(std::nullopt)) << at;
  }
}

TEST(RocksDbWalTailTest, TrimmingCutsTheFileOnceAndLeavesADamagedOne) {
  const test::TemporaryDirectory directory;
  const std::filesystem::path path = directory.path() / "000001.log";
  Log log;
  test::WriteFile(path, log.WithZeros());
  ASSERT_TRUE(TrimWriteAheadLog(path).ok());
  EXPECT_EQ(test::ReadFile(path), log.text);
  ASSERT_TRUE(TrimWriteAheadLog(path).ok());
  EXPECT_EQ(test::ReadFile(path), log.text);

  log.text[500] = '\0';
  test::WriteFile(path, log.WithZeros());
  ASSERT_TRUE(TrimWriteAheadLog(path).ok());
  EXPECT_EQ(test::ReadFile(path), log.WithZeros());

  test::WriteFile(path, "");
  EXPECT_TRUE(TrimWriteAheadLog(path).ok());
  EXPECT_EQ(TrimWriteAheadLog(directory.path() / "none.log").code(), StatusCode::kUnavailable);
}

class CrashedStoreTest : public ::testing::Test {
 protected:
  // Two rows in a store, then a copy of its files as a crash at this moment leaves them.
  void SetUp() override {
    auto storage = RocksDbStorage::Open(Options(directory.path() / "alive"));
    ASSERT_TRUE(storage.ok()) << storage.status().ToString();
    for (const char* key : {"a", "b"}) {
      ShardBatch batch{.shard = kShard, .token = 1, .writes = {}};
      batch.writes.Put(Family::kState, key, NonzeroBytes(1000, 9));
      ASSERT_TRUE(CommitAndWait(**storage, std::move(batch)).ok());
    }
    std::filesystem::copy(
        directory.path() / "alive", crashed, std::filesystem::copy_options::recursive);
    for (const auto& entry :
         std::filesystem::directory_iterator(crashed / kDatabaseDirectoryName)) {
      if (entry.path().extension() == ".log") log = entry.path();
    }
    text = test::ReadFile(log);
    written = text.find_last_not_of('\0') + 1;
  }

  static RocksDbStorage::Options Options(const std::filesystem::path& path) {
    return {.directory = path, .ballast_bytes = std::uint64_t{1} << 20U, .reserve_bytes = 0};
  }

  // How many of the two rows the crashed store has.
  Result<int> Rows() {
    ASSIGN_OR_RETURN(const std::unique_ptr<Storage> storage,
                     RocksDbStorage::Open(Options(crashed)));
    int rows = 0;
    for (const char* key : {"a", "b"}) {
      ASSIGN_OR_RETURN(const auto value, GetAndWait(*storage, {Family::kState, key}));
      rows += value.has_value() ? 1 : 0;
    }
    return rows;
  }

  test::TemporaryDirectory directory;
  const std::filesystem::path crashed = directory.path() / "crashed";
  std::filesystem::path log;
  std::string text;
  std::size_t written = 0;
};

TEST_F(CrashedStoreTest, TheLogIsLongerThanWhatWasWritten) {
  EXPECT_GT(text.size(), written + 1'000'000);
  EXPECT_THAT(*Rows(), Eq(2));
}

TEST_F(CrashedStoreTest, ARecordThatWasNotWrittenWholeIsLostAlone) {
  test::WriteFile(log, text.replace(written - 700, 700, 700, '\0'));
  const Result<int> rows = Rows();
  ASSERT_TRUE(rows.ok()) << rows.status().ToString();
  EXPECT_EQ(*rows, 1);
}

TEST_F(CrashedStoreTest, TheLogOfANewerStoreIsLeftAsItWas) {
  std::string marker = test::ReadFile(crashed / kMarkerFileName);
  const std::string format = "format " + std::to_string(kStoreFormatVersion);
  ASSERT_NE(marker.find(format), std::string::npos);
  marker.replace(marker.find(format), format.size(), "format 999");
  test::WriteFile(crashed / kMarkerFileName, marker);
  EXPECT_EQ(Rows().status().code(), StatusCode::kFailedPrecondition);
  EXPECT_EQ(test::ReadFile(log), text);
}

TEST_F(CrashedStoreTest, ADamagedLastRecordIsDataLoss) {
  text[written - 500] = static_cast<char>(text[written - 500] == 'x' ? 'y' : 'x');
  test::WriteFile(log, text);
  EXPECT_EQ(Rows().status().code(), StatusCode::kDataLoss);
}

}  // namespace
}  // namespace pawl::storage
