#include "engine/objects/item_source.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <random>
#include <string>
#include <utility>

#include "tests/support/memory_object_store.h"
#include "tests/unit/engine/objects/gzip.h"
#include "tests/unit/engine/objects/reading.h"

namespace pawl::test {
namespace {

using objects::InputType;
using objects::ItemOrigin;
using objects::ItemReaderOptions;
using objects::ItemSource;
using objects::ManifestType;
using objects::ReaderResource;
using objects::ReaderTransformation;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

class ItemSourceTest : public ::testing::Test {
 protected:
  void Put(const std::string& key, std::string text) {
    store.Put({"bucket", key}, std::move(text));
  }

  std::unique_ptr<ItemSource> Open(const ItemReaderOptions& options, std::string_view cursor = "") {
    return OpenItemSource(store, options, cursor).value();
  }

  Status StatusOf(const ItemReaderOptions& options, std::string_view cursor = "") {
    return ReadFrom(store, options, cursor).status;
  }

  // Behind each item, a source opened at the cursor gives the items that follow.
  void ExpectEveryCursorGoesOn(const ItemReaderOptions& options) {
    const Reading whole = ReadFrom(store, options);
    ASSERT_TRUE(whole.status.ok());
    std::unique_ptr<ItemSource> source = Open(options);
    for (std::size_t i = 0; i <= whole.items.size(); ++i) {
      source = Open(options, source->Cursor());
      const Reading rest = ReadFrom(store, options, source->Cursor());
      EXPECT_EQ(rest.items,
                Texts(whole.items.begin() + static_cast<std::ptrdiff_t>(i), whole.items.end()));
      EXPECT_EQ(source->Next({.items = 1}).value().size(), i < whole.items.size() ? 1U : 0U);
    }
  }

  static ItemReaderOptions ListOptions() {
    return {.resource = ReaderResource::kListObjects, .bucket = "bucket", .prefix = "data/"};
  }

  static ItemReaderOptions FlattenOptions(InputType type) {
    ItemReaderOptions options = ListOptions();
    options.input_type = type;
    options.transformation = ReaderTransformation::kLoadAndFlatten;
    return options;
  }

  static ItemReaderOptions ManifestOptions() {
    return {.bucket = "bucket", .key = "manifest.json", .input_type = InputType::kManifest};
  }

  void PutInventory() {
    Put("manifest.json",
        R"({"fileFormat":"CSV","fileSchema":"Bucket, Key, Size","destinationBucket":)"
        R"("arn:aws:s3:::bucket","files":[{"key":"1.csv.gz"},{"key":"empty.csv.gz"},)"
        R"({"key":"2.csv"}]})");
    Put("1.csv.gz", Gzip("\"source\",\"a\",\"1\"\n") + Gzip("\"source\",\"b%20c\",\"2\"\n"));
    Put("empty.csv.gz", Gzip(""));
    Put("2.csv", "\"source\",\"d\",\"3\"\n");
  }

