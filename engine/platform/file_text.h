// What a file holds, for files that people write: settings, keys, definitions.
#pragma once

#include <cstddef>
#include <string>

#include "engine/base/status.h"

namespace pawl::platform {

// The whole file. NotFound: it cannot be opened; InvalidArgument: it cannot be read, as a
// directory, or is longer than `bytes_max`; of such a file no more than that is read.
Result<std::string> ReadFileText(const std::string& path, std::size_t bytes_max);

}  // namespace pawl::platform
