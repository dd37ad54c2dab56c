// ItemCursor: what a source writes into the text of its cursor.
//
// The text is hexadecimal: a version byte, the fields as varints and strings, and four bytes of a
// hash over both and over the options that decide what the items are.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "engine/base/status.h"
#include "engine/objects/item_source.h"
#include "engine/objects/record_reader.h"

namespace pawl::objects {

struct ItemCursor {
  // Items given.
  std::uint64_t items = 0;
  // Objects of the sequence that were begun; a listing counts none.
  std::uint64_t objects = 0;
  // The last key of a listing that was begun.
  std::string key = {};
  // A hash of the manifest's etag; 0 without one.
  std::uint64_t manifest_tag = 0;
  // The last object begun is not at its end: `object_tag` is a hash of its etag, `position` the
  // place in it.
  bool is_in_object = false;
  std::uint64_t object_tag = 0;
  RecordPosition position = {};

  bool operator==(const ItemCursor&) const = default;
};

std::uint64_t EtagTag(std::string_view etag);

std::string EncodeCursor(const ItemCursor& cursor, const ItemReaderOptions& options);
// kInvalidArgument with field "cursor" for what EncodeCursor did not write for the same options;
// read_bytes and max_items may differ.
Result<ItemCursor> DecodeCursor(std::string_view text, const ItemReaderOptions& options);

}  // namespace pawl::objects
