// Step Functions Developer Guide, "ItemReader (Map)", on CSV files; items recorded on AWS where a
// test says so.
#include "engine/objects/csv_reader.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <utility>

#include "tests/unit/engine/objects/reading.h"

namespace pawl::test {
namespace {

using objects::CsvDelimiter;
using objects::CsvHeaderLocation;
using objects::InputType;
using objects::ItemReaderOptions;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

Reading ReadCsv(const std::string& text, CsvDelimiter delimiter = CsvDelimiter::kComma) {
  ItemReaderOptions options = OptionsOf(InputType::kCsv);
  options.csv_delimiter = delimiter;
  return ReadText(options, text);
}

Reading ReadCsvWith(Texts headers, const std::string& text) {
  ItemReaderOptions options = OptionsOf(InputType::kCsv);
  options.csv_header_location = CsvHeaderLocation::kGiven;
  options.csv_headers = std::move(headers);
  return ReadText(options, text);
}

TEST(CsvReaderTest, NamesTheFieldsByTheFirstRow) {
  EXPECT_THAT(ReadCsv("a,b\n1,2\n3,4\n").items,
              ElementsAre(R"({"a":"1","b":"2"})", R"({"a":"3","b":"4"})"));
}

TEST(CsvReaderTest, NamesTheFieldsByGivenHeaders) {
  EXPECT_THAT(ReadCsvWith({"a", "b"}, "1,2\n3,4\n").items,
              ElementsAre(R"({"a":"1","b":"2"})", R"({"a":"3","b":"4"})"));
}

// Recorded on AWS: test_map_item_reader_base_csv_headers_first_line.
TEST(CsvReaderTest, FillsAndDropsFieldsAsRecorded) {
  EXPECT_THAT(ReadCsv("Col1,Col2,Col3\nValue1,Value2,Value3\nValue4,Value5,Value6\n,,,\n"
                      "true,1,'HelloWorld'\nNull,None,\n   \n")
                  .items,
              ElementsAre(R"({"Col1":"Value1","Col2":"Value2","Col3":"Value3"})",
                          R"({"Col1":"Value4","Col2":"Value5","Col3":"Value6"})",
                          R"({"Col1":"","Col2":"","Col3":""})",
                          R"({"Col1":"true","Col2":"1","Col3":"'HelloWorld'"})",
                          R"({"Col1":"Null","Col2":"None","Col3":""})",
                          R"({"Col1":"   ","Col2":"","Col3":""})"));
}

// Recorded on AWS: test_map_item_reader_csv_first_row_extra_fields.
TEST(CsvReaderTest, TakesAnEmptyHeaderAsRecorded) {
  EXPECT_THAT(
      ReadCsv("H1,\nValue4,Value5,Value6\n,,,\ntrue,1,'HelloWorld'\n").items,
      ElementsAre(
          R"({"":"Value5","H1":"Value4"})", R"({"":"","H1":""})", R"({"":"1","H1":"true"})"));
}

// Recorded on AWS: test_map_item_reader_csv_headers_first_row_typed_headers.
TEST(CsvReaderTest, OrdersMembersAsRecorded) {
  EXPECT_THAT(ReadCsv("0,True,{}\nValue4,Value5,Value6\n").items,
              ElementsAre(R"({"0":"Value4","{}":"Value6","True":"Value5"})"));
}

// Recorded on AWS: test_map_item_reader_csv_headers_decl_duplicate_headers.
TEST(CsvReaderTest, RefusesDuplicateHeadersAsRecorded) {
  const Status given = ReadCsvWith({"H1", "H1", "H3"}, "1,2,3\n").status;
  EXPECT_EQ(given.reason(), "States.ItemReaderFailed");
  EXPECT_EQ(given.message(), "CSV headers cannot contain duplicates.");
  EXPECT_EQ(ReadCsv("a,a\n1,2\n").status.message(), "CSV headers cannot contain duplicates.");
}

TEST(CsvReaderTest, TakesEveryDelimiter) {
  for (const auto& [delimiter, c] : {std::pair{CsvDelimiter::kComma, ','},
                                     {CsvDelimiter::kPipe, '|'},
                                     {CsvDelimiter::kSemicolon, ';'},
                                     {CsvDelimiter::kSpace, ' '},
                                     {CsvDelimiter::kTab, '\t'}}) {
    const std::string text = std::string("a") + c + "b\n1" + c + "2\n";
    EXPECT_THAT(ReadCsv(text, delimiter).items, ElementsAre(R"({"a":"1","b":"2"})"));
  }
}

TEST(CsvReaderTest, QuotedFieldsHoldDelimitersQuotesAndLines) {
  EXPECT_THAT(ReadCsv("a,b\n\"1,\n2\",\"say \"\"no\"\"\"\r\n\"\",x\n").items,
              ElementsAre(R"({"a":"1,\n2","b":"say \"no\""})", R"({"a":"","b":"x"})"));
}

TEST(CsvReaderTest, QuotesInsideAFieldAreText) {
  EXPECT_THAT(ReadCsv("a,b\n1\"2, \"x\"\n").items, ElementsAre(R"({"a":"1\"2","b":" \"x\""})"));
}

// "Backslashes only work with other backslashes, double quotation marks, and the field separator. A
// backslash followed by any other character is silently removed."
TEST(CsvReaderTest, BackslashesHideWhatFollowsAndAreDropped) {
  EXPECT_THAT(ReadCsv("path,size\nC:\\\\Program Files\\\\MyApp.exe,6534512\n").items,
              ElementsAre(R"({"path":"C:\\Program Files\\MyApp.exe","size":"6534512"})"));
  EXPECT_THAT(ReadCsv("a,b\n1\\,2,\"\\\"x\\\"\"\n\\\"y\\\",\\z\\\n").items,
              ElementsAre(R"({"a":"1,2","b":"\"x\""})", R"({"a":"\"y\"","b":"z"})"));
}

TEST(CsvReaderTest, RowsEndWithLfOrCrLfOrTheObject) {
  for (const char* const text : {"a,b\n1,2\n3,4", "a,b\r\n1,2\r\n3,4\r\n", "a,b\r\n1,2\n3,4\r"}) {
    EXPECT_THAT(ReadCsv(text).items, ElementsAre(R"({"a":"1","b":"2"})", R"({"a":"3","b":"4"})"));
  }
  EXPECT_THAT(ReadCsv("a\n1\r2\n").items, ElementsAre(R"({"a":"1\r2"})"));
}

TEST(CsvReaderTest, EmptyLinesAreNoRows) {
  EXPECT_THAT(ReadCsv("\n\r\na\n\n1\n\r\n\n2\n\n").items,
              ElementsAre(R"({"a":"1"})", R"({"a":"2"})"));
}

TEST(CsvReaderTest, PassesOverAByteOrderMark) {
  EXPECT_THAT(ReadCsv("\xEF\xBB\xBF"
                      "a\n1\n")
                  .items,
              ElementsAre(R"({"a":"1"})"));
  EXPECT_THAT(ReadCsvWith({"a"},
                          "\xEF\xBB\xBF"
                          "1\n2\n")
                  .items,
              ElementsAre(R"({"a":"1"})", R"({"a":"2"})"));
}

TEST(CsvReaderTest, ObjectsWithoutRowsHaveNoItems) {
  EXPECT_THAT(ReadCsv("a,b\n").items, IsEmpty());
  EXPECT_TRUE(ReadCsv("a,b").status.ok());
  EXPECT_TRUE(ReadCsvWith({"a"}, "").status.ok());
}

TEST(CsvReaderTest, SaysThatTheHeadersAreMissing) {
  EXPECT_THAT(ReadCsv("").status.message(),
              HasSubstr("s3://bucket/items: expected a first row with the CSV headers"));
  EXPECT_THAT(ReadCsvWith({}, "1\n").status.message(), HasSubstr("at least one CSV header"));
}

TEST(CsvReaderTest, SaysWhereAQuoteIsMissing) {
  const Reading reading = ReadCsv("a,b\n1,2\n3,\"4\n5,6\n");
  EXPECT_THAT(reading.items, ElementsAre(R"({"a":"1","b":"2"})"));
  EXPECT_EQ(reading.status.message(),
            "s3://bucket/items, line 3 (byte 8): expected a double quote at the end of the quoted "
            "field, found the end of the object");
}

TEST(CsvReaderTest, SaysWhatStandsBehindAQuotedField) {
  EXPECT_EQ(
      ReadCsv("a\n\"1\"2\n").status.message(),
      "s3://bucket/items, line 2 (byte 2): expected ',' or the end of the line behind a quoted "
      "field, found '2'");
}

TEST(CsvReaderTest, RefusesWhatIsNoUtf8) {
  EXPECT_EQ(
      ReadCsv("a\nx\n\xFF\n").status.message(),
      "s3://bucket/items, line 3 (byte 4): expected fields in UTF-8, found bytes that are not");
  EXPECT_THAT(ReadCsv("a\xFF\nx\n").status.message(), HasSubstr("CSV headers in UTF-8"));
}

TEST(CsvReaderTest, RefusesHeadersBeyondTenKibibytes) {
  MemoryObjectStore store;
  store.Put(kObject, std::string(10'240, 'h') + "\n1\n");
  EXPECT_EQ(ReadFrom(store, OptionsOf(InputType::kCsv)).items.size(), 1U);
  store.Put(kObject, std::string(10'241, 'h') + "\n1\n");
  EXPECT_THAT(ReadFrom(store, OptionsOf(InputType::kCsv)).status.message(),
              HasSubstr("CSV headers of at most 10240 bytes, found 10241"));
}

TEST(CsvReaderTest, RefusesAnItemBeyond256Kibibytes) {
  MemoryObjectStore store;
  const std::string largest(262'144 - std::string(R"({"a":""})").size(), 'x');
  store.Put(kObject, "a\n" + largest + "\n" + largest + "x\n");
  const Reading reading = ReadFrom(store, OptionsOf(InputType::kCsv));
  EXPECT_EQ(reading.items.size(), 1U);
  EXPECT_THAT(reading.status.message(),
              HasSubstr("expected an item of at most 262144 bytes of JSON, found 262145"));
}

TEST(CsvReaderTest, GivesUpOnARowThatDoesNotEnd) {
  MemoryObjectStore store;
  store.Put(kObject, "a\n\"" + std::string(3'000'000, '\n'));
  ItemReaderOptions options = OptionsOf(InputType::kCsv);
  options.read_bytes = 65'536;
  EXPECT_THAT(ReadFrom(store, options).status.message(), HasSubstr("takes at most 1048576 bytes"));
  EXPECT_LT(store.bytes_read(), 1'200'000U);
}

}  // namespace
}  // namespace pawl::test
