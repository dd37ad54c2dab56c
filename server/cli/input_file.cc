#include "server/cli/input_file.h"

#include <fmt/format.h>

#include <cstdio>

#include "engine/json/parse.h"
#include "engine/platform/file_text.h"

namespace pawl::cli {
Result<std::string> ReadInputFile(const std::string& path, std::size_t bytes_max) {
  if (path == "-") return platform::ReadText(stdin, "standard input", bytes_max);
  return platform::ReadFileText(path, bytes_max);
}

Result<std::string> ReadPayload(const std::string& input, std::string_view option) {
  std::string text = input;
  std::string what(option);
  if (input == "-" || (!input.empty() && input.front() == '@')) {
    const std::string path = input == "-" ? input : input.substr(1);
    what = input == "-" ? "standard input" : "'" + path + "'";
    ASSIGN_OR_RETURN(text, ReadInputFile(path, kInputBytesMax));
  }
  const Status status = json::Check(text);
  if (!status.ok()) {
    return InvalidArgument(
        fmt::format("{} is no JSON: {}. Expected JSON text, @FILE, or - for standard input",
                    what,
                    status.message()));
  }
  return text;
}

}  // namespace pawl::cli
