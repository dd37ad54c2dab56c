#include "server/cli/input_file.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

namespace pawl::cli {
namespace {

class InputFileTest : public ::testing::Test {
 protected:
  std::string Write(const std::string& text) {
    const std::string path = ::testing::TempDir() + "/pawl_input_file_test_" +
                             ::testing::UnitTest::GetInstance()->current_test_info()->name();
    std::ofstream(path, std::ios::binary) << text;
    return path;
  }
};

TEST_F(InputFileTest, APayloadIsTakenAsItWasWritten) {
  EXPECT_EQ(ReadPayload("{ \"a\": 1.0 }").value(), "{ \"a\": 1.0 }");
}

TEST_F(InputFileTest, APayloadIsReadFromTheFileBehindTheAt) {
  EXPECT_EQ(ReadPayload("@" + Write("[1,\n2]")).value(), "[1,\n2]");
}

TEST_F(InputFileTest, WhatIsNoJsonIsRefusedWithItsPlace) {
  const Status status = ReadPayload("{a}").status();
  EXPECT_EQ(status.code(), StatusCode::kInvalidArgument);
  EXPECT_NE(status.message().find("line 1, column 2"), std::string::npos) << status.message();
}

TEST_F(InputFileTest, AFileOverTheBoundIsRefused) {
  const std::string path = Write("12345");
  EXPECT_EQ(ReadInputFile(path, 5).value(), "12345");
  EXPECT_EQ(ReadInputFile(path, 4).status().code(), StatusCode::kInvalidArgument);
}

}  // namespace
}  // namespace pawl::cli
