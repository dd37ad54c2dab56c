#include "server/cli/input_file.h"

#include <fmt/format.h>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <memory>

#include "engine/json/parse.h"

namespace pawl::cli {
namespace {

constexpr std::size_t kReadBytes = 64 * 1024;

struct CloseFile {
  void operator()(std::FILE* file) const {
    if (file != stdin) std::fclose(file);
  }
};

std::string ReasonOf(int error) {
  return std::strerror(error);  // NOLINT(concurrency-mt-unsafe): one thread reads files.
}

}  // namespace

Result<std::string> ReadInputFile(const std::string& path, std::size_t bytes_max) {
  const std::string what = path == "-" ? "standard input" : "'" + path + "'";
  const std::unique_ptr<std::FILE, CloseFile> file(path == "-" ? stdin
                                                               : std::fopen(path.c_str(), "rbe"));
  if (!file) return NotFound(fmt::format("cannot read {}: {}", what, ReasonOf(errno)));
  std::string text;
  while (true) {
    const std::size_t before = text.size();
    text.resize(before + kReadBytes);
    const std::size_t count = std::fread(text.data() + before, 1, kReadBytes, file.get());
    text.resize(before + count);
    if (text.size() > bytes_max) {
      return InvalidArgument(fmt::format("{} has more than {} bytes", what, bytes_max));
    }
    if (count < kReadBytes) break;
  }
  if (std::ferror(file.get()) != 0) {
    return InvalidArgument(fmt::format("cannot read {}: {}", what, ReasonOf(errno)));
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
