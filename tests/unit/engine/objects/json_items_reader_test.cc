#include "engine/objects/json_items_reader.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "tests/unit/engine/objects/reading.h"

namespace pawl::test {
namespace {

using objects::InputType;
using objects::ItemReaderOptions;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

Reading ReadJson(const std::string& text, const std::string& pointer = "") {
  ItemReaderOptions options = OptionsOf(InputType::kJson);
  options.items_pointer = pointer;
  return ReadText(options, text);
}

// Recorded on AWS: test_map_item_reader_base_json_max_items; the items come out compact.
TEST(JsonItemsReaderTest, GivesTheElementsOfAnArray) {
  EXPECT_THAT(ReadJson(R"([{"verdict": "true", "n": 1.50}, {"verdict": "false"} ])").items,
              ElementsAre(R"({"verdict":"true","n":1.50})", R"({"verdict":"false"})"));
}

TEST(JsonItemsReaderTest, ElementsAreOfAnyType) {
  EXPECT_THAT(ReadJson("[1,-2.5e3 , \"a ] , \\\" b\",true,null,[ 1, [ ] ],{ }]\n").items,
              ElementsAre("1", "-2.5e3", R"("a ] , \" b")", "true", "null", "[1,[]]", "{}"));
}

TEST(JsonItemsReaderTest, GivesTheMembersOfAnObject) {
  EXPECT_THAT(ReadJson(R"({"a": 1, "b\n": {"c": [ ]}})").items,
              ElementsAre(R"({"Key":"a","Value":1})", R"({"Key":"b\n","Value":{"c":[]}})"));
}

TEST(JsonItemsReaderTest, EmptyContainersHaveNoItems) {
  for (const char* const text : {"[]", " [ ] ", "{}", "\xEF\xBB\xBF[]"}) {
    const Reading reading = ReadJson(text);
    EXPECT_THAT(reading.items, IsEmpty());
    EXPECT_TRUE(reading.status.ok());
  }
}

TEST(JsonItemsReaderTest, FollowsThePointer) {
  const std::string text =
      R"({"skip": ["]}", {"items": [0]}], "a/b": [[7], {"~": {"items": [1, 2]}}], "z": broken)";
  EXPECT_THAT(ReadJson(text, "/a~1b/1/~0/items").items, ElementsAre("1", "2"));
  EXPECT_THAT(ReadJson(text, "/a~1b/0").items, ElementsAre("7"));
  EXPECT_THAT(ReadJson(text, "/a~1b/1").items,
              ElementsAre(R"({"Key":"~","Value":{"items":[1,2]}})"));
}

TEST(JsonItemsReaderTest, ComparesNamesByWhatTheyStandFor) {
  EXPECT_THAT(ReadJson(R"({"\u0061": [1]})", "/a").items, ElementsAre("1"));
}

TEST(JsonItemsReaderTest, SaysWhereThePointerEnds) {
  EXPECT_EQ(
      ReadJson(R"({"a":{"b":1}})", "/a/items").status.message(),
      "s3://bucket/items, byte 12: expected a member 'items' of the ItemsPointer in the object "
      "that ends here, found none");
  EXPECT_THAT(ReadJson("[[1],[2]]", "/2").status.message(), HasSubstr("expected an element '2'"));
  EXPECT_THAT(ReadJson("[[1],[2]]", "/01").status.message(), HasSubstr("expected an element '01'"));
  EXPECT_THAT(ReadJson("{\"a\":1}", "/a/b").status.message(),
              HasSubstr("expected an array or an object that holds 'b'"));
}

TEST(JsonItemsReaderTest, RefusesWhatIsNoPointer) {
  EXPECT_THAT(ReadJson("[]", "items").status.message(), HasSubstr("starts with '/'"));
  EXPECT_THAT(ReadJson("[]", "/~2").status.message(), HasSubstr("behind '~' at byte 2"));
  EXPECT_EQ(ReadJson("[]", "/~").status.reason(), "States.ItemReaderFailed");
}

TEST(JsonItemsReaderTest, ItemsAreInAnArrayOrAnObject) {
  EXPECT_EQ(ReadJson("\"text\"").status.message(),
            "s3://bucket/items, byte 0: expected an array or an object of items, found '\"'");
  EXPECT_THAT(ReadJson("{\"a\":1}", "/a").status.message(), HasSubstr("at the ItemsPointer"));
  EXPECT_THAT(ReadJson("").status.message(), HasSubstr("found the end of the object"));
}

TEST(JsonItemsReaderTest, SaysWhatIsWrongWithAnItem) {
  const Reading reading = ReadJson(R"([1, {"a" 2}, 3])");
  EXPECT_THAT(reading.items, ElementsAre("1"));
  EXPECT_THAT(reading.status.message(),
              HasSubstr("s3://bucket/items, byte 3: expected item 2 to be a JSON value: "));
  EXPECT_EQ(reading.status.reason(), "States.ItemReaderFailed");
}

TEST(JsonItemsReaderTest, RefusesBrokenText) {
  for (const char* const text : {"[1",
                                 "[1,",
                                 "[1,]",
                                 "[,1]",
                                 "[1 2]",
                                 "[1}",
                                 "[1] x",
                                 "[1][2]",
                                 "{\"a\"}",
                                 "{a:1}",
                                 "[[}]",
                                 "[tru]",
                                 "[01]",
                                 "[\"\x01\"]",
                                 "[\"\xFF\"]",
                                 "{\"a\":1,}",
                                 "[\"a]",
                                 "{\"a\":}"}) {
    EXPECT_EQ(ReadJson(text).status.reason(), "States.ItemReaderFailed") << text;
  }
}

TEST(JsonItemsReaderTest, RefusesDuplicateMembersOfAnItem) {
  EXPECT_FALSE(ReadJson(R"([{"a":1,"a":2}])").status.ok());
}

TEST(JsonItemsReaderTest, RefusesAnItemBeyond256Kibibytes) {
  MemoryObjectStore store;
  const std::string largest(262'142, 'x');
  store.Put(kObject, "[\"" + largest + "\",\"" + largest + "x\"]");
  const Reading reading = ReadFrom(store, OptionsOf(InputType::kJson));
  EXPECT_EQ(reading.items.size(), 1U);
  EXPECT_THAT(reading.status.message(), HasSubstr("found 262145"));
}

TEST(JsonItemsReaderTest, GivesUpOnAnItemThatDoesNotEnd) {
  MemoryObjectStore store;
  store.Put(kObject, "[\"" + std::string(3'000'000, 'x'));
  ItemReaderOptions options = OptionsOf(InputType::kJson);
  options.read_bytes = 65'536;
  EXPECT_THAT(ReadFrom(store, options).status.message(), HasSubstr("takes at most 1048576 bytes"));
  EXPECT_LT(store.bytes_read(), 1'200'000U);
}

}  // namespace
}  // namespace pawl::test
