#include "engine/runtime/error_text.h"

#include <gtest/gtest.h>

namespace pawl::runtime {
namespace {

TEST(ErrorTextTest, TextsOfTheGreatestLengthAreTaken) {
  EXPECT_TRUE(CheckErrorText({}, {}).ok());
  EXPECT_TRUE(CheckErrorText(std::string(256, 'e'), std::string(32'768, 'c')).ok());
}

TEST(ErrorTextTest, ALongerTextIsRefusedByItsField) {
  const Status error = CheckErrorText(std::string(257, 'e'), {});
  EXPECT_EQ(error.field(), "error");
  EXPECT_EQ(error.message(), "error: has 257 characters; at most 256 would be right");
  EXPECT_EQ(CheckErrorText({}, std::string(32'769, 'c')).field(), "cause");
}

TEST(ErrorTextTest, CharactersAreCountedAndNotBytes) {
  std::string error;
  for (int i = 0; i < 256; ++i)
    error += "\u00fc";
  EXPECT_TRUE(CheckErrorText(error, {}).ok());
  EXPECT_FALSE(CheckErrorText(error + "\u00fc", {}).ok());
}

}  // namespace
}  // namespace pawl::runtime
