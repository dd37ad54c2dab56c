#include "engine/storage/rocksdb_log.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <rocksdb/env.h>
#include <sys/resource.h>
#include <unistd.h>

#include <csignal>
#include <filesystem>
#include <string>

#include "engine/storage/rocksdb_storage.h"
#include "tests/support/temporary_directory.h"

namespace pawl::storage {
namespace {

using ::testing::HasSubstr;
using ::testing::MatchesRegex;
using ::testing::Not;

std::shared_ptr<rocksdb::Logger> OpenLog(const std::filesystem::path& path) {
  std::shared_ptr<rocksdb::Logger> log;
  const rocksdb::IOStatus status = OpenLossyLog(path, log);
  EXPECT_TRUE(status.ok()) << status.ToString();
  return log;
}

// While it lives no file of this process grows beyond `bytes`.
class FileSizeLimit {
 public:
  explicit FileSizeLimit(rlim_t bytes) : handler_(std::signal(SIGXFSZ, SIG_IGN)) {
    getrlimit(RLIMIT_FSIZE, &before_);
    const rlimit now{.rlim_cur = bytes, .rlim_max = before_.rlim_max};
    setrlimit(RLIMIT_FSIZE, &now);
  }

  ~FileSizeLimit() {
    setrlimit(RLIMIT_FSIZE, &before_);
    std::signal(SIGXFSZ, handler_);
  }

  FileSizeLimit(const FileSizeLimit&) = delete;
  FileSizeLimit& operator=(const FileSizeLimit&) = delete;

 private:
  rlimit before_{};
  void (*handler_)(int);
};

TEST(RocksDbLogTest, WritesLinesWithTimeThreadAndLevel) {
  const test::TemporaryDirectory directory;
  const auto log = OpenLog(directory.path() / "LOG");
  rocksdb::Warn(log, "%d of %s", 7, std::string(10'000, 'x').c_str());
  rocksdb::Log(rocksdb::InfoLogLevel::DEBUG_LEVEL, log, "below the level");
  const std::string text = test::ReadFile(directory.path() / "LOG");
  EXPECT_THAT(text, MatchesRegex("[0-9/]+-[0-9:]+\\.[0-9]+ [0-9]+ \\[WARN\\] 7 of x+\n"));
  EXPECT_THAT(text, HasSubstr(" " + std::to_string(gettid()) + " "));
  EXPECT_EQ(log->GetLogFileSize(), text.size());
}

TEST(RocksDbLogTest, LinesThatDoNotFitAreDroppedAndLaterOnesAreNot) {
  const test::TemporaryDirectory directory;
  const auto log = OpenLog(directory.path() / "LOG");
  rocksdb::Warn(log, "before");
  {
    const FileSizeLimit limit(log->GetLogFileSize());
    // More than RocksDB's logger buffers.
    for (int i = 0; i < 200; ++i)
      rocksdb::Warn(log, "lost %s", std::string(1'000, 'x').c_str());
  }
  rocksdb::Warn(log, "after");
  const std::string text = test::ReadFile(directory.path() / "LOG");
  EXPECT_THAT(text, HasSubstr("before\n"));
  EXPECT_THAT(text, HasSubstr("after\n"));
  EXPECT_THAT(text, Not(HasSubstr("lost")));
}

TEST(RocksDbLogTest, AFileThatCannotBeMadeIsAnError) {
  const test::TemporaryDirectory directory;
  std::shared_ptr<rocksdb::Logger> log;
  EXPECT_FALSE(OpenLossyLog(directory.path() / "no" / "LOG", log).ok());
  EXPECT_EQ(log, nullptr);
}

// RocksDB's own logger writes the address of a thread in place of its id.
TEST(RocksDbLogTest, TheStoreLogsWithIt) {
  const test::TemporaryDirectory directory;
  const auto storage = RocksDbStorage::Open({.directory = directory.path() / "store"});
  ASSERT_TRUE(storage.ok()) << storage.status().ToString();
  EXPECT_THAT(test::ReadFile(directory.path() / "store" / "db" / "LOG"),
              HasSubstr(" " + std::to_string(gettid()) + " RocksDB version"));
}

}  // namespace
}  // namespace pawl::storage
