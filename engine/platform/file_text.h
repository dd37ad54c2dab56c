// What a file holds, for files that people write: settings, keys, definitions.
#pragma once

#include <cstddef>
#include <cstdio>
#include <string>

#include "engine/base/status.h"

namespace pawl::platform {

// The whole file. NotFound: it cannot be opened; InvalidArgument: it cannot be read, as a
// directory, or is longer than `bytes_max`; of such a file no more than that is read.
Result<std::string> ReadFileText(const std::string& path, std::size_t bytes_max);

// All that an open file still gives, such as standard input; `name` is for the errors. Errors as
// above.
Result<std::string> ReadText(std::FILE* file, const std::string& name, std::size_t bytes_max);

}  // namespace pawl::platform
