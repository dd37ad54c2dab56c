#include "workers/code_cache.h"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <filesystem>
#include <functional>
#include <iterator>
#include <string>
#include <vector>

#include "engine/platform/sha256.h"
#include "tests/support/temporary_directory.h"
#include "tests/support/zip_writer.h"

namespace pawl::workers {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;

class CodeCacheTest : public testing::Test {
 protected:
  std::unique_ptr<CodeCache> Open() { return CodeCache::Open(root()).value(); }

  std::string root() const { return (directory_.path() / "cache" / "code").string(); }

  static std::string Archive(const std::string& text) {
    return test::ZipOf({{.name = "app.py", .content = text}});
  }

  // Stores code and returns its hash.
  static std::string Store(CodeCache& cache, const std::string& text) {
    const std::string archive = Archive(text);
    EXPECT_EQ(cache.Store(platform::Sha256(archive), archive), OkStatus());
    return platform::Sha256(archive);
  }

  // The directory of the entry that this code is in.
  static std::string EntryOf(const std::string& code) {
    return fs::path(code).parent_path().string();
  }

  // The entry was used last at `at`.
  static void Age(const std::string& path, Timestamp at) {
    const timespec time = {.tv_sec = ToMicros(at) / 1'000'000, .tv_nsec = 0};
    const std::array<timespec, 2> times = {time, time};
    ASSERT_EQ(utimensat(AT_FDCWD, path.c_str(), times.data(), 0), 0);
  }

