#include "server/access_keys.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>

#include "tests/support/temporary_directory.h"

namespace pawl::server {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;
using testing::Pair;

std::string KeysErrorOf(std::string_view text) {
  return ParseAccessKeys(text).status().message();
}

TEST(AccessKeysTest, KeysStandWithCommasOrWhiteSpaceBetweenThem) {
  EXPECT_THAT(
      ParseAccessKeys("AKIA1:secret/1+=,AKIA2:secret:2\n# none\n\tAKIA3:secret33 # a\n").value(),
      ElementsAre(
          Pair("AKIA1", "secret/1+="), Pair("AKIA2", "secret:2"), Pair("AKIA3", "secret33")));
  EXPECT_THAT(ParseAccessKeys("").value(), ElementsAre());
}

TEST(AccessKeysTest, WhatIsNoKeyIsAnErrorWithoutTheSecret) {
  EXPECT_THAT(KeysErrorOf("AKIA1:secret11,verysecret"), HasSubstr("access key 2 is not ID:SECRET"));
  EXPECT_THAT(KeysErrorOf("A:verysecret"), HasSubstr("3 to 128"));
  EXPECT_THAT(KeysErrorOf("AK-A:verysecret"), Not(HasSubstr("verysecret")));
  EXPECT_THAT(KeysErrorOf("AKIA1:short"), HasSubstr("has 5 characters"));
  EXPECT_THAT(KeysErrorOf("AKIA1:secret11 AKIA1:secret12"), HasSubstr("'AKIA1' stands twice"));
}

TEST(AccessKeysTest, AFileHoldsMore) {
  const test::TemporaryDirectory directory;
  const std::string path = directory.path().string() + "/keys";
  std::ofstream(path) << "# team\nAKIA2:secret22\n";
  EXPECT_THAT(LoadAccessKeys("AKIA1:secret11", path).value(),
              ElementsAre(Pair("AKIA1", "secret11"), Pair("AKIA2", "secret22")));
  EXPECT_THAT(LoadAccessKeys("AKIA2:secret11", path).status().message(),
              HasSubstr("'AKIA2' is in aws_access_keys too"));
  std::ofstream(path) << "# nobody\n";
  EXPECT_THAT(LoadAccessKeys("", path).status().message(), HasSubstr("holds no key"));
  EXPECT_THAT(LoadAccessKeys("", path + "x").status().message(), HasSubstr("cannot read"));
  EXPECT_THAT(LoadAccessKeys("", directory.path().string()).status().message(),
              HasSubstr("Is a directory"));
}

}  // namespace
}  // namespace pawl::server
