// A page of the objects below a directory.
#pragma once

#include "engine/base/status.h"
#include "engine/objects/file_descriptor.h"
#include "engine/objects/object_store.h"

namespace pawl::objects {

// Lists the files below the directory of a bucket in the byte order of their keys. Links, pipes and
// paths longer than a key are left out. Memory: names of one page for each level of directories.
Result<ObjectPage> ListDirectory(FileDescriptor bucket, const ListRequest& request);

}  // namespace pawl::objects
