// What every ObjectStore keeps.
#include "engine/objects/object_store.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "engine/objects/directory_object_store.h"
#include "tests/support/memory_object_store.h"
#include "tests/support/temporary_directory.h"

namespace pawl::test {
namespace {

using objects::DirectoryObjectStore;
using objects::ObjectPage;
using objects::ObjectRecord;
using objects::ObjectStat;
using objects::ObjectStore;
using objects::ObjectWriter;
using ::testing::ElementsAre;

class ObjectStoreTest : public ::testing::TestWithParam<const char*> {
 protected:
  ObjectStoreTest() {
    if (GetParam() == std::string("memory")) {
      auto memory = std::make_unique<MemoryObjectStore>();
      memory->AddBucket("bucket");
      store = std::move(memory);
    } else {
      std::filesystem::create_directory(directory.path() / "bucket");
      store = DirectoryObjectStore::Open(directory.path()).value();
    }
  }

  void Put(const std::string& key, const std::string& text) {
    const std::unique_ptr<ObjectWriter> writer = store->Write({"bucket", key}).value();
    ASSERT_TRUE(writer->Append(text).ok());
    ASSERT_TRUE(writer->Close().ok());
  }

  Result<std::string> Read(const std::string& key, std::uint64_t offset, std::size_t length) {
    return store->Read({.object = {"bucket", key}, .offset = offset, .length = length});
  }

  // The keys of all pages.
  std::vector<std::string> List(const std::string& prefix, std::size_t count_max) {
    std::vector<std::string> keys;
    ObjectPage page{.records = {}, .is_truncated = true};
    while (page.is_truncated) {
      page = store
                 ->List({.bucket = "bucket",
                         .prefix = prefix,
                         .start_after = keys.empty() ? "" : keys.back(),
                         .count_max = count_max})
                 .value();
      for (const ObjectRecord& record : page.records) {
        keys.push_back(record.key);
      }
    }
    return keys;
  }

  TemporaryDirectory directory;
  std::unique_ptr<ObjectStore> store;
};

TEST_P(ObjectStoreTest, GivesTheBytesOfARange) {
  Put("a/b", "0123456789");
  EXPECT_EQ(Read("a/b", 0, 100).value(), "0123456789");
  EXPECT_EQ(Read("a/b", 3, 4).value(), "3456");
  EXPECT_EQ(Read("a/b", 8, 4).value(), "89");
  EXPECT_EQ(Read("a/b", 10, 4).value(), "");
  EXPECT_EQ(Read("a/b", 99, 4).value(), "");
}

TEST_P(ObjectStoreTest, TellsAnObjectFromItsReplacement) {
  Put("a", "old");
  const ObjectStat old = store->Stat({"bucket", "a"}).value();
  EXPECT_EQ(old.size, 3U);
  EXPECT_TRUE(old.etag.starts_with('"') && old.etag.ends_with('"'));
  Put("a", "newer");
  EXPECT_NE(store->Stat({"bucket", "a"}).value().etag, old.etag);
  const Status status =
      store->Read({.object = {"bucket", "a"}, .offset = 0, .length = 9, .if_match = old.etag})
          .status();
  EXPECT_EQ(status.reason(), "PreconditionFailed");
}

TEST_P(ObjectStoreTest, SaysWhatDoesNotExist) {
  EXPECT_EQ(store->Stat({"bucket", "none"}).status().reason(), "NoSuchKey");
  EXPECT_EQ(store->Stat({"bucket", "none/below"}).status().reason(), "NoSuchKey");
  EXPECT_EQ(Read("none", 0, 1).status().code(), StatusCode::kNotFound);
  EXPECT_EQ(store->Stat({"no-bucket", "a"}).status().reason(), "NoSuchBucket");
  EXPECT_EQ(store->Write({"no-bucket", "a"}).status().reason(), "NoSuchBucket");
  EXPECT_EQ(store->List({.bucket = "no-bucket", .prefix = "", .start_after = ""}).status().reason(),
            "NoSuchBucket");
}

TEST_P(ObjectStoreTest, RefusesNamesThatCannotBe) {
  for (const char* const bucket : {"", "..", ".", "ab", "a/b", "../bucket", ".hidden"}) {
    EXPECT_EQ(store->Stat({bucket, "a"}).status().reason(), "InvalidBucketName") << bucket;
  }
  EXPECT_EQ(store->Stat({"bucket", ""}).status().code(), StatusCode::kInvalidArgument);
  EXPECT_EQ(store->Stat({"bucket", std::string(1025, 'x')}).status().reason(), "KeyTooLongError");
  EXPECT_EQ(store->Stat({"bucket", std::string("a\0b", 3)}).status().reason(), "AccessDenied");
}

TEST_P(ObjectStoreTest, AWriterThatIsNotClosedLeavesNothing) {
  Put("a", "old");
  {
    const std::unique_ptr<ObjectWriter> writer = store->Write({"bucket", "a"}).value();
    ASSERT_TRUE(writer->Append("new").ok());
    EXPECT_EQ(Read("a", 0, 9).value(), "old");
  }
  EXPECT_EQ(Read("a", 0, 9).value(), "old");
  EXPECT_THAT(List("", 10), ElementsAre("a"));
}

TEST_P(ObjectStoreTest, ListsInTheOrderOfKeysWhateverThePages) {
  const std::vector<std::string> keys = {
      "a!", "a-b/x", "a/b", "a/b.c", "a/c/d", "a/c/e", "a0", "b"};
  for (const std::string& key : keys) {
    Put(key, "x");
  }
  for (std::size_t count_max = 1; count_max <= keys.size() + 1; ++count_max) {
    EXPECT_EQ(List("", count_max), keys);
    EXPECT_THAT(List("a/", count_max), ElementsAre("a/b", "a/b.c", "a/c/d", "a/c/e"));
    EXPECT_THAT(List("a/c", count_max), ElementsAre("a/c/d", "a/c/e"));
  }
  EXPECT_THAT(List("none", 3), ElementsAre());
}

TEST_P(ObjectStoreTest, AListingStartsBehindAnyKey) {
  Put("a", "x");
  Put("c/d", "x");
  const ObjectPage page =
      store->List({.bucket = "bucket", .prefix = "", .start_after = "b/z"}).value();
  ASSERT_EQ(page.records.size(), 1U);
  EXPECT_EQ(page.records[0].key, "c/d");
  EXPECT_EQ(page.records[0].size, 1U);
  EXPECT_EQ(page.records[0].etag, store->Stat({"bucket", "c/d"}).value().etag);
  EXPECT_FALSE(page.is_truncated);
}

INSTANTIATE_TEST_SUITE_P(Stores,
                         ObjectStoreTest,
                         ::testing::Values("memory", "directory"),
                         [](const auto& store) { return std::string(store.param); });

}  // namespace
}  // namespace pawl::test
