// ItemReader, ItemBatcher and ResultWriter (Step Functions Developer Guide).
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <variant>

#include "engine/asl/compile.h"

namespace pawl::test {
namespace {

using asl::Compilation;
using asl::Compile;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

Compilation CompileMap(const std::string& fields,
                       const std::string& mode = "DISTRIBUTED",
                       const std::string& language = "JSONPath") {
  return Compile(R"({"QueryLanguage":")" + language +
                 R"(","StartAt":"M","States":{"M":{"Type":"Map","End":true,)" + fields +
                 R"(,"ItemProcessor":{"ProcessorConfig":{"Mode":")" + mode +
                 R"(","ExecutionType":"STANDARD"},"StartAt":"P",
                 "States":{"P":{"Type":"Succeed"}}}}}})");
}

const asl::DistributedMap& MapOf(const Compilation& compilation) {
  return *std::get<asl::MapState>(compilation.machine->states[0].details).distributed;
}

TEST(MapItemsTest, AReaderIsCompiledWithAllItsFields) {
  const Compilation compilation =
      CompileMap(R"("ItemReader":{"Resource":"arn:aws-cn:states:::s3:getObject",
      "Parameters":{"Bucket":"b","Key.$":"$.k"},"ReaderConfig":{"InputType":"CSV",
      "CSVHeaderLocation":"GIVEN","CSVHeaders":["a","b"],"CSVDelimiter":"TAB","MaxItems":7}})");
  ASSERT_TRUE(compilation.ok());
  const asl::ItemReader& reader = *MapOf(compilation).reader;
  EXPECT_FALSE(reader.is_listing);
  EXPECT_TRUE(reader.parameters.has_value());
  EXPECT_EQ(reader.input_type, "CSV");
  EXPECT_EQ(reader.csv_header_location, "GIVEN");
  EXPECT_THAT(reader.csv_headers, ElementsAre("a", "b"));
  EXPECT_EQ(reader.csv_delimiter, "TAB");
  EXPECT_EQ(std::get<std::int64_t>(*reader.max_items), 7);
}

TEST(MapItemsTest, FieldsOfAReaderMayBeExpressions) {
  const Compilation compilation =
      CompileMap(R"("ItemReader":{"Resource":"arn:aws:states:::s3:listObjectsV2",
      "Arguments":{"Bucket":"{% $b %}"},"ReaderConfig":{"ItemsPointer":"{% '/' & $p %}",
      "MaxItems":"{% 1 %}","Transformation":"LOAD_AND_FLATTEN"}})",
                 "DISTRIBUTED",
                 "JSONata");
  ASSERT_TRUE(compilation.ok());
  const asl::ItemReader& reader = *MapOf(compilation).reader;
  EXPECT_TRUE(reader.is_listing);
  EXPECT_TRUE(std::holds_alternative<expression::JsonataTemplate>(*reader.items_pointer));
  EXPECT_TRUE(std::holds_alternative<expression::JsonataTemplate>(*reader.max_items));
  EXPECT_EQ(reader.transformation, "LOAD_AND_FLATTEN");
}

TEST(MapItemsTest, ABatcherAndAWriterAreCompiled) {
  const Compilation compilation = CompileMap(
      R"("ItemBatcher":{"MaxItemsPerBatchPath":"$.n","MaxInputBytesPerBatch":100,
         "BatchInput":{"a":1}},"ResultWriter":{"Resource":"arn:aws:states:::s3:putObject",
         "Parameters":{"Bucket":"b"},"WriterConfig":{"Transformation":"COMPACT",
         "OutputType":"JSONL"}})");
  ASSERT_TRUE(compilation.ok());
  const asl::ItemBatcher& batcher = *MapOf(compilation).batcher;
  EXPECT_TRUE(std::holds_alternative<expression::Path>(*batcher.items_max));
  EXPECT_EQ(std::get<std::int64_t>(*batcher.bytes_max), 100);
  EXPECT_TRUE(batcher.batch_input.has_value());
  const asl::ResultWriter& writer = *MapOf(compilation).writer;
  EXPECT_TRUE(writer.has_bucket);
  EXPECT_EQ(writer.transformation, "COMPACT");
  EXPECT_EQ(writer.output_type, "JSONL");
}

TEST(MapItemsTest, TheyBelongToADistributedMap) {
  const Compilation compilation = CompileMap(
      R"("ItemBatcher":{"MaxItemsPerBatch":2},"ResultWriter":{"WriterConfig":{}})", "INLINE");
  ASSERT_EQ(compilation.diagnostics.size(), 2U);
  EXPECT_EQ(compilation.diagnostics[0].pointer, "/States/M/ItemBatcher");
  EXPECT_EQ(compilation.diagnostics[1].pointer, "/States/M/ResultWriter");
  EXPECT_THAT(compilation.diagnostics[0].message, HasSubstr("DISTRIBUTED"));
}

TEST(MapItemsTest, AWriterWritesSomewhereOrSomehow) {
  const Compilation compilation = CompileMap(R"("ResultWriter":{})");
  ASSERT_EQ(compilation.diagnostics.size(), 1U);
  EXPECT_EQ(compilation.diagnostics[0].message,
            "expected Resource, WriterConfig or both, found neither");
}

}  // namespace
}  // namespace pawl::test
