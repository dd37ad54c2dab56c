// What a command reads: files, standard input, and the JSON of --input.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "engine/base/status.h"

namespace pawl::cli {

// More than any server takes as a payload.
inline constexpr std::size_t kInputBytesMax = std::size_t{64} * 1024 * 1024;

// The whole file; "-" is standard input. NotFound where it cannot be read, InvalidArgument where it
// is a directory or longer than `bytes_max`.
Result<std::string> ReadInputFile(const std::string& path, std::size_t bytes_max);

// The payload that an option, such as --input, gives: JSON text, @FILE, or - for standard input.
// InvalidArgument where it is no JSON.
Result<std::string> ReadPayload(const std::string& input, std::string_view option = "--input");

}  // namespace pawl::cli
