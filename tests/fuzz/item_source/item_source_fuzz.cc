// Any bytes as an object of items: the first byte chooses how they are read. Wherever the reads of
// the store end, the items and the error are the same; each item is JSON of at most 256 KiB on one
// line; and a source opened at the cursor behind an item gives exactly those that follow.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "engine/base/check.h"
#include "engine/json/parse.h"
#include "engine/objects/item_source.h"
#include "tests/support/memory_object_store.h"

namespace pawl::objects {
namespace {

constexpr std::size_t kWholeBytes = 1'000'000;
// Cursors are tried behind the first items alone: each is a reading of its own.
constexpr std::size_t kCursorsMax = 8;

const ObjectName kItems{.bucket = "bucket", .key = "items"};

ItemReaderOptions Csv(CsvDelimiter delimiter, std::vector<std::string> headers) {
  ItemReaderOptions options{.bucket = kItems.bucket, .key = kItems.key};
  options.input_type = InputType::kCsv;
  options.csv_delimiter = delimiter;
  options.csv_header_location =
      headers.empty() ? CsvHeaderLocation::kFirstRow : CsvHeaderLocation::kGiven;
  options.csv_headers = std::move(headers);
  return options;
}

ItemReaderOptions Json(std::string pointer) {
  return {.bucket = kItems.bucket,
          .key = kItems.key,
          .input_type = InputType::kJson,
          .items_pointer = std::move(pointer)};
}

ItemReaderOptions Lines() {
  return {.bucket = kItems.bucket, .key = kItems.key, .input_type = InputType::kJsonLines};
}

// The items are in a file that a manifest names, which may be compressed.
ItemReaderOptions ManifestLines() {
  return {.bucket = kItems.bucket,
          .key = "manifest",
          .input_type = InputType::kJsonLines,
          .manifest_type = ManifestType::kAthenaData};
}

ItemReaderOptions Choose(unsigned choice) {
  switch (choice % 8) {
    case 0:
      return Csv(CsvDelimiter::kComma, {});
    case 1:
      return Csv(CsvDelimiter::kSpace, {"a", "b"});
    case 2:
      return Csv(CsvDelimiter::kTab, {});
    case 3:
      return Json("");
    case 4:
      return Json("/a");
    case 5:
      return Json("/a/1/b");
    case 6:
      return Lines();
    default:
      return ManifestLines();
  }
}

struct Reading {
  std::vector<std::string> items;
  Status status;

  bool operator==(const Reading&) const = default;
};

Reading Read(ObjectStore& store, const ItemReaderOptions& options, std::string_view cursor) {
  Reading reading;
  Result<std::unique_ptr<ItemSource>> source = OpenItemSource(store, options, cursor);
  if (!source.ok()) return {.items = {}, .status = source.status()};
  for (;;) {
    Result<std::vector<std::string>> items = (*source)->Next({});
    if (!items.ok()) {
      reading.status = items.status();
      return reading;
    }
    if (items->empty()) return reading;
    reading.items.insert(reading.items.end(), items->begin(), items->end());
  }
}

void CheckCursors(ObjectStore& store, const ItemReaderOptions& options, const Reading& whole) {
  Result<std::unique_ptr<ItemSource>> source = OpenItemSource(store, options, "");
  if (!source.ok()) return;
  for (std::size_t i = 0; i < std::min(whole.items.size() + 1, kCursorsMax); ++i) {
    const Reading rest = Read(store, options, (*source)->Cursor());
    const auto begin = whole.items.begin() + static_cast<std::ptrdiff_t>(i);
    PAWL_CHECK(rest.items == std::vector(begin, whole.items.end()));
    PAWL_CHECK(rest.status == whole.status);
    if (i < whole.items.size()) PAWL_CHECK((*source)->Next({.items = 1}).value().size() == 1);
  }
}

void Run(std::string_view data) {
  if (data.empty()) return;
  ItemReaderOptions options = Choose(static_cast<unsigned char>(data.front()));
  test::MemoryObjectStore store;
  store.Put({"bucket", "manifest"}, "s3://bucket/items\n");
  store.Put(kItems, std::string(data.substr(1)));
  options.read_bytes = kWholeBytes;
  const Reading whole = Read(store, options, "");
  for (const std::string& item : whole.items) {
    PAWL_CHECK(json::Check(item).ok());
    PAWL_CHECK(item.size() <= std::size_t{256} * 1024);
    PAWL_CHECK(item.find('\n') == std::string::npos);
  }
  PAWL_CHECK(whole.status.ok() || whole.status.reason() == kItemReaderFailed);
  options.read_bytes = 1 + static_cast<unsigned char>(data.back()) % 5U;
  PAWL_CHECK(Read(store, options, "") == whole);
  CheckCursors(store, options, whole);
}

}  // namespace
}  // namespace pawl::objects

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  pawl::objects::Run({reinterpret_cast<const char*>(data), size});
  return 0;
}
