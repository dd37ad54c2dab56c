#include "engine/storage/rocksdb_storage.h"

#include <sys/mount.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <filesystem>

#include "engine/storage/store_directory.h"
#include "tests/support/temporary_directory.h"
#include "tests/unit/engine/storage/storage_contract.h"

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
  Result<std::unique_ptr<Storage>> Open() { return RocksDbStorage::Open(SmallStore(store_)); }

  Status OpenStatus() { return Open().status(); }

  std::filesystem::path Marker() const { return store_ / kMarkerFileName; }

  test::TemporaryDirectory directory_;
  const std::filesystem::path store_ = directory_.path() / "store";
};

ShardBatch PutBatch(std::string key, std::string value, Family family = Family::kState) {
  ShardBatch batch{.shard = kShard, .token = 1, .writes = {}};
  batch.writes.Put(family, std::move(key), std::move(value));
  return batch;
}

TEST_F(RocksDbStorageTest, ANewDirectoryIsForItsOwnerAlone) {
  ASSERT_TRUE(OpenStatus().ok());
  const auto mode = std::filesystem::status(store_).permissions();
  EXPECT_EQ(mode, std::filesystem::perms::owner_all);
}

TEST_F(RocksDbStorageTest, ParentsOfANewDirectoryAreMade) {
  EXPECT_TRUE(RocksDbStorage::Open(SmallStore(store_ / "a" / "b")).ok());
}

TEST_F(RocksDbStorageTest, AnEmptyDirectoryBecomesAStore) {
  std::filesystem::create_directory(store_);
  EXPECT_TRUE(OpenStatus().ok());
  EXPECT_TRUE(std::filesystem::exists(Marker()));
}

TEST_F(RocksDbStorageTest, ADirectoryOfAnotherProgramIsRefusedAndLeftAsItWas) {
  std::filesystem::create_directory(store_);
  test::WriteFile(store_ / "letters.txt", "dear");
  const Status status = OpenStatus();
  EXPECT_EQ(status.code(), StatusCode::kFailedPrecondition);
  EXPECT_THAT(status.message(), HasSubstr("letters.txt"));
  EXPECT_THAT(status.message(), HasSubstr(store_.string()));
  EXPECT_FALSE(std::filesystem::exists(store_ / kLockFileName));
}

TEST_F(RocksDbStorageTest, AFileInPlaceOfTheDirectoryIsRefused) {
  test::WriteFile(store_, "dear");
  const Status status = OpenStatus();
  EXPECT_EQ(status.code(), StatusCode::kFailedPrecondition);
  EXPECT_THAT(status.message(), HasSubstr("is a file"));
}

TEST_F(RocksDbStorageTest, AMakingThatWasCutShortIsTakenUpAgain) {
  std::filesystem::create_directory(store_);
  test::WriteFile(store_ / "PAWL_STORE.new", "pawl-st");
  test::WriteFile(store_ / kLockFileName, "");
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
  EXPECT_THAT(status.message(), HasSubstr(store_.string()));

  kill(child, SIGKILL);
  WaitFor(child);
  EXPECT_TRUE(OpenStatus().ok());
}

