#include "engine/storage/rocksdb_storage.h"

#include <sys/mount.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <filesystem>

#include "engine/base/coding.h"
#include "engine/storage/store_directory.h"
#include "tests/support/temporary_directory.h"
#include "tests/unit/engine/storage/storage_contract.h"

namespace {

// What this program's fdatasync, below, counts and does.
std::atomic<int> log_syncs = 0;
std::atomic<bool> is_sync_failing = false;

}  // namespace

// Stands before the C library's for this whole program, RocksDB included.
extern "C" int fdatasync(int file) {
  std::array<char, 512> name{};
  const std::string link = "/proc/self/fd/" + std::to_string(file);
  const ssize_t size = readlink(link.c_str(), name.data(), name.size());
  const std::string_view path(name.data(), static_cast<std::size_t>(std::max(size, ssize_t{0})));
  if (path.ends_with(".log")) {
    ++log_syncs;
    if (is_sync_failing) {
      errno = EIO;
      return -1;
    }
  }
  return static_cast<int>(syscall(SYS_fdatasync, file));
}

namespace pawl::storage {
namespace {

using ::testing::Eq;
using ::testing::HasSubstr;
using ::testing::Le;

RocksDbStorage::Options SmallStore(const std::filesystem::path& directory) {
  return {.directory = directory, .ballast_bytes = std::uint64_t{1} << 20, .reserve_bytes = 0};
}

struct RocksDbHarness {
  static constexpr bool kSurvivesReopen = true;

  std::unique_ptr<Storage> Open() const {
    auto storage = RocksDbStorage::Open(SmallStore(directory.path() / "store"));
    EXPECT_TRUE(storage.ok()) << storage.status().ToString();
    return std::move(storage).value();
  }

  test::TemporaryDirectory directory;
};

INSTANTIATE_TYPED_TEST_SUITE_P(RocksDb, StorageContractTest, RocksDbHarness);

class RocksDbStorageTest : public ::testing::Test {
 protected:
  Result<std::unique_ptr<Storage>> Open() { return RocksDbStorage::Open(SmallStore(store)); }

  Status OpenStatus() { return Open().status(); }

  std::filesystem::path Marker() const { return store / kMarkerFileName; }

