#include "engine/objects/json_lines_reader.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "tests/unit/engine/objects/reading.h"

namespace pawl::test {
namespace {

using objects::InputType;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

Reading ReadLines(const std::string& text) {
  return ReadText(OptionsOf(InputType::kJsonLines), text);
}

TEST(JsonLinesReaderTest, GivesTheLines) {
  EXPECT_THAT(ReadLines("{\"a\": 1}\n[ 2 ]\r\n\"x \"").items,
              ElementsAre(R"({"a":1})", "[2]", R"("x ")"));
}

TEST(JsonLinesReaderTest, PassesOverEmptyLinesAndAByteOrderMark) {
  EXPECT_THAT(ReadLines("\xEF\xBB\xBF\n1\n\n \t\r\n2\n\n").items, ElementsAre("1", "2"));
  EXPECT_TRUE(ReadLines("").status.ok());
}

TEST(JsonLinesReaderTest, SaysWhichLineIsWrong) {
  const Reading reading = ReadLines("1\n\n{\"a\"\n3\n");
  EXPECT_THAT(reading.items, ElementsAre("1"));
  EXPECT_THAT(reading.status.message(),
              HasSubstr("s3://bucket/items, line 3 (byte 3): expected one JSON value: line 1"));
  EXPECT_FALSE(ReadLines("1 2\n").status.ok());
}

TEST(JsonLinesReaderTest, RefusesLinesThatAreTooLong) {
  MemoryObjectStore store;
  store.Put(kObject, "\"" + std::string(262'143, 'x') + "\"\n");
  EXPECT_THAT(ReadFrom(store, OptionsOf(InputType::kJsonLines)).status.message(),
              HasSubstr("found 262145"));
  store.Put(kObject, std::string(3'000'000, ' '));
  EXPECT_THAT(ReadFrom(store, OptionsOf(InputType::kJsonLines)).status.message(),
              HasSubstr("takes at most 1048576 bytes"));
}

}  // namespace
}  // namespace pawl::test