// The child commits groups of rows 0, 1, 2… and says through the pipe which are acknowledged. After
// a kill at any point all of those are there, and what is there has no gap.
TEST_F(RocksDbStorageTest, WhatWasAcknowledgedSurvivesKills) {
  std::uint32_t acknowledged = 0;
  for (std::uint32_t round = 0; round < 20; ++round) {
    Pipe answers;
    const std::uint32_t first = acknowledged;
    const pid_t child = Fork([&] {
      auto storage = Open();
      PAWL_CHECK(storage.ok());
      for (std::uint32_t i = first;; ++i) {
        ShardBatch batch = PutBatch("row", std::to_string(i + 1));
        char key[16];
        std::snprintf(key, sizeof(key), "%08u", i);
        batch.writes.Put(Family::kHistory, key, std::string(i % 3 == 0 ? 6000 : 60, 'x'));
        PAWL_CHECK(CommitAndWait(**storage, std::move(batch)).ok());
        answers.Write(i + 1);
      }
    });
    answers.CloseWriter();
    while (acknowledged < first + 5 + round * 7) {
      const auto answer = answers.Read();
      ASSERT_TRUE(answer.has_value()) << "the child ended early";
      acknowledged = *answer;
    }
    kill(child, SIGKILL);
    while (const auto answer = answers.Read()) {
      acknowledged = *answer;
    }
    WaitFor(child);

    auto storage = Open();
    ASSERT_TRUE(storage.ok()) << storage.status().ToString();
    const auto last = GetAndWait(**storage, {Family::kState, "row"});
    const auto rows = ScanAndWait(**storage, {.family = Family::kHistory});
    ASSERT_TRUE(last.ok() && rows.ok() && last->has_value());
    EXPECT_EQ(rows->size(), std::stoul(**last));
    EXPECT_THAT(rows->size(), ::testing::AllOf(::testing::Ge(acknowledged), Le(acknowledged + 1)));
    acknowledged = static_cast<std::uint32_t>(rows->size());
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
  const std::filesystem::path log = NewestLog(store_);
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
  const std::filesystem::path log = NewestLog(store_);
  std::string text = test::ReadFile(log);
  text[500] = 'y';
  test::WriteFile(log, text);
  const Status status = OpenStatus();
  EXPECT_EQ(status.code(), StatusCode::kDataLoss) << status.ToString();
  EXPECT_THAT(status.message(), HasSubstr(store_.string()));
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
    for (const auto& entry : std::filesystem::directory_iterator(store_ / kDatabaseDirectoryName)) {
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

TEST_F(RocksDbStorageTest, FreeBytesIsANumber) {
  auto storage = Open();
  EXPECT_GT((*storage)->FreeBytes()->value(), 0U);
}

// A file system of a few MiB that is really full. Needs the right to mount.
class FullDiskTest : public RocksDbStorageTest {
 protected:
  static constexpr std::uint64_t kDiskBytes = std::uint64_t{48} << 20;
  static constexpr std::uint64_t kBallastBytes = std::uint64_t{16} << 20;

  void SetUp() override {
    disk_ = directory_.path() / "disk";
    std::filesystem::create_directory(disk_);
    const std::string size = "size=" + std::to_string(kDiskBytes);
    if (mount("tmpfs", disk_.c_str(), "tmpfs", 0, size.c_str()) != 0) {
      GTEST_SKIP() << "cannot mount a small tmpfs (errno " << errno << "): needs root";
    }
    is_mounted_ = true;
  }

  void TearDown() override {
    if (is_mounted_) umount2(disk_.c_str(), MNT_DETACH);
  }

  Result<std::unique_ptr<Storage>> OpenOnDisk() {
    RocksDbStorage::Options options{.directory = disk_ / "store",
                                    .ballast_bytes = kBallastBytes,
                                    .reserve_bytes = std::uint64_t{1} << 20};
    options.on_failure = [this](const Status& status) { failures_.push_back(status); };
    return RocksDbStorage::Open(std::move(options));
  }

  bool HasBallast() const { return std::filesystem::exists(disk_ / "store" / kBallastFileName); }

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

  std::filesystem::path disk_;
  bool is_mounted_ = false;
  std::vector<Status> failures_;
};

TEST_F(FullDiskTest, AFullDiskRefusesThisAndEveryLaterCommitAndSaysWhyOnce) {
  auto storage = OpenOnDisk();
  ASSERT_TRUE(storage.ok()) << storage.status().ToString();
  const int rows = Fill(**storage);
  EXPECT_GT(rows, 10);
  EXPECT_EQ(CommitAndWait(**storage, PutBatch("small", "")).code(), StatusCode::kUnavailable);
  ASSERT_EQ(failures_.size(), 1U);
  EXPECT_THAT(failures_[0].message(), HasSubstr("No space left on device"));
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
  test::WriteFile(disk_ / "other", std::string(free - (std::uint64_t{1} << 19), 'x'));
  EXPECT_LT((*storage)->FreeBytes()->value(), std::uint64_t{1} << 20);
  EXPECT_FALSE(HasBallast());
  EXPECT_LT((*storage)->FreeBytes()->value(), std::uint64_t{1} << 20);

  std::filesystem::remove(disk_ / "other");
  EXPECT_EQ((*storage)->FreeBytes()->value(), free);
  EXPECT_TRUE(HasBallast());
  EXPECT_EQ((*storage)->FreeBytes()->value(), free);
}

}  // namespace
}  // namespace pawl::storage
