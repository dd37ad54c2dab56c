#include "server/cli/code_archive.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include "engine/platform/zip_archive.h"
#include "tests/support/temporary_directory.h"

namespace pawl::test {
namespace {

namespace fs = std::filesystem;

using ::testing::HasSubstr;
using ::testing::UnorderedElementsAre;

class CodeArchiveTest : public ::testing::Test {
 protected:
  void Write(const std::string& name, const std::string& content) {
    const fs::path path = directory_.path() / name;
    fs::create_directories(path.parent_path());
    std::ofstream(path) << content;
  }

  std::string At(const std::string& name) const { return (directory_.path() / name).string(); }

  // The names of the files that an archive unpacks to.
  std::vector<std::string> Unpacked(const std::string& archive) {
    const std::string target = At("unpacked");
    EXPECT_TRUE(platform::Unpack(archive, target, {}).ok());
    std::vector<std::string> names;
    for (const auto& entry : fs::recursive_directory_iterator(target)) {
      if (entry.is_regular_file()) {
        names.push_back(entry.path().lexically_relative(target).generic_string());
      }
    }
    return names;
  }

  TemporaryDirectory directory_;
};

TEST_F(CodeArchiveTest, PacksADirectoryWithoutWhatIsNoCode) {
  Write("code/app.py", "x = 1\n");
  Write("code/lib/more.py", "y = 2\n");
  Write("code/lib/__pycache__/more.cpython-312.pyc", "z");
  Write("code/old.pyc", "z");
  Write("code/.git/config", "z");
  const Result<std::string> archive = cli::ArchiveOf(At("code"));
  ASSERT_TRUE(archive.ok()) << archive.status().ToString();
  EXPECT_THAT(Unpacked(*archive), UnorderedElementsAre("app.py", "lib/more.py"));
}

TEST_F(CodeArchiveTest, EqualFilesMakeEqualArchives) {
  for (const std::string name : {"a", "b"}) {
    Write(name + "/app.py", "x = 1\n");
    Write(name + "/lib/more.py", "y = 2\n");
  }
  fs::last_write_time(At("b/app.py"), fs::file_time_type::clock::now() - std::chrono::hours(100));
  EXPECT_EQ(*cli::ArchiveOf(At("a")), *cli::ArchiveOf(At("b")));
  Write("b/app.py", "x = 2\n");
  EXPECT_NE(*cli::ArchiveOf(At("a")), *cli::ArchiveOf(At("b")));
}

TEST_F(CodeArchiveTest, KeepsWhatIsExecutable) {
  Write("code/run", "#!/bin/sh\n");
  fs::permissions(At("code/run"), fs::perms::owner_all);
  Unpacked(*cli::ArchiveOf(At("code")));
  EXPECT_NE(fs::status(At("unpacked/run")).permissions() & fs::perms::owner_exec, fs::perms::none);
}

TEST_F(CodeArchiveTest, TakesAnArchiveAsItIs) {
  const std::string archive = *cli::ArchiveOfText("index.py", "x = 1\n");
  Write("code.zip", archive);
  EXPECT_EQ(*cli::ArchiveOf(At("code.zip")), archive);
  EXPECT_THAT(Unpacked(archive), UnorderedElementsAre("index.py"));
}

TEST_F(CodeArchiveTest, RefusesWhatIsNeither) {
  Write("code.txt", "text");
  fs::create_directories(At("empty"));
  EXPECT_EQ(cli::ArchiveOf(At("nothing")).status().code(), StatusCode::kNotFound);
  EXPECT_THAT(cli::ArchiveOf(At("code.txt")).status().message(),
              HasSubstr("neither a directory nor a zip archive"));
  EXPECT_THAT(cli::ArchiveOf(At("empty")).status().message(), HasSubstr("has no files"));
}

TEST_F(CodeArchiveTest, FollowsLinksToFilesAlone) {
  Write("other/app.py", "x = 1\n");
  fs::create_directories(At("code"));
  fs::create_symlink(At("other/app.py"), At("code/app.py"));
  EXPECT_THAT(Unpacked(*cli::ArchiveOf(At("code"))), UnorderedElementsAre("app.py"));
  fs::create_directory_symlink(At("other"), At("code/other"));
  EXPECT_THAT(cli::ArchiveOf(At("code")).status().message(), HasSubstr("a link to a directory"));
}

}  // namespace
}  // namespace pawl::test
