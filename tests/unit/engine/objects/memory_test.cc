// A million items pass through every source and the writer in bounded memory.
#include <gtest/gtest.h>
#include <malloc.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "engine/objects/item_source.h"
#include "engine/objects/object_store.h"
#include "engine/objects/result_writer.h"

namespace pawl::test {
namespace {

using objects::InputType;
using objects::ItemReaderOptions;
using objects::ItemSource;
using objects::ObjectName;
using objects::ObjectPage;
using objects::ObjectRange;
using objects::ObjectStat;
using objects::ObjectStore;
using objects::ObjectWriter;

constexpr std::uint64_t kItems = 1'000'000;
// One read of a mebibyte, what Next gives (a mebibyte of texts and their heads), and some slack.
constexpr std::size_t kBytesMax = std::size_t{6} * 1024 * 1024;

// Bytes that the program has from the heap.
std::size_t HeapBytes() {
  const struct mallinfo2 info = mallinfo2();
  return info.uordblks + info.hblkhd;
}

// An object of equal parts that is nowhere: made as it is read. What is written is counted alone.
class GeneratedObjectStore final : public ObjectStore {
 public:
  GeneratedObjectStore(std::string head, std::string part, std::string tail)
      : head_(std::move(head)), part_(std::move(part)), tail_(std::move(tail)) {}

  Result<ObjectStat> Stat(const ObjectName& /*object*/) override {
    return ObjectStat{.size = size(), .etag = "\"generated\"", .last_modified = {}};
  }

  Result<std::string> Read(const ObjectRange& range) override {
    std::string bytes;
    bytes.reserve(range.length);
    std::uint64_t offset = range.offset;
    while (bytes.size() < range.length && offset < size()) {
      const std::string_view part = At(offset).substr(0, range.length - bytes.size());
      bytes += part;
      offset += part.size();
    }
    return bytes;
  }

  Result<ObjectPage> List(const objects::ListRequest& request) override {
    return objects::NoSuchBucket(request.bucket);
  }

  Result<std::unique_ptr<ObjectWriter>> Write(const ObjectName& /*object*/) override {
    class Counter final : public ObjectWriter {
     public:
      explicit Counter(std::uint64_t& bytes) : bytes_(bytes) {}

      Status Append(std::string_view bytes) override {
        bytes_ += bytes.size();
        return OkStatus();
      }

      Status Close() override { return OkStatus(); }

     private:
      std::uint64_t& bytes_;
    };

    return std::unique_ptr<ObjectWriter>(std::make_unique<Counter>(written_));
  }

  std::uint64_t written() const { return written_; }

 private:
  std::uint64_t parts_end() const { return head_.size() + kItems * part_.size(); }

  std::uint64_t size() const { return parts_end() + tail_.size(); }

  // What follows from `offset` to the end of its part.
  std::string_view At(std::uint64_t offset) const {
    if (offset < head_.size()) return std::string_view(head_).substr(offset);
    if (offset >= parts_end()) return std::string_view(tail_).substr(offset - parts_end());
    return std::string_view(part_).substr((offset - head_.size()) % part_.size());
  }

  std::string head_;
  std::string part_;
  std::string tail_;
  std::uint64_t written_ = 0;
};

struct Use {
  std::uint64_t items = 0;
  std::size_t bytes_max = 0;
};

Use ReadAll(ObjectStore& store, InputType type, const std::string& pointer = "") {
  const std::size_t before = HeapBytes();
  const ItemReaderOptions options{
      .bucket = "bucket", .key = "items", .input_type = type, .items_pointer = pointer};
  const std::unique_ptr<ItemSource> source = OpenItemSource(store, options, "").value();
  Use use;
  for (;;) {
    const std::vector<std::string> items = source->Next({.items = 10'000}).value();
    use.bytes_max = std::max(use.bytes_max, HeapBytes() - std::min(before, HeapBytes()));
    if (items.empty()) return use;
    use.items += items.size();
  }
}

TEST(MemoryTest, CsvIsReadInBoundedMemory) {
  GeneratedObjectStore store("id,name\n", "12345,\"a name\"\n", "");
  const Use use = ReadAll(store, InputType::kCsv);
  EXPECT_EQ(use.items, kItems);
  EXPECT_LT(use.bytes_max, kBytesMax);
}

TEST(MemoryTest, AJsonArrayIsReadInBoundedMemory) {
  GeneratedObjectStore store("[0", R"(,{"id": 12345, "name": "a name"})", "]");
  const Use use = ReadAll(store, InputType::kJson);
  EXPECT_EQ(use.items, kItems + 1);
  EXPECT_LT(use.bytes_max, kBytesMax);
}

TEST(MemoryTest, WhatIsBeforeTheItemsIsPassedOverInBoundedMemory) {
  GeneratedObjectStore store(R"({"skip":[0)", R"(,{"id": 12345})", R"(],"items":[1,2]})");
  const Use use = ReadAll(store, InputType::kJson, "/items");
  EXPECT_EQ(use.items, 2U);
  EXPECT_LT(use.bytes_max, kBytesMax);
}

TEST(MemoryTest, JsonLinesAreReadInBoundedMemory) {
  GeneratedObjectStore store("", "{\"id\":12345,\"name\":\"a name\"}\n", "");
  const Use use = ReadAll(store, InputType::kJsonLines);
  EXPECT_EQ(use.items, kItems);
  EXPECT_LT(use.bytes_max, kBytesMax);
}

TEST(MemoryTest, ResultsAreWrittenInBoundedMemory) {
  GeneratedObjectStore store("", "x", "");
  const std::size_t before = HeapBytes();
  objects::ResultWriter writer(store, {.bucket = "bucket", .map_run_arn = "arn:run"});
  std::size_t bytes_max = 0;
  for (std::uint64_t i = 0; i < kItems; ++i) {
    ASSERT_TRUE(writer.Append({.name = "child", .input = "1", .output = "2"}).ok());
    if (i % 1'000 == 0)
      bytes_max = std::max(bytes_max, HeapBytes() - std::min(before, HeapBytes()));
  }
  ASSERT_TRUE(writer.Finish().ok());
  EXPECT_EQ(writer.written().executions, kItems);
  EXPECT_GT(store.written(), kItems * 100);
  EXPECT_LT(bytes_max, kBytesMax);
}

}  // namespace
}  // namespace pawl::test
