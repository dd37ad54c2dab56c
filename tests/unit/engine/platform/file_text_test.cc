#include "engine/platform/file_text.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>

#include "tests/support/temporary_directory.h"

namespace pawl::platform {
namespace {

using testing::HasSubstr;

class FileTextTest : public testing::Test {
 protected:
  std::string Write(const std::string& text) {
    std::string path = directory_.path().string() + "/file";
    std::ofstream(path, std::ios::binary) << text;
    return path;
  }

  test::TemporaryDirectory directory_;
};

TEST_F(FileTextTest, TheWholeFileIsRead) {
  const std::string text = std::string(200'000, 'x') + '\0' + "y";
  EXPECT_EQ(ReadFileText(Write(text), text.size()).value(), text);
  EXPECT_EQ(ReadFileText(Write(""), 0).value(), "");
}

TEST_F(FileTextTest, AFileThatIsTooLongIsRefused) {
  const Status status = ReadFileText(Write("12345"), 4).status();
  EXPECT_EQ(status.code(), StatusCode::kInvalidArgument);
  EXPECT_THAT(status.message(), HasSubstr("has more than 4 bytes"));
  EXPECT_THAT(ReadFileText("/dev/zero", 1000).status().message(), HasSubstr("more than 1000"));
}

TEST_F(FileTextTest, WhatIsNoFileIsRefused) {
  const Status directory = ReadFileText(directory_.path().string(), 10).status();
  EXPECT_EQ(directory.code(), StatusCode::kInvalidArgument);
  EXPECT_THAT(directory.message(), HasSubstr("Is a directory"));
  const Status none = ReadFileText(directory_.path().string() + "/none", 10).status();
  EXPECT_EQ(none.code(), StatusCode::kNotFound);
  EXPECT_THAT(none.message(), HasSubstr("No such file"));
}

}  // namespace
}  // namespace pawl::platform
