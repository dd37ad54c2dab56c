#include "engine/objects/manifest.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

namespace pawl::test {
namespace {

using objects::Manifest;
using objects::ObjectName;
using objects::ParseAthenaManifest;
using objects::ParseInventoryManifest;
using ::testing::HasSubstr;

const ObjectName kName{.bucket = "bucket", .key = "manifest"};

// Amazon S3 User Guide, "Inventory manifest".
TEST(ManifestTest, ReadsAnInventory) {
  const Result<Manifest> manifest = ParseInventoryManifest(kName, R"({
    "sourceBucket": "example-source-bucket",
    "destinationBucket": "arn:aws:s3:::example-inventory",
    "version": "2016-11-30",
    "fileFormat": "CSV",
    "fileSchema": "Bucket, Key, Size",
    "files": [{"key": "data/1.csv.gz", "size": 2147, "MD5checksum": "f11166069f1990abeb9c97ace9cdfabc"},
              {"key": "data/2.csv.gz", "size": 1}]})");
  EXPECT_EQ(manifest.value(),
            (Manifest{.files = {{"example-inventory", "data/1.csv.gz"},
                                {"example-inventory", "data/2.csv.gz"}},
                      .columns = {"Bucket", "Key", "Size"}}));
}

TEST(ManifestTest, AnInventoryIsInItsOwnBucketIfItNamesNone) {
  const Result<Manifest> manifest = ParseInventoryManifest(
      kName, R"({"fileFormat":"CSV","fileSchema":"Key","files":[{"key":"1"}]})");
  EXPECT_EQ(manifest.value().files.at(0), (ObjectName{"bucket", "1"}));
}

TEST(ManifestTest, SaysWhatAnInventoryLacks) {
  const auto message = [](const std::string& text) {
    return ParseInventoryManifest(kName, text).status().message();
  };
  EXPECT_THAT(message("{"), HasSubstr("s3://bucket/manifest: expected JSON: line 1"));
  EXPECT_THAT(message("[]"), HasSubstr("found array"));
  EXPECT_THAT(message("{}"), HasSubstr("expected a text 'fileFormat'"));
  EXPECT_THAT(message(R"({"fileFormat":"ORC"})"), HasSubstr("expected 'fileFormat' CSV"));
  EXPECT_THAT(message(R"({"fileFormat":"CSV","fileSchema":1})"), HasSubstr("found number"));
  EXPECT_THAT(message(R"({"fileFormat":"CSV","fileSchema":"Key"})"), HasSubstr("array 'files'"));
  EXPECT_THAT(message(R"({"fileFormat":"CSV","fileSchema":"Key","files":[1]})"),
              HasSubstr("expected a text 'key'"));
}

TEST(ManifestTest, ReadsAthenasManifest) {
  const Result<Manifest> manifest =
      ParseAthenaManifest(kName, "s3://data/a/1.gz\r\n\n\"s3://data/b,c\"\n");
  EXPECT_EQ(manifest.value(), (Manifest{.files = {{"data", "a/1.gz"}, {"data", "b,c"}}}));
}

TEST(ManifestTest, SaysWhichLineNamesNoFile) {
  EXPECT_EQ(
      ParseAthenaManifest(kName, "s3://data/1\nfile\n").status().message(),
      "s3://bucket/manifest, line 2 (byte 12): expected the place of a file, s3://bucket/key, "
      "found another text");
  EXPECT_FALSE(ParseAthenaManifest(kName, "s3://data").ok());
  EXPECT_FALSE(ParseAthenaManifest(kName, "s3:///key").ok());
  EXPECT_FALSE(ParseAthenaManifest(kName, "s3://data/").ok());
}

}  // namespace
}  // namespace pawl::test