  test::TemporaryDirectory directory;
  const std::filesystem::path store = directory.path() / "store";
};

ShardBatch PutBatch(std::string key, std::string value, Family family = Family::kState) {
  ShardBatch batch{.shard = kShard, .token = 1, .writes = {}};
  batch.writes.Put(family, std::move(key), std::move(value));
  return batch;
}

TEST_F(RocksDbStorageTest, ANewDirectoryIsForItsOwnerAlone) {
  ASSERT_TRUE(OpenStatus().ok());
  const auto mode = std::filesystem::status(store).permissions();
  EXPECT_EQ(mode, std::filesystem::perms::owner_all);
}

TEST_F(RocksDbStorageTest, ParentsOfANewDirectoryAreMade) {
  EXPECT_TRUE(RocksDbStorage::Open(SmallStore(store / "a" / "b")).ok());
}

TEST_F(RocksDbStorageTest, AnEmptyDirectoryBecomesAStore) {
  std::filesystem::create_directory(store);
  EXPECT_TRUE(OpenStatus().ok());
  EXPECT_TRUE(std::filesystem::exists(Marker()));
}

TEST_F(RocksDbStorageTest, ADirectoryOfAnotherProgramIsRefusedAndLeftAsItWas) {
  std::filesystem::create_directory(store);
  test::WriteFile(store / "letters.txt", "dear");
  const Status status = OpenStatus();
  EXPECT_EQ(status.code(), StatusCode::kFailedPrecondition);
  EXPECT_THAT(status.message(), HasSubstr("letters.txt"));
  EXPECT_THAT(status.message(), HasSubstr(store.string()));
  EXPECT_FALSE(std::filesystem::exists(store / kLockFileName));
}

TEST_F(RocksDbStorageTest, AFileInPlaceOfTheDirectoryIsRefused) {
  test::WriteFile(store, "dear");
  const Status status = OpenStatus();
  EXPECT_EQ(status.code(), StatusCode::kFailedPrecondition);
  EXPECT_THAT(status.message(), HasSubstr("is a file"));
}

TEST_F(RocksDbStorageTest, AMakingThatWasCutShortIsTakenUpAgain) {
  std::filesystem::create_directory(store);
  test::WriteFile(store / "PAWL_STORE.new", "pawl-st");
  test::WriteFile(store / kLockFileName, "");
  EXPECT_TRUE(OpenStatus().ok());
  EXPECT_TRUE(OpenStatus().ok());
}

TEST_F(RocksDbStorageTest, ANewerFormatIsRefused) {
  ASSERT_TRUE(OpenStatus().ok());
  test::WriteFile(Marker(), "pawl-store\nformat 99\nid x\nmore 1\n");
  const Status status = OpenStatus();
  EXPECT_EQ(status.code(), StatusCode::kFailedPrecondition);
  EXPECT_THAT(status.message(), HasSubstr("format 99"));
}

TEST_F(RocksDbStorageTest, ADamagedMarkerIsDataLossAndNamesTheFile) {
  ASSERT_TRUE(OpenStatus().ok());
  for (const char* text :
       {"", "hello", "pawl-store\nformat x\n", "pawl-store\nformat -1\nid a\n"}) {
    test::WriteFile(Marker(), text);
    const Status status = OpenStatus();
    EXPECT_EQ(status.code(), StatusCode::kDataLoss) << text;
    EXPECT_THAT(status.message(), HasSubstr(Marker().string()));
  }
}

TEST_F(RocksDbStorageTest, TheStoreKeepsItsId) {
  ASSERT_TRUE(OpenStatus().ok());
  const std::string marker = test::ReadFile(Marker());
  EXPECT_THAT(marker, ::testing::MatchesRegex("pawl-store\nformat 1\nid [0-9a-f-]+\n"));
  ASSERT_TRUE(OpenStatus().ok());
  EXPECT_EQ(test::ReadFile(Marker()), marker);
}

TEST_F(RocksDbStorageTest, ASecondOpeningInThisProcessIsRefused) {
  auto first = Open();
  ASSERT_TRUE(first.ok());
  const Status second = OpenStatus();
  EXPECT_EQ(second.code(), StatusCode::kFailedPrecondition);
  EXPECT_THAT(second.message(), HasSubstr("this process"));

  *first = nullptr;
  EXPECT_TRUE(OpenStatus().ok());
}

// Runs `body` in a child made by fork, which never returns from here. Gives its process id.
template <typename Body>
pid_t Fork(Body body) {
  const pid_t child = fork();
  PAWL_CHECK(child >= 0);
  if (child != 0) return child;
  body();
  _exit(0);
}

int WaitFor(pid_t child) {
  int status = 0;
  PAWL_CHECK(waitpid(child, &status, 0) == child);
  return status;
}

class Pipe {
 public:
  Pipe() { PAWL_CHECK(pipe(ends_.data()) == 0); }

  ~Pipe() {
    close(ends_[0]);
    CloseWriter();
  }

  Pipe(const Pipe&) = delete;
  Pipe& operator=(const Pipe&) = delete;

  void Write(std::uint32_t number) {
    PAWL_CHECK(write(ends_[1], &number, sizeof(number)) == sizeof(number));
  }

  // nullopt at the end.
  std::optional<std::uint32_t> Read() {
    std::uint32_t number = 0;
    return read(ends_[0], &number, sizeof(number)) == sizeof(number) ? std::optional(number)
                                                                     : std::nullopt;
  }

  void CloseWriter() {
    if (ends_[1] >= 0) close(ends_[1]);
    ends_[1] = -1;
  }

