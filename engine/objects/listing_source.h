// What a listing says of each object, as items.
#pragma once

#include <memory>

#include "engine/base/status.h"
#include "engine/objects/item_cursor.h"
#include "engine/objects/item_source.h"
#include "engine/objects/object_store.h"

namespace pawl::objects {

// The source of s3:listObjectsV2 without a transformation, from the default cursor or a saved one
// on. Objects that come or go meanwhile are in it or not; none is in it twice. `store` outlives it.
Result<std::unique_ptr<ItemSource>> OpenListingSource(ObjectStore& store,
                                                      const ItemReaderOptions& options,
                                                      const ItemCursor& cursor);

}  // namespace pawl::objects
