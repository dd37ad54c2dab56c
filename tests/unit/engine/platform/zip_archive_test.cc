#include "engine/platform/zip_archive.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <filesystem>
#include <string>
#include <vector>

#include "tests/support/temporary_directory.h"
#include "tests/support/zip_writer.h"

namespace pawl::platform {
namespace {

using test::ZipOf;
using test::ZippedFile;
using ::testing::HasSubstr;

constexpr std::uint32_t kExecutable = 0100755;
constexpr std::uint32_t kLink = 0120777;
constexpr std::uint32_t kDevice = 0020644;
constexpr std::uint16_t kEncrypted = 1;
constexpr std::uint16_t kBzip2 = 12;

class ZipArchiveTest : public ::testing::Test {
 protected:
  std::string Target() const { return (directory_.path() / "unpacked").string(); }

  std::string Unpacked(const std::string& path) const {
    return test::ReadFile(directory_.path() / "unpacked" / path);
  }

  mode_t ModeOf(const std::string& path) const {
    struct stat status {};

    EXPECT_EQ(stat((Target() + path).c_str(), &status), 0) << path;
    return status.st_mode & 07777;
  }

  // Both refuse it alike, and nothing is left of it.
  void ExpectRefused(const std::string& archive, const std::string& reason) {
    const Status checked = CheckZip(archive, limits_);
    EXPECT_EQ(checked.code(), StatusCode::kInvalidArgument) << checked.ToString();
    EXPECT_THAT(checked.message(), HasSubstr(reason));
    EXPECT_EQ(Unpack(archive, Target(), limits_), checked);
    EXPECT_TRUE(std::filesystem::is_empty(directory_.path()));
  }

  void ExpectNameRefused(const std::string& name, const std::string& reason) {
    ExpectRefused(ZipOf({{.name = name, .content = "x"}}), reason);
  }

