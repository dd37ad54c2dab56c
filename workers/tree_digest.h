// TreeDigest: what a directory holds, in 32 bytes.
#pragma once

#include <string>

#include "engine/base/status.h"

namespace pawl::workers {

// SHA-256 over the names, kinds and contents of all that is below `directory`, and over which files
// are executable; times and owners do not count. It reads everything: a few hundred megabytes a
// second. Unavailable: something cannot be read, or is neither a file nor a directory.
//
// Threads: any.
Result<std::string> TreeDigest(const std::string& directory);

}  // namespace pawl::workers
