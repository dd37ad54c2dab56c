#include "workers/functions_directory.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>

namespace pawl::workers {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

class FunctionsDirectoryTest : public ::testing::Test {
 protected:
  FunctionsDirectoryTest() {
    std::string name = (std::filesystem::temp_directory_path() / "pawl-XXXXXX").string();
    path_ = std::filesystem::canonical(::mkdtemp(name.data()));
  }

  ~FunctionsDirectoryTest() override { std::filesystem::remove_all(path_); }

  void Write(const std::string& file, const std::string& text) const {
    std::filesystem::create_directories((path_ / file).parent_path());
    std::ofstream(path_ / file) << text;
  }

  // Polls; "set NAME" and "removed NAME" in order.
  std::vector<std::string> Poll() {
    if (!directory_) {
      directory_.emplace(std::move(FunctionsDirectory::Open(path_.string())).value());
    }
    last_ = std::move(directory_->Poll()).value();
    std::vector<std::string> changes;
    for (const FunctionSpec& spec : last_.set)
      changes.push_back("set " + spec.name);
    for (const std::string& name : last_.removed)
      changes.push_back("removed " + name);
    return changes;
  }

  std::filesystem::path path_;
  std::optional<FunctionsDirectory> directory_;
  FunctionsChange last_;
};

constexpr const char* kHandler = "def handler(event, context):\n    return 1\n";

TEST_F(FunctionsDirectoryTest, EveryFileWithAHandlerIsAFunction) {
  Write("first.py", kHandler);
  Write("second-one.py", "def lambda_handler(event, context): pass\n");
  Write("common.py", "def help(): pass\n");
  Write("package/third.py", kHandler);
  Write(".hidden/fourth.py", kHandler);
  EXPECT_THAT(Poll(), ElementsAre("set first", "set second-one"));
  EXPECT_EQ(last_.set[0].handler, "first.handler");
  EXPECT_EQ(last_.set[1].handler, "second-one.lambda_handler");
  EXPECT_EQ(last_.set[0].code_directory, path_.string());
}

TEST_F(FunctionsDirectoryTest, NothingChangesWithoutAChange) {
  Write("first.py", kHandler);
  Poll();
  EXPECT_THAT(Poll(), IsEmpty());
  EXPECT_TRUE(last_.empty());
}

TEST_F(FunctionsDirectoryTest, AFileThatAppearsChangesOrGoesIsSeen) {
  Write("first.py", kHandler);
  Poll();
  Write("second.py", kHandler);
  EXPECT_THAT(Poll(), ElementsAre("set first", "set second"));
  Write("second.py", std::string(kHandler) + "# more\n");
  EXPECT_THAT(Poll(), ElementsAre("set first", "set second"));
  std::filesystem::remove(path_ / "second.py");
  EXPECT_THAT(Poll(), ElementsAre("set first", "removed second"));
}

TEST_F(FunctionsDirectoryTest, AFileReplacedByOneOfEqualSizeAndTimeIsSeen) {
  Write("first.py", "def handler(e, c): return 1\n");
  Poll();
  const auto time = std::filesystem::last_write_time(path_ / "first.py");
  Write("other", "def handler(e, c): return 2\n");
  std::filesystem::last_write_time(path_ / "other", time);
  std::filesystem::rename(path_ / "other", path_ / "first.py");
  EXPECT_THAT(Poll(), ElementsAre("set first"));
}

TEST_F(FunctionsDirectoryTest, AChangedHelperChangesTheFunctions) {
  Write("first.py", kHandler);
  Write("package/helper.py", "x = 1\n");
  Poll();
  Write("package/helper.py", "x = 12\n");
  EXPECT_THAT(Poll(), ElementsAre("set first"));
}

TEST_F(FunctionsDirectoryTest, AManifestAloneSaysWhichFunctionsThereAre) {
  Write("first.py", kHandler);
  Write("pawl.yaml", "functions:\n  named: {handler: first.handler, timeout: 5}\n");
  EXPECT_THAT(Poll(), ElementsAre("set named"));
  EXPECT_EQ(last_.set[0].timeout, std::chrono::seconds(5));
  std::filesystem::remove(path_ / "pawl.yaml");
  EXPECT_THAT(Poll(), ElementsAre("set first", "removed named"));
}

TEST_F(FunctionsDirectoryTest, ABrokenManifestIsReportedOnceWithItsLine) {
  Write("pawl.yaml", "functions:\n  named: {}\n");
  EXPECT_THAT(Poll(), IsEmpty());
  EXPECT_TRUE(last_.has_new_problems);
  ASSERT_EQ(last_.problems.size(), 1U);
  EXPECT_THAT(last_.problems[0].ToString(), HasSubstr("pawl.yaml:2: function 'named' needs"));
  Poll();
  EXPECT_FALSE(last_.has_new_problems);
  EXPECT_EQ(last_.problems.size(), 1U);
}

TEST_F(FunctionsDirectoryTest, AFileThatCannotBeAFunctionIsAProblem) {
  Write("with space.py", kHandler);
  Write("dot.ted.py", kHandler);
  EXPECT_THAT(Poll(), IsEmpty());
  EXPECT_EQ(last_.problems.size(), 2U);
}

TEST_F(FunctionsDirectoryTest, WhatIsNoDirectoryIsRefused) {
  Write("file", "");
  EXPECT_EQ(FunctionsDirectory::Open((path_ / "file").string()).status().code(),
            StatusCode::kNotFound);
  EXPECT_EQ(FunctionsDirectory::Open("/no/such/place").status().code(), StatusCode::kNotFound);
}

TEST_F(FunctionsDirectoryTest, ADirectoryThatGoesIsReported) {
  Write("first.py", kHandler);
  Poll();
  std::filesystem::rename(path_, path_.string() + ".away");
  EXPECT_EQ(directory_->Poll().status().code(), StatusCode::kNotFound);
  std::filesystem::rename(path_.string() + ".away", path_);
  EXPECT_THAT(Poll(), IsEmpty());
}

}  // namespace
}  // namespace pawl::workers