  ZipLimits limits_ = {};
  test::TemporaryDirectory directory_;
};

TEST_F(ZipArchiveTest, UnpacksStoredAndDeflatedFiles) {
  const std::string archive =
      ZipOf({{.name = "app.py", .content = "print(1)\n"},
             {.name = "lib/data.txt", .content = std::string(100'000, 'a'), .is_deflated = true}});

  ASSERT_EQ(CheckZip(archive, limits_), OkStatus());
  ASSERT_EQ(Unpack(archive, Target(), limits_), OkStatus());
  EXPECT_EQ(Unpacked("app.py"), "print(1)\n");
  EXPECT_EQ(Unpacked("lib/data.txt"), std::string(100'000, 'a'));
}

TEST_F(ZipArchiveTest, ModesAreThoseOfAFileThatIsExecutableOrNot) {
  const mode_t umask_before = umask(0077);
  const std::string archive = ZipOf({{.name = "bin/run", .content = "x", .mode = kExecutable},
                                     {.name = "secret", .content = "x", .mode = 0104600},
                                     {.name = "old", .content = "x", .mode = 0}});

  ASSERT_EQ(Unpack(archive, Target(), limits_), OkStatus());
  umask(umask_before);
  EXPECT_EQ(ModeOf("/bin/run"), 0755U);
  EXPECT_EQ(ModeOf("/secret"), 0644U);
  EXPECT_EQ(ModeOf("/old"), 0644U);
  EXPECT_EQ(ModeOf("/bin"), 0755U);
  EXPECT_EQ(ModeOf(""), 0755U);
}

TEST_F(ZipArchiveTest, DirectoriesMayComeBeforeOrAfterTheirFilesOrNotAtAll) {
  const std::string archive = ZipOf({{.name = "a/", .mode = 040755},
                                     {.name = "a/x", .content = "1"},
                                     {.name = "b/c/x", .content = "2"},
                                     {.name = "b/", .mode = 040755},
                                     {.name = "empty/", .mode = 0}});

  ASSERT_EQ(Unpack(archive, Target(), limits_), OkStatus());
  EXPECT_EQ(Unpacked("a/x") + Unpacked("b/c/x"), "12");
  EXPECT_TRUE(std::filesystem::is_directory(Target() + "/empty"));
}

TEST_F(ZipArchiveTest, DotsInPathsGo) {
  const std::string archive =
      ZipOf({{.name = "./", .mode = 040755}, {.name = "./a/.//x", .content = "1"}});

  ASSERT_EQ(Unpack(archive, Target(), limits_), OkStatus());
  EXPECT_EQ(Unpacked("a/x"), "1");
}

TEST_F(ZipArchiveTest, NamesAreUtf8OrElseCodePage437) {
  const std::string archive =
      ZipOf({{.name = "\xC3\xA9", .content = "1"}, {.name = "\x82!", .content = "2"}});

  ASSERT_EQ(Unpack(archive, Target(), limits_), OkStatus());
  EXPECT_EQ(Unpacked("\xC3\xA9"), "1");
  EXPECT_EQ(Unpacked("\xC3\xA9!"), "2");
}

TEST_F(ZipArchiveTest, ADirectoryThatIsThereStays) {
  ASSERT_EQ(Unpack(ZipOf({{.name = "x", .content = "old"}}), Target(), limits_), OkStatus());

  const Status again = Unpack(ZipOf({{.name = "x", .content = "new"}}), Target(), limits_);
  EXPECT_EQ(again.code(), StatusCode::kAlreadyExists) << again.ToString();
  EXPECT_EQ(Unpacked("x"), "old");
}

TEST_F(ZipArchiveTest, AParentThatIsMissingIsSaid) {
  const std::string target = directory_.path() / "missing" / "unpacked";
  const Status status = Unpack(ZipOf({{.name = "x", .content = "1"}}), target, limits_);
  EXPECT_EQ(status.code(), StatusCode::kUnavailable);
  EXPECT_THAT(status.message(), HasSubstr("missing/unpacked"));
}

TEST_F(ZipArchiveTest, WhatIsNoArchiveIsRefused) {
  ExpectRefused("", "no zip archive");
  ExpectRefused("def handler(event, context): pass", "no zip archive");
  const std::string archive = ZipOf({{.name = "x", .content = "1"}});
  ExpectRefused(archive.substr(0, archive.size() - 30), "no zip archive");
}

TEST_F(ZipArchiveTest, AnArchiveWithoutFilesIsRefused) {
  ExpectRefused(ZipOf({}), "the archive has no files");
  ExpectRefused(ZipOf({{.name = "a/", .mode = 040755}}), "the archive has no files");
}

TEST_F(ZipArchiveTest, NamesThatLeadElsewhereAreRefused) {
  ExpectNameRefused("/etc/passwd", "'/etc/passwd' of the archive has an absolute path");
  ExpectNameRefused("../x", "has '..' in its name");
  ExpectNameRefused("a/../../x", "has '..' in its name");
  ExpectNameRefused("a/..", "has '..' in its name");
  ExpectNameRefused("a\\b", "has a backslash");
  ExpectNameRefused("C:/x", "begins with a drive letter");
  ExpectNameRefused("c:x", "begins with a drive letter");
  ExpectNameRefused("a/.", "has a name that is a directory's");
  ExpectNameRefused("", "has no name");
}

TEST_F(ZipArchiveTest, ControlCharactersInNamesAreRefused) {
  const std::string reason = "control character";
  ExpectNameRefused(std::string("app.py\0.txt", 11), reason);
  ExpectNameRefused(std::string("caf\xC3\xA9\0.txt", 10), reason);
  ExpectNameRefused(std::string("\0app.py", 7), reason);
  ExpectNameRefused("a\nb", reason);
  ExpectNameRefused("a\x1B[2J", reason);
}

TEST_F(ZipArchiveTest, NamesThatAreTooLongAreRefused) {
  ExpectNameRefused(std::string(256, 'a'), "has a part of 256 bytes");
  std::string name;
  while (name.size() < 4000)
    name += "abcdefghi/";
  name += std::string(95, 'z');
  ASSERT_EQ(name.size(), kZipNameBytesMax);
  EXPECT_EQ(Unpack(ZipOf({{.name = name, .content = "1"}}), Target(), limits_), OkStatus());
  std::filesystem::remove_all(Target());
  ExpectNameRefused(name + "z", "has a name of 4096 bytes");
}

TEST_F(ZipArchiveTest, LinksAndSpecialFilesAreRefused) {
  ExpectRefused(ZipOf({{.name = "a", .content = "/etc/passwd", .mode = kLink}}),
                "'a' of the archive is a symbolic link");
  ExpectRefused(ZipOf({{.name = "a", .mode = kDevice}}), "is a special file");
  ExpectRefused(ZipOf({{.name = "a/", .mode = kLink}}), "is a symbolic link");
  ExpectRefused(ZipOf({{.name = "a", .content = "x", .mode = 040755}}),
                "is a file by its name and a directory by its attributes");
}

TEST_F(ZipArchiveTest, NamesThatComeTwiceAreRefused) {
  const ZippedFile x = {.name = "x", .content = "1"};
  ExpectRefused(ZipOf({x, x}), "'x' of the archive comes twice");
  ExpectRefused(ZipOf({x, {.name = "./x", .content = "2"}}), "'./x' of the archive comes twice");
  ExpectRefused(ZipOf({x, {.name = "a/", .mode = 0}, {.name = "a/", .mode = 0}}), "comes twice");
}

TEST_F(ZipArchiveTest, ANameThatIsAFileAndADirectoryIsRefused) {
  const ZippedFile x = {.name = "x", .content = "1"};
  const std::string reason = "makes 'x' both a file and a directory";
  ExpectRefused(ZipOf({x, {.name = "x/y", .content = "2"}}), reason);
  ExpectRefused(ZipOf({{.name = "x/y", .content = "2"}, x}), reason);
  ExpectRefused(ZipOf({x, {.name = "x/", .mode = 0}}), reason);
}

TEST_F(ZipArchiveTest, EncryptedEntriesAreRefused) {
  ExpectRefused(ZipOf({{.name = "x", .content = "123456789012", .flags = kEncrypted}}),
                "'x' of the archive is encrypted");
}

TEST_F(ZipArchiveTest, OtherCompressionIsRefused) {
  ExpectRefused(ZipOf({{.name = "x", .content = "1", .method = kBzip2}}), "by method 12");
}

TEST_F(ZipArchiveTest, DamagedEntriesAreRefused) {
  ExpectRefused(ZipOf({{.name = "x", .content = "1", .crc = 1}}), "'x' of the archive is damaged");
  const std::string no_deflate = std::string(100, '\xFF');
  ExpectRefused(ZipOf({{.name = "x", .content = no_deflate, .method = 8}}), "is damaged");
}

TEST_F(ZipArchiveTest, SizesAreCountedNotBelieved) {
  limits_.unpacked_bytes_max = 1'000'000;
  const std::string zeros(600'000, '\0');
  const std::string one =
      ZipOf({{.name = "x", .content = zeros, .is_deflated = true, .content_bytes = 10}});
  ExpectRefused(one, "is damaged");
  ExpectRefused(
      ZipOf({{.name = "x", .content = zeros + zeros, .is_deflated = true, .content_bytes = 1}}),
      "past 1000000 bytes");
  ExpectRefused(ZipOf({{.name = "x", .content = zeros, .is_deflated = true},
                       {.name = "y", .content = zeros, .is_deflated = true}}),
                "'y' of the archive takes the archive's files past 1000000 bytes");
}

TEST_F(ZipArchiveTest, EntriesThatShareBytesAreRefused) {
  const std::string content(1000, 'a');
  ExpectRefused(ZipOf({{.name = "x", .content = content},
                       {.name = "y", .content = content, .shares_bytes = true}}),
                "'y' of the archive overlaps");
}

TEST_F(ZipArchiveTest, EntriesAreCountedWithTheDirectoriesTheyImply) {
  limits_.entries_max = 3;
  EXPECT_EQ(CheckZip(ZipOf({{.name = "a/b/x", .content = "1"}}), limits_), OkStatus());
  ExpectRefused(ZipOf({{.name = "a/b/c/x", .content = "1"}}), "more than 3 files and directories");
  const ZippedFile dot = {.name = "./", .mode = 0};
  ExpectRefused(ZipOf({dot, dot, dot, dot}), "more than 3 files and directories");
}

}  // namespace
}  // namespace pawl::platform