 private:
  std::array<int, 2> ends_{};
};

TEST_F(RocksDbStorageTest, AnotherProcessIsRefusedAndToldWhoHasTheStore) {
  Pipe ready;
  const pid_t child = Fork([&] {
    const auto storage = Open();
    ready.Write(storage.ok() ? 1 : 0);
    pause();
  });
  EXPECT_THAT(ready.Read(), Optional(1U));
  const Status status = OpenStatus();
  EXPECT_EQ(status.code(), StatusCode::kFailedPrecondition);
  EXPECT_THAT(status.message(), HasSubstr("process " + std::to_string(child)));
  EXPECT_THAT(status.message(), HasSubstr(store.string()));

  kill(child, SIGKILL);
  WaitFor(child);
  EXPECT_TRUE(OpenStatus().ok());
}

// Commits rows 0, 1, 2… and says through a pipe which are acknowledged, until it is killed.
class KillTest : public RocksDbStorageTest {
 protected:
  // Starts at row `first`.
  pid_t StartWriter(std::uint32_t first, Pipe& acknowledged) {
    return Fork([&, first] {
      auto storage = Open();
      PAWL_CHECK(storage.ok());
      for (std::uint32_t row = first;; ++row) {
        PAWL_CHECK(CommitAndWait(**storage, RowAndCount(row)).ok());
        acknowledged.Write(row + 1);
      }
    });
  }

  // Rows of two families that must stay together. Some are large enough for a blob file.
  static ShardBatch RowAndCount(std::uint32_t row) {
    ShardBatch batch = PutBatch("count", std::to_string(row + 1));
    std::string key;
    Encoder(key).BigEndian32(row);
    batch.writes.Put(Family::kHistory, key, std::string(row % 3 == 0 ? 6000 : 60, 'x'));
    return batch;
  }

