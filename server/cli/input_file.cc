#include "server/cli/input_file.h"

#include <fmt/format.h>

#include <cerrno>
#include <cstdio>
#include <cstring>

#include "engine/json/parse.h"
#include "engine/platform/file_text.h"

namespace pawl::cli {
namespace {

constexpr std::size_t kReadBytes = 64 * 1024;

std::string ReasonOf(int error) {
  return std::strerror(error);  // NOLINT(concurrency-mt-unsafe): one thread reads files.
}

}  // namespace

Result<std::string> ReadInputFile(const std::string& path, std::size_t bytes_max) {
  if (path != "-") return platform::ReadFileText(path, bytes_max);
  std::string text;
  while (true) {
    const std::size_t before = text.size();
    text.resize(before + kReadBytes);
    const std::size_t count = std::fread(text.data() + before, 1, kReadBytes, stdin);
    text.resize(before + count);
    if (text.size() > bytes_max) {
      return InvalidArgument(fmt::format("standard input has more than {} bytes", bytes_max));
    }
    if (count < kReadBytes) break;
  }
  if (std::ferror(stdin) != 0) {
    return InvalidArgument(fmt::format("cannot read standard input: {}", ReasonOf(errno)));
  }
  return text;
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
