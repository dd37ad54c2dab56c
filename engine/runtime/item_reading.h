// Reads a slice of a Map run's items from an object store.
#pragma once

#include <cstdint>
#include <string>

#include "engine/asl/state_machine.h"
#include "engine/base/status.h"
#include "engine/interpreter/turn.h"
#include "engine/objects/item_source.h"
#include "engine/runtime/object_jobs.h"

namespace pawl::runtime {

// ItemReader of a definition and its fields as they were evaluated, in the terms of an item source.
// InvalidArgument (reason States.ItemReaderFailed) for Parameters that are none of s3:getObject or
// s3:listObjectsV2.
Result<objects::ItemReaderOptions> ItemReaderOptionsOf(const asl::ItemReader& definition,
                                                       const interpreter::MapReader& reader);

struct SliceRequest {
  // The frame that waits.
  TaskRef run = {};
  // The number of the first item, and where it stands.
  std::uint32_t first = 0;
  std::string cursor = {};
  interpreter::MapReader reader = {};
  // Of the slice.
  ObjectBounds bounds = {};
};

// Blocks. Everything that goes wrong is in the answer, as States.ItemReaderFailed; a store that
// does not answer is asked three times. nullptr as the store: the engine has none. Goes on with the
// source in `sources` and leaves it there.
interpreter::ItemsRead ReadSlice(objects::ObjectStore* store,
                                 KeptSources& sources,
                                 const asl::ItemReader& definition,
                                 const SliceRequest& request);

}  // namespace pawl::runtime
