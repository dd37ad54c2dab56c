#include "server/cli/watched_directory.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

namespace pawl::cli {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

class WatchedDirectoryTest : public ::testing::Test {
 protected:
  WatchedDirectoryTest() {
    path_ = ::testing::TempDir() + "/pawl_watched_" +
            ::testing::UnitTest::GetInstance()->current_test_info()->name();
    std::filesystem::remove_all(path_);
    std::filesystem::create_directory(path_);
  }

  ~WatchedDirectoryTest() override { std::filesystem::remove_all(path_); }

  void Write(const std::string& name, const std::string& text) const {
    std::ofstream(path_ + "/" + name, std::ios::binary) << text;
  }

  std::string path_;
};

TEST_F(WatchedDirectoryTest, TheFirstLookReportsEveryDefinition) {
  Write("b.asl.yaml", "");
  Write("a.json", R"({"StartAt":"A","States":{}})");
  WatchedDirectory directory(path_);
  EXPECT_THAT(directory.Poll().value().changed, ElementsAre("a.json", "b.asl.yaml"));
  EXPECT_THAT(directory.Poll().value().changed, IsEmpty());
}

TEST_F(WatchedDirectoryTest, OtherFilesAreLeftAlone) {
  Write("package.json", R"({"name":"x"})");
  Write("pawl.yaml", "functions: {}  # StartAt States");
  Write("notes.txt", "StartAt States");
  Write(".hidden.asl.json", "{}");
  WatchedDirectory directory(path_);
  EXPECT_THAT(directory.Poll().value().changed, IsEmpty());
}

TEST_F(WatchedDirectoryTest, AChangeAndARemovalAreReportedOnce) {
  Write("a.asl.json", "{}");
  Write("b.asl.json", "{}");
  WatchedDirectory directory(path_);
  ASSERT_TRUE(directory.Poll().ok());
  Write("a.asl.json", "{ }");
  std::filesystem::remove(path_ + "/b.asl.json");
  const DirectoryChange change = directory.Poll().value();
  EXPECT_THAT(change.changed, ElementsAre("a.asl.json"));
  EXPECT_THAT(change.removed, ElementsAre("b.asl.json"));
  EXPECT_THAT(directory.Poll().value().removed, IsEmpty());
}

TEST_F(WatchedDirectoryTest, ADirectoryThatIsGoneIsNotFound) {
  WatchedDirectory directory(path_);
  std::filesystem::remove(path_);
  EXPECT_EQ(directory.Poll().status().code(), StatusCode::kNotFound);
}

TEST_F(WatchedDirectoryTest, PythonFilesOrAManifestAreFunctions) {
  EXPECT_FALSE(HasFunctions(path_));
  Write("greet.py", "");
  EXPECT_TRUE(HasFunctions(path_));
}

}  // namespace
}  // namespace pawl::cli
