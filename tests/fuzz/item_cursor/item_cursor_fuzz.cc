// Any bytes as a cursor: they are refused, or written again they are the same text. The same bytes
// as the fields of a cursor: written, they read back, and a source opened there reads or says why
// not.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "engine/base/check.h"
#include "engine/base/coding.h"
#include "engine/objects/item_cursor.h"
#include "engine/objects/item_source.h"
#include "tests/support/memory_object_store.h"

namespace pawl::objects {
namespace {

constexpr std::size_t kKeyMax = 1024;

// The seeds hold cursors of these options.
ItemReaderOptions Options(InputType type) {
  return {.bucket = "bucket", .key = "items", .input_type = type};
}

void CheckText(std::string_view data) {
  const Result<ItemCursor> cursor = DecodeCursor(data, Options(InputType::kCsv));
  if (cursor.ok()) {
    PAWL_CHECK(EncodeCursor(*cursor, Options(InputType::kCsv)) == data);
    return;
  }
  PAWL_CHECK(cursor.status().code() == StatusCode::kInvalidArgument);
  PAWL_CHECK(cursor.status().field() == "cursor");
}

void CheckFields(std::string_view data, InputType type, std::string_view text) {
  Decoder decoder(data);
  ItemCursor cursor{.items = decoder.Varint(), .objects = decoder.Varint()};
  cursor.is_in_object = decoder.Byte() % 2 == 1;
  cursor.position = {
      .offset = decoder.Varint(), .line = decoder.Varint(), .count = decoder.Varint()};
  cursor.position.is_object = decoder.Byte() % 2 == 1;
  cursor.key = decoder.Raw(std::min(decoder.rest().size(), kKeyMax));
  // What the memory store gives its first object.
  cursor.object_tag = EtagTag("\"0\"");
  const ItemReaderOptions options = Options(type);
  const std::string written = EncodeCursor(cursor, options);
  PAWL_CHECK(DecodeCursor(written, options).value() == cursor);

  test::MemoryObjectStore store;
  store.Put({"bucket", "items"}, std::string(text));
  const Result<std::unique_ptr<ItemSource>> source = OpenItemSource(store, options, written);
  if (!source.ok()) return;
  for (;;) {
    const Result<std::vector<std::string>> items = (*source)->Next({});
    if (!items.ok()) PAWL_CHECK(items.status().reason() == kItemReaderFailed);
    if (!items.ok() || items->empty()) return;
  }
}

void Run(std::string_view data) {
  CheckText(data);
  CheckFields(data, InputType::kCsv, "a,b\n1,\"2\n\"\n3,4\n");
  CheckFields(data, InputType::kJson, R"([1,{"a":[2]},"3"])");
  CheckFields(data, InputType::kJsonLines, "1\n{\"a\":2}\n\n3\n");
}

}  // namespace
}  // namespace pawl::objects

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  pawl::objects::Run({reinterpret_cast<const char*>(data), size});
  return 0;
}