  MemoryObjectStore store;
};

TEST_F(ItemSourceTest, GivesAsManyItemsAsAskedFor) {
  Put("items", "[1,2,3]");
  const std::unique_ptr<ItemSource> source = Open(OptionsOf(InputType::kJson));
  EXPECT_THAT(source->Next({.items = 2}).value(), ElementsAre("1", "2"));
  EXPECT_THAT(source->Next({.items = 2}).value(), ElementsAre("3"));
  EXPECT_THAT(source->Next({.items = 2}).value(), IsEmpty());
  EXPECT_THAT(source->Next({.items = 2}).value(), IsEmpty());
}

TEST_F(ItemSourceTest, StopsWithTheItemThatReachesTheBytes) {
  Put("items", "[11,22,33]");
  const std::unique_ptr<ItemSource> source = Open(OptionsOf(InputType::kJson));
  EXPECT_THAT(source->Next({.items = 9, .bytes = 1}).value(), ElementsAre("11"));
  EXPECT_THAT(source->Next({.items = 9, .bytes = 3}).value(), ElementsAre("22", "33"));
}

// Recorded on AWS: test_map_item_reader_csv_max_items, where 0 is no limit.
TEST_F(ItemSourceTest, StopsAtMaxItems) {
  Put("items", "Col1,Col2\nValue1,Value2\nValue3,Value4\nValue5,Value6\nValue7,Value8\n");
  for (const auto& [max_items, count] :
       {std::pair{0U, 4U}, {2U, 2U}, {4U, 4U}, {100'000'000U, 4U}}) {
    ItemReaderOptions options = OptionsOf(InputType::kCsv);
    options.max_items = max_items;
    EXPECT_EQ(ReadFrom(store, options).items.size(), count);
  }
}

TEST_F(ItemSourceTest, MaxItemsCountsTheItemsBeforeTheCursor) {
  Put("items", "[1,2,3,4]");
  ItemReaderOptions options = OptionsOf(InputType::kJson);
  options.max_items = 3;
  const std::unique_ptr<ItemSource> source = Open(options);
  ASSERT_EQ(source->Next({.items = 2}).value().size(), 2U);
  EXPECT_THAT(ReadFrom(store, options, source->Cursor()).items, ElementsAre("3"));
}

TEST_F(ItemSourceTest, WhatFollowsMaxItemsIsNotRead) {
  Put("items", "[1,2,broken");
  ItemReaderOptions options = OptionsOf(InputType::kJson);
  options.max_items = 2;
  EXPECT_TRUE(StatusOf(options).ok());
}

TEST_F(ItemSourceTest, GoesOnInFewReads) {
  std::string text = "id,name\n";
  for (int i = 0; i < 10'000; ++i) {
    text += std::to_string(i) + ",name\n";
  }
  Put("items", text);
  ItemReaderOptions options = OptionsOf(InputType::kCsv);
  options.read_bytes = 100;
  const std::unique_ptr<ItemSource> source = Open(options);
  ASSERT_EQ(source->Next({.items = 9'000}).value().size(), 9'000U);
  const std::string cursor = source->Cursor();
  const std::size_t reads_before = store.read_count();
  EXPECT_THAT(Open(options, cursor)->Next({.items = 1}).value(),
              ElementsAre(R"({"name":"name","id":"9000"})"));
  EXPECT_LE(store.read_count() - reads_before, 2U);
}

TEST_F(ItemSourceTest, GivesTheItemsBeforeAFaultFirst) {
  Put("items", "[1,2,x]");
  const std::unique_ptr<ItemSource> source = Open(OptionsOf(InputType::kJson));
  EXPECT_THAT(source->Next({}).value(), ElementsAre("1", "2"));
  const Status status = source->Next({}).status();
  EXPECT_EQ(status.reason(), "States.ItemReaderFailed");
  EXPECT_EQ(source->Next({}).status(), status);
}

TEST_F(ItemSourceTest, SaysWhatDoesNotExist) {
  store.AddBucket("bucket");
  const Status status = StatusOf(OptionsOf(InputType::kJson));
  EXPECT_EQ(status.reason(), "States.ItemReaderFailed");
  EXPECT_EQ(status.message(), "the object s3://bucket/items does not exist");
  ItemReaderOptions options = ListOptions();
  options.bucket = "no-bucket";
  EXPECT_EQ(StatusOf(options).message(), "the bucket 'no-bucket' does not exist");
}

TEST_F(ItemSourceTest, RefusesToGoOnInAnotherObject) {
  Put("items", "[1,2]");
  const ItemReaderOptions options = OptionsOf(InputType::kJson);
  const std::unique_ptr<ItemSource> source = Open(options);
  ASSERT_TRUE(source->Next({.items = 1}).ok());
  Put("items", "[3,4]");
  const Status status = StatusOf(options, source->Cursor());
  EXPECT_EQ(status.reason(), "States.ItemReaderFailed");
  EXPECT_THAT(status.message(), HasSubstr("s3://bucket/items was replaced while it was read"));
}

TEST_F(ItemSourceTest, AnObjectThatIsReplacedWhileItIsReadEndsTheReading) {
  Put("items", "[1,2]");
  ItemReaderOptions options = OptionsOf(InputType::kJson);
  options.read_bytes = 3;
  const std::unique_ptr<ItemSource> source = Open(options);
  ASSERT_TRUE(source->Next({.items = 1}).ok());
  Put("items", "[3,4]");
  EXPECT_EQ(source->Next({}).status().code(), StatusCode::kFailedPrecondition);
}

TEST_F(ItemSourceTest, GoesOnAfterTheStoreWasAway) {
  Put("items", "[1,2,3,4]");
  ItemReaderOptions options = OptionsOf(InputType::kJson);
  options.read_bytes = 1;
  const Texts whole = ReadFrom(store, options).items;
  for (std::size_t reads = 0; reads < 12; ++reads) {
    const std::unique_ptr<ItemSource> source = Open(options);
    store.FailReadsFrom(reads);
    Reading reading = ReadRest(*source);
    store.MendReads();
    EXPECT_EQ(reading.status.code(), reads < 10 ? StatusCode::kUnavailable : StatusCode::kOk);
    const Reading rest = ReadFrom(store, options, source->Cursor());
    reading.items.insert(reading.items.end(), rest.items.begin(), rest.items.end());
    EXPECT_EQ(reading.items, whole);
  }
}

TEST_F(ItemSourceTest, AFileThatCouldNotBeOpenedIsNotPassedOver) {
  PutInventory();
  const Texts whole = ReadFrom(store, ManifestOptions()).items;
  for (std::size_t reads = 2; reads < 12; ++reads) {
    const std::unique_ptr<ItemSource> source = Open(ManifestOptions());
    store.FailReadsFrom(reads);
    Reading reading = ReadRest(*source);
    store.MendReads();
    const Reading rest = ReadFrom(store, ManifestOptions(), source->Cursor());
    reading.items.insert(reading.items.end(), rest.items.begin(), rest.items.end());
    EXPECT_EQ(reading.items, whole);
  }
}

TEST_F(ItemSourceTest, RefusesWhatIsNoCursor) {
  Put("items", "[1]");
  const Status status = StatusOf(OptionsOf(InputType::kJson), "not a cursor");
  EXPECT_EQ(status.code(), StatusCode::kInvalidArgument);
  EXPECT_EQ(status.field(), "cursor");
  EXPECT_EQ(status.reason(), "");
}

TEST_F(ItemSourceTest, ParquetIsNotRead) {
  Put("items", "PAR1");
  const Status status = StatusOf(OptionsOf(InputType::kParquet));
  EXPECT_EQ(status.code(), StatusCode::kUnimplemented);
  EXPECT_EQ(status.reason(), "States.ItemReaderFailed");
  EXPECT_THAT(status.message(), HasSubstr("PARQUET is not read by this build"));
}

TEST_F(ItemSourceTest, RefusesOptionsThatContradictEachOther) {
  Put("items", "[1]");
  ItemReaderOptions version = OptionsOf(InputType::kJson);
  version.version_id = "1";
  EXPECT_THAT(StatusOf(version).message(), HasSubstr("VersionId: expected none"));
  ItemReaderOptions pointer = OptionsOf(InputType::kCsv);
  pointer.items_pointer = "/a";
  EXPECT_THAT(StatusOf(pointer).message(), HasSubstr("ItemsPointer: expected the InputType JSON"));
  ItemReaderOptions flatten = OptionsOf(InputType::kJson);
  flatten.transformation = ReaderTransformation::kLoadAndFlatten;
  EXPECT_THAT(StatusOf(flatten).message(), HasSubstr("with s3:listObjectsV2 alone"));
  EXPECT_THAT(StatusOf(FlattenOptions(InputType::kManifest)).message(),
              HasSubstr("found a manifest"));
  ItemReaderOptions athena = ManifestOptions();
  athena.manifest_type = ManifestType::kAthenaData;
  EXPECT_THAT(StatusOf(athena).message(), HasSubstr("expected CSV or JSONL"));
}

// Step Functions Developer Guide, "ItemReader (Map)": an item of a listing.
TEST_F(ItemSourceTest, ListsWhatIsKnownOfObjects) {
  Put("data/a", "12345");
  Put("data/b\"", "");
  Put("other", "x");
  EXPECT_THAT(ReadFrom(store, ListOptions()).items,
              ElementsAre(R"({"Etag":"\"0\"","Key":"data/a","LastModified":1668699881,"Size":5,)"
                          R"("StorageClass":"STANDARD"})",
                          R"({"Etag":"\"1\"","Key":"data/b\"","LastModified":1668699882,"Size":0,)"
                          R"("StorageClass":"STANDARD"})"));
}

TEST_F(ItemSourceTest, AListingGoesOnBehindItsLastKey) {
  for (int i = 0; i < 30; ++i) {
    Put("data/" + std::to_string(i), "x");
  }
  ExpectEveryCursorGoesOn(ListOptions());
  ItemReaderOptions options = ListOptions();
  options.max_items = 7;
  EXPECT_EQ(ReadFrom(store, options).items.size(), 7U);
}

TEST_F(ItemSourceTest, AListingHasMorePagesThanOne) {
  for (int i = 0; i < 2'500; ++i) {
    Put("data/" + std::to_string(i), "");
  }
  EXPECT_EQ(ReadFrom(store, ListOptions()).items.size(), 2'500U);
}

TEST_F(ItemSourceTest, LoadsAndFlattensListedObjects) {
  Put("data/", "");
  Put("data/1", "[1,2]");
  Put("data/2", "[]");
  Put("data/3", R"({"a":3})");
  EXPECT_THAT(ReadFrom(store, FlattenOptions(InputType::kJson)).items,
              ElementsAre("1", "2", R"({"Key":"a","Value":3})"));
  ExpectEveryCursorGoesOn(FlattenOptions(InputType::kJson));
}

TEST_F(ItemSourceTest, TellsWhichItemsAreMembers) {
  Put("data/1", R"([{"Key":"a","Value":1}])");
  Put("data/2", R"({"a":1,"b":2})");
  Put("data/3", "[2]");
  const std::unique_ptr<ItemSource> source = Open(FlattenOptions(InputType::kJson));
  ASSERT_EQ(source->Next({.items = 2}).value().size(), 2U);
  EXPECT_THAT(source->are_members(), ElementsAre(false, true));
  // Also from a cursor inside the object.
  const std::unique_ptr<ItemSource> rest = Open(FlattenOptions(InputType::kJson), source->Cursor());
  ASSERT_EQ(rest->Next({}).value().size(), 2U);
  EXPECT_THAT(rest->are_members(), ElementsAre(true, false));
  EXPECT_THAT(rest->Next({}).value(), IsEmpty());
  EXPECT_THAT(rest->are_members(), IsEmpty());
}

TEST_F(ItemSourceTest, TellsWhereItemsComeFrom) {
  Put("data/1", "[1,2]");
  Put("data/2", "[3]");
  Put("data/3", "[4,5]");
  const std::unique_ptr<ItemSource> source = Open(FlattenOptions(InputType::kJson));
  ASSERT_EQ(source->Next({.items = 4}).value().size(), 4U);
  EXPECT_THAT(source->origins(),
              ElementsAre(ItemOrigin{.first = 0, .uri = "S3://bucket/data/1"},
                          ItemOrigin{.first = 2, .uri = "S3://bucket/data/2"},
                          ItemOrigin{.first = 3, .uri = "S3://bucket/data/3"}));
  // Also from a cursor inside the object.
  const std::unique_ptr<ItemSource> rest = Open(FlattenOptions(InputType::kJson), source->Cursor());
  ASSERT_EQ(rest->Next({}).value().size(), 1U);
  EXPECT_THAT(rest->origins(), ElementsAre(ItemOrigin{.first = 0, .uri = "S3://bucket/data/3"}));

  const std::unique_ptr<ItemSource> listing = Open(ListOptions());
  ASSERT_EQ(listing->Next({}).value().size(), 3U);
  EXPECT_THAT(listing->origins(), ElementsAre(ItemOrigin{.first = 0, .uri = "S3://bucket"}));
}

TEST_F(ItemSourceTest, EachFlattenedCsvHasItsHeaders) {
  Put("data/1", "a\n1\n2\n");
  Put("data/2", "b\n3\n");
  EXPECT_THAT(ReadFrom(store, FlattenOptions(InputType::kCsv)).items,
              ElementsAre(R"({"a":"1"})", R"({"a":"2"})", R"({"b":"3"})"));
  ExpectEveryCursorGoesOn(FlattenOptions(InputType::kCsv));
}

TEST_F(ItemSourceTest, GivesTheRowsOfAnInventory) {
  PutInventory();
  EXPECT_THAT(ReadFrom(store, ManifestOptions()).items,
              ElementsAre(R"({"Bucket":"source","Size":"1","Key":"a"})",
                          R"({"Bucket":"source","Size":"2","Key":"b%20c"})",
                          R"({"Bucket":"source","Size":"3","Key":"d"})"));
  ExpectEveryCursorGoesOn(ManifestOptions());
}

TEST_F(ItemSourceTest, RefusesToGoOnWithAnotherManifest) {
  PutInventory();
  const std::string cursor = Open(ManifestOptions())->Cursor();
  PutInventory();
  EXPECT_THAT(StatusOf(ManifestOptions(), cursor).message(), HasSubstr("manifest was replaced"));
}

TEST_F(ItemSourceTest, NamesTheFileOfAManifestThatIsMissing) {
  Put("manifest.json", R"({"fileFormat":"CSV","fileSchema":"Key","files":[{"key":"gone.csv"}]})");
  EXPECT_EQ(StatusOf(ManifestOptions()).message(),
            "the object s3://bucket/gone.csv does not exist");
}

TEST_F(ItemSourceTest, GivesTheItemsOfAthenasFiles) {
  Put("manifest.csv", "s3://bucket/1.gz\ns3://bucket/2\n");
  Put("1.gz", Gzip("{\"n\":1}\n{\"n\":2}\n"));
  Put("2", "{\"n\":3}\n");
  const ItemReaderOptions options{.bucket = "bucket",
                                  .key = "manifest.csv",
                                  .input_type = InputType::kJsonLines,
                                  .manifest_type = ManifestType::kAthenaData};
  EXPECT_THAT(ReadFrom(store, options).items,
              ElementsAre(R"({"n":1})", R"({"n":2})", R"({"n":3})"));
  ExpectEveryCursorGoesOn(options);
}

TEST_F(ItemSourceTest, RefusesAManifestThatIsTooLarge) {
  Put("manifest.json", std::string(16 * 1024 * 1024 + 1, ' '));
  EXPECT_THAT(StatusOf(ManifestOptions()).message(),
              HasSubstr("a manifest of at most 16777216 bytes, found 16777217"));
}

// Whatever the text, a cursor goes on with exactly the items that follow, and reads of any size
// give the same items and the same error.
TEST_F(ItemSourceTest, RandomTextsReadTheSameInAnyPieces) {
  constexpr int kTexts = 400;
  constexpr std::uint32_t kSeed = 20261127;
  std::mt19937 random(kSeed);
  const std::string alphabet = "ab,\"\\\r\n[]{}: 1\t|\xC3\xA9";
  for (int i = 0; i < kTexts; ++i) {
    std::string text = i % 2 == 0 ? "h,i\n" : "[";
    const std::size_t size = random() % 40;
    for (std::size_t n = 0; n < size; ++n) {
      text += alphabet[random() % alphabet.size()];
    }
    SCOPED_TRACE("seed " + std::to_string(kSeed) + ", text " + std::to_string(i) + ": " + text);
    for (const InputType type : {InputType::kCsv, InputType::kJson, InputType::kJsonLines}) {
      ReadText(OptionsOf(type), text);
    }
  }
}

}  // namespace
}  // namespace pawl::test