  // How many rows the store holds, by its rows and by its count.
  std::pair<std::size_t, std::size_t> Count() {
    auto storage = Open();
    EXPECT_TRUE(storage.ok()) << storage.status().ToString();
    const auto count = *GetAndWait(**storage, {Family::kState, "count"});
    const auto rows = *ScanAndWait(**storage, {.family = Family::kHistory});
    return {rows.size(), std::stoul(count.value_or("0"))};
  }
};

TEST_F(KillTest, WhatWasAcknowledgedSurvivesEachOfTwentyKills) {
  std::uint32_t rows = 0;
  for (std::uint32_t round = 0; round < 20; ++round) {
    Pipe answers;
    const pid_t writer = StartWriter(rows, answers);
    answers.CloseWriter();
    const std::uint32_t enough = rows + 5 + round * 7;
    std::uint32_t acknowledged = rows;
    while (acknowledged < enough) {
      acknowledged = answers.Read().value();
    }
    kill(writer, SIGKILL);
    while (const auto answer = answers.Read()) {
      acknowledged = *answer;
    }
    WaitFor(writer);

    const auto [found, counted] = Count();
    EXPECT_EQ(found, counted);
    EXPECT_THAT(found, ::testing::AllOf(::testing::Ge(acknowledged), Le(acknowledged + 1)));
    rows = static_cast<std::uint32_t>(found);
  }
}

std::filesystem::path NewestLog(const std::filesystem::path& store) {
  std::filesystem::path newest;
  for (const auto& entry : std::filesystem::directory_iterator(store / kDatabaseDirectoryName)) {
    if (entry.path().extension() == ".log" && entry.path() > newest) newest = entry.path();
  }
  return newest;
}

TEST_F(RocksDbStorageTest, ALogThatEndsInTheMiddleOfARecordLosesThatRecordAlone) {
  {
    auto storage = Open();
    ASSERT_TRUE(CommitAndWait(**storage, PutBatch("a", std::string(1000, 'x'))).ok());
    ASSERT_TRUE(CommitAndWait(**storage, PutBatch("b", std::string(1000, 'x'))).ok());
  }
  const std::filesystem::path log = NewestLog(store);
  std::filesystem::resize_file(log, std::filesystem::file_size(log) - 500);
  auto storage = Open();
  ASSERT_TRUE(storage.ok()) << storage.status().ToString();
  EXPECT_THAT(*GetAndWait(**storage, {Family::kState, "a"}), ::testing::Ne(std::nullopt));
  EXPECT_THAT(*GetAndWait(**storage, {Family::kState, "b"}), Eq(std::nullopt));
}

TEST_F(RocksDbStorageTest, DamageInTheMiddleOfTheLogIsDataLossAndNotSilence) {
  {
    auto storage = Open();
    ASSERT_TRUE(CommitAndWait(**storage, PutBatch("a", std::string(1000, 'x'))).ok());
    ASSERT_TRUE(CommitAndWait(**storage, PutBatch("b", std::string(1000, 'x'))).ok());
  }
  const std::filesystem::path log = NewestLog(store);
  std::string text = test::ReadFile(log);
  text[500] = 'y';
  test::WriteFile(log, text);
  const Status status = OpenStatus();
  EXPECT_EQ(status.code(), StatusCode::kDataLoss) << status.ToString();
  EXPECT_THAT(status.message(), HasSubstr(store.string()));
}

TEST_F(RocksDbStorageTest, EachCommitIsSyncedOnceBeforeItIsAnswered) {
  auto storage = Open();
  for (int i = 0; i < 10; ++i) {
    std::vector<ShardBatch> group;
    group.push_back(PutBatch("a", std::to_string(i)));
    group.push_back(PutBatch("b", std::to_string(i), Family::kHistory));
    const int before = log_syncs;
    int at_answer = 0;
    (*storage)->Commit(std::move(group),
                       [&](const std::vector<CommitResult>&) { at_answer = log_syncs; });
    EXPECT_EQ(at_answer, before + 1);
  }
}

TEST_F(RocksDbStorageTest, CommitsAndRocksDbsOwnFiguresAreCounted) {
  auto storage = Open();
  for (int i = 0; i < 3; ++i)
    ASSERT_TRUE(CommitAndWait(**storage, PutBatch("a", std::to_string(i))).ok());
  const StorageStatistics statistics = (*storage)->Statistics();
  std::uint64_t commits = 0;
  for (const std::uint64_t count : statistics.commits.counts)
    commits += count;
  EXPECT_EQ(commits, statistics.syncs);
  EXPECT_GT(statistics.commits.sum_seconds, 0);
  EXPECT_THAT(
      statistics.own,
      ::testing::IsSupersetOf({Eq(std::pair<std::string, std::uint64_t>("write_stopped", 0)),
                               Eq(std::pair<std::string, std::uint64_t>("keys", 3))}));
}

TEST_F(RocksDbStorageTest, AFailedSyncRefusesThisAndEveryLaterCommit) {
  std::vector<Status> failures;
  RocksDbStorage::Options options = SmallStore(store);
  options.on_failure = [&](const Status& status) { failures.push_back(status); };
  auto storage = RocksDbStorage::Open(std::move(options));
  ASSERT_TRUE(CommitAndWait(**storage, PutBatch("a", "")).ok());

  is_sync_failing = true;
  EXPECT_EQ(CommitAndWait(**storage, PutBatch("b", "")).code(), StatusCode::kUnavailable);
  is_sync_failing = false;
  EXPECT_EQ(CommitAndWait(**storage, PutBatch("c", "")).code(), StatusCode::kUnavailable);
  EXPECT_EQ(failures.size(), 1U);
  EXPECT_THAT(*GetAndWait(**storage, {Family::kState, "b"}), Eq(std::nullopt));
  EXPECT_THAT(*GetAndWait(**storage, {Family::kState, "a"}), ::testing::Ne(std::nullopt));

  *storage = nullptr;
  auto reopened = Open();
  ASSERT_TRUE(reopened.ok()) << reopened.status().ToString();
  EXPECT_TRUE(CommitAndWait(**reopened, PutBatch("c", "")).ok());
  EXPECT_EQ(ScanAndWait(**reopened, {.begin = "c"})->size(), 1U);
}

TEST_F(RocksDbStorageTest, LargeHistoryValuesLieInBlobFiles) {
  auto storage = Open();
  // More than a memtable holds, so that it is written out.
  for (int i = 0; i < 400; ++i) {
    ASSERT_TRUE(
        CommitAndWait(**storage,
                      PutBatch(std::to_string(i), std::string(64 << 10, 'x'), Family::kHistory))
            .ok());
  }
  const auto has_blob = [&] {
    for (const auto& entry : std::filesystem::directory_iterator(store / kDatabaseDirectoryName)) {
      if (entry.path().extension() == ".blob") return true;
    }
    return false;
  };
  for (int i = 0; i < 60'000 && !has_blob(); ++i) {
    usleep(1000);
  }
  EXPECT_TRUE(has_blob());
  EXPECT_EQ(ScanAndWait(**storage, {.family = Family::kHistory})->size(), 400U);
}

std::uint64_t LiveBlobBytes(Storage& storage) {
  for (const auto& [name, value] : storage.Statistics().own) {
    if (name == "live_blob_files_bytes") return value;
  }
  ADD_FAILURE() << "RocksDB does not say how large its blob files are";
  return 0;
}

// In every blob file something lives, so none goes by itself.
TEST_F(RocksDbStorageTest, SpaceOfDeletedHistoryComesBackFromBetweenWhatLives) {
  constexpr std::uint64_t kValueBytes = 64 << 10;
  constexpr int kValues = 1600;
  RocksDbStorage::Options options = SmallStore(store);
  options.blob_garbage_look_every = {};
  auto storage = RocksDbStorage::Open(std::move(options));
  ASSERT_TRUE(storage.ok());
  const auto key = [](int i) { return "row" + std::to_string(100'000 + i); };
  for (int i = 0; i < kValues; i += 8) {
    ShardBatch batch = PutBatch(key(i), std::string(kValueBytes, 'x'), Family::kHistory);
    for (int j = 1; j < 8; ++j)
      batch.writes.Put(Family::kHistory, key(i + j), std::string(kValueBytes, 'x'));
    ASSERT_TRUE(CommitAndWait(**storage, std::move(batch)).ok());
  }
  ShardBatch deletion{.shard = kShard, .token = 1, .writes = {}};
  for (int i = 0; i < kValues; i += 8)
    deletion.writes.DeleteRange(Family::kHistory, key(i + 1), key(i + 8));
  ASSERT_TRUE(CommitAndWait(**storage, std::move(deletion)).ok());
  // An eighth lives. Compaction learns of the rest only when it meets it, so others write on: for
  // as many memtables as are merged at once, and half as many again.
  constexpr std::uint64_t kLiveBytes = kValues / 8 * kValueBytes;
  constexpr int kWritesMax = 48 * (16 << 20) / (64 << 10);
  int writes = 0;
  while (LiveBlobBytes(**storage) > 3 * kLiveBytes && writes < kWritesMax) {
    const std::string other = "other" + std::to_string(writes++ % 10);
    ASSERT_TRUE(
        CommitAndWait(**storage, PutBatch(other, std::string(kValueBytes, 'y'), Family::kHistory))
            .ok());
  }
  EXPECT_LE(LiveBlobBytes(**storage), 3 * kLiveBytes) << "after " << writes << " writes";
  EXPECT_EQ(
      ScanAndWait(**storage, {.family = Family::kHistory, .begin = "row", .end = "s"})->size(),
      static_cast<std::size_t>(kValues / 8));
}

TEST_F(RocksDbStorageTest, FreeBytesIsANumber) {
  auto storage = Open();
  EXPECT_GT((*storage)->FreeBytes()->value(), 0U);
}

// A file system of a few MiB that is really full. Needs the right to mount.
class FullDiskTest : public RocksDbStorageTest {
 protected:
  static constexpr std::uint64_t kDiskBytes = std::uint64_t{48} << 20;
  // More than reading the log again can ask for: at most one full memtable fits into the rest.
  static constexpr std::uint64_t kBallastBytes = std::uint64_t{24} << 20;

  void SetUp() override {
    disk = directory.path() / "disk";
    std::filesystem::create_directory(disk);
    const std::string size = "size=" + std::to_string(kDiskBytes);
    if (mount("tmpfs", disk.c_str(), "tmpfs", 0, size.c_str()) != 0) {
      GTEST_SKIP() << "cannot mount a small tmpfs (errno " << errno << "): needs root";
    }
    is_mounted = true;
  }

  void TearDown() override {
    if (is_mounted) umount2(disk.c_str(), MNT_DETACH);
  }

  Result<std::unique_ptr<Storage>> OpenOnDisk() {
    RocksDbStorage::Options options{.directory = disk / "store",
                                    .ballast_bytes = kBallastBytes,
                                    .reserve_bytes = std::uint64_t{1} << 20};
    options.on_failure = [this](const Status& status) { failures.push_back(status); };
    return RocksDbStorage::Open(std::move(options));
  }

  bool HasBallast() const { return std::filesystem::exists(disk / "store" / kBallastFileName); }

  // Commits until the store refuses. Returns how many rows were acknowledged.
  static int Fill(Storage& storage) {
    for (int i = 0;; ++i) {
      const Status status =
          CommitAndWait(storage, PutBatch(std::to_string(i), std::string(256 << 10, 'x')));
      if (!status.ok()) {
        EXPECT_EQ(status.code(), StatusCode::kUnavailable);
        return i;
      }
    }
  }

  std::filesystem::path disk;
  bool is_mounted = false;
  std::vector<Status> failures;
};

TEST_F(FullDiskTest, AFullDiskRefusesThisAndEveryLaterCommitAndSaysWhyOnce) {
  auto storage = OpenOnDisk();
  ASSERT_TRUE(storage.ok()) << storage.status().ToString();
  const int rows = Fill(**storage);
  EXPECT_GT(rows, 10);
  EXPECT_EQ(CommitAndWait(**storage, PutBatch("small", "")).code(), StatusCode::kUnavailable);
  ASSERT_EQ(failures.size(), 1U);
  EXPECT_THAT(failures[0].message(), HasSubstr("No space left on device"));
}

TEST_F(FullDiskTest, TheBallastLetsAFullDiskBeOpenedWithAllThatWasAcknowledged) {
  int rows = 0;
  {
    auto storage = OpenOnDisk();
    ASSERT_TRUE(storage.ok()) << storage.status().ToString();
    ASSERT_TRUE(HasBallast());
    rows = Fill(**storage);
  }
  auto storage = OpenOnDisk();
  ASSERT_TRUE(storage.ok()) << storage.status().ToString();
  EXPECT_FALSE(HasBallast());
  EXPECT_GE(ScanAndWait(**storage, {})->size(), static_cast<std::size_t>(rows));
  EXPECT_TRUE(CommitAndWait(**storage, PutBatch("small", "")).ok());
}

TEST_F(FullDiskTest, TheBallastIsNeverCountedAsFreeAndComesBackWithTheSpace) {
  auto storage = OpenOnDisk();
  ASSERT_TRUE(storage.ok()) << storage.status().ToString();
  ASSERT_TRUE(HasBallast());
  const std::uint64_t free = (*storage)->FreeBytes()->value();
  EXPECT_LT(free, kDiskBytes - kBallastBytes);

  // Somebody else takes nearly all of the disk.
  test::WriteFile(disk / "other", std::string(free - (std::uint64_t{1} << 19), 'x'));
  EXPECT_LT((*storage)->FreeBytes()->value(), std::uint64_t{1} << 20);
  EXPECT_FALSE(HasBallast());
  EXPECT_LT((*storage)->FreeBytes()->value(), std::uint64_t{1} << 20);

  std::filesystem::remove(disk / "other");
  EXPECT_EQ((*storage)->FreeBytes()->value(), free);
  EXPECT_TRUE(HasBallast());
  EXPECT_EQ((*storage)->FreeBytes()->value(), free);
}

}  // namespace
}  // namespace pawl::storage
