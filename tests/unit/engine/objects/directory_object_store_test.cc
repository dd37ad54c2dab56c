#include "engine/objects/directory_object_store.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <filesystem>
#include <memory>
#include <string>

#include "tests/support/temporary_directory.h"

namespace pawl::test {
namespace {

namespace fs = std::filesystem;
using objects::DirectoryObjectStore;
using objects::ObjectPage;
using objects::ObjectWriter;
using ::testing::HasSubstr;

class DirectoryObjectStoreTest : public ::testing::Test {
 protected:
  DirectoryObjectStoreTest() {
    fs::create_directories(bucket());
    WriteFile(directory.path() / "secret", "outside");
    store = DirectoryObjectStore::Open(directory.path() / "buckets").value();
  }

  fs::path bucket() const { return directory.path() / "buckets" / "bucket"; }

  std::string ReasonOfReading(const std::string& key) {
    return store->Read({.object = {"bucket", key}, .offset = 0, .length = 9}).status().reason();
  }

  Status Write(const std::string& key) {
    ASSIGN_OR_RETURN(const std::unique_ptr<ObjectWriter> writer, store->Write({"bucket", key}));
    RETURN_IF_ERROR(writer->Append("x"));
    return writer->Close();
  }

  TemporaryDirectory directory;
  std::unique_ptr<DirectoryObjectStore> store;
};

TEST_F(DirectoryObjectStoreTest, NeedsADirectory) {
  const Status status = DirectoryObjectStore::Open(directory.path() / "none").status();
  EXPECT_EQ(status.code(), StatusCode::kNotFound);
}

TEST_F(DirectoryObjectStoreTest, RefusesKeysThatLeaveTheBucket) {
  for (const char* const key : {"..",
                                "../../secret",
                                "a/../../../secret",
                                "/etc/passwd",
                                "a//b",
                                "./a",
                                "a/.",
                                "a/",
                                "a/.."}) {
    EXPECT_EQ(ReasonOfReading(key), "AccessDenied") << key;
    EXPECT_EQ(Write(key).reason(), "AccessDenied") << key;
  }
}

TEST_F(DirectoryObjectStoreTest, FollowsNoSymbolicLinks) {
  fs::create_symlink(directory.path() / "secret", bucket() / "file");
  fs::create_directory_symlink(directory.path(), bucket() / "folder");
  fs::create_directory_symlink(directory.path(), directory.path() / "buckets" / "linked");
  EXPECT_EQ(ReasonOfReading("file"), "AccessDenied");
  EXPECT_EQ(ReasonOfReading("folder/secret"), "AccessDenied");
  EXPECT_EQ(Write("folder/new").reason(), "AccessDenied");
  EXPECT_EQ(store->Stat({"linked", "secret"}).status().reason(), "AccessDenied");
  EXPECT_TRUE(
      store->List({.bucket = "bucket", .prefix = "", .start_after = ""}).value().records.empty());
  // A link is replaced by the object, what it points to stays.
  EXPECT_TRUE(Write("file").ok());
  EXPECT_EQ(ReadFile(directory.path() / "secret"), "outside");
}

TEST_F(DirectoryObjectStoreTest, ADirectoryOrAPipeIsNoObject) {
  fs::create_directory(bucket() / "folder");
  ASSERT_EQ(mkfifo((bucket() / "pipe").c_str(), 0600), 0);
  EXPECT_EQ(ReasonOfReading("folder"), "NoSuchKey");
  EXPECT_EQ(ReasonOfReading("pipe"), "NoSuchKey");
}

TEST_F(DirectoryObjectStoreTest, AnObjectIsNoFolder) {
  ASSERT_TRUE(Write("a").ok());
  const Status status = Write("a/b");
  EXPECT_EQ(status.code(), StatusCode::kFailedPrecondition);
  EXPECT_THAT(status.message(), HasSubstr("'a' in its path is an object"));
  ASSERT_TRUE(Write("c/d").ok());
  EXPECT_EQ(Write("c").code(), StatusCode::kFailedPrecondition);
}

TEST_F(DirectoryObjectStoreTest, UnfinishedObjectsAreOutOfReach) {
  const std::unique_ptr<ObjectWriter> writer = store->Write({"bucket", "a"}).value();
  ASSERT_TRUE(writer->Append("x").ok());
  ASSERT_TRUE(fs::exists(bucket() / ".pawl-partial"));
  EXPECT_EQ(ReasonOfReading(".pawl-partial/1-0"), "AccessDenied");
  const ObjectPage page =
      store->List({.bucket = "bucket", .prefix = "", .start_after = ""}).value();
  EXPECT_TRUE(page.records.empty());
}

TEST_F(DirectoryObjectStoreTest, NamesTooLongForTheFileSystemAreRefused) {
  const std::string name(300, 'x');
  EXPECT_EQ(ReasonOfReading(name), "NoSuchKey");
  EXPECT_EQ(Write(name).reason(), "KeyTooLongError");
  EXPECT_EQ(Write(name + "/a").reason(), "KeyTooLongError");
}

}  // namespace
}  // namespace pawl::test
