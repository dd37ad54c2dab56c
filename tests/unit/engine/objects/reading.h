// How the tests of this folder read a source.
#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "engine/base/status.h"
#include "engine/objects/item_source.h"
#include "tests/support/memory_object_store.h"

namespace pawl::test {

using Texts = std::vector<std::string>;

// Items, and the error behind them if there is one.
struct Reading {
  Texts items;
  Status status;
};

inline const objects::ObjectName kObject{.bucket = "bucket", .key = "items"};

// Options that read kObject.
inline objects::ItemReaderOptions OptionsOf(objects::InputType type) {
  return {.bucket = kObject.bucket, .key = kObject.key, .input_type = type};
}

// All items of a source, `count` a call.
Reading ReadRest(objects::ItemSource& source, std::size_t count = 1000);
// All items of a source that is opened at `cursor`.
Reading ReadFrom(objects::ObjectStore& store,
                 const objects::ItemReaderOptions& options,
                 std::string_view cursor = "");

// Reads `text` as an object, with reads of 1, 2, 3, 7 and a million bytes and from each cursor in
// between. Expects that all agree and gives what they read.
Reading ReadText(objects::ItemReaderOptions options, const std::string& text);

}  // namespace pawl::test
