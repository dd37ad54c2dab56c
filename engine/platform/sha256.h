// SHA-256: what stands for an archive of code.
#pragma once

#include <string>
#include <string_view>

#include "engine/base/status.h"

namespace pawl::platform {

// The 32 bytes of SHA-256 (FIPS 180-4).
std::string Sha256(std::string_view bytes);

// Of a file's content, read piece by piece. Unavailable: it cannot be read.
Result<std::string> Sha256OfFile(const std::string& path);

}  // namespace pawl::platform