  const Timestamp now_ = FromMicros(1'700'000'000'000'000);
  test::TemporaryDirectory directory_;
};

TEST_F(CodeCacheTest, HashesAreSha256) {
  // FIPS 180-2, appendix B.1.
  EXPECT_EQ(platform::Sha256("abc").substr(0, 4), "\xBA\x78\x16\xBF");
  EXPECT_EQ(platform::Sha256("abc").size(), 32U);
}

TEST_F(CodeCacheTest, WhatIsStoredIsThere) {
  const auto cache = Open();
  EXPECT_EQ(cache->Use(platform::Sha256(Archive("1"))), std::nullopt);
  const std::string sha256 = Store(*cache, "1");
  const auto path = cache->Use(sha256);
  ASSERT_TRUE(path.has_value());
  EXPECT_EQ(test::ReadFile(*path + "/app.py"), "1");
  EXPECT_EQ(fs::path(*path).parent_path().filename().string().size(), 64U);
}

TEST_F(CodeCacheTest, WorkersShareIt) {
  const auto first = Open();
  const auto second = Open();
  const std::string sha256 = Store(*first, "1");
  Store(*second, "1");
  EXPECT_EQ(first->Use(sha256), second->Use(sha256));
}

TEST_F(CodeCacheTest, OtherCodeThanItsHashSaysIsRefused) {
  const auto cache = Open();
  const Status status = cache->Store(platform::Sha256("other"), Archive("1"));
  EXPECT_EQ(status.code(), StatusCode::kDataLoss);
  EXPECT_THAT(status.message(), HasSubstr("would be right"));
  EXPECT_TRUE(fs::is_empty(root()));
}

TEST_F(CodeCacheTest, AnUnsafeArchiveIsRefused) {
  const std::string archive = test::ZipOf({{.name = "../app.py", .content = "1"}});
  EXPECT_EQ(Open()->Store(platform::Sha256(archive), archive).code(), StatusCode::kInvalidArgument);
  EXPECT_TRUE(fs::is_empty(root()));
}

TEST_F(CodeCacheTest, WhatACrashLeftHalfFinishedIsNotUsed) {
  const auto cache = Open();
  const std::string sha256 = Store(*cache, "1");
  const std::string code = *cache->Use(sha256);
  fs::rename(EntryOf(code), EntryOf(code) + ".Ab3dEf");
  EXPECT_EQ(cache->Use(sha256), std::nullopt);
  Store(*cache, "1");
  EXPECT_EQ(cache->Use(sha256), code);
}

// Every way in which an entry of another process may have come to harm.
TEST_F(CodeCacheTest, ADamagedEntryIsMissingAndStoringReplacesIt) {
  const std::string sha256 = Store(*Open(), "1");
  const std::string code = Open()->Use(sha256).value();
  const std::string file = code + "/app.py";
  const std::vector<std::function<void()>> damages = {
      [&] { test::WriteFile(file, "2"); },
      [&] { test::WriteFile(file, ""); },
      [&] { fs::permissions(file, fs::perms::owner_exec, fs::perm_options::add); },
      [&] { fs::rename(file, code + "/apq.py"); },
      [&] { test::WriteFile(code + "/more.py", "1"); },
      [&] { fs::create_directory(code + "/more"); },
      [&] { fs::create_symlink("app.py", code + "/link.py"); },
      [&] { fs::remove_all(code); },
      [&] { test::WriteFile(EntryOf(code) + "/digest", "0"); },
      [&] { fs::remove(EntryOf(code) + "/digest"); }};
  for (std::size_t i = 0; i < damages.size(); ++i) {
    damages[i]();
    const auto cache = Open();
    EXPECT_EQ(cache->Use(sha256), std::nullopt) << i;
    Store(*cache, "1");
    EXPECT_EQ(cache->Use(sha256), code) << i;
    EXPECT_EQ(test::ReadFile(file), "1") << i;
  }
  const auto left = std::distance(fs::directory_iterator(root()), fs::directory_iterator());
  EXPECT_EQ(left, 1);
}

TEST_F(CodeCacheTest, AnEntryThatIsIntactIsNotReplaced) {
  const auto cache = Open();
  const std::string sha256 = Store(*cache, "1");
  const std::string code = *cache->Use(sha256);
  // Whoever holds it open sees the same directory.
  const auto before = fs::last_write_time(code + "/app.py");
  Store(*Open(), "1");
  EXPECT_EQ(fs::last_write_time(code + "/app.py"), before);
  EXPECT_EQ(cache->Use(sha256), code);
}

TEST_F(CodeCacheTest, WhatNobodyUsesGoesAfterAWeek) {
  auto cache = Open();
  const std::string old_path = EntryOf(*cache->Use(Store(*cache, "old")));
  const std::string new_path = EntryOf(*cache->Use(Store(*cache, "new")));
  cache = Open();
  Age(old_path, now_ - kUnusedCodeStays);
  Age(new_path, now_ - kUnusedCodeStays + std::chrono::hours(1));
  cache->RemoveUnused(now_);
  EXPECT_FALSE(fs::exists(old_path));
  EXPECT_TRUE(fs::exists(new_path + "/code/app.py"));
}

TEST_F(CodeCacheTest, WhatAWorkerUsesStays) {
  const auto cache = Open();
  const std::string path = EntryOf(*cache->Use(Store(*cache, "1")));
  Age(path, now_ - 2 * kUnusedCodeStays);
  const auto other = Open();
  other->RemoveUnused(now_);
  EXPECT_TRUE(fs::exists(path + "/code/app.py"));
}

TEST_F(CodeCacheTest, WhatIsReleasedHasBeenUsedUntilNow) {
  const auto cache = Open();
  const std::string sha256 = Store(*cache, "1");
  const std::string path = EntryOf(*cache->Use(sha256));
  Age(path, now_ - 2 * kUnusedCodeStays);
  cache->Release(sha256);
  Open()->RemoveUnused(now_);
  EXPECT_TRUE(fs::exists(path + "/code/app.py"));
}

TEST_F(CodeCacheTest, OnlyEntriesAreRemoved) {
  auto cache = Open();
  const std::string path = EntryOf(*cache->Use(Store(*cache, "1")));
  const std::string unfinished = path + ".Ab3dEf";
  fs::create_directories(unfinished + "/half");
  const std::string other = root() + "/notes";
  fs::create_directory(other);
  const std::string longer = path + "0";
  fs::create_directory(longer);
  cache = Open();
  for (const std::string& old : {path, unfinished, other, longer})
    Age(old, now_ - 2 * kUnusedCodeStays);
  cache->RemoveUnused(now_);
  EXPECT_FALSE(fs::exists(path) || fs::exists(unfinished));
  EXPECT_TRUE(fs::exists(other) && fs::exists(longer));
}

TEST_F(CodeCacheTest, ADirectoryThatCannotBeMadeIsSaid) {
  test::WriteFile(directory_.path() / "cache", "a file");
  const auto opened = CodeCache::Open(root());
  EXPECT_EQ(opened.status().code(), StatusCode::kUnavailable);
  EXPECT_THAT(opened.status().message(), HasSubstr(root()));
}

TEST_F(CodeCacheTest, APrivateOneGoesWithItsOwner) {
  auto cache = CodeCache::OpenPrivate(directory_.path().string()).value();
  const std::string path = EntryOf(*cache->Use(Store(*cache, "1")));
  EXPECT_TRUE(fs::exists(path));
  cache.reset();
  EXPECT_TRUE(fs::is_empty(directory_.path()));
}

}  // namespace
}  // namespace pawl::workers
