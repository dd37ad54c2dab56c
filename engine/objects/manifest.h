// Manifests: objects that name the objects which hold the items.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "engine/base/status.h"
#include "engine/objects/object_store.h"

namespace pawl::objects {

struct Manifest {
  std::vector<ObjectName> files;
  // The columns of the files' rows, which have no header of their own; none for an Athena manifest.
  std::vector<std::string> columns = {};

  bool operator==(const Manifest&) const = default;
};

// Reads an S3 inventory's manifest.json: the files of "files"[]."key" in the bucket of
// "destinationBucket" (an ARN; `manifest`'s own bucket without it), the columns of "fileSchema".
// kInvalidArgument names what is missing; "fileFormat" must be CSV. (Amazon S3 User Guide,
// "Inventory manifest".)
Result<Manifest> ParseInventoryManifest(const ObjectName& manifest, std::string_view text);

// Reads the data manifest of Athena's UNLOAD: a CSV of one column without header, each row the
// "s3://bucket/key" of a file. Empty lines are passed over.
Result<Manifest> ParseAthenaManifest(const ObjectName& manifest, std::string_view text);

}  // namespace pawl::objects
