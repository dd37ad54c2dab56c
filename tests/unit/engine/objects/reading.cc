#include "tests/unit/engine/objects/reading.h"

#include <gtest/gtest.h>

#include <utility>

namespace pawl::test {

using objects::ItemReaderOptions;
using objects::ItemSource;

Reading ReadRest(ItemSource& source, std::size_t count) {
  Reading reading;
  for (;;) {
    Result<Texts> items = source.Next({.items = count});
    if (!items.ok()) {
      reading.status = items.status();
      return reading;
    }
    if (items->empty()) return reading;
    reading.items.insert(reading.items.end(), items->begin(), items->end());
  }
}

Reading ReadFrom(objects::ObjectStore& store,
                 const ItemReaderOptions& options,
                 std::string_view cursor) {
  Result<std::unique_ptr<ItemSource>> source = OpenItemSource(store, options, cursor);
  if (!source.ok()) return {.items = {}, .status = source.status()};
  return ReadRest(**source);
}

namespace {

// From the cursor behind each item, exactly the items that follow are read.
void ExpectCursorsGoOn(objects::ObjectStore& store,
                       const ItemReaderOptions& options,
                       const Reading& whole) {
  Result<std::unique_ptr<ItemSource>> source = OpenItemSource(store, options, "");
  ASSERT_TRUE(source.ok());
  for (std::size_t i = 0; i <= whole.items.size(); ++i) {
    const Reading rest = ReadFrom(store, options, (*source)->Cursor());
    EXPECT_EQ(rest.items,
              Texts(whole.items.begin() + static_cast<std::ptrdiff_t>(i), whole.items.end()));
    EXPECT_EQ(rest.status, whole.status);
    EXPECT_EQ((*source)->Next({.items = 1}).ok(), i < whole.items.size() || whole.status.ok());
  }
}

}  // namespace

Reading ReadText(ItemReaderOptions options, const std::string& text) {
  MemoryObjectStore store;
  store.Put({.bucket = options.bucket, .key = options.key}, text);
  options.read_bytes = 1'000'000;
  Reading whole = ReadFrom(store, options);
  constexpr std::size_t kCursorsMax = 100;
  const bool has_source = OpenItemSource(store, options, "").ok();
  for (const std::size_t read_bytes : {1UL, 2UL, 3UL, 7UL}) {
    SCOPED_TRACE("reads of " + std::to_string(read_bytes) + " bytes");
    options.read_bytes = read_bytes;
    const Reading reading = ReadFrom(store, options);
    EXPECT_EQ(reading.items, whole.items);
    EXPECT_EQ(reading.status, whole.status);
    if (has_source && whole.items.size() < kCursorsMax) ExpectCursorsGoOn(store, options, whole);
  }
  return whole;
}

}  // namespace pawl::test
